"""A generated report: its blocks, and for every printed number where it stands, what it is and what it is tied to."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .figures import Figures
from .habits import SCALE, Habit
from .truth import Truth

__all__ = ["Block", "Place", "Printing", "Report", "Tie"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph; where there are cells (row by row, `header` rows first) a table, and `text` its standard name."""

    text: str
    cells: tuple[tuple[str, ...], ...] = ()
    header: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is printed: the block, and the offset in its text or the row and column in its cells."""

    block: int
    start: int = -1
    row: int = -1
    column: int = -1


@dataclass(frozen=True, slots=True)
class Printing:
    """A printed number, without its unit, or a word of direction.

    `name` is the figure, or an expression of two: "a / b" a share or rate in per cent, "a - b" a difference, "a ~ b" a
    change in per cent. `value` is the truth, in 分, per cent or pieces; `decimals` are those of the number before its
    zeros were dropped.
    """

    place: Place
    text: str
    name: str
    kind: Literal["amount", "percent", "count", "word"]
    value: Fraction
    unit: str = ""
    decimals: int = 0
    opposite: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The figures that it is made of."""
        parts = self.name.split(" ")
        return (parts[0], parts[2]) if len(parts) == 3 else (self.name,)

    @property
    def half(self) -> Fraction:
        """Half a unit of the last place, in the measure of `value`."""
        scale = SCALE.get(self.unit, 1)
        return Fraction(scale, 2 * 10**self.decimals) if self.kind != "count" else Fraction(0)


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation of the truth among printings, by their indices: same, sum, share, difference, change or direction."""

    kind: str
    printings: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """A consistent report of one truth in one manner, or one that was tampered with."""

    truth: Truth
    figures: Figures
    manner: str
    habit: Habit
    blocks: tuple[Block, ...]
    printings: tuple[Printing, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return f"<{self.truth.kind} report {self.truth.seed}, {self.manner}, {len(self.printings)} numbers>"

    @functools.cached_property
    def lines(self) -> tuple[str, ...]:
        """The report as lines of text, its tables as in Markdown."""
        lines: list[str] = []
        for block in self.blocks:
            lines += ["| " + " | ".join(row) + " |" for row in block.cells] or [block.text]
        return tuple(lines)

    @functools.cached_property
    def first_lines(self) -> tuple[int, ...]:
        """The number of the line, from 1, where each block begins in `lines`."""
        numbers, line = [], 1
        for block in self.blocks:
            numbers.append(line)
            line += len(block.cells) or 1
        return tuple(numbers)

    def line(self, printing: Printing) -> int:
        """The line of the text, from 1, on which something is printed."""
        return self.first_lines[printing.place.block] + max(printing.place.row, 0)

    @functools.cached_property
    def ties(self) -> tuple[Tie, ...]:
        """All relations of the truth that two or more printings take part in."""
        return tuple(_ties(self))

    @functools.cached_property
    def tied(self) -> Mapping[int, tuple[Tie, ...]]:
        """The ties of each printing."""
        found: dict[int, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            for index in tie.printings:
                found[index].append(tie)
        return {index: tuple(ties) for index, ties in found.items()}


_KINDS = {"/": "share", "-": "difference", "~": "change"}


def _ties(report: Report) -> list[Tie]:
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, printing in enumerate(report.printings):
        if printing.kind != "word" and printing.name != "zero":
            by_name[printing.name].append(index)
    ties = [Tie("same", tuple(places)) for places in by_name.values() if len(places) > 1]
    for each in report.figures.sums:
        needed = [part for part in each.parts if report.figures[part] or part in by_name]
        if each.total in by_name and needed and all(part in by_name for part in needed):
            ties.append(Tie("sum", tuple(i for name in (each.total, *needed) for i in by_name[name])))
    for index, printing in enumerate(report.printings):
        if len(printing.names) == 2:
            ties += _expression(report, index, printing, by_name)
        elif printing.kind == "word" and printing.name in by_name:
            ties.append(Tie("direction", (index, *by_name[printing.name])))
    return ties


def _expression(report: Report, index: int, printing: Printing, by_name: Mapping[str, list[int]]) -> list[Tie]:
    """What ties a share, difference or rate of change: its two figures, or one of them and the other expression."""
    left, right = printing.names
    sign = printing.name.split(" ")[1]
    here, there = by_name.get(left, []), by_name.get(right, [])
    if here and there:
        return [Tie(_KINDS[sign], (index, *here, *there))]
    other = by_name.get(f"{left} {'~' if sign == '-' else '-'} {right}", [])
    if sign in "-~" and other and (here or there):
        return [Tie("change", (index, *other, *here, *there))]
    return []
