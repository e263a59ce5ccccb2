"""The way back from a span to the characters of a block, or of one cell of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..amounts import fold
from ..model import Block, Box, Document, Span

__all__ = ["Place", "Region", "place_of", "regions"]

# How a span counts the cells of a table (see `Span.start`).
_ROW = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of a block's text, or of its cell at `cell` (row, column).

    Both are None for all of it: a table that is missing a title, a cell in which nothing is printed.
    """

    block: int
    cell: tuple[int, int] | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A box on a page in which `text` is printed, and the characters of it that are meant."""

    page: int
    box: Box
    text: str
    start: int
    end: int


def place_of(span: Span, document: Document, text: str = "") -> Place | None:
    """Where a span stands in a document; None for what stands nowhere: a whole document, a page without text.

    `text` is a part of the span, which alone is meant where the span holds it once.
    """
    place = _place_of(span, document)
    if place is None or place.start is None or not text or text == span.text:
        return place
    block = document.blocks[place.block]
    raw = block.text if place.cell is None else block.cells[place.cell[0]][place.cell[1]]
    start, _ = _only(raw[place.start : place.end], text)
    return place if start is None else replace(place, start=place.start + start, end=place.start + start + len(text))


def _place_of(span: Span, document: Document) -> Place | None:
    if not 0 <= span.block < len(document.blocks) or span.start < 0:
        return None
    block = document.blocks[span.block]
    if block.kind == "picture":
        return None
    if block.kind != "grid":
        return Place(span.block, None, *_found(block.text, span.text, span.start))
    row, column = divmod(span.start, _ROW)
    if row >= len(block.cells) or column >= len(block.cells[row]):
        return Place(span.block)
    start, end = _only(block.cells[row][column], span.text)
    if start is None and span.column is None:
        return Place(span.block)
    return Place(span.block, (row, column), start, end)


def _found(raw: str, text: str, start: int) -> tuple[int | None, int | None]:
    """Where a printed text begins and ends in a paragraph; `start` counts folded characters."""
    folded = fold(raw)
    wanted = fold(text).folded
    if not wanted or not folded.folded.startswith(wanted, start):
        return None, None
    first = folded.offsets[start]
    if raw.startswith(text, first):
        return first, first + len(text)
    return first, folded.offsets[start + len(wanted) - 1] + 1


def _only(cell: str, text: str) -> tuple[int | None, int | None]:
    """Where a text stands in a cell that holds it once."""
    if not text or cell.count(text) != 1:
        return None, None
    return cell.index(text), cell.index(text) + len(text)


def regions(place: Place, document: Document) -> tuple[Region, ...]:
    """Where a place is printed on paper, in reading order; empty where the file has no pages."""
    block = document.blocks[place.block]
    if block.kind != "grid":
        return tuple(_words(block, place.start or 0, len(block.text) if place.end is None else place.end))
    row, column = place.cell or _first_cell(block)
    box = block.boxes[row][column] if row < len(block.boxes) else None
    if box is None:
        return ()
    text = block.cells[row][column]
    page = block.pages[row] if row < len(block.pages) else block.page
    end = len(text) if place.end is None else place.end
    return (Region(page or 1, box, text, place.start or 0, end),)


def _words(block: Block, start: int, end: int) -> Iterator[Region]:
    for first, last, page, box in block.words:
        if first < end and start < last:
            yield Region(page, box, block.text[first:last], max(start, first) - first, min(end, last) - first)


def _first_cell(block: Block) -> tuple[int, int]:
    """The first cell in which something is printed."""
    places = ((r, c) for r, row in enumerate(block.cells) for c, text in enumerate(row) if text)
    return next(places, (0, 0))
