"""The web page: what stands on it, and that nothing of a report can become a part of it."""

from __future__ import annotations

import base64
import hashlib
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

import budgetcheck
from budgetcheck import Options, Review
from budgetcheck.model import Acceptance, Block, Culprit, Number, Span
from budgetcheck.outline import outline
from budgetcheck.reports.page.bars import make_bars
from budgetcheck.reports.page.grids import make_grid
from budgetcheck.reports.page.marks import Mark, pieces
from budgetcheck.reports.page.places import PROSE, Place, Places
from budgetcheck.reports.plain import clean
from budgetcheck.reports.run import Run
from budgetcheck.testing import FORMATS, Report, reports, write
from budgetcheck.wording import load_wording, messages

from .runs import EMPTY, HOSTILE, MIXED, RULES, hostile, ids, reviewed, run_of, written

ROOT = Path(__file__).parents[1]
EVIL = (
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '"onmouseover="window.pwned=1',
    "'><svg onload=window.pwned=1>",
    "</style><!--{{ 7*7 }}{% raw %}&lt;",
    "javascript:window.pwned=1",
)
GRID = """<h1>2021年度部门决算</h1><table>
<tr><td>项目</td><td>金额</td></tr><tr><td>甲</td><td>1,234.50</td></tr><tr><td>乙</td><td>7.25</td></tr></table>"""


def page(run: Run) -> LexborHTMLParser:
    return LexborHTMLParser(written(run, "html").decode())


def texts(tree: LexborHTMLParser, query: str) -> list[str]:
    return [node.text() for node in tree.css(query)]


def one(tree: LexborHTMLParser | LexborNode, query: str) -> LexborNode:
    found = tree.css_first(query)
    assert found is not None, query
    return found


def test_findings_stand_beside_the_report_with_their_symptoms_below_them() -> None:
    run = run_of(reviewed(MIXED))
    tree = page(run)
    assert Counter(re.findall(r"<code>([0-9a-f]{12})</code>", one(tree, ".list").html or "")) == Counter(ids(run))
    first = one(tree, ".list > .card")
    assert one(first, ".sev").text() == "错误"
    assert one(first, ".at").text().split() == ["一", "第3行"]
    assert one(first, ".fix").text() == "210.00万元应为200.00万元"
    assert one(first, ".rule summary").text() == f"BC104 {RULES['BC104'].title}"
    assert len(first.css(".symptoms > .card")) == 3
    severities = Counter(finding.severity for finding in reviewed(MIXED).findings)
    assert texts(tree, ".count") == [
        f"{severities[each]} {name}" for each, name in (("error", "错误"), ("warning", "存疑"), ("info", "提示"))
    ]
    assert one(tree, ".cover > p").text().startswith("数字")
    assert one(tree, "html").attributes["lang"] == "zh-CN"


def test_an_accepted_difference_is_struck_through_and_counted_no_more() -> None:
    review = reviewed(MIXED)
    first, *others = review.findings
    kept = replace(first, accepted=Acceptance("核实无误", "张三", date(2026, 1, 1), None), root=None)
    tree = page(run_of(replace(review, findings=(kept, *others))))
    card = one(tree, ".card.accepted")
    assert one(card, ".msg s").text() == clean(first.message)
    assert one(card, ".why").text() == "✓ 已接受 核实无误（张三，2026-01-01）"
    before = sum(int(each) for each in texts(page(run_of(review)), ".count b"))
    assert sum(int(each) for each in texts(tree, ".count b")) == before - 1


def test_the_wrong_number_is_marked_and_linked_both_ways() -> None:
    tree = page(run_of(reviewed(MIXED)))
    wrong = one(tree, ".report .wrong")
    assert wrong.text() == "210.00万元"
    first = one(tree, ".list > .card")
    assert wrong.attributes["href"] == f"#{first.attributes['id']}"
    assert one(first, ".go").attributes["href"] == f"#{wrong.attributes['id']}"
    assert (wrong.attributes["title"] or "").startswith("有误 · 本年支出合计 · BC")
    states = {node.text(): (node.attributes["class"] or "").split()[1] for node in tree.css(".report .n")}
    assert states["150.00万元"] == "checked"
    assert states["10名"] in ("about", "doubt")


