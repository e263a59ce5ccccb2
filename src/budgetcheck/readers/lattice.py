"""Ruled lines to tables: crossing lines make a grid, missing pieces between its cells make merged cells."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from ..model import Box
from .layout import Layout
from .pdf_content import Rule, Run
from .pdf_lines import cell_text

__all__ = ["Lattice", "Table", "fill", "find_lattices"]

_SNAP = 2.5
_REACH = 3.0
_SHORTEST = 4.0
_LINES = 2_000
_CELLS = 50_000
_AMOUNT = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2})%?")

_Line = tuple[float, float, float]  # where it stands, from, to
_Place = tuple[int, int]


@dataclass(slots=True)
class Table:
    """A table on one page: cells row by row and where they are; `xs` are the edges of its columns."""

    xs: list[float]
    top: float
    bottom: float
    rows: list[list[str]]
    boxes: list[list[Box | None]]
    ruled: bool = True


@dataclass(slots=True)
class Lattice:
    """The grid of one table: `xs` to the right, `ys` downwards, and for each cell its area's first and last cell."""

    xs: list[float]
    ys: list[float]
    first: list[list[_Place]]
    last: dict[_Place, _Place]
    runs: list[Run] = field(default_factory=list)

    def holds(self, run: Run) -> bool:
        """Whether the middle of a run is inside."""
        x, y = (run.left + run.right) / 2, run.base + 0.35 * run.size
        return self.xs[0] - 1 < x < self.xs[-1] + 1 and self.ys[-1] - 1 < y < self.ys[0] + 1

    @property
    def area(self) -> float:
        """Its size, to find the innermost."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1])


def find_lattices(rules: Sequence[Rule]) -> list[Lattice] | None:
    """The grids that ruled lines make, from top to bottom; frames around a single cell are none.

    None where there are more lines than any table has.
    """
    flats, uprights = _straight(rules)
    if max(len(flats), len(uprights)) > _LINES:
        return None
    found = [_lattice(*group) for group in _touching(flats, uprights)]
    lattices = sorted((each for each in found if each), key=lambda each: (-each.ys[0], each.xs[0]))
    return _side_by_side(lattices)


def _straight(rules: Iterable[Rule]) -> tuple[list[_Line], list[_Line]]:
    """Flat and upright lines; pieces of one line are joined."""
    flats, uprights = [], []
    for left, bottom, right, top in rules:
        if right - left >= top - bottom:
            flats.append(((bottom + top) / 2, left, right))
        if top - bottom >= right - left:
            uprights.append(((left + right) / 2, bottom, top))
    return _merged(flats), _merged(uprights)


def _merged(lines: list[_Line]) -> list[_Line]:
    merged: list[_Line] = []
    for group in _near(sorted(lines)):
        at = sum(line[0] for line in group) / len(group)
        group.sort(key=itemgetter(1))
        _, low, high = group[0]
        for _, start, end in group[1:]:
            if start <= high + _REACH:
                high = max(high, end)
            else:
                merged.append((at, low, high))
                low, high = start, end
        merged.append((at, low, high))
    return [line for line in merged if line[2] - line[1] >= _SHORTEST]


def _near(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines at (nearly) the same place; lines are sorted by it."""
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and line[0] - groups[-1][0][0] <= _SNAP:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _touching(flats: Sequence[_Line], uprights: Sequence[_Line]) -> list[tuple[list[_Line], list[_Line]]]:
    """Lines by connected group, so that two tables on one page stay two."""
    parent = list(range(len(flats) + len(uprights)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    heights = [flat[0] for flat in flats]
    for n, (x, low, high) in enumerate(uprights, len(flats)):
        for k in range(bisect_left(heights, low - _REACH), bisect_right(heights, high + _REACH)):
            if flats[k][1] - _REACH <= x <= flats[k][2] + _REACH:
                parent[root(k)] = root(n)
    groups: dict[int, tuple[list[_Line], list[_Line]]] = {}
    for k, flat in enumerate(flats):
        groups.setdefault(root(k), ([], []))[0].append(flat)
    for n, upright in enumerate(uprights, len(flats)):
        groups.setdefault(root(n), ([], []))[1].append(upright)
    return [group for group in groups.values() if group[0] and group[1]]


def _lattice(flats: list[_Line], uprights: list[_Line]) -> Lattice | None:
    xs = _edges([line[0] for line in uprights], [(line[1], line[2]) for line in flats])
    ys = _edges([line[0] for line in flats], [(line[1], line[2]) for line in uprights])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows < 2 or columns * rows > _CELLS:
        return None
    ys.reverse()
    walls = {(row, column) for x, low, high in uprights for column in (_nearest(xs, x),)
             for row in range(rows) if low < (ys[row] + ys[row + 1]) / 2 < high}  # fmt: skip
    floors = {(row, column) for y, low, high in flats for row in (_nearest(ys, y),)
              for column in range(columns) if low < (xs[column] + xs[column + 1]) / 2 < high}  # fmt: skip
    first, last = _areas(rows, columns, walls, floors)
    return Lattice(xs, ys, first, last) if len(last) > 1 else None


def _edges(at: list[float], spans: list[tuple[float, float]]) -> list[float]:
    """Where columns (or rows) begin and end; lines that reach beyond the last one leave the table open there."""
    edges: list[float] = []
    for each in sorted(at):
        if not edges or each - edges[-1] > _REACH:
            edges.append(each)
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    return [low] * (low < edges[0] - 5) + edges + [high] * (high > edges[-1] + 5)


def _nearest(edges: Sequence[float], at: float) -> int:
    return min(range(len(edges)), key=lambda n: abs(edges[n] - at))


def _areas(
    rows: int, columns: int, walls: set[_Place], floors: set[_Place]
) -> tuple[list[list[_Place]], dict[_Place, _Place]]:
    """Merged cells as rectangles: as far right as no wall stands, then down as long as all below is open."""
    first: list[list[_Place]] = [[(-1, -1)] * columns for _ in range(rows)]
    last: dict[_Place, _Place] = {}
    for row in range(rows):
        for column in range(columns):
            if first[row][column] != (-1, -1):
                continue
            right = column
            while right + 1 < columns and (row, right + 1) not in walls and first[row][right + 1][0] < 0:
                right += 1
            down = row
            while down + 1 < rows and _open_below(down + 1, column, right, walls, floors):
                down += 1
            for r in range(row, down + 1):
                first[r][column : right + 1] = [(row, column)] * (right + 1 - column)
            last[row, column] = (down, right)
    return first, last


def _open_below(row: int, left: int, right: int, walls: set[_Place], floors: set[_Place]) -> bool:
    return not any((row, column) in floors for column in range(left, right + 1)) and not any(
        (row, column) in walls for column in range(left + 1, right + 1)
    )


def _side_by_side(lattices: list[Lattice]) -> list[Lattice]:
    """Two panels with the same rows and a gap between them become one grid."""
    merged: list[Lattice] = []
    for lattice in lattices:
        other = merged[-1] if merged else None
        if other and _same(other.ys, lattice.ys) and 0 < lattice.xs[0] - other.xs[-1] < 60:
            shift = len(other.xs) - 1
            for row, places in enumerate(lattice.first):
                other.first[row] += [(r, c + shift) for r, c in places]
            moved = {(r, c + shift): (down, right + shift) for (r, c), (down, right) in lattice.last.items()}
            other.last |= moved
            other.xs[-1:] = lattice.xs
        else:
            merged.append(lattice)
    return merged


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= _REACH for a, b in zip(one, other, strict=True))


def fill(lattice: Lattice, layout: Layout) -> Table:
    """The table with the text of its runs; covered cells of a merge are empty."""
    held: dict[_Place, list[Run]] = {}
    xs, falling = lattice.xs, [-y for y in lattice.ys]
    columns, rows = len(xs) - 1, len(falling) - 1
    for run in lattice.runs:
        row = min(max(bisect_right(falling, -(run.base + 0.35 * run.size)) - 1, 0), rows - 1)
        for column, part in _by_column(run, xs, columns, lattice.first[row]):
            held.setdefault(lattice.first[row][column], []).append(part)
    cells = [[""] * columns for _ in range(rows)]
    for (row, column), runs in held.items():
        cells[row][column] = cell_text(runs, layout)
    boxes: list[list[Box | None]] = [[None] * columns for _ in range(rows)]
    for (row, column), (down, right) in lattice.last.items():
        box = (xs[column], lattice.ys[down + 1], xs[right + 1], lattice.ys[row])
        boxes[row][column] = (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))
    return Table(xs, lattice.ys[0], lattice.ys[-1], cells, boxes)


def _by_column(run: Run, xs: Sequence[float], columns: int, places: Sequence[_Place]) -> list[tuple[int, Run]]:
    """A run in its column; one that crosses a line is parted there, unless it is one amount too wide for its cell."""

    def column_of(left: float, right: float) -> int:
        return min(max(bisect_right(xs, (left + right) / 2) - 1, 0), columns - 1)

    start, end = column_of(*run.chars[0][1:]), column_of(*run.chars[-1][1:])
    if start == end or places[start] == places[end]:
        return [(start, run)]
    if _AMOUNT.fullmatch("".join([char for char, _, _ in run.chars])):
        return [(column_of(run.left, run.right), run)]
    parts: dict[int, Run] = {}
    for char in run.chars:
        part = parts.setdefault(column_of(char[1], char[2]), Run([], run.base, run.size))
        part.chars.append(char)
    return list(parts.items())
