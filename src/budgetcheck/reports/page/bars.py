"""A balance that failed as two bars on one scale: what is stated, and what the other numbers give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...amounts import format_value
from ...model import Fact, Finding, Quantity
from ..plain import clean

__all__ = ["Bar", "Bars", "Part", "make_bars", "named"]

_DIMENSIONS = ("money", "percent", "points", "count")
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?)(\D*)")
_MOST = 24
# A difference of less than this part of the scale is under a pixel of the widest picture.
_VISIBLE = Fraction(1, 400)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in per cent of the scale."""

    left: str
    width: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One side: whose it is, its total in words, its pieces, and what it lacks of the other side (None: nothing)."""

    side: str
    total: str
    parts: list[Part]
    lack: Part | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Both sides; `zero` is where the scale's zero lies, `label` says everything in one line."""

    bars: list[Bar]
    zero: str
    label: str


@dataclass(frozen=True, slots=True)
class _Side:
    name: str
    amounts: Sequence[Fraction]
    labels: Sequence[str]
    total: str

    @property
    def sum(self) -> Fraction:
        return sum(self.amounts, Fraction(0))


def make_bars(finding: Finding, words: Mapping[str, Any]) -> Bars | None:
    """The picture of a finding that weighs amounts of one kind; None where bars would say nothing."""
    sides = _sides(finding, words)
    if sides is None:
        return None
    one, other = sides
    ends = [Fraction(0), one.sum, other.sum]
    low, high = min(ends), max(ends)
    if high == low or abs(one.sum - other.sum) < (high - low) * _VISIBLE:
        return None
    bars = [_bar(one, other, low, high), _bar(other, one, low, high)]
    off = f"{words['separator']}{words['difference']} {finding.difference}" if finding.difference else ""
    label = f"{one.name} {one.total}{words['separator']}{other.name} {other.total}{off}"
    return Bars(bars, _share(-low, high - low), clean(label))


def _sides(finding: Finding, words: Mapping[str, Any]) -> tuple[_Side, _Side] | None:
    stated = [side for side in finding.stated if isinstance(side, Fact)]
    computed = [side for side in finding.computed if isinstance(side, Fact)]
    every = [fact.quantity for fact in (*stated, *computed)]
    if not stated or len(stated) != len(finding.stated) or every[0].dimension not in _DIMENSIONS:
        return None
    left, right = words["web"]["stated"], words["web"]["computed"]
    unit = every[0]
    alike = bool(computed) and all(each.dimension == unit.dimension for each in every)
    one = _side(left, stated)
    if alike and max(len(stated), len(computed)) <= _MOST and all(each.value >= 0 for each in every):
        other = _side(right, computed)
        if _amount(finding.difference, unit) == abs(one.sum - other.sum):
            return one, other
    expected = _amount(finding.expected, unit)
    if len(stated) == 1 and expected is not None:
        return one, _Side(right, [expected], [clean(finding.expected or "")], clean(finding.expected or ""))
    if alike and len(stated) == len(computed) == 1:
        return one, _side(right, computed)
    return None


def _side(name: str, facts: Sequence[Fact]) -> _Side:
    amounts = [fact.quantity.point for fact in facts]
    labels = [clean(named(fact)) for fact in facts]
    return _Side(name, amounts, labels, clean(_total([fact.quantity for fact in facts])))


def named(fact: Fact) -> str:
    """A figure with its name, where it has one."""
    shown, name = fact.quantity.shown, fact.name.strip('"')
    return shown if name == fact.quantity.text else f"{name} {shown}"


def _total(quantities: Sequence[Quantity]) -> str:
    """The sum of amounts in the unit of the first, with as many decimals as any of them shows."""
    if len(quantities) == 1:
        return quantities[0].shown
    first = quantities[0]
    sum_ = sum((each.point for each in quantities), Fraction(0)) / first.scale
    return f"{format_value(sum_, max(each.decimals for each in quantities))}{first.unit}"


def _amount(text: str | None, like: Quantity) -> Fraction | None:
    """A suggested value or a difference in the base unit, if it is one number in the unit of `like`."""
    found = _AMOUNT.fullmatch(text or "")
    if not found or found[2] != like.unit:
        return None
    return Fraction(Decimal(found[1])) * like.scale


def _bar(side: _Side, against: _Side, low: Fraction, high: Fraction) -> Bar:
    scale = high - low
    parts, start = [], Fraction(0)
    for amount, label in zip(side.amounts, side.labels, strict=True):
        left = min(start, start + amount)
        parts.append(Part(_share(left - low, scale), _share(abs(amount), scale), label))
        start += amount
    lack = against.sum - side.sum
    hollow = Part(_share(side.sum - low, scale), _share(lack, scale), "") if lack > 0 else None
    return Bar(side.name, side.total, parts, hollow)


def _share(part: Fraction, whole: Fraction) -> str:
    return f"{format_value(part * 100 / whole, 4)}%"
