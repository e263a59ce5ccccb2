"""Web pages: what a reader sees, tables with their spans, and pages made to break a parser."""

from __future__ import annotations

import quopri
import time
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers import html

from .readings import LAYOUT

read_html = partial(html.read_html, layout=LAYOUT)

pytest.importorskip("selectolax")


def read(page: str) -> tuple[Block, ...]:
    return read_html(f"<meta charset=utf-8>{page}".encode())[0]


def grids(blocks: tuple[Block, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [block.cells for block in blocks if block.kind == "grid"]


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.kind != "grid"]


def test_headings_paragraphs_and_what_is_hidden() -> None:
    blocks, notes = read_html(
        "<!DOCTYPE html><head><meta charset=utf-8><title>题</title><style>p{}</style></head><body><nav>栏目</nav>"
        "<h2>一、收入</h2><p>收入总计<b>1536.10</b>&nbsp;万元。<br>第二行 &lt;3</p><p hidden>藏</p>"
        "<div style='DISPLAY : none'>也藏</div>散文<ul><li>甲<li>乙</ul><pre>丙\n丁</pre><script>x</script>"
        "<img src=a.png><!-- 注 --></body>".encode()
    )
    assert [(b.kind, b.level, b.text) for b in blocks[:2]] == [
        ("heading", 2, "一、收入"),
        ("paragraph", None, "收入总计1536.10 万元。"),
    ]
    assert texts(blocks)[2:] == ["第二行 <3", "散文", "甲", "乙", "丙", "丁"]
    assert notes == ("hidden passages: 2 left out", "pictures: 1 left out")


def test_spans() -> None:
    table = (
        "<table><caption>表一</caption><thead><tr><th rowspan=2>科目编码<th rowspan=2>名称<th colspan=2>决算数"
        "<tr><th>合计<th>其中：<br>基本</thead><tr><td>2080505<td>养老<td>1,536.10<td>77.72%"
        "<tr><td colspan=2>合计<td rowspan=0>1<td></table>"
    )
    blocks = read(table)
    assert texts(blocks) == ["表一"]
    assert grids(blocks) == [
        (
            ("科目编码", "名称", "决算数", ""),
            ("", "", "合计", "其中：\n基本"),
            ("2080505", "养老", "1,536.10", "77.72%"),
            ("合计", "", "1", ""),
        )
    ]


def test_word_export_with_paragraphs_in_each_cell_is_a_table() -> None:
    cell = "<td><p class=MsoNormal><span>{}</span></p></td>"
    rows = "".join(f"<tr>{cell.format(a)}{cell.format(b)}</tr>" for a, b in (("项目", "金额"), ("办公费", "1.00")))
    assert grids(read(f"<table>{rows}</table>")) == [(("项目", "金额"), ("办公费", "1.00"))]


def test_layout_tables_are_walked_as_text() -> None:
    data = "<table><tr><td>甲<td>1<tr><td>乙<td>2</table>"
    blocks = read(f"<table><tr><td>栏<td><h1>标题</h1><p>一段</p>{data}</table>")
    assert texts(blocks) == ["栏", "标题", "一段"]
    assert grids(blocks) == [(("甲", "1"), ("乙", "2"))]


def test_a_table_in_a_cell_follows_its_table() -> None:
    inner = "<table><tr><td>内<td>1<tr><td>外<td>2</table>"
    rows = "".join(f"<tr><td>项{n}<td>{n}" for n in range(6))
    blocks = read(f"<table>{rows}<tr><td>含表{inner}<td>9</table>")
    assert grids(blocks)[0][-1] == ("含表", "9")
    assert grids(blocks)[1] == (("内", "1"), ("外", "2"))


@pytest.mark.parametrize(
    "page",
    [
        "<meta charset=gb2312><p>预算收入—镕</p>".encode("gb18030"),
        "<meta http-equiv=Content-Type content='text/html; charset=GBK'><p>预算收入—镕</p>".encode("gb18030"),
        "<p>预算收入—镕</p>".encode("gb18030"),
        "<meta charset=gbk><p>预算收入—镕</p>".encode(),
        "<meta charset=nonsense><p>预算收入—镕</p>".encode(),
        "<p>预算收入—镕</p>".encode("utf-16"),
        "\ufeff<p>预算收入—镕</p>".encode(),
    ],
)
def test_charset(page: bytes) -> None:
    assert texts(read_html(page)[0]) == ["预算收入—镕"]


def test_one_broken_character_loses_nothing_else() -> None:
    page = b"<meta charset=gbk>" + ("<p>预算" + "收入" * 99).encode("gb18030") + b"\xff</p>"
    assert texts(read_html(page)[0])[0].startswith("预算收入")


def test_mht() -> None:
    body = quopri.encodestring("<meta charset=utf-8><p>预算</p>".encode()).decode()
    head = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    assert texts(read_html(f"{head}\r\n\r\n{body}".encode())[0]) == ["预算"]
    several = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\n"
        f"x\r\n--b\r\n{head}\r\n\r\n{body}\r\n--b--\r\n"
    )
    assert texts(read_html(several.encode())[0]) == ["预算"]
    with pytest.raises(ReadError, match="without a page"):
        read_html(b"MIME-Version: 1.0\r\nContent-Type: image/png\r\n\r\nx")


