"""How a department prints its numbers: units, decimals, zeros, and what it does so that shares make 100 %."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Habit", "grouped", "habit", "rounded", "scaled", "shares"]

Unit = Literal["ten_thousand", "one"]
# 分 in a unit of money.
SCALE = {"ten_thousand": 1_000_000, "one": 100}


_MARKS: Mapping[str, Mapping[int, int]] = {
    "curly": {},
    "plain": str.maketrans("“”（）：", '""():'),
    "wide": str.maketrans("“”%", "＂＂％"),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """Rounding and printing. `shares` is how percentages are rounded; `zero` is how a table prints nothing."""

    prose: Unit = "ten_thousand"
    tables: Unit = "ten_thousand"
    drop_zeros: bool = False
    drop_zeros_in_tables: bool = False
    commas: bool = False
    zero: str = "0.00"
    shares: Literal["nearest", "truncated", "balanced"] = "nearest"
    percent_decimals: int = 2
    total_last: bool = False
    column_numbers: bool = False
    tables_shown: Literal["all", "some", "none"] = "all"
    titles: Literal["plain", "dated", "numbered", "of"] = "plain"
    marks: Literal["curly", "plain", "wide"] = "curly"

    def typed(self, text: str) -> str:
        """A text with the quotes, brackets and per cent signs that a department types; its length stays."""
        return text.translate(_MARKS[self.marks])


def habit(seed: int) -> Habit:
    """The habit of one seed."""
    draw = random.Random(f"habit {seed}")
    prose, tables = draw.choice(_UNITS)
    return Habit(
        prose,
        tables,
        drop_zeros=draw.random() < 0.35,
        drop_zeros_in_tables=draw.random() < 0.2,
        commas=draw.random() < 0.4,
        zero=draw.choice(("0.00", "0.00", "", "0")),
        shares=draw.choice(("nearest", "nearest", "truncated", "balanced")),
        percent_decimals=draw.choice((2, 2, 2, 1)),
        total_last=draw.random() < 0.3,
        column_numbers=draw.random() < 0.2,
        tables_shown=draw.choice(("all", "some", "some", "none")),
        titles=draw.choice(("plain", "plain", "dated", "numbered", "of")),
        marks=draw.choice(("curly", "curly", "plain", "wide")),
    )


_UNITS: Sequence[tuple[Unit, Unit]] = (
    ("ten_thousand", "ten_thousand"),
    ("ten_thousand", "ten_thousand"),
    ("ten_thousand", "one"),
    ("one", "one"),
)


def rounded(value: Fraction, decimals: int, *, cut: bool = False) -> int:
    """A value in units of the last place, rounded half away from zero, or cut."""
    parts = value * int(10**decimals)
    size = abs(parts)
    if not cut:
        size += Fraction(1, 2)
    whole = size.numerator // size.denominator
    return -whole if parts < 0 else whole


def scaled(units: int, decimals: int, *, drop_zeros: bool = False) -> str:
    """Digits of a number in units of the last place; without trailing zeros where these are dropped."""
    sign, size = ("-" if units < 0 else ""), abs(units)
    if not decimals:
        return f"{sign}{size}"
    whole, part = divmod(size, 10**decimals)
    text = f"{sign}{whole}.{part:0{decimals}d}"
    return text.rstrip("0").rstrip(".") if drop_zeros else text


def grouped(digits: str) -> str:
    """Digits with thousands separators."""
    whole, dot, part = digits.partition(".")
    return f"{int(whole):,}{dot}{part}" if whole.isdigit() else digits


def shares(parts: Sequence[int], whole: int, manner: Habit) -> list[int]:
    """Percentages of the parts in units of the last place; balanced ones make exactly 100.

    The largest part bears what rounding left over, as departments let it.
    """
    places = manner.percent_decimals
    cut = manner.shares == "truncated"
    found = [rounded(Fraction(100 * part, whole), places, cut=cut) for part in parts]
    if manner.shares == "balanced" and sum(parts) == whole:
        found[found.index(max(found))] += 100 * 10**places - sum(found)
    return found
