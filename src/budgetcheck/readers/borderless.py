"""Tables without lines: rows of numbers that stand under each other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ..model import Box
from .lattice import Table
from .layout import Layout
from .pdf_content import Run
from .pdf_lines import Line, cell_text, run_box

__all__ = ["find_borderless"]

_NUMBER = re.compile(r"[-−+]?\d[\d,，]*(?:\.\d+)?%?|[-—–]{1,2}")
_GAP = 0.7
_ALIGNED = 4.0
_FEWEST = 3
_HEADER_LINES = 8
_LINES = 2_000
_CELLS = 100
_Column = tuple[float, float]


@dataclass(slots=True)
class _Cell:
    runs: list[Run]
    text: str

    @property
    def left(self) -> float:
        return self.runs[0].left

    @property
    def right(self) -> float:
        return self.runs[-1].right

    @property
    def is_number(self) -> bool:
        return _NUMBER.fullmatch(self.text) is not None


@dataclass(slots=True)
class _Row:
    """One line taken apart at its gaps."""

    line: Line
    cells: list[_Cell]
    is_prose: bool
    is_item: bool

    @property
    def numbers(self) -> int:
        return sum(cell.is_number for cell in self.cells)


def find_borderless(lines: Sequence[Line], layout: Layout) -> list[tuple[int, int, Table]]:
    """Tables among the lines of a page: the first line, the line behind the last, the table."""
    rows = [_row(line, layout) for line in lines[:_LINES]]
    found: list[tuple[int, int, Table]] = []
    start = 0
    for seeds in _groups(rows):
        columns = _columns([cell for n in seeds for cell in rows[n].cells])
        if not _aligned([rows[n] for n in seeds], columns):
            continue
        pitch = _pitch([rows[n] for n in seeds])
        first = _header(rows, seeds[0], start, pitch)
        end = _tail(rows, seeds[-1] + 1, columns, pitch)
        found.append((first, end, _table(rows[first:end], seeds[0] - first, columns, pitch, layout)))
        start = end
    return found


def _row(line: Line, layout: Layout) -> _Row:
    groups: list[list[Run]] = []
    for run in line.runs:
        if groups and run.left - groups[-1][-1].right <= _GAP * max(run.size, groups[-1][-1].size):
            groups[-1].append(run)
        else:
            groups.append([run])
    cells = [_Cell(group, cell_text(group, layout)) for group in groups]
    prose = len(cells) > _CELLS or any(len(cell.text) > 30 or layout.is_caption(cell.text) for cell in cells)
    return _Row(line, cells, prose, layout.begins_item(cells[0].text))


def _groups(rows: Sequence[_Row]) -> list[list[int]]:
    """Rows with two numbers or more, as long as no prose stands between them."""
    groups: list[list[int]] = [[]]
    for n, row in enumerate(rows):
        if row.is_prose:
            groups.append([])
        elif row.numbers >= 2:
            groups[-1].append(n)
    return [group for group in groups if len(group) >= _FEWEST]


def _columns(cells: Sequence[_Cell]) -> list[_Column]:
    """Where columns are: narrow cells make them, a cell over two columns makes none."""
    columns: list[_Column] = []
    for cell in sorted(cells, key=lambda each: each.right - each.left):
        hit = [column for column in columns if column[0] < cell.right and cell.left < column[1]]
        if len(hit) <= 1:
            columns = [column for column in columns if column not in hit]
            columns.append((min(cell.left, *(c[0] for c in hit), cell.left),
                            max(cell.right, *(c[1] for c in hit), cell.right)))  # fmt: skip
    return sorted(columns)


def _place(cell: _Cell, columns: Sequence[_Column]) -> int:
    """The column that a cell covers first, or the nearest."""
    for n, (left, right) in enumerate(columns):
        if min(cell.right, right) - max(cell.left, left) > 0:
            return n
    middle = (cell.left + cell.right) / 2
    return min(range(len(columns)), key=lambda n: abs(sum(columns[n]) / 2 - middle))


def _aligned(rows: Sequence[_Row], columns: Sequence[_Column]) -> bool:
    """Whether two columns or more hold three numbers that end, begin or are centred at one place."""
    held: dict[int, list[_Cell]] = {}
    for row in rows:
        for cell in row.cells:
            if cell.is_number:
                held.setdefault(_place(cell, columns), []).append(cell)
    good = 0
    for cells in held.values():
        ends = [cell.right for cell in cells]
        middles = [(cell.left + cell.right) / 2 for cell in cells]
        spread = min(max(each) - min(each) for each in (ends, middles, [cell.left for cell in cells]))
        good += len(cells) >= _FEWEST and spread <= _ALIGNED
    return good >= 2


def _pitch(rows: Sequence[_Row]) -> float:
    """The usual distance between two rows."""
    steps = [a.line.base - b.line.base for a, b in itertools.pairwise(rows)]
    return max(median(steps), 1.1 * rows[0].line.size)


def _header(rows: Sequence[_Row], first: int, start: int, pitch: float) -> int:
    """The line with which the header begins: lines of several cells above the first row."""
    top = first
    for n in range(first - 1, max(start, first - _HEADER_LINES) - 1, -1):
        below = rows[n + 1].line.base
        if rows[n].is_prose or rows[n].line.base - below > 2.2 * pitch:
            break
        if len(rows[n].cells) > 1:
            top = n
    return top


def _tail(rows: Sequence[_Row], end: int, columns: Sequence[_Column], pitch: float) -> int:
    """The line behind the last row: rows without (two) numbers may follow the last full one."""
    for n in range(end, len(rows)):
        row = rows[n]
        step = rows[n - 1].line.base - row.line.base
        if row.is_prose or step > 1.5 * pitch or not all(_fits(cell, columns) for cell in row.cells):
            return n
    return len(rows)


def _fits(cell: _Cell, columns: Sequence[_Column]) -> bool:
    slack = cell.runs[0].size
    return any(left - slack <= cell.left and cell.right <= right + slack for left, right in columns)


def _table(rows: Sequence[_Row], head: int, columns: Sequence[_Column], pitch: float, layout: Layout) -> Table:
    grid: list[dict[int, list[Run]]] = []
    bases: list[float] = []
    for n, into in enumerate(_targets(rows, head, pitch)):
        if into == len(grid):
            grid.append({})
        for cell in rows[n].cells:
            grid[into].setdefault(_place(cell, columns), []).extend(cell.runs)
        bases.append(rows[n].line.base)
    edges = [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(columns)]
    xs = [columns[0][0], *edges, columns[-1][1]]
    texts = [[cell_text(row[n], layout) if n in row else "" for n in range(len(columns))] for row in grid]
    boxes = [[_around(row[n]) if n in row else None for n in range(len(columns))] for row in grid]
    return Table(xs, bases[0] + rows[0].line.size, bases[-1], texts, boxes, ruled=False)


def _targets(rows: Sequence[_Row], head: int, pitch: float) -> list[int]:
    """For each line the row it belongs to: a wrapped name goes to the numbers it is nearest to."""
    starts = [n for n in range(len(rows)) if not _is_fragment(rows, n, head, pitch)]
    rank = {n: place for place, n in enumerate(starts)}
    targets = []
    for n in range(len(rows)):
        near = min(starts, key=lambda each: abs(rows[each].line.base - rows[n].line.base))
        targets.append(rank[n] if n in rank else rank[near])
    return targets


def _is_fragment(rows: Sequence[_Row], n: int, head: int, pitch: float) -> bool:
    row = rows[n]
    if n == 0 or row.numbers:
        return False
    above = rows[n - 1].line.base - row.line.base
    if n < head:
        return above < 1.45 * row.line.size
    below = row.line.base - rows[n + 1].line.base if n + 1 < len(rows) else above
    return len(row.cells) == 1 and not row.is_item and min(above, below) < 0.75 * pitch


def _around(runs: Sequence[Run]) -> Box:
    boxes = [run_box(run) for run in runs]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
