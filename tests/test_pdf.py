"""PDF files: an independent reader finds the same tables, made pages are read as printed, hostile ones refused."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import pytest

from budgetcheck.errors import ReadError
from budgetcheck.model import Block

pytest.importorskip("pypdfium2")
from budgetcheck.readers import pdf

from .readings import LAYOUT

read_pdf = partial(pdf.read_pdf, layout=LAYOUT)

_HERE = Path(__file__).resolve()
CORPUS = sorted(
    path
    for folder in (_HERE.parents[2] / "shared" / "corpus", _HERE.parents[1] / "shared" / "corpus")
    for path in folder.glob("*.pdf")
)
Rows = list[list[str]]
SONG = "STSong-Light"
WIDTH, HEIGHT = 595, 842


# --- the same tables as pdfplumber finds -----------------------------------------------------------------------------


def bare(cells: Sequence[Sequence[str | None]]) -> Rows:
    return [["".join((cell or "").split()) for cell in row] for row in cells]


def without_blank_rows(rows: Rows) -> Rows:
    return [row for row in rows if any(row)]


@cache
def ours(path: Path) -> list[Rows]:
    blocks, _, _ = read_pdf(path.read_bytes())
    return [bare(block.cells) for block in blocks if block.kind == "grid"]


@cache
def theirs(path: Path) -> tuple[list[Rows], Counter[str]]:
    """Tables of pdfplumber, and the characters of repeated headers.

    The first table of a page without text above it goes on with the last of the page before.
    """
    pdfplumber = pytest.importorskip("pdfplumber")
    found: list[Rows] = []
    edges: list[list[float]] = []
    dropped: Counter[str] = Counter()
    with pdfplumber.open(path) as document:
        for page in document.pages:
            for n, table in enumerate(page.find_tables()):
                rows = bare(table.extract())
                xs = sorted({round(x) for cell in table.cells for x in (cell[0], cell[2])})
                above = [word for word in page.extract_words() if word["bottom"] < table.bbox[1]]
                if n == 0 and not above and edges and subset(xs, edges[-1]):
                    rows = spread(rows, xs, edges[-1])
                    while rows and rows[0] in found[-1][:4]:
                        dropped.update("".join(rows.pop(0)))
                    found[-1] += rows
                elif any(any(row) for row in rows) and (path.stem, rows[0][0]) not in NO_TABLES:
                    found.append(rows)
                    edges.append(xs)
    return found, dropped


def subset(xs: list[float], others: list[float]) -> bool:
    return all(min(abs(x - other) for other in others) <= 3 for x in xs) and abs(xs[-1] - others[-1]) <= 3


def spread(rows: Rows, xs: list[float], others: list[float]) -> Rows:
    columns = [min(range(len(others)), key=lambda n: abs(others[n] - x)) for x in xs[:-1]]
    return [[dict(zip(columns, row, strict=False)).get(n, "") for n in range(len(others) - 1)] for row in rows]


# File and number of the table → why it differs from pdfplumber's.
DIFFERENT: dict[tuple[str, int], str] = {}
# File and first cell of what pdfplumber takes for a table → why it is none.
NO_TABLES = {
    ("shanghai-putuo-wanli-2024-budget", "目录"): "white shading behind each line of the table of contents",
}


@pytest.mark.skipif(not CORPUS, reason="no corpus here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_tables_are_those_of_pdfplumber(path: Path) -> None:
    mine, (other, _) = ours(path), theirs(path)
    assert len(mine) == len(other)
    for n, (one, two) in enumerate(zip(mine, other, strict=True)):
        if (path.stem, n) not in DIFFERENT:
            assert one == two, f"table {n}"


@pytest.mark.skipif(not CORPUS, reason="no corpus here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_character_is_read_once(path: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    blocks, notes, count = read_pdf(path.read_bytes())
    with pdfplumber.open(path) as document:
        chars = Counter(char["text"] for page in document.pages for char in page.chars if char["text"].strip())
        assert count == len(document.pages)
    text = "".join(block.text + "".join(map("".join, block.cells)) for block in blocks)
    assert Counter("".join(text.split())) == chars - theirs(path)[1]
    assert not notes


@pytest.mark.skipif(not CORPUS, reason="no corpus here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_places_are_those_of_pdfplumber(path: Path) -> None:
    """Words of paragraphs lie where the other reader finds the same characters."""
    pdfplumber = pytest.importorskip("pdfplumber")
    blocks, _, _ = read_pdf(path.read_bytes())
    with pdfplumber.open(path) as document:
        sizes = {page.page_number: (page.width, page.height) for page in document.pages}
        pages = {page.page_number: page.chars for page in document.pages[:8]}
    for block in blocks:
        for start, end, page, (left, bottom, right, top) in block.words:
            assert 0 <= left < right <= sizes[page][0]
            assert 0 <= bottom < top <= sizes[page][1]
            inside = [
                char["text"]
                for char in pages.get(page, ())
                if left - 1 <= (char["x0"] + char["x1"]) / 2 <= right + 1
                and bottom <= char["matrix"][5] + 1 and char["matrix"][5] - 1 <= top
            ]  # fmt: skip
            if page in pages:
                assert set(block.text[start:end]) <= set("".join(inside))


# --- pages made here -------------------------------------------------------------------------------------------------


class Maker:
    """A PDF drawn by hand; y counts upwards."""

    def __init__(self, **options: object) -> None:
        pytest.importorskip("reportlab")
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        pdfmetrics.registerFont(UnicodeCIDFont(SONG))
        self.stream = io.BytesIO()
        self.font = SONG
        self.canvas = Canvas(self.stream, pagesize=(WIDTH, HEIGHT), **options)

    def text(self, x: float, y: float, text: str, size: float = 10, align: str = "left") -> Maker:
        self.canvas.setFont(self.font, size)
        draw = {"left": "drawString", "right": "drawRightString", "centre": "drawCentredString"}[align]
        getattr(self.canvas, draw)(x, y, text)
        return self

    def table(self, x: Sequence[float], top: float, rows: Sequence[Sequence[str]], height: float = 20) -> float:
        """A ruled table; `<` goes on with the cell to the left, `^` with the one above. Returns its lower edge."""
        line = self.canvas.line
        for r, row in enumerate(rows):
            y = top - r * height
            for c, cell in enumerate(row):
                if cell != "^":
                    line(x[c], y, x[c + 1], y)
                if cell != "<":
                    line(x[c], y, x[c], y - height)
                if cell not in ("<", "^"):
                    parts = cell.split("\n")
                    for n, part in enumerate(parts):
                        self.text(x[c] + 3, y - height / 2 - 3 + (len(parts) - 1 - 2 * n) * 5, part, 9)
            line(x[-1], y, x[-1], y - height)
        bottom = top - len(rows) * height
        line(x[0], bottom, x[-1], bottom)
        return bottom

    def page(self) -> Maker:
        self.canvas.showPage()
        return self

    def read(self) -> tuple[tuple[Block, ...], tuple[str, ...], int]:
        return read_pdf(self.bytes())

    def bytes(self) -> bytes:
        self.canvas.save()
        return self.stream.getvalue()


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text if block.kind == "paragraph" else "<grid>" for block in blocks]


def grids(blocks: Sequence[Block]) -> list[Rows]:
    return [[list(row) for row in block.cells] for block in blocks if block.kind == "grid"]


HEADER = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
XS = [60, 130, 280, 360, 440, 520]


def body(count: int, start: int = 1) -> Rows:
    return [[f"20101{n:02}", f"第{n}项支出", f"{n}.25", f"{n}.00", "0.25"] for n in range(start, start + count)]


def test_ruled_table_between_its_title_and_note() -> None:
    made = Maker().text(297, 780, "支出决算表", 16, "centre").text(520, 760, "单位：万元", 9, "right")
    bottom = made.table(XS, 750, [HEADER, *body(3)])
    made.text(60, bottom - 12, "注：本表反映部门本年度各项支出情况。", 9)
    blocks, notes, count = made.read()
    assert texts(blocks) == ["支出决算表", "单位：万元", "<grid>", "注：本表反映部门本年度各项支出情况。"]
    assert grids(blocks) == [[HEADER, *body(3)]]
    assert (notes, count) == ((), 1)
    grid = blocks[2]
    assert (grid.page, grid.pages) == (1, (1,) * 4)
    assert grid.boxes[1][2] == pytest.approx((280, 710, 360, 730), abs=0.6)


def test_thin_rectangles_and_one_path_with_many_lines_are_lines() -> None:
    def rectangles(made: Maker) -> None:
        for y in (700, 680, 660):
            made.canvas.rect(60, y, 300, 0.7, stroke=0, fill=1)
        for x in (60, 160, 360):
            made.canvas.rect(x, 660, 0.7, 40, stroke=0, fill=1)

    def one_path(made: Maker) -> None:
        path = made.canvas.beginPath()
        for y in (700, 680, 660):
            path.moveTo(60, y)
            path.lineTo(360, y)
        for x in (60, 160, 360):
            path.moveTo(x, 660)
            path.lineTo(x, 700)
        made.canvas.drawPath(path, stroke=1, fill=0)

    def boxes(made: Maker) -> None:
        for x, w in ((60, 100), (160, 200)):
            for y in (680, 660):
                made.canvas.rect(x, y, w, 20)

    def form(made: Maker) -> None:
        made.canvas.beginForm("table")
        one_path(made)
        made.canvas.endForm()
        made.canvas.doForm("table")

    for draw in (rectangles, one_path, boxes, form):
        made = Maker()
        draw(made)
        for x, y, text in ((70, 686, "项目"), (170, 686, "决算数"), (70, 666, "合计"), (170, 666, "1.50")):
            made.text(x, y, text)
        blocks, _, _ = made.read()
        assert grids(blocks) == [[["项目", "决算数"], ["合计", "1.50"]]], draw.__name__


def test_shading_frames_underlines_and_unpainted_paths_are_no_tables() -> None:
    made = Maker()
    made.canvas.setFillGray(0.9)
    made.canvas.rect(60, 600, 400, 100, stroke=0, fill=1)
    made.canvas.setFillGray(0)
    made.canvas.rect(40, 40, 515, 760)
    made.canvas.line(100, 648, 200, 648)
    path = made.canvas.beginPath()
    for y in (700, 680, 660, 640):
        path.moveTo(60, y)
        path.lineTo(360, y)
    path.moveTo(200, 640)
    path.lineTo(200, 700)
    made.canvas.drawPath(path, stroke=0, fill=0)
    blocks, _, _ = made.text(100, 650, "一、主要职能").read()
    assert texts(blocks) == ["一、主要职能"]


def test_merged_header_cells_hold_text_once() -> None:
    rows = [
        ["项目", "<", "本年支出", "<", "<"],
        ["编码", "名称", "合计", "基本支出", "项目支出"],
        *body(2),
        ["合计", "<", "3.50", "3.00", "0.50"],
    ]
    made = Maker()
    made.table(XS, 750, rows)
    (grid,) = grids(made.read()[0])
    assert grid == [["" if cell in "<^" else cell for cell in row] for row in rows]


def test_cells_merged_downwards() -> None:
    rows = [["项目", "合计", "其中", "<"], ["^", "^", "基本支出", "项目支出"], ["行政运行", "2.00", "1.50", "0.50"]]
    made = Maker()
    made.table(XS[:5], 750, rows)
    blocks = made.read()[0]
    assert grids(blocks) == [[["" if cell in "<^" else cell for cell in row] for row in rows]]
    assert blocks[0].boxes[1][0] is None
    assert blocks[0].boxes[0][0] == pytest.approx((60, 710, 130, 750), abs=0.6)


def test_wrapped_names_and_codes_are_joined() -> None:
    made = Maker()
    made.table(XS, 750, [HEADER, ["20805\n05", "机关事业单位基本养老\n保险缴费支出", "6.18", "6.18", "0.00"]], 30)
    (grid,) = grids(made.read()[0])
    assert grid[1] == ["2080505", "机关事业单位基本养老保险缴费支出", "6.18", "6.18", "0.00"]


def test_text_that_runs_over_a_line_is_parted_but_a_wide_amount_is_not() -> None:
    made = Maker()
    made.table([60, 78, 200, 240], 750, [["编码", "名称", "数"], ["", "", ""]])
    made.text(63, 717, "310资本性支出").text(196, 717, "1,234,567.89")
    (grid,) = grids(made.read()[0])
    assert grid[1] == ["310", "资本性支出", "1,234,567.89"]


def test_two_panels_are_one_grid() -> None:
    rows = [["301", "工资福利支出", "95.36"], ["30101", "基本工资", "14.12"]]
    other = [["302", "商品和服务支出", "10.23"], ["30201", "办公费", "3.78"]]
    both = [a + b for a, b in zip(rows, other, strict=True)]
    touching = Maker()
    touching.table([60, 110, 220, 280, 330, 440, 520], 750, both)
    apart = Maker()
    apart.table([60, 110, 220, 280], 750, rows)
    apart.table([300, 340, 440, 520], 750, other)
    assert grids(touching.read()[0]) == grids(apart.read()[0]) == [both]


def test_tables_below_each_other_stay_two() -> None:
    made = Maker()
    bottom = made.table(XS, 750, [HEADER, *body(2)])
    made.table(XS, bottom - 30, [HEADER, *body(2, 5)])
    assert grids(made.read()[0]) == [[HEADER, *body(2)], [HEADER, *body(2, 5)]]


@pytest.mark.parametrize("repeated", [True, False])
def test_continued_table(repeated: bool) -> None:
    made = Maker().text(297, 780, "支出决算表", 16, "centre").text(297, 30, "- 1 -", 9, "centre")
    made.table(XS, 750, [HEADER, *body(20)])
    made.page().text(297, 30, "- 2 -", 9, "centre")
    bottom = made.table([x + 1 for x in XS], 780, [*([HEADER] if repeated else []), *body(5, 21)])
    made.text(60, bottom - 12, "注：本表反映支出。", 9)
    blocks, _, count = made.read()
    assert grids(blocks) == [[HEADER, *body(25)]]
    assert texts(blocks) == ["支出决算表", "<grid>", "注：本表反映支出。"]
    assert blocks[1].pages == (1,) * 21 + (2,) * 5
    assert len(blocks[1].boxes) == 26
    assert count == 2


def test_continued_table_whose_title_is_repeated() -> None:
    made = Maker()
    for page, rows in enumerate((body(20), body(5, 21))):
        made.text(297, 780, "支出决算表" + "（续）" * page, 16, "centre").text(520, 760, "单位：万元", 9, "right")
        made.table(XS, 750, [HEADER, *rows])
        made.page()
    blocks, _, _ = made.read()
    assert texts(blocks) == ["支出决算表", "单位：万元", "<grid>"]
    assert grids(blocks) == [[HEADER, *body(25)]]


def test_a_title_begins_another_table_and_so_do_other_columns() -> None:
    made = Maker()
    made.table(XS, 750, [HEADER, *body(2)])
    made.page().text(297, 780, "收入决算表", 16, "centre").table(XS, 750, [HEADER, *body(2)])
    made.page().table([60, 140, 280, 360, 450, 520], 750, [HEADER, *body(2)])
    assert len(grids(made.read()[0])) == 3


def test_tail_of_one_row_is_laid_on_the_columns_above() -> None:
    made = Maker()
    made.table(XS, 750, [HEADER, *body(20)])
    made.page().table([60, *XS[2:]], 780, [["合计", "215.00", "210.00", "5.00"]])
    (grid,) = grids(made.read()[0])
    assert grid[-1] == ["合计", "", "215.00", "210.00", "5.00"]


def test_row_parted_by_the_page_break_is_joined() -> None:
    rows = body(6)
    rows[-1][1] = "机关事业单位基本养老"
    made = Maker()
    made.table(XS, 750, [HEADER, *rows])
    made.page().table(XS, 780, [["", "保险缴费支出", "", "", ""], *body(2, 7)])
    (grid,) = grids(made.read()[0])
    assert grid[6][1] == "机关事业单位基本养老保险缴费支出"
    assert grid[7:] == body(2, 7)


def test_rows_of_a_panel_that_ended_early_are_rows_of_their_own() -> None:
    rows = [[f"第{n}项收入", f"{n}.00" if n > 5 else "", f"第{n}类支出", f"{n}.50"] for n in range(1, 8)]
    rest = [["加项收入", "7.00", "", ""], ["加项补助", "0.25", "", ""]]
    made = Maker()
    made.table([60, 180, 280, 400, 520], 750, [["项目", "决算数", "项目", "决算数"], *rows])
    made.page().table([60, 180, 280, 400, 520], 780, rest)
    (grid,) = grids(made.read()[0])
    assert grid[-3:] == [rows[-1], *rest]


def borderless(rows: Sequence[Sequence[str]], note: str = "注：本表反映部门本年度各项支出情况。") -> Maker:
    made = Maker().text(297, 780, "支出决算表", 16, "centre").text(520, 760, "单位：万元", 9, "right")
    for n, row in enumerate(rows):
        for c, cell in enumerate(row):
            if c < 2:
                made.text(XS[c], 740 - 18 * n, cell)
            else:
                made.text(XS[c + 1] - 5, 740 - 18 * n, cell, align="right")
    return made.text(60, 730 - 18 * len(rows), note, 9)


def test_borderless_table() -> None:
    rows = [HEADER, *body(6), ["", "二、外交支出", "", "", ""], ["", "合计", "22.50", "21.00", "1.50"]]
    blocks, _, _ = borderless(rows).read()
    assert texts(blocks) == ["支出决算表", "单位：万元", "<grid>", "注：本表反映部门本年度各项支出情况。"]
    assert grids(blocks) == [rows]


def test_borderless_table_with_a_wrapped_name() -> None:
    wide = ["2080505", "", "6.18", "6.18", "0.00"]
    rows = [HEADER, *body(3), wide, *body(3, 7)]
    made = Maker()
    for n, row in enumerate(rows):
        y = 740 - 18 * n - (8 if n >= 4 else 0) - (8 if n > 4 else 0)
        for c, cell in enumerate(row):
            made.text(XS[c] if c < 2 else XS[c + 1] - 5, y, cell, align="left" if c < 2 else "right")
        if row is wide:
            made.text(XS[1], y + 6, "机关事业单位基本养老").text(XS[1], y - 6, "保险缴费支出")
    wide[1] = "机关事业单位基本养老保险缴费支出"
    assert grids(made.read()[0]) == [rows]


PROSE = (
    "2024年度收入支出总计307.82万元，与2023年度相比增加12.50万元，增长4.23%，主要原因是人员经费增加，"
    "其中基本支出105.58万元，占34.30%，项目支出202.24万元，占65.70%，按照预算安排执行，没有结转和结余，"
    "各项支出均按照规定的用途和标准使用，并接受财政和审计部门的监督检查。"
)


def wrapped(made: Maker, text: str, top: float, first: int = 28, width: int = 30, size: float = 14) -> float:
    """A paragraph as a word processor sets it: two characters of indent, lines filled to the right edge."""
    x, y, left = 80.0, top, (width - first) * size
    line, used = "", left
    for token in re.findall(r"[0-9A-Za-z.%]+|.", text):
        wide = made.canvas.stringWidth(token, SONG, size)
        if used + wide > width * size and token not in "，。":
            made.text(x + left, y, line, size)
            line, used, left, y = "", 0.0, 0.0, y - 24
        line, used = line + token, used + wide
    made.text(x + left, y, line, size)
    return y - 24


def test_prose_is_no_table_and_its_lines_are_joined() -> None:
    made = Maker()
    y = 780.0
    paragraphs = [PROSE, "（一）" + PROSE[:60], PROSE[:31], "1.机关运行经费10.23万元。", PROSE]
    for paragraph in paragraphs:
        y = wrapped(made, paragraph, y)
    blocks, _, _ = made.read()
    assert texts(blocks) == paragraphs
    for block in blocks:
        for start, end, page, box in block.words:
            assert page == 1
            assert block.text[start:end].strip()
            assert box[0] < box[2]
            assert box[1] < box[3]


def test_a_wrapped_line_on_a_page_of_indented_lines_goes_on_behind_a_semicolon() -> None:
    made = Maker()
    items = [f"{n}.机关运行经费支出10.23万元，比上年决算数增加{n}.00万元。" for n in range(1, 9)]
    y = 780.0
    for item in items:
        y = wrapped(made, item, y)
    made.text(80 + 28, y, "本年收入合计1036.12万元，其中：财政拨款收入977.88万元，占94.4%；", 14)
    made.text(80, y - 24, "其他收入58.24万元，占5.6%。", 14)
    blocks, _, _ = made.read()
    assert texts(blocks) == [
        *items,
        "本年收入合计1036.12万元，其中：财政拨款收入977.88万元，占94.4%；其他收入58.24万元，占5.6%。",
    ]


@pytest.mark.parametrize("number", ["- {} -", "{}", "第{}页", "— {} —", "{} / 3", "第 {} 页 共 3 页"])
def test_paragraph_goes_on_over_a_page_break_behind_number_and_header(number: str) -> None:
    made = Maker()
    joined = PROSE * 12
    pieces = 0
    lines: list[tuple[float, float, str]] = []
    probe = Maker()
    probe.text = lambda x, y, text, *_: lines.append((x, y, text)) or probe  # type: ignore[method-assign,func-returns-value]
    wrapped(probe, joined, 0)
    for start in range(0, len(lines), 20):
        pieces += 1
        made.text(297, 800, "云溪区2024年度部门决算公开", 9, "centre")
        for n, (x, _, text) in enumerate(lines[start : start + 20]):
            made.text(x, 760 - 24 * n, text, 14)
        made.text(297, 40, number.format(pieces), 9, "centre").page()
    blocks, _, count = made.read()
    assert count == pieces >= 3
    assert texts(blocks) == [joined]
    assert blocks[0].page == 1
    assert {page for _, _, page, _ in blocks[0].words} == set(range(1, count + 1))


def test_order_of_the_file_and_overprinting_do_not_matter() -> None:
    made = Maker()
    for x, y, text in ((80, 600, "三、支出"), (80, 700, "二、收入"), (80, 750, "一、职能"), (120, 700.5, "决算")):
        made.text(x, y, text)
        made.text(x + 0.3, y, text)
    blocks, _, _ = made.read()
    assert texts(blocks) == ["一、职能", "二、收入决算", "三、支出"]


def test_spaces_inside_words_are_dropped_and_between_latin_words_kept() -> None:
    blocks, _, _ = Maker().text(80, 700, "本 年 度 收 入 3.5 万 元").text(80, 600, "Annual Report").read()
    assert texts(blocks) == ["本年度收入3.5万元", "Annual Report"]


def picture(made: Maker) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    made.canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 60, 60, 400, 600)


def test_pages_without_text_are_reported() -> None:
    made = Maker().text(80, 700, "一、职能").page()
    picture(made)
    made.page().page()
    blocks, notes, count = made.read()
    assert [(block.kind, block.text, block.page) for block in blocks] == [
        ("paragraph", "一、职能", 1),
        ("picture", "", 2),
    ]
    assert notes == ("page 2: no text layer (a picture)",)
    assert count == 3


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("flagged", [True, False])
def test_turned_pages_are_read_upright(turn: int, flagged: bool) -> None:
    made = Maker()
    if flagged:
        made.canvas.setPageRotation(turn)
        if turn % 180:  # reportlab exchanges the sides of such a page
            made.canvas.setPageSize((HEIGHT, WIDTH))
    move = {0: (0, 0), 90: (WIDTH, 0), 180: (WIDTH, HEIGHT), 270: (0, HEIGHT)}[turn]
    made.canvas.translate(*move)
    made.canvas.rotate(turn)
    # PDFium drops turned text of a font that is neither embedded nor installed.
    made.font = "Helvetica"
    rows = [["Code", "Name", "Total"], *([f"20{n}", f"Item {n}", f"{n}.25"] for n in range(3))]
    made.text(80, 480, "Expenditure", 16)
    made.table(XS[:4], 460, rows)
    blocks, notes, _ = made.read()
    assert texts(blocks) == ["Expenditure", "<grid>"]
    assert grids(blocks) == [rows]
    assert not notes
    box = blocks[1].boxes[0][0]
    assert box is not None
    if flagged or not turn:
        assert box == pytest.approx((60, 440, 130, 460), abs=0.6)
    else:
        assert all(-1 < each < HEIGHT + 1 for each in box)


def test_sideways_text_is_noted() -> None:
    made = Maker().text(80, 700, "一、职能")
    made.canvas.rotate(40)
    blocks, notes, _ = made.text(200, 200, "草稿", 40).read()
    assert texts(blocks) == ["一、职能"]
    assert notes == ("page 1: text at another angle, not read",)


# --- hostile files ---------------------------------------------------------------------------------------------------


@cache
def sample() -> bytes:
    made = Maker(pageCompression=1).text(297, 780, "支出决算表", 16, "centre")
    made.table(XS, 750, [HEADER, *body(10)])
    wrapped(made.page(), PROSE, 780)
    return made.bytes()


def read_or_refuse(data: bytes) -> None:
    try:
        blocks, notes, count = read_pdf(data)
    except ReadError as error:
        message = str(error)
    else:
        message = "none"
        assert count >= 1
        assert all("\n" not in note for note in notes)
        assert all(len(row) == len(block.cells[0]) for block in blocks for row in block.cells)
    assert message
    assert "\n" not in message


def test_truncated_files_are_refused_or_marked() -> None:
    data = sample()
    for share in range(1, 40):
        cut = data[: len(data) * share // 40]
        read_or_refuse(cut)
        try:
            _, notes, _ = read_pdf(cut)
        except ReadError:
            continue
        assert any("incomplete" in note for note in notes)


def test_flipped_bits_do_no_harm() -> None:
    rng = random.Random(7)
    for _ in range(150):
        data = bytearray(sample())
        for _ in range(rng.choice((1, 5, 50))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        read_or_refuse(bytes(data))


def test_random_bytes_are_refused() -> None:
    rng = random.Random(3)
    for size in (0, 1, 10, 1000, 100_000):
        noise = rng.randbytes(size)
        for data in (noise, b"%PDF-1.7\n" + noise, b"%PDF-1.7\n" + noise + b"\n%%EOF"):
            with pytest.raises(ReadError):
                read_pdf(data)


def looping() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>endobj\n"
        b"3 0 obj<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>endobj\n"
        b"trailer<</Root 1 0 R/Size 4>>\n%%EOF"
    )


def many_pages() -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(2500))
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count 2500>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 4>>\n%%EOF"
    )


@pytest.mark.parametrize("make", [looping, many_pages])
def test_looping_and_endless_files_are_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(ReadError):
        read_pdf(make())


def test_locked_file_is_refused() -> None:
    pytest.importorskip("reportlab")
    from reportlab.lib.pdfencrypt import StandardEncryption

    made = Maker(encrypt=StandardEncryption("secret", "owner", strength=128)).text(80, 700, "一、职能")
    with pytest.raises(ReadError, match="password"):
        read_pdf(made.bytes())


def test_empty_pages_are_read_as_nothing() -> None:
    assert Maker().page().page().read() == ((), (), 2)


def test_a_page_full_of_lines_is_read_in_time() -> None:
    made = Maker()
    for n in range(3000):
        made.canvas.line(n / 5, 0, n / 5, 800)
        made.canvas.line(0, n / 4, 590, n / 4)
    blocks, _, _ = made.text(80, 700, "一、职能").read()
    assert "一、职能" in "".join(block.text + "".join(map("".join, block.cells)) for block in blocks)
