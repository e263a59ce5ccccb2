"""A table as it was printed: cells that stretch over others, numbers to the right, rows of headings on top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...model import Block, Box
from .marks import Mark, Piece, pieces

__all__ = ["Cell", "Grid", "make_grid"]

_NUMERIC = re.compile(r"[+\-−－(（]?\s*[\d０-９][\d０-９,，.．\s]*[%％)）]?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed cell and how many columns and rows it covers."""

    pieces: list[Piece]
    numeric: bool
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of headings, and the rows below them."""

    head: list[list[Cell]]
    body: list[list[Cell]]


def make_grid(block: Block, marks: Mapping[tuple[int, int], list[Mark]]) -> Grid:
    """The table of a block; `marks` are those of its cells by row and column."""
    stretch, covered = _stretches(block)
    numeric = [[bool(_NUMERIC.fullmatch(cell.strip())) for cell in row] for row in block.cells]
    # Codes are digits too: a column is one of numbers where a mark, a decimal point or a sign says so.
    amounts = {c for _, c in marks}
    for cells, numbers in zip(block.cells, numeric, strict=True):
        amounts.update(c for c, number in enumerate(numbers) if number and not cells[c].strip().isalnum())
    rows = [
        [
            Cell(pieces(text, marks.get((r, c), ())), numeric[r][c] and c in amounts, *stretch.get((r, c), (1, 1)))
            for c, text in enumerate(row)
            if (r, c) not in covered
        ]
        for r, row in enumerate(block.cells)
    ]
    first = next((r for r, row in enumerate(numeric) if any(row)), 0)
    # A heading that stretches below the first number is none: the rows would come apart.
    crosses = any(r < first < r + rows_ for (r, _), (_, rows_) in stretch.items())
    top = 0 if crosses or first > 6 else first
    return Grid(rows[:top], rows[top:])


def _stretches(block: Block) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Columns and rows covered by each cell that covers others, and the places that are covered."""
    stretch: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    across, down = _middles(block)
    for r, row in enumerate(block.boxes):
        for c, box in enumerate(row):
            if box is None:
                continue
            right = _run(c + 1, across, box[0], box[2])
            below = _run(r + 1, down, box[1], box[3])
            inner = {(i, j) for i in range(r, below) for j in range(c, right)} - {(r, c)}
            if inner and all(_empty(block, i, j) and (i, j) not in covered for i, j in inner):
                stretch[r, c] = (right - c, below - r)
                covered |= inner
    return stretch, covered


def _run(start: int, middles: list[float | None], low: float, high: float) -> int:
    """The first index from `start` whose middle does not lie between two edges."""
    while start < len(middles):
        middle = middles[start]
        if middle is None or not low < middle < high:
            break
        start += 1
    return start


def _empty(block: Block, row: int, column: int) -> bool:
    boxes = block.boxes[row] if row < len(block.boxes) else ()
    return column < len(boxes) and boxes[column] is None and not block.cells[row][column].strip()


def _middles(block: Block) -> tuple[list[float | None], list[float | None]]:
    """The middle of each column and row, by the narrowest cell in it; rows of a further page have none."""
    across: dict[int, Box] = {}
    down: dict[int, Box] = {}
    for r, c, box in _boxes(block):
        if c not in across or box[2] - box[0] < across[c][2] - across[c][0]:
            across[c] = box
        same = not block.pages or block.pages[r] == block.pages[0]
        if same and (r not in down or box[3] - box[1] < down[r][3] - down[r][1]):
            down[r] = box
    width = max((len(row) for row in block.cells), default=0)
    columns = [(across[c][0] + across[c][2]) / 2 if c in across else None for c in range(width)]
    rows = [(down[r][1] + down[r][3]) / 2 if r in down else None for r in range(len(block.cells))]
    return columns, rows


def _boxes(block: Block) -> Iterator[tuple[int, int, Box]]:
    for r, row in enumerate(block.boxes[: len(block.cells)]):
        for c, box in enumerate(row):
            if box is not None and c < len(block.cells[r]):
                yield r, c, box
