"""Grids as cells: what is printed where, the header texts above each column, which columns hold words or codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .amounts import fold
from .model import Box
from .outline import Passage

__all__ = ["CHINESE", "Cell", "Column", "Group", "Row", "header_chains", "mostly_codes", "mostly_text", "read_cells"]

CHINESE = re.compile(r"[一-鿿]{2}")
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?|\((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)")
_SEPARATED = re.compile(r"-?[,，]?\d[\d,，]*(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: folded text, what is printed, and where it is."""

    text: str
    printed: str
    row: int
    column: int
    page: int | None = None
    box: Box | None = None

    @property
    def filled(self) -> bool:
        """Whether the cell holds anything; marks for nothing (-, 无) are read as blank."""
        return bool(self.text)

    @property
    def amount(self) -> bool:
        """Whether the cell is a number."""
        return bool(_AMOUNT.fullmatch(self.text.replace(" ", "")))

    @property
    def digits(self) -> str:
        """The number without spaces and separators, wherever these stand; "" where there is none."""
        text = self.text.replace(" ", "")
        if self.amount:
            return f"-{text.strip('()')}" if text.startswith("(") else text
        return re.sub("[,，]", "", text) if _SEPARATED.fullmatch(text) else ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as recognised: canonical name (or its header where it is none), header chain, its data."""

    index: int
    name: str
    header: str
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together: codes, a name, amounts. Side by side panels are several groups."""

    codes: tuple[int, ...]
    name: int | None
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A data row of one group: code ("" where there is none), label, its cells by column name."""

    number: int
    group: int
    code: str
    label: str
    cells: Mapping[str, Cell]
    total: bool = False
    raw: str = ""
    odd: bool = False


def read_cells(passage: Passage, nothing: re.Pattern[str]) -> list[list[Cell]]:
    """The cells of a grid, folded; those that match `nothing` are blank."""
    block = passage.block
    rows = []
    for r, row in enumerate(block.cells):
        page = block.pages[r] if r < len(block.pages) else block.page
        boxes = block.boxes[r] if r < len(block.boxes) else ()
        rows.append(
            [
                Cell(nothing.sub("", fold(text).folded), text.strip(), r, c, page, boxes[c] if c < len(boxes) else None)
                for c, text in enumerate(row)
            ]
        )
    return rows


def header_chains(headers: Sequence[Sequence[Cell]], width: int) -> list[str]:
    """For each column the texts above it, outermost first; a blank cell belongs to its left neighbour of one parent."""
    filled: list[list[str]] = []
    for level, row in enumerate(headers):
        texts = [cell.text for cell in row] + [""] * (width - len(row))
        for c in range(1, width):
            one_parent = level == 0 or filled[level - 1][c] == filled[level - 1][c - 1]
            if not texts[c] and one_parent and level < len(headers) - 1:
                texts[c] = texts[c - 1]
        filled.append(texts)
    return ["|".join(dict.fromkeys(row[c] for row in filled if row[c])) for c in range(width)]


def mostly_text(data: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether more than half of the filled cells of a column hold words."""
    filled = [row[column] for row in data if column < len(row) and row[column].text]
    words = sum(bool(CHINESE.search(cell.text)) for cell in filled)
    return bool(filled) and words * 2 > len(filled) and words >= min(2, len(filled))


def mostly_codes(data: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether the cells of a column that hold no words (合计 stands among codes) are codes."""
    filled = [row[column].text for row in data if column < len(row) and row[column].text]
    filled = [text for text in filled if not CHINESE.search(text)]
    codes = sum(text.replace(" ", "").isdigit() and len(text) <= 7 for text in filled)
    return bool(filled) and codes * 10 >= len(filled) * 7
