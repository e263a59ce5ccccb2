"""The summary as a workbook: a sheet for each way to count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from ...reports.sheets import Book, Column, Row, Sheet, open_book
from .figures import Figures, Table

__all__ = ["write_book"]

# Widths of the columns that hold text, by their place; the others hold counts.
_TEXTS = {
    "regions": (36,), "entities": (44,), "rules": (10, 60, 10), "lost": (70, 12, 70), "unpaired": (70, 20, 44),
    "passed_over": (14,),
}  # fmt: skip
_COUNT = 13


def write_book(figures: Figures, stream: IO[bytes]) -> None:
    """Write all sheets; every cell is text or a count, none a formula."""
    said = figures.words["batch"]
    with open_book(stream, said) as book:
        _overview(book, figures)
        for name, widths in _TEXTS.items():
            table: Table = getattr(figures, name)
            columns = [
                Column(
                    heading,
                    widths[place] if place < len(widths) else _COUNT,
                    "wrap" if place < len(widths) else "right",
                )
                for place, heading in enumerate(table.headings)
            ]
            sheet = Sheet(book, _short(table.title), [table.title, figures.line], columns)
            sheet.fill(Row(row, 0, {}) for row in table.rows)


def _short(title: str) -> str:
    """A title as the name of a sheet, which has no more than 31 characters and no brackets with remarks."""
    return title.partition("（")[0].partition(" (")[0][:31]


def _overview(book: Book, figures: Figures) -> None:
    said = figures.words["batch"]
    columns = [Column(said["figure"], 40, "wrap"), Column(said["value"], 20, "right")]
    Sheet(
        book,
        said["overview"],
        [f"budgetcheck: {said['title']}", figures.line, figures.coverage, figures.beside],
        columns,
    ).fill(_totals(figures))


def _totals(figures: Figures) -> Iterator[Row]:
    words, said = figures.words, figures.words["batch"]
    shown = {
        **{name: said[name] for name in ("reports", "checked", "unreadable", "stopped", "with_errors")},
        **{name: words[name] for name in ("errors", "warnings", "infos")},
    }
    for name, heading in shown.items():
        yield Row([heading, figures.totals[name]], 0, {})
