"""PDF with a font that every viewer brings along."""

from __future__ import annotations

from pathlib import Path

from ..report import Report
from .pages import HEIGHT, WIDTH, pages

__all__ = ["write_pdf"]

_FONT = "STSong-Light"


def write_pdf(report: Report, folder: Path) -> list[Path]:
    """One file, its tables ruled.

    Raises ImportError where reportlab is not installed.
    """
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    path = folder / "report.pdf"
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT))
    for page in pages(report, lambda text: float(pdfmetrics.stringWidth(text, _FONT, 1))):
        for x, y, size, text in page.texts:
            canvas.setFont(_FONT, size)
            canvas.drawString(x, HEIGHT - y, text)
        for x0, y0, x1, y1 in page.lines:
            canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
        canvas.showPage()
    canvas.save()
    return [path]
