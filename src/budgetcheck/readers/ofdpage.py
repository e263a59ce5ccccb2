"""One laid-out page: ruled lines to tables, characters to cells and paragraphs."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from ..model import Block, Box
from .layout import Layout

__all__ = ["Char", "Page", "Rule", "page_blocks"]

_POINTS = 72 / 25.4
# Lines of one table drawn by different strokes miss each other by up to this many millimetres.
_NEAR = 0.7
_CELLS = 100_000


@dataclass(frozen=True, slots=True)
class Char:
    """A character: its left and right, its baseline and its height."""

    text: str
    left: float
    right: float
    base: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """A point well inside the ink."""
        return (self.left + self.right) / 2, self.base - self.height * 0.35


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line at y = `at` from x = `low` to `high`, or a vertical one with x and y exchanged."""

    flat: bool
    at: float
    low: float
    high: float


@dataclass(slots=True)
class Page:
    """What a page paints, in millimetres from its upper left corner."""

    number: int
    height: float
    chars: list[Char] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box in points from the lower left corner."""
        return (
            round(left * _POINTS, 2),
            round((self.height - bottom) * _POINTS, 2),
            round(right * _POINTS, 2),
            round((self.height - top) * _POINTS, 2),
        )


@dataclass(slots=True)
class _Line:
    """Characters on one baseline, from left to right."""

    chars: list[Char]

    @property
    def base(self) -> float:
        return self.chars[0].base

    @property
    def height(self) -> float:
        return max(char.height for char in self.chars)

    def text(self) -> str:
        """The characters, with a space where they stand apart."""
        parts: list[str] = []
        for before, char in zip([self.chars[0], *self.chars], self.chars, strict=False):
            parts.append(" " if char.left - before.right > 0.45 * char.height else "")
            parts.append(char.text)
        return "".join(parts)


@dataclass(slots=True)
class _Table:
    xs: list[float]
    ys: list[float]
    rules: list[Rule]
    chars: list[Char] = field(default_factory=list)

    def holds(self, char: Char) -> bool:
        x, y = char.middle
        return self.xs[0] < x < self.xs[-1] and self.ys[0] < y < self.ys[-1]


def page_blocks(pages: Sequence[Page], layout: Layout) -> Iterator[Block]:
    """The paragraphs and tables of all pages; paragraphs that go on over a page break are joined."""
    held: Block | None = None
    for page in pages:
        for place, (own, open_ended) in enumerate(_blocks(page, layout)):
            block = own
            if held is not None and place == 0 and own.kind == "paragraph" and not layout.begins_item(own.text):
                block = _joined(held, own)
            elif held is not None:
                yield held
            held = block if open_ended else None
            if held is None:
                yield block
    if held is not None:
        yield held


def _joined(first: Block, second: Block) -> Block:
    shift = len(first.text)
    words = tuple((start + shift, end + shift, page, box) for start, end, page, box in second.words)
    return Block("paragraph", first.text + second.text, page=first.page, words=first.words + words)


def _blocks(page: Page, layout: Layout) -> Iterator[tuple[Block, bool]]:
    """Blocks from top to bottom; True for a last paragraph that may go on overleaf."""
    tables = list(_tables(page.rules))
    free: list[Char] = []
    for char in page.chars:
        table = next((table for table in tables if table.holds(char)), None)
        (free if table is None else table.chars).append(char)
    tables = [table for table in tables if table.chars]
    for table in [t for t in tables if len(t.xs) == 2 and len(t.ys) == 2]:
        free += table.chars
        tables.remove(table)
    lines = [line for line in _lines(free) if not _is_foot(line, page, layout)]
    found: list[tuple[float, Block, bool]] = [(t.ys[0], _grid(page, t), False) for t in tables]
    tops = sorted(table.ys[0] for table in tables)
    paragraphs = list(_paragraphs(lines, tops, layout))
    for place, (group, full) in enumerate(paragraphs):
        last = place == len(paragraphs) - 1 and full and all(top < group[0].base for top in tops)
        found.append((group[0].base, _paragraph(page, group), last))
    for _, block, last in sorted(found, key=lambda each: each[0]):
        yield block, last


def _is_foot(line: _Line, page: Page, layout: Layout) -> bool:
    return line.base > page.height * 0.9 and layout.is_page_number(line.text())


def _lines(chars: Iterable[Char]) -> list[_Line]:
    """Characters clustered by baseline; what a program paints twice in one place is taken once."""
    lines: list[_Line] = []
    for char in sorted(chars, key=lambda each: (each.base, each.left)):
        if lines and char.base - lines[-1].base < 0.4 * min(char.height, lines[-1].height):
            lines[-1].chars.append(char)
        else:
            lines.append(_Line([char]))
    for line in lines:
        line.chars.sort(key=lambda each: each.left)
        kept: list[Char] = []
        for char in line.chars:
            twice = kept and kept[-1].text == char.text and abs(kept[-1].left - char.left) < 0.15 * char.height
            if not twice:
                kept.append(char)
        line.chars = kept
    return lines


def _paragraphs(lines: Sequence[_Line], tops: Sequence[float], layout: Layout) -> Iterator[tuple[list[_Line], bool]]:
    """Lines joined where one fills the column and the next starts at its left edge; whether the last is full."""
    if not lines:
        return
    left = min(line.chars[0].left for line in lines)
    right = max(line.chars[-1].right for line in lines)
    group: list[_Line] = []
    for line in lines:
        if group and (layout.begins_item(line.text()) or not _continues(group[-1], line, left, right, tops)):
            yield group, _full(group[-1], right)
            group = []
        group.append(line)
    yield group, _full(group[-1], right)


def _full(line: _Line, right: float) -> bool:
    return line.chars[-1].right > right - 2 * line.height and len(line.chars) > 15


def _continues(before: _Line, line: _Line, left: float, right: float, tops: Sequence[float]) -> bool:
    gap = line.base - before.base
    return (
        _full(before, right)
        and line.chars[0].left < left + 0.8 * line.height
        and gap < 3 * before.height
        and abs(line.height - before.height) < 0.2 * before.height
        and not any(before.base < top < line.base for top in tops)
    )


def _paragraph(page: Page, group: Sequence[_Line]) -> Block:
    text = ""
    words: list[tuple[int, int, int, Box]] = []
    for line in group:
        own = line.text()
        left, top, right, bottom = _extent(line.chars)
        words.append((len(text), len(text) + len(own), page.number, page.box(left, top, right, bottom)))
        text += own
    return Block("paragraph", text, page=page.number, words=tuple(words))


def _extent(chars: Iterable[Char]) -> tuple[float, float, float, float]:
    chars = list(chars)
    return (
        min(char.left for char in chars),
        min(char.base - 0.88 * char.height for char in chars),
        max(char.right for char in chars),
        max(char.base + 0.12 * char.height for char in chars),
    )


def _tables(rules: Sequence[Rule]) -> Iterator[_Table]:
    """Lines that touch form one table; it needs two of each direction at least."""
    merged = _merged(rules)
    for group in _touching(merged):
        xs = _positions(rule.at for rule in group if not rule.flat)
        ys = _positions(rule.at for rule in group if rule.flat)
        if len(xs) > 1 and len(ys) > 1 and len(xs) * len(ys) <= _CELLS:
            yield _Table(xs, ys, group)


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces of one line as one: programs rule each cell by itself."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda each: (each.flat, round(each.at / _NEAR), each.low)):
        last = found[-1] if found else None
        if last and last.flat == rule.flat and abs(last.at - rule.at) < _NEAR and rule.low <= last.high + _NEAR:
            found[-1] = Rule(rule.flat, last.at, last.low, max(last.high, rule.high))
        else:
            found.append(rule)
    return found


def _touching(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Groups of lines that cross or meet, by a sweep over the horizontal ones."""
    parent = list(range(len(rules)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    flats = sorted((n for n, rule in enumerate(rules) if rule.flat), key=lambda n: rules[n].at)
    uprights = sorted((n for n, rule in enumerate(rules) if not rule.flat), key=lambda n: rules[n].low)
    active: list[int] = []
    waiting = deque(uprights)
    for n in flats:
        flat = rules[n]
        while waiting and rules[waiting[0]].low <= flat.at + _NEAR:
            active.append(waiting.popleft())
        active = [m for m in active if rules[m].high >= flat.at - _NEAR]
        for m in active:
            if flat.low - _NEAR <= rules[m].at <= flat.high + _NEAR:
                parent[root(m)] = root(n)
    groups: dict[int, list[Rule]] = {}
    for n, rule in enumerate(rules):
        groups.setdefault(root(n), []).append(rule)
    return [group for group in groups.values() if len(group) > 3]


def _positions(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found


def _grid(page: Page, table: _Table) -> Block:
    """A table; where lines are missing between cells they are merged and the first holds the text."""
    rows, columns = len(table.ys) - 1, len(table.xs) - 1
    first = _first_cells(table, rows, columns)
    held: dict[tuple[int, int], list[Char]] = {}
    for char in table.chars:
        x, y = char.middle
        row = max(0, min(rows - 1, bisect_left(table.ys, y) - 1))
        column = max(0, min(columns - 1, bisect_left(table.xs, x) - 1))
        held.setdefault(first[row, column], []).append(char)
    texts = {place: "\n".join(line.text() for line in _lines(chars)) for place, chars in held.items()}
    cells = tuple(tuple(texts.get((row, column), "") for column in range(columns)) for row in range(rows))
    ends: dict[tuple[int, int], tuple[int, int]] = {}
    for (row, column), start in first.items():
        bottom, right = ends.get(start, start)
        ends[start] = max(row, bottom), max(column, right)
    boxes = tuple(
        tuple(_cell_box(page, table, (row, column), ends.get((row, column))) for column in range(columns))
        for row in range(rows)
    )
    pages = (page.number,) * rows
    return Block("grid", "", page=page.number, cells=cells, boxes=boxes, pages=pages)


def _cell_box(page: Page, table: _Table, place: tuple[int, int], end: tuple[int, int] | None) -> Box | None:
    if end is None:
        return None
    left, top = table.xs[place[1]], table.ys[place[0]]
    return page.box(left, top, table.xs[end[1] + 1], table.ys[end[0] + 1])


def _first_cells(table: _Table, rows: int, columns: int) -> dict[tuple[int, int], tuple[int, int]]:
    """The upper left cell of the merged area that each cell belongs to."""
    flats = [rule for rule in table.rules if rule.flat]
    uprights = [rule for rule in table.rules if not rule.flat]
    walls = {each for r in uprights for each in zip(repeat(_near(table.xs, r.at)), _crossed(table.ys, r))}
    floors = {each for r in flats for each in zip(repeat(_near(table.ys, r.at)), _crossed(table.xs, r))}
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows):
        for column in range(columns):
            above = first.get((row - 1, column)) if (row, column) not in floors else None
            before = first.get((row, column - 1)) if (column, row) not in walls else None
            choices = [each for each in (above, before) if each is not None]
            first[row, column] = min(choices, default=(row, column))
    return first


def _near(positions: Sequence[float], at: float) -> int:
    return min(range(len(positions)), key=lambda n: math.fabs(positions[n] - at))


def _crossed(positions: Sequence[float], rule: Rule) -> Iterator[int]:
    """The spans between positions whose middle a line passes."""
    for n in range(len(positions) - 1):
        if rule.low < (positions[n] + positions[n + 1]) / 2 < rule.high:
            yield n