def test_every_link_has_a_target_and_every_key_is_there_once() -> None:
    names = [*(ROOT / "examples").glob("*-planted.txt")]
    reviews = [budgetcheck.check(path, Options(numbers=True)) for path in sorted(names)]
    tree = page(run_of(*reviews, reviewed(MIXED), hostile()))
    keys = Counter(node.attributes["id"] for node in tree.css("[id]"))
    assert set(keys.values()) == {1}
    targets = {(node.attributes["href"] or "")[1:] for node in tree.css("a[href^='#']")}
    assert targets <= set(keys)
    assert len(targets) > 100
    for mark in tree.css("[data-f]"):
        box = (mark.attributes["href"] or "").split("f")[0][1:]
        assert all(f"{box}f{each}" in keys for each in (mark.attributes["data-f"] or "").split())


def test_nothing_of_the_report_is_lost_or_changed() -> None:
    review = reviewed(MIXED)
    tree = page(run_of(review))
    assert texts(tree, ".report .text") == [block.text for block in review.document.blocks if block.text]


@pytest.mark.parametrize("form", FORMATS)
def test_every_number_of_every_format_is_marked_where_it_stands(form: str, tmp_path: Path) -> None:
    @settings(max_examples=2, deadline=None, derandomize=True)
    @given(reports("final", "shanghai"))
    def marked(made: Report) -> None:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        paths = write(made, form, folder)
        review = budgetcheck.check(paths if len(paths) > 1 else paths[0], Options(numbers=True))
        places = Places(review.document, outline(review.document, load_wording()))
        found = places.of_numbers(review.numbers)
        assert len(review.numbers) > 30
        assert None not in found
        tree = page(run_of(review))
        printed = Counter(node.text() for node in tree.css(".report .n:not(.about)"))
        assert printed == Counter(number.span.text for number in review.numbers)
        assert len(tree.css(".report .grid")) == sum(bool(block.cells) for block in review.document.blocks)

    marked()


