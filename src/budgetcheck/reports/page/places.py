"""Where a span stands in the blocks of its document, so that a page can mark it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ...amounts import fold
from ...model import Block, Document, Number, Span, Text
from ...outline import Passage
from ...tables import is_loose

__all__ = ["PROSE", "Place", "Places"]

PROSE = -1
_COLUMNS = 1000


class Place(NamedTuple):
    """Characters `begin` to `end` of a block's text, or of one of its cells (row and column; PROSE where none)."""

    block: int
    row: int
    column: int
    begin: int
    end: int


class Places:
    """The places of spans in one document, each worked out from the printed text alone."""

    def __init__(self, document: Document, passages: Iterable[Passage]) -> None:
        self._blocks = document.blocks
        self._texts: Mapping[int, Text] = {passage.index: passage.text for passage in passages}

    def of(self, span: Span) -> Place | None:
        """Where a span is printed; None where it stands for no characters of a block."""
        if not 0 <= span.block < len(self._blocks) or span.start < 0:
            return None
        block = self._blocks[span.block]
        if block.kind == "grid" and block.cells:
            return _in_cell(block, span)
        return self._in_text(span)

    def of_numbers(self, numbers: Iterable[Number]) -> list[Place | None]:
        """The places of numbers in reading order; amounts of unknown grids are those cells in their order."""
        loose: dict[int, list[Place]] = {}
        found: list[Place | None] = []
        for number in numbers:
            span = number.span
            if span.start >= 0 or not 0 <= span.block < len(self._blocks):
                found.append(self.of(span))
                continue
            if span.block not in loose:
                loose[span.block] = _loose(span.block, self._blocks[span.block])[::-1]
            found.append(loose[span.block].pop() if loose[span.block] else None)
        return found

    def _in_text(self, span: Span) -> Place | None:
        text = self._texts.get(span.block)
        if text is None or not span.text or span.start >= len(text.offsets):
            return None
        begin = text.offsets[span.start]
        end = begin + len(span.text)
        if not text.raw.startswith(span.text, begin):
            last = span.start + len(fold(span.text).folded)
            if last > len(text.offsets) or last == span.start:
                return None
            end = text.offsets[last - 1] + 1
        return Place(span.block, PROSE, PROSE, begin, end)


def _in_cell(block: Block, span: Span) -> Place | None:
    row, column = divmod(span.start, _COLUMNS)
    if row >= len(block.cells) or column >= len(block.cells[row]):
        return None
    cell = block.cells[row][column]
    begin = cell.find(span.text) if span.text.strip() else -1
    if begin < 0:
        return Place(span.block, row, column, 0, len(cell))
    return Place(span.block, row, column, begin, begin + len(span.text))


def _loose(index: int, block: Block) -> list[Place]:
    """The amounts of a grid that is no known table, as the coverage counts them."""
    return [
        Place(index, r, c, cell.index(cell.strip()), len(cell.rstrip()))
        for r, row in enumerate(block.cells)
        for c, cell in enumerate(row)
        if is_loose(cell)
    ]
