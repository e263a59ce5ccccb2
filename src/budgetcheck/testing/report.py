"""A generated report: its blocks, and for every printed number where it stands and what it is."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .figures import Figures
from .habits import SCALE, Habit
from .truth import Truth

__all__ = ["Block", "Place", "Printing", "Report"]


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
