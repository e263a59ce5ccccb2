"""OFD files built in memory: ruled tables, paragraphs, templates, matrices, and what is made to break a reader."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers import ofd

from .readings import LAYOUT

read_ofd = partial(ofd.read_ofd, layout=LAYOUT)

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def ofd(*pages: str, template: str = "", **more: str | bytes) -> bytes:
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    use = '<ofd:Template TemplateID="t" ZOrder="Background"/>' if template else ""
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
        '</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID="t" BaseLoc="Tpls/T.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        "Doc_0/Tpls/T.xml": f"<ofd:Page {NS}><ofd:Content><ofd:Layer>{template}</ofd:Layer></ofd:Content></ofd:Page>",
    }
    for n, page in enumerate(pages):
        parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = (
            f"<ofd:Page {NS}>{use}<ofd:Content><ofd:Layer>{page}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    return zipped(parts | {key.replace("__", "/"): text for key, text in more.items()})


def text(x: float, y: float, words: str, size: float = 4) -> str:
    """A text object with its baseline at y."""
    steps = " ".join(str(size if char > "⺀" else size / 2) for char in words[:-1])
    delta = f' DeltaX="{steps}"' if steps else ""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y - size} 100 {size}" Font="1" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}"{delta}>{words}</ofd:TextCode></ofd:TextObject>'
    )


def line(x0: float, y0: float, x1: float, y1: float) -> str:
    return (
        f'<ofd:PathObject ID="2" Boundary="{x0} {y0} {x1 - x0} {y1 - y0}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0} {y1 - y0}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def bar(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<ofd:PathObject ID="2" Boundary="{x} {y} {width} {height}" Stroke="false" Fill="true"><ofd:AbbreviatedData>'
        f"M 0 0 L {width} 0 L {width} {height} L 0 {height} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def ruled(xs: Sequence[float], ys: Sequence[float]) -> str:
    flat = "".join(line(xs[0], y, xs[-1], y) for y in ys)
    return flat + "".join(line(x, ys[0], x, ys[-1]) for x in xs)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.kind == "paragraph"]


def grids(blocks: tuple[Block, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [block.cells for block in blocks if block.kind == "grid"]


def test_a_ruled_table_between_paragraphs() -> None:
    page = (
        text(20, 60, "注：本表反映收支。")
        + ruled((20, 60, 100, 140), (30, 40, 50))
        + text(22, 37, "项目") + text(62, 37, "决算数") + text(102, 37, "完成率")
        + text(22, 47, "办公费") + text(62, 47, "1,234.50") + text(102, 47, "77.72%")
        + text(80, 20, "收入决算表", 6) + text(110, 27, "单位：万元")
    )  # fmt: skip
    blocks, notes = read_ofd(ofd(page))
    assert notes == ()
    assert texts(blocks) == ["收入决算表", "单位：万元", "注：本表反映收支。"]
    assert [b.kind for b in blocks] == ["paragraph", "paragraph", "grid", "paragraph"]
    assert grids(blocks) == [(("项目", "决算数", "完成率"), ("办公费", "1,234.50", "77.72%"))]
    grid = blocks[2]
    assert grid.page == 1
    assert grid.pages == (1, 1)
    assert grid.boxes[0][0] == pytest.approx((56.69, 728.5, 170.08, 756.85), abs=0.02)
    start, end, number, box = blocks[0].words[0]
    assert (start, end, number) == (0, 5, 1)
    assert box[0] == pytest.approx(80 * 72 / 25.4, abs=0.02)
    assert box[1] < (297 - 20) * 72 / 25.4 < box[3]


def test_merged_headers_and_rules_as_thin_bars() -> None:
    page = (
        "".join(bar(20, y, 120, 0.2) for y in (30, 50, 60))
        + bar(60, 40, 80, 0.2)
        + "".join(bar(x, 30, 0.2, 30) for x in (20, 60, 140))
        + bar(100, 40, 0.2, 20)
        + text(22, 41, "项目") + text(90, 37, "决算数") + text(62, 47, "合计") + text(102, 47, "基本")
        + text(22, 57, "甲") + text(62, 57, "3.00") + text(102, 57, "1.00")
    )  # fmt: skip
    blocks, _ = read_ofd(ofd(page))
    assert grids(blocks) == [(("项目", "决算数", ""), ("", "合计", "基本"), ("甲", "3.00", "1.00"))]
    assert blocks[0].boxes[1][0] is None


def test_each_cell_ruled_by_its_own_rectangle() -> None:
    def frame(x: float, y: float) -> str:
        return (
            f'<ofd:PathObject ID="2" Boundary="{x} {y} 40 10"><ofd:AbbreviatedData>M 0 0 L 40 0 L 40 10 L 0 10 C'
            "</ofd:AbbreviatedData></ofd:PathObject>"
        )

    page = "".join(frame(x, y) for x in (20, 60) for y in (30, 40))
    page += text(22, 37, "甲") + text(62, 37, "1") + text(22, 47, "乙") + text(62, 47, "2")
    assert grids(read_ofd(ofd(page))[0]) == [(("甲", "1"), ("乙", "2"))]


def test_two_panels_are_two_tables() -> None:
    page = ruled((10, 30, 50), (30, 40, 50)) + ruled((110, 130, 150), (30, 40, 50))
    for x, name in ((12, "左"), (112, "右")):
        page += text(x, 37, name) + text(x + 20, 37, "1") + text(x, 47, "计") + text(x + 20, 47, "2")
    assert len(grids(read_ofd(ofd(page))[0])) == 2


def test_matrix_and_repeated_steps() -> None:
    page = (
        '<ofd:TextObject ID="1" Boundary="20 20 100 10" Font="1" Size="1" CTM="4 0 0 4 0 0"><ofd:TextCode X="0" Y="1" '
        'DeltaX="g 3 1 0.5">预算收入1</ofd:TextCode></ofd:TextObject>'
    )
    blocks, _ = read_ofd(ofd(page))
    assert texts(blocks) == ["预算收入1"]
    box = blocks[0].words[0][3]
    assert box[3] - box[1] == pytest.approx(1.05 * 4 * 72 / 25.4, abs=0.05)


def test_wrapped_lines_join_and_pages_too() -> None:
    full = "预" * 40
    first = text(28, 30, full[:38]) + text(20, 40, full) + text(20, 50, "完。") + text(28, 60, "一、" + full[:36])
    first += text(28, 270, full[:38])
    first += text(100, 290, "- 1 -")
    second = text(20, 30, "续完。") + text(28, 40, "新段。")
    blocks, _ = read_ofd(ofd(first, second))
    assert texts(blocks) == [full[:38] + full + "完。", "一、" + full[:36], full[:38] + "续完。", "新段。"]
    assert [word[2] for word in blocks[2].words] == [1, 2]


def test_a_table_goes_on_over_a_page_break_without_its_header() -> None:
    def sheet(rows: Sequence[Sequence[str]], top: float) -> str:
        cells = "".join(
            text(21 + 40 * c, top + 6 + 8 * r, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)
        )
        return ruled((20, 60, 100, 140), [top + 8 * n for n in range(len(rows) + 1)]) + cells

    header, rows = ("科目", "预算数", "决算数"), [(f"第{n}项", f"{n}.00", f"{n}.50") for n in range(1, 9)]
    first = text(60, 20, "支出决算表") + sheet([header, *rows[:5]], 30) + text(100, 290, "- 1 -")
    blocks, _ = read_ofd(ofd(first, sheet([header, *rows[5:]], 20)))
    assert texts(blocks) == ["支出决算表"]
    assert grids(blocks) == [(header, *rows)]
    assert [block.pages for block in blocks if block.kind == "grid"] == [(1,) * 6 + (2,) * 3]


def test_templates_pictures_and_double_printing() -> None:
    page = text(20, 30, "预算") + text(20.1, 30, "预算") + '<ofd:ImageObject ID="3" Boundary="0 0 1 1"/>'
    blocks, notes = read_ofd(ofd(page, "", template=text(20, 20, "抬头")))
    assert texts(blocks) == ["抬头", "预算", "抬头"]
    assert notes == ("pictures: 1 left out",)
    assert read_ofd(ofd(""))[1] == ("pages without text: 1; pictures are not read",)


def test_other_prefix_and_absolute_locations() -> None:
    bare = NS.replace(":ofd", "")
    data = zipped({
        "OFD.xml": f'<OFD {bare}><DocBody><DocRoot>/D/Document.xml</DocRoot></DocBody></OFD>',
        "D/Document.xml": f'<Document {bare}><Pages><Page BaseLoc="/D/P.xml"/></Pages></Document>',
        "D/P.xml": f'<Page {bare}><Content><Layer><PageBlock><TextObject Boundary="1 1 9 9" '
        'Size="4"><TextCode X="0" Y="4">预算</TextCode></TextObject></PageBlock></Layer></Content></Page>',
    })  # fmt: skip
    assert texts(read_ofd(data)[0]) == ["预算"]


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
REFUSED = {
    "no zip": (b"OFD", "not a OFD file|not an OFD file"),
    "truncated": (ofd(text(20, 20, "预"))[:-100], "truncated"),
    "another zip": (zipped({"a": "b"}), "no OFD.xml"),
    "no pages": (ofd(), "without pages"),
    "doctype": (zipped({"OFD.xml": DOCTYPE + "<a/>"}), "DOCTYPE"),
    "bomb": (ofd("", x=b"\0" * 300_000_000), "zip bomb"),
    "missing page": (zipped({
        "OFD.xml": f"<ofd:OFD {NS}><ofd:DocRoot>d.xml</ofd:DocRoot></ofd:OFD>",
        "d.xml": f'<ofd:D {NS}><ofd:Pages><ofd:Page BaseLoc="../../etc/passwd"/></ofd:Pages></ofd:D>',
    }), "missing from the archive"),
    "many lines": (ofd("".join(line(1, n / 97, 9 + n % 7, n / 97) for n in range(20_001))), "more than 20,000 lines"),
    "many pages": (zipped({
        "OFD.xml": f"<ofd:OFD {NS}><ofd:DocRoot>d.xml</ofd:DocRoot></ofd:OFD>",
        "d.xml": f"<ofd:D {NS}><ofd:Pages>" + '<ofd:Page BaseLoc="p.xml"/>' * 2_001 + "</ofd:Pages></ofd:D>",
        "p.xml": f"<ofd:Page {NS}/>",
    }), "more than 2,000 pages"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_files_are_refused(kind: str) -> None:
    data, words = REFUSED[kind]
    start = time.perf_counter()
    with pytest.raises(ReadError, match=words) as refusal:
        read_ofd(data)
    assert "\n" not in str(refusal.value)
    assert time.perf_counter() - start < 10


HOSTILE = {
    "huge numbers": '<ofd:TextObject Boundary="1e99 1e99" Size="1e99" CTM="1e99 1 1 1e99 1 1"><ofd:TextCode X="1e99" '
    'Y="-1e99" DeltaX="g 999999999 1e99">预算预算</ofd:TextCode></ofd:TextObject>',
    "endless digits": f'<ofd:TextObject Boundary="{"9" * 400} 0 1 1"><ofd:TextCode X="1">预</ofd:TextCode>'
    + f"</ofd:TextObject><ofd:PathObject><ofd:AbbreviatedData>M 0 0 L {'9' * 400} 0</ofd:AbbreviatedData>"
    + "</ofd:PathObject>",
    "no numbers": '<ofd:TextObject><ofd:TextCode DeltaX="g g g">预算</ofd:TextCode></ofd:TextObject>',
    "no text": "<ofd:TextObject><ofd:TextCode/></ofd:TextObject><ofd:PathObject/>",
    "odd path": '<ofd:PathObject Boundary="0 0 1 1"><ofd:AbbreviatedData>L L M 1 Z Q 1 2 B 1 2 3 4 5 6 C C A 1 x'
    "</ofd:AbbreviatedData></ofd:PathObject>",
    "dense lattice": "".join(line(0, n * 0.8, 200, n * 0.8) for n in range(360))
    + "".join(line(n * 0.8, 0, n * 0.8, 290) for n in range(250))
    + text(20, 20, "预算"),
    "deep": "<ofd:PageBlock>" * 200 + text(20, 20, "预") + "</ofd:PageBlock>" * 200,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_odd_content_is_read(kind: str) -> None:
    start = time.perf_counter()
    read_ofd(ofd(HOSTILE[kind]))
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("seed", range(40))
def test_damaged_bytes(seed: int) -> None:
    chance = random.Random(seed)
    page = ruled((20, 60, 100), (30, 40, 50)) + text(22, 37, "项目") + text(62, 37, "1.00")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd(page))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = bytearray(old.read(name))
            part[chance.randrange(len(part))] = chance.randrange(32, 127)
            new.writestr(name, bytes(part))
    try:
        blocks, _ = read_ofd(out.getvalue())
    except ReadError:
        return
    assert all(len(row) == len(block.cells[0]) for block in blocks for row in block.cells)