def test_an_amount_of_an_unknown_table_is_marked_as_not_understood(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(GRID, encoding="utf-8")
    tree = page(run_of(budgetcheck.check(path, Options(numbers=True))))
    assert texts(tree, ".grid .unread") == ["1,234.50", "7.25"]
    assert texts(tree, ".grid td.num") == ["1,234.50", "7.25"]
    assert texts(tree, ".grid thead td") == ["项目", "金额"]
    assert "只有0.0%的数字得到核对" in one(tree, ".caution").text()


def test_an_empty_cell_that_is_wrong_can_be_seen_and_reached() -> None:
    block = Block("grid", "", cells=(("项目", "金额"), ("甲", "")))
    review = reviewed(EMPTY)
    span = Span("", block=0, start=1001)
    finding = replace(
        reviewed(MIXED).findings[0],
        stated=(span,),
        computed=(),
        culprits=(Culprit("", "1.00", span),),
        located="certain",
    )
    document = replace(review.document, blocks=(block,))
    tree = page(run_of(replace(review, document=document, findings=(finding,), numbers=())))
    assert one(tree, ".grid .wrong").text() == "（空白）"
    assert one(tree, ".card .go").attributes["href"] == f"#{one(tree, '.grid .wrong').attributes['id']}"


def evil(text: str) -> Review:
    """A review in which a report, its table, its name and what is said of it are all this text."""
    review = hostile(f"{text}.txt")
    blocks = (
        Block("heading", text, level=1),
        Block("paragraph", f"{text}\n本年支出合计1.00万元{text}", page=1, source=f"{text}/{text}.docx"),
        Block("grid", "", cells=((text, text), ("1.00", text)), sheet=text),
        Block("picture", ""),
    )
    span = Span(text, text, section=text, table=text, row=text, column=text, block=1, start=0)
    cell = replace(span, block=2, start=1)
    findings = tuple(
        replace(f, message=text, stated=(span,), computed=(cell,), culprits=(Culprit(text, text, cell),), expected=text)
        for f in review.findings[:3]
    )
    numbers = (Number(Span("1.00", block=2, start=1000, table=text), "checked", text, (text,)),)
    document = replace(review.document, blocks=blocks, notes=(text,))
    return replace(review, entity=text, document=document, findings=findings, numbers=numbers)


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_becomes_markup(text: str, language: str) -> None:
    own = {"title": text, "why": text, "basis": text}
    said = {rule: replace(each, **own, english=own) for rule, each in RULES.items()}
    run = run_of(evil(text), f"{text}: unreadable", language=language)
    tree = page(replace(run, rules=said))
    good = page(replace(run_of(evil("x"), "x: unreadable", language=language), rules=said))
    assert Counter(n.tag for n in tree.css("*")) == Counter(n.tag for n in good.css("*"))
    assert len(tree.css("script")) == len(tree.css("style")) == 1
    for node in tree.css("*"):
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
        assert (node.attributes.get("href") or "#").startswith(("#", "data:,"))
    assert one(tree, "h1").attributes["title"] == f"{text}.txt"
    assert texts(tree, ".grid td")[1] == text
    assert one(tree, ".msg").text() == text
    assert one(tree, ".rule summary").text() == f"{one(tree, '.rule code').text()} {text}"
    assert texts(tree, ".rule dd")[:2] == [text, text]
    assert one(tree, ".failed li").text() == f"{text}: unreadable"
    assert one(tree, ".notes li").text() == text
    assert one(tree, "title").text().startswith(f"{text}.txt")


def test_whatever_a_report_makes_findings_say_is_shown_as_it_is() -> None:
    tree = page(run_of(hostile()))
    # Each second finding is a symptom of the one before it and stands below it: the order is that of the list.
    assert texts(tree, ".msg") == [clean(text) for text in HOSTILE]
    assert "\u202e" not in one(tree, "body").text()


def test_only_the_pages_own_style_and_script_may_run_and_nothing_may_be_fetched() -> None:
    data = written(run_of(reviewed(MIXED), hostile()), "html").decode()
    tree = LexborHTMLParser(data)
    policy = one(tree, "meta[http-equiv]").attributes["content"] or ""
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(one(tree, tag).text().encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "trusted-types 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|//\w|url\(|@import|<iframe|<object|<form[^>]+action", data)
    assert [node.attributes["href"] for node in tree.css("link")] == ["data:,"]
    assert not tree.css("img, [src]")


def test_the_same_run_gives_the_same_page() -> None:
    assert written(run_of(reviewed(MIXED)), "html") == written(run_of(reviewed(MIXED)), "html")


def test_unreadable_documents_stand_on_top_and_others_can_be_chosen() -> None:
    tree = page(run_of(reviewed(EMPTY, "a.txt"), "b.pdf: the file is empty", reviewed(MIXED, "b/c.txt")))
    alert = one(tree, ".failed")
    assert alert.attributes["role"] == "alert"
    assert texts(tree, ".failed li") == ["b.pdf: the file is empty"]
    assert texts(tree, "#docs option") == ["1. a.txt", "2. b/c.txt"]
    assert texts(tree, "h1") == ["a.txt", "c.txt"]
    assert one(tree, "#d0 .clean").text() == "未发现问题"
    none = page(run_of("b.pdf: the file is empty"))
    assert not none.css(".doc, .filters, #docs")
    assert texts(none, ".failed li") == ["b.pdf: the file is empty"]


def test_english_pages_speak_english() -> None:
    chinese, english = (messages(language)["web"] for language in ("zh", "en"))
    assert list(chinese) == list(english)
    assert list(chinese["states"]) == list(english["states"])
    tree = page(run_of(reviewed(EMPTY, language="en"), language="en"))
    for query in (".top", ".filters", ".list", ".cover > p", "dialog", ".bysection thead"):
        assert not re.search(r"[\u4e00-\u9fff]", one(tree, query).text())


def test_a_review_without_a_list_of_numbers_still_has_its_findings_marked() -> None:
    review = budgetcheck.check(MIXED)
    tree = page(run_of(review))
    assert one(tree, ".report .wrong").text() == "210.00万元"
    assert not tree.css(".report .checked, .bysection")


def test_coverage_is_told_by_section() -> None:
    tree = page(run_of(reviewed(MIXED)))
    rows = [[cell.text() for cell in row.css("th, td")] for row in tree.css(".bysection tbody tr")]
    assert [row[0] for row in rows] == ["一 支出情况", "二 收入情况"]
    total = sum(int(row[-1]) for row in rows)
    assert total == reviewed(MIXED).coverage.numbers
    for row in rows:
        assert sum(map(int, row[3:-1])) == int(row[-1])
    for stack in tree.css(".bysection .stack"):
        widths = [float((part.attributes["width"] or "").rstrip("%")) for part in stack.css("rect")]
        assert round(sum(widths), 2) == 100


def test_bars_have_one_exact_scale() -> None:
    finding = next(f for f in reviewed(MIXED).findings if f.rule == "BC104" and f.severity == "error")
    bars = make_bars(finding, messages("zh"))
    assert bars is not None
    one_, other = bars.bars
    assert [(part.left, part.width) for part in one_.parts] == [("0.0000%", "100.0000%")]
    assert [(part.left, part.width) for part in other.parts] == [("0.0000%", "71.4286%"), ("71.4286%", "23.8095%")]
    assert (other.lack and other.lack.left, other.lack and other.lack.width) == ("95.2381%", "4.7619%")
    assert [part.label for part in other.parts] == ["基本支出 150.00万元", "项目支出 50.00万元"]
    assert (bars.zero, one_.lack) == ("0.0000%", None)
    assert bars.label == "文中 210.00万元、推得 200.00万元、相差 10.00万元"


def test_no_bars_where_they_would_say_nothing() -> None:
    findings = reviewed(MIXED).findings
    words = next(f for f in findings if all(isinstance(side, Span) for side in f.stated))
    assert make_bars(words, messages("zh")) is None
    close = MIXED.replace("210.00", "200.20")
    failed = [finding for finding in reviewed(close).findings if finding.rule == "BC104"]
    assert [make_bars(finding, messages("zh")) for finding in failed] == [None]


def test_cells_stretch_as_their_boxes_do() -> None:
    cells = (("项目", "", "金额"), ("编码", "名称", ""), ("201", "甲", "1.00"))
    boxes = (
        ((0.0, 40.0, 20.0, 60.0), None, (20.0, 20.0, 30.0, 60.0)),
        ((0.0, 20.0, 10.0, 40.0), (10.0, 20.0, 20.0, 40.0), None),
        ((0.0, 0.0, 10.0, 20.0), (10.0, 0.0, 20.0, 20.0), (20.0, 0.0, 30.0, 20.0)),
    )
    grid = make_grid(Block("grid", "", cells=cells, boxes=boxes, pages=(1, 1, 1)), {})
    assert [[(c.columns, c.rows) for c in row] for row in grid.head] == [[(2, 1), (1, 2)], [(1, 1), (1, 1)]]
    assert [[c.numeric for c in row] for row in grid.body] == [[False, False, True]]
    plain = make_grid(Block("grid", "", cells=cells), {})
    assert [len(row) for row in (*plain.head, *plain.body)] == [3, 3, 3]


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), max_size=8))
def test_marks_that_overlap_lose_no_character(text: str, ranges: list[tuple[int, int]]) -> None:
    marks = [
        Mark(Place(0, PROSE, PROSE, begin, min(begin + size, len(text))), key=str(n))
        for n, (begin, size) in enumerate(ranges)
        if begin < len(text)
    ]
    cut = pieces(text, marks)
    assert "".join(piece.text for piece in cut) == "\n".join(clean(line) for line in text.split("\n"))
    begun = [piece.mark.key for piece in cut if piece.mark and piece.first]
    assert len(begun) == len(set(begun))
    assert {piece.mark.key for piece in cut if piece.mark} == set(begun)


def test_a_page_is_not_poured_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "mixed.txt").write_text(MIXED, encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "budgetcheck", "check", str(tmp_path / "mixed.txt"), "--format", "html"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stderr.decode() == "budgetcheck: a page is no text for a terminal: name a file with -o\n"
