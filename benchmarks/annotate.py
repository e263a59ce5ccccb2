"""Time and size of notes in a PDF, a Word file and a workbook of 5 000 lines: `python benchmarks/annotate.py`."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from docx import Document
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from xlsxwriter import Workbook

from budgetcheck.annotate import Note, annotate
from budgetcheck.annotate.places import Place
from budgetcheck.readers import layout_of, read_document
from budgetcheck.wording import load_wording

LINES = [f"第{n}项支出决算为{n}.25万元，比上年增加{n % 7}.10万元。" for n in range(5_000)]
COUNTS = (10, 1_000, 5_000)
TEXT = "说明" * 100


def pdf(path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for start in range(0, len(LINES), 40):
        canvas.setFont("STSong-Light", 10)
        for number, line in enumerate(LINES[start : start + 40]):
            canvas.drawString(60, 800 - 18 * number, line)
        canvas.showPage()
    canvas.save()


def docx(path: Path) -> None:
    document = Document()
    for line in LINES:
        document.add_paragraph(line)
    document.save(str(path))


def xlsx(path: Path) -> None:
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("说明")
        for row, line in enumerate(LINES):
            sheet.write(row, 0, line)


def main() -> None:
    layout = layout_of(load_wording())
    with tempfile.TemporaryDirectory() as folder:
        for make in (pdf, docx, xlsx):
            path = Path(folder) / f"lines.{make.__name__}"
            make(path)
            document = read_document(path, layout)
            found = ((n, re.search(r"\d+\.25万元", block.text)) for n, block in enumerate(document.blocks))
            places = [Place(n, None, *number.span()) for n, number in found if number]
            for count in COUNTS:
                notes = [Note(place, None, "error", ("BC104",), ("x",), TEXT) for place in places[:count]]
                start = time.perf_counter()
                made = annotate(path, document, notes, layout)
                taken = time.perf_counter() - start
                exact, more = made.standing.count("exact"), (len(made.data) - path.stat().st_size) / 1024
                print(f"{make.__name__:5} {count:6,} notes {taken:6.2f} s  {more:9,.0f} KiB more  {exact:6,} exact")


if __name__ == "__main__":
    main()