HUGE = "<table><tr><td rowspan=999999999 colspan=999999999>甲<td>乙<tr><td>丙</table>"
HOSTILE = {
    "deep div": "<div>" * 100_000 + "x",
    "deep known end": ("<div>" * 2_000) + "x" + "</div>" * 2_000,
    "deep font": "<font>" * 200_000 + "x",
    "deep table": "<table><tr><td>a<td>b<tr><td>" * 4_000,
    "unclosed b": "<p><b>" * 50_000,
    "wide row": "<table><tr>" + "<td>1" * 100_000 + "<tr><td>2</table>",
    "many rows": "<table>" + "<tr><td>1<td>2" * 120_000 + "</table>",
    "rowspans": "<table>" + "<tr><td rowspan=65534 colspan=1000>1" * 20_000 + "</table>",
    "unclosed tag": "<a " * 50_000,
    "comment": "<!--" * 100_000,
    "entities": "&#x110000;&#0;&#xD800;&nosuch;" * 1_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">x",
    "huge spans": HUGE,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages(kind: str) -> None:
    start = time.perf_counter()
    try:
        read_html(HOSTILE[kind].encode())
    except ReadError as refusal:
        message = str(refusal)
    else:
        message = ""
    assert "\n" not in message
    assert time.perf_counter() - start < 15


def test_deep_pages_say_so() -> None:
    with pytest.raises(ReadError, match="nested deeper than 5000"):
        read_html(HOSTILE["deep div"].encode())
    with pytest.raises(ReadError, match="nested deeper than 1000"):
        read_html(HOSTILE["deep known end"].encode())


def test_huge_spans_are_clamped() -> None:
    blocks, _ = read_html(HUGE.encode())
    assert grids(blocks) == [(("甲",), ("",))] or len(grids(blocks)[0][0]) <= 1_000
    _, notes = read_html(HOSTILE["wide row"].encode())
    assert any("1,000 columns" in note for note in notes)


SOUP = "<table> <tr> <td> </td> </table> <p> <div> </p> <br> 甲 <b> </div> 1.0 <!-- <h1>"


@given(st.lists(st.sampled_from(SOUP.split(" "))))
@settings(max_examples=200, deadline=None)
def test_any_tag_soup_is_read(tags: list[str]) -> None:
    for block in read("".join(tags) + "x"):
        assert all(len(row) == len(block.cells[0]) for row in block.cells)


def test_binary_is_refused() -> None:
    with pytest.raises(ReadError):
        read_html(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10)
