"""The tables as sheets of a workbook, their numbers as numbers, and the prose as a text beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..report import Report

__all__ = ["write_workbook"]


def write_workbook(report: Report, folder: Path) -> list[Path]:
    """The text, and the workbook where there are tables.

    Raises ImportError where xlsxwriter is not installed.
    """
    grids = {number for number, block in enumerate(report.blocks) if block.cells}
    beside = {number - back for number in grids for back in (1, 2)}
    prose = [block.text for number, block in enumerate(report.blocks) if number not in grids | beside]
    text = folder / "report.txt"
    text.write_text("\n".join(prose), encoding="utf-8")
    if not grids:
        return [text]
    book = folder / "report.xlsx"
    _book(report, sorted(grids), book)
    return [text, book]


def _book(report: Report, grids: list[int], path: Path) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    numbers = {(p.place.block, p.place.row, p.place.column): p.text for p in report.printings if p.place.row >= 0}
    with xlsxwriter.Workbook(str(path)) as book:
        formats: dict[str, Any] = {}
        for count, number in enumerate(grids, 1):
            sheet = book.add_worksheet(f"{count} {report.blocks[number].text}"[:31])
            sheet.write(0, 0, report.blocks[number - 2].text)
            sheet.write(1, 0, report.blocks[number - 1].text)
            for row, cells in enumerate(report.blocks[number].cells):
                for column, cell in enumerate(cells):
                    if (number, row, column) in numbers and cell:
                        shown = _format(cell)
                        form = formats.setdefault(shown, book.add_format({"num_format": shown, "border": 1}))
                        sheet.write_number(row + 2, column, float(cell.replace(",", "")), form)
                    else:
                        sheet.write(row + 2, column, cell)


def _format(text: str) -> str:
    """The number format that prints a number as it is printed."""
    decimals = len(text.partition(".")[2])
    return ("#,##0" if "," in text else "0") + ("." + "0" * decimals if decimals else "")
