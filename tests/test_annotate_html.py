"""Notes in web pages: over exactly the wrong characters, the page otherwise as it was published."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from budgetcheck import check
from budgetcheck.annotate import annotate, notes_of
from budgetcheck.annotate.html import annotate_html
from budgetcheck.annotate.wire import Mark, packed
from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers.html import read_html, trace_html

from .readings import LAYOUT
from .runs import MIXED, hostile, run_of
from .test_command import run

PAGE = """<!doctype html>
<html><head><meta charset="gb2312"><title>决算</title><script>if (1 < 2) document.title = "</bo" + "dy>"</script></head>
<body class=old onload="go('>')"><h1>2023年度部门决算情况说明</h1>
<p>本年支出合计200.00万元，其中：基本支出150.00万元，占<b>57</b><i>.00%</i>；项目支出50.00万元，占25%。</p>
<!-- </body> --></body></html>"""
TABLE = "<table><tr><th>科目<th>金额<th>备注<tr><td>甲<td>1.00<td></table><p>说明</p>"


def blocks(data: bytes) -> list[Block]:
    return [replace(block, line=None) for block in read_html(data, LAYOUT)[0]]


def written(page: str | bytes, *marks: Mark) -> tuple[str, tuple[str, ...]]:
    data = page if isinstance(page, bytes) else page.encode("utf-8-sig")
    (made, standing), remarks = annotate_html(packed(marks, data), LAYOUT)
    assert remarks == ()
    assert made.startswith(b"\xef\xbb\xbf")
    assert blocks(made) == blocks(data)
    return made.decode("utf-8-sig"), standing


def marked(page: str) -> list[tuple[str, str | None]]:
    """The text of each marked piece, and the numbers behind it."""
    return [(node.text(), node.attributes.get("data-note")) for node in LexborHTMLParser(page).css("mark.budgetcheck")]


def listed(page: str) -> list[str]:
    return [node.text() for node in LexborHTMLParser(page).css("nav.budgetcheck li")]


def test_the_command_marks_the_wrong_number_in_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "决算.htm"
    path.write_bytes(PAGE.encode("gb18030"))
    code, out, err = run("annotate", path)
    copy = tmp_path / "决算.annotated.htm"
    assert (code, out, err) == (0, f"{copy}：1处批注，说明1个问题\n", "")
    assert path.read_bytes() == PAGE.encode("gb18030")
    page = copy.read_bytes().decode("utf-8-sig")
    assert marked(page) == [("57", None), (".00%", "1")]
    said = (
        "【错误】BC202 各部分占比之和等于100%\n"
        "本年支出合计200.00万元的各部分占比合计82.00%，应为100%，相差18.00个百分点（依次为57.00%、25%）；请逐个核对占比；"
        "错的是57.00%，应为75.00%（依据：100%−25%；150.00万元÷200.00万元）\n应为：75.00%\n"
        "依据：算术：各部分之和等于整体时，占比之和 = 100%，n 个占比各有半个末位的余地\n同一原因另有1条：BC201"
    )
    assert listed(page) == [f"↑ {said}"]
    tree = LexborHTMLParser(page)
    assert [node.attributes["title"] for node in tree.css("mark")] == [said, said]
    link = tree.css_first("nav.budgetcheck a").attributes["href"] or ""
    assert tree.css_first(link).text() == "57"
    assert check(copy).document.blocks[1].text == check(path).document.blocks[1].text


def test_all_else_of_the_page_is_as_it_was() -> None:
    page, _ = written(PAGE, Mark("x", "error", "BC1", 1, None, 0, 2, "本年"))
    plain = LexborHTMLParser(PAGE).html or ""
    tree = LexborHTMLParser(page)
    for node in tree.css("nav.budgetcheck, body > style"):
        node.decompose()
    tree.unwrap_tags(["mark"])
    assert tree.html == plain


def test_notes_that_cross_and_meet_share_their_pieces() -> None:
    first = Mark("first", "warning", "BC1", 0, None, 0, 4, "abcd")
    second = Mark("second", "error", "BC2", 0, None, 2, 6, "cdef")
    third = Mark("third", "info", "BC3", 0, None, 2, 4, "cd")
    page, standing = written("<p>ab<b>cd</b>ef</p>", first, second, third)
    assert standing == ("exact", "exact", "exact")
    assert marked(page) == [("ab", None), ("cd", "1,3"), ("ef", "2")]
    nodes = LexborHTMLParser(page).css("mark")
    assert [node.attributes["title"] for node in nodes] == ["first", "first\n\nsecond\n\nthird", "second"]
    assert [node.attributes["class"] for node in nodes] == [
        f"budgetcheck budgetcheck-{severity}" for severity in ("warning", "error", "error")
    ]
    assert listed(page) == ["↑ first", "↑ second", "↑ third"]


def test_what_has_no_characters_stands_near_or_at_the_top() -> None:
    marks = [
        Mark("cell", "error", "BC1", 0, (1, 1), 0, 4, "1.00"),
        Mark("empty", "error", "BC1", 0, (1, 2)),
        Mark("table", "error", "BC1", 0),
        Mark("paragraph", "error", "BC1", 1),
        Mark("changed", "error", "BC1", 1, None, 0, 2, "别的"),
        Mark("file", "error", "BC1"),
    ]
    page, standing = written(TABLE, *marks)
    assert standing == ("exact", "near", "near", "near", "near", "top")
    assert marked(page) == [("科目", "3"), ("甲", "2"), ("1.00", "1"), ("说明", "4,5")]
    assert listed(page) == ["file", "↑ cell", "↑ empty", "↑ table", "↑ paragraph", "↑ changed"]


def test_without_notes_nothing_is_added() -> None:
    page, standing = written(PAGE)
    assert (page, standing) == (LexborHTMLParser(PAGE).html, ())


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "</nav></body>&amp;", "a'b\n\tc\u2028\ue000"])
def test_a_note_is_text_whatever_it_says(text: str) -> None:
    page, _ = written("<p>\ue000\ue001 12.00 &lt;b&gt;</p>", Mark(text, "error", "BC1", 0, None, 3, 8, "12.00"))
    tree = LexborHTMLParser(page)
    assert marked(page) == [("12.00", "1")]
    assert listed(page) == [f"↑ {text}"]
    assert tree.css_first("mark").attributes["title"] == text
    assert (tree.css("script"), tree.css_first("p").text()) == ([], "\ue000\ue001 12.00 <b>")


def test_a_hostile_review_leaves_no_element_behind() -> None:
    review = hostile()
    marks = [Mark(note.text, note.severity, "BC1") for note in notes_of(review, run_of(review))]
    page, standing = written("<p>x</p>", *marks)
    assert set(standing) == {"top"}
    names = {node.tag for node in LexborHTMLParser(page).css("body *")}
    assert names == {"p", "nav", "b", "ul", "li", "style"}


def test_a_web_archive_and_a_page_without_a_body_are_refused() -> None:
    archive = b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>12.00</p>"
    with pytest.raises(ReadError, match=r"^a web archive \(\.mht\) cannot hold notes$"):
        trace_html(archive, LAYOUT)
    with pytest.raises(ReadError, match=r"^no text in it that a note could stand at$"):
        annotate_html(packed([Mark("x", "error", "BC1")], b"<frameset><frame></frameset>"), LAYOUT)


TAGS = ("p", "b", "div", "span", "pre", "table", "tr", "td", "td colspan=2", "caption", "li", "select")
TEXTS = ("12.00", "万元 ", "\u3000", "&nbsp;", "<br>", "\n  ", "<img>", "&lt;", "甲", "<p hidden>9</p>", "\ue000")
PIECES = st.recursive(
    st.sampled_from(TEXTS),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@given(st.lists(PIECES, max_size=6).map("".join), st.data())
def test_any_characters_of_any_page_can_be_marked(page: str, data: st.DataObject) -> None:
    places = [
        (number, cell, text)
        for number, block in enumerate(read_html(page.encode("utf-8-sig"), LAYOUT)[0])
        for cell, text in (
            [((r, c), text) for r, row in enumerate(block.cells) for c, text in enumerate(row) if text]
            if block.kind == "grid"
            else [(None, block.text)]
        )
    ]
    if not places:
        return
    number, cell, text = data.draw(st.sampled_from(places))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    wanted = text[start:end]
    made, standing = written(page, Mark("n", "error", "BC1", number, cell, start, end, wanted))
    assert standing == ("exact",)
    assert "".join("".join(piece for piece, _ in marked(made)).split()) == "".join(wanted.split())


def test_the_findings_of_a_page_all_stand_at_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("".join(f"<p>{line}</p>\n" for line in MIXED.splitlines()), encoding="utf-8")
    review = check(path)
    notes = notes_of(review, run_of(review), "info")
    made = annotate(path, review.document, notes, LAYOUT)
    assert set(made.standing) == {"exact"}
    shown: dict[str, str] = {}
    for text, numbers in marked(made.data.decode("utf-8-sig")):
        shown.update(dict.fromkeys((numbers or "").split(","), text))
    for number, note in enumerate(notes, 1):
        assert note.place is not None
        block = review.document.blocks[note.place.block]
        assert shown[str(number)] == block.text[note.place.start : note.place.end]
    assert json.dumps(shown, ensure_ascii=False).count("万元") >= 1
