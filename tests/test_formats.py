"""One report, written to every format that is read, gives the same findings in each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import pandas as pd
import pytest

import budgetcheck

from .test_ofd import ofd, ruled
from .test_ofd import text as ofd_text

TITLE = "梧桐县图书馆2022年度部门决算"
TABLE = [
    ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
    ["合计", "", "310.00", "130.00", "180.00"],
    ["207", "文化旅游体育与传媒支出", "310.00", "120.00", "180.00"],
    ["20701", "文化和旅游", "310.00", "120.00", "180.00"],
    ["2070104", "图书馆", "310.00", "120.00", "180.00"],
]
PROSE = [
    "一、支出决算情况说明",
    "本年支出合计310.00万元，其中：基本支出130.00万元，占41.94%；项目支出180.00万元，占85.06%。",
    "二、机关运行经费情况",
    "机关运行经费支出25.00万元，比2021年增加5.00万元，增长52.00%。",
]
WANTED = {"BC201", "BC301", "BC130", "BC140"}


def as_text(folder: Path) -> list[Path]:
    rows = "\n".join("| " + " | ".join(row) + " |" for row in TABLE)
    path = folder / "report.md"
    path.write_text("\n\n".join([TITLE, "支出决算表", "单位：万元", rows, *PROSE]), encoding="utf-8")
    return [path]


def as_docx(folder: Path) -> list[Path]:
    def paragraph(text: str) -> str:
        return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"

    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in TABLE)
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"
    body = "".join(map(paragraph, [TITLE, "支出决算表", "单位：万元"])) + table + "".join(map(paragraph, PROSE))
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    path = folder / "report.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {namespace}><w:body>{body}</w:body></w:document>")
    return [path]


def as_html(folder: Path) -> list[Path]:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    prose = "".join(f"<p>{line}</p>" for line in PROSE)
    page = f"<meta charset=utf-8><p>{TITLE}</p><p>支出决算表</p><p>单位：万元</p><table>{rows}</table>{prose}"
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return [path]


def as_workbook_and_text(folder: Path) -> list[Path]:
    import xlsxwriter

    book_path, text_path = folder / "tables.xlsx", folder / "prose.txt"
    book = xlsxwriter.Workbook(str(book_path))
    sheet = book.add_worksheet("支出决算表")
    amount = book.add_format({"num_format": "#,##0.00", "border": 1})
    ruled_cell = book.add_format({"border": 1})
    sheet.write(0, 0, "支出决算表")
    sheet.write(1, 0, "单位：万元")
    for r, row in enumerate(TABLE):
        for c, cell in enumerate(row):
            number = r > 0 and c > 1
            sheet.write(r + 2, c, float(cell) if number else cell, amount if number else ruled_cell)
    book.close()
    text_path.write_text("\n".join([TITLE, *PROSE]), encoding="utf-8")
    return [text_path, book_path]


def pdf(folder: Path, *, lines: bool) -> list[Path]:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = folder / "report.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("STSong-Light", 11)
    y = 780.0
    for title in (TITLE, "支出决算表", "单位：万元"):
        canvas.drawCentredString(297, y, title)
        y -= 24
    edges = [60, 130, 300, 380, 460, 540]
    for row in TABLE:
        for c, cell in enumerate(row):
            canvas.drawString(edges[c] + 4, y - 15, cell)
        if lines:
            canvas.line(edges[0], y, edges[-1], y)
        y -= 22
    if lines:
        canvas.line(edges[0], y, edges[-1], y)
        for edge in edges:
            canvas.line(edge, y, edge, y + 22 * len(TABLE))
    y -= 40
    for line in PROSE:
        for start in range(0, len(line), 40):
            canvas.drawString(60 if start else 82, y, line[start : start + 40])
            y -= 20
    canvas.save()
    return [path]


def as_ofd(folder: Path) -> list[Path]:
    edges = [15.0, 45.0, 105.0, 135.0, 165.0, 195.0]
    page = "".join(ofd_text(80, 20 + 8 * n, line) for n, line in enumerate((TITLE, "支出决算表", "单位：万元")))
    tops = [45.0 + 8 * n for n in range(len(TABLE) + 1)]
    page += ruled(edges, tops)
    for r, row in enumerate(TABLE):
        page += "".join(ofd_text(edges[c] + 1, tops[r] + 6, cell, 3) for c, cell in enumerate(row) if cell)
    y = tops[-1] + 15
    for line in PROSE:
        for start in range(0, len(line), 40):
            page += ofd_text(20 if start else 28, y, line[start : start + 40])
            y += 7
    path = folder / "report.ofd"
    path.write_bytes(ofd(page))
    return [path]


FORMATS: dict[str, Callable[[Path], list[Path]]] = {
    "text": as_text,
    "docx": as_docx,
    "html": as_html,
    "workbook and text": as_workbook_and_text,
    "pdf ruled": lambda folder: pdf(folder, lines=True),
    "pdf borderless": lambda folder: pdf(folder, lines=False),
    "ofd": as_ofd,
}


def said(review: budgetcheck.Review) -> list[tuple[str, str]]:
    return sorted((finding.rule, finding.message) for finding in review.findings)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    return said(budgetcheck.check(as_text(tmp_path_factory.mktemp("reference"))[0]))


def test_the_reference_finds_what_is_wrong(reference: list[tuple[str, str]]) -> None:
    assert {rule for rule, _ in reference} >= WANTED


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_findings(name: str, tmp_path: Path, reference: list[tuple[str, str]]) -> None:
    paths = FORMATS[name](tmp_path)
    review = budgetcheck.check(paths[0] if len(paths) == 1 else paths)
    assert said(review) == reference
    assert review.coverage.unread == 0


def test_frames_give_the_same_findings(reference: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(TABLE[1:], columns=TABLE[0])
    review = budgetcheck.check_frames({"支出决算表": frame}, narrative="\n".join([TITLE, *PROSE]))
    assert {rule for rule, _ in said(review)} == {rule for rule, _ in reference}


def test_a_zip_that_is_no_report_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    path.write_bytes(out.getvalue())
    with pytest.raises(budgetcheck.ReadError) as caught:
        budgetcheck.check(path)
    assert "\n" not in str(caught.value)
