"""A table over several pages: further rows are laid on its columns, repeated headers dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from ..model import Block, Box
from .lattice import Table
from .layout import Layout

__all__ = ["Grid"]

_SAME = 3.0
_LOOSE = 15.0
_HEADER_ROWS = 10
_DENSE = 0.8
_RECENT = 200

_T = TypeVar("_T")
_Boxes = list[list[Box | None]]


class Grid:
    """A table that may go on; `titles` are the lines above it, as they may be repeated on the next page."""

    def __init__(
        self, table: Table, page: int, place: Callable[[Box], Box], titles: frozenset[str], layout: Layout
    ) -> None:
        self._layout = layout
        self._xs = table.xs
        self._ruled = table.ruled
        self._rows = table.rows
        self._boxes = _placed(table.boxes, place)
        self.pages = [page] * len(table.rows)
        self.titles = titles
        self.last_page = page

    def join(self, table: Table, page: int, place: Callable[[Box], Box]) -> bool:
        """Append the rows of a table on the next page if it is the same table; False if it is another."""
        columns = self._columns_of(table)
        if columns is None:
            return False
        rows = [self._spread(row, columns, "") for row in table.rows]
        boxes = [self._spread(row, columns, None) for row in _placed(table.boxes, place)]
        drop = self._repeated(rows)
        rows, boxes = rows[drop:], boxes[drop:]
        if rows and self._is_split(rows[0]):
            self._rows[-1] = [a + b for a, b in zip(self._rows[-1], rows[0], strict=True)]
            self._boxes[-1] = [a or b for a, b in zip(self._boxes[-1], boxes[0], strict=True)]
            rows, boxes = rows[1:], boxes[1:]
        self._rows += rows
        self._boxes += boxes
        self.pages += [page] * len(rows)
        self.last_page = page
        return True

    def _columns_of(self, table: Table) -> list[int] | None:
        """For each column of a table the column here that begins where it begins."""
        if table.ruled != self._ruled:
            return None
        if not self._ruled:
            same = len(table.xs) == len(self._xs) and all(
                abs(a - b) <= _LOOSE for a, b in zip(self._xs[1:-1], table.xs[1:-1], strict=True)
            )
            return list(range(len(table.xs) - 1)) if same else None
        columns = []
        for x in table.xs:
            near = min(range(len(self._xs)), key=lambda n: abs(self._xs[n] - x))
            if abs(self._xs[near] - x) > _SAME:
                return None
            columns.append(near)
        ends = columns[0] == 0 and columns[-1] == len(self._xs) - 1
        return columns[:-1] if ends and len(set(columns)) == len(columns) else None

    def _spread(self, row: Sequence[_T], columns: Sequence[int], blank: _T) -> list[_T]:
        spread = [blank] * (len(self._xs) - 1)
        for cell, column in zip(row, columns, strict=True):
            spread[column] = cell
        return spread

    def _repeated(self, rows: Sequence[Sequence[str]]) -> int:
        """How many rows on top repeat the rows on top of the table."""
        count = 0
        for own, other in zip(self._rows[:_HEADER_ROWS], rows, strict=False):
            if not any(other) or _bare(own) != _bare(other):
                break
            count += 1
        return count

    def _is_split(self, row: Sequence[str]) -> bool:
        """Whether a row is the rest of the last one.

        It is when, of the columns that nearly every row fills, one of the two rows fills none and the other all.
        """
        last = self._rows[-1]
        body = self._rows[-_RECENT:-1]
        filled = [n for n, cell in enumerate(row) if cell]
        if len(body) < 4 or not filled:
            return False
        begins = self._layout.begins_whole
        if begins(row[filled[0]]) or self._layout.begins_item(row[filled[0]]):
            return False
        if any(_is_number(row[n]) and _is_number(last[n]) for n in filled):
            return False
        if begins("".join(last)) or any(not last[n] for n in filled if not _is_number(row[n])):
            return False
        dense = [n for n in range(len(row)) if sum(bool(each[n]) for each in body) >= _DENSE * len(body)]
        keys = [n for n in dense if sum(_is_number(each[n]) for each in body) * 2 > len(body)]
        if not keys:
            return False
        rest, head = [bool(row[n]) for n in keys], [bool(last[n]) for n in keys]
        return (not any(rest) and all(head)) or (all(rest) and not any(head))

    def block(self) -> Block:
        """The finished table."""
        return Block(
            "grid",
            "",
            page=self.pages[0],
            cells=tuple(map(tuple, self._rows)),
            boxes=tuple(map(tuple, self._boxes)),
            pages=tuple(self.pages),
        )


def _placed(boxes: _Boxes, place: Callable[[Box], Box]) -> _Boxes:
    return [[place(box) if box else None for box in row] for row in boxes]


def _bare(row: Sequence[str]) -> list[str]:
    return ["".join(cell.split()) for cell in row]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[-−]?\d[\d,.\s]*%?", cell) is not None
