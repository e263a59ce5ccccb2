"""What ties the printed numbers of a report together in truth, and which of these ties a spoiled number breaks.

A tie is broken where no values that the printed digits allow satisfy it; that is all a reader of the page could see.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .habits import SCALE
from .report import Printing, Report

__all__ = ["Tie", "broken", "ties"]

Span = tuple[Fraction, Fraction]
_KINDS = {"/": "share", "-": "difference", "~": "change"}
_SIGNS = {kind: sign for sign, kind in _KINDS.items()}
_NOTHING: Span = (Fraction(0), Fraction(0))
# Units of the last place by which a percentage may be off, by how a department rounds: truncated ones are one too low,
# the largest of the balanced ones bears what the others left.
_SLACK = {"nearest": 1, "truncated": 2, "balanced": 12}


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation of the truth: same, sum, share, difference, change or direction.

    `printings` are all that take part, by their indices; `names` the figures in it: the total first, then its parts; or
    the expression, then its two figures.
    """

    kind: str
    names: tuple[str, ...]
    printings: tuple[int, ...]


@functools.lru_cache(maxsize=64)
def ties(report: Report) -> tuple[Tie, ...]:
    """All ties between two or more printings of a report."""
    by_name = _by_name(report)
    found = [Tie("same", (name,), tuple(places)) for name, places in by_name.items() if len(places) > 1]
    for each in report.figures.sums:
        needed = [part for part in each.parts if report.figures[part] or part in by_name]
        if each.total in by_name and needed and all(part in by_name for part in needed):
            names = (each.total, *needed)
            found.append(Tie("sum", names, tuple(i for name in names for i in by_name[name])))
    for index, printing in enumerate(report.printings):
        if len(printing.names) == 2:
            found += _expression(printing, by_name)
        elif printing.kind == "word" and printing.name in by_name:
            found.append(Tie("direction", (printing.name,), (index, *by_name[printing.name])))
    return tuple(dict.fromkeys(found))


def _by_name(report: Report) -> Mapping[str, list[int]]:
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, printing in enumerate(report.printings):
        if printing.kind != "word" and printing.name != "zero":
            by_name[printing.name].append(index)
    return by_name


def _expression(printing: Printing, by_name: Mapping[str, list[int]]) -> list[Tie]:
    """What ties a share, difference or rate of change: its two figures, or one of them and the other expression."""
    left, right = printing.names
    sign = printing.name.split(" ")[1]
    names = (printing.name, left, right)
    if left in by_name and right in by_name:
        return [Tie(_KINDS[sign], names, tuple(i for name in names for i in by_name[name]))]
    delta, rate = f"{left} - {right}", f"{left} ~ {right}"
    here = left if left in by_name else right
    if sign == "/" or not all(name in by_name for name in (delta, rate, here)):
        return []
    return [Tie("change", (rate, left, right), tuple(i for name in (rate, delta, here) for i in by_name[name]))]


def broken(report: Report) -> list[Tie]:
    """The ties that no values satisfy which the printed digits allow."""
    return [tie for tie in ties(report) if _broken(report, tie)]


def _broken(report: Report, tie: Tie) -> bool:
    printings = [report.printings[index] for index in tie.printings]
    if tie.kind == "direction":
        return printings[0].text == printings[0].opposite
    spans: dict[str, Span] = {}
    for printing in filter(lambda each: each.text, printings):
        low, high = _span(printing, report)
        known = spans.get(printing.name, (low, high))
        spans[printing.name] = (max(low, known[0]), min(high, known[1]))
    if any(low > high for low, high in spans.values()):
        return True
    if tie.kind == "sum":
        parts = [spans.get(name, _NOTHING) for name in tie.names[1:]]
        return tie.names[0] in spans and _apart(spans[tie.names[0]], _total(parts))
    return tie.kind != "same" and _expression_broken(report, tie, spans)


def _expression_broken(report: Report, tie: Tie, spans: Mapping[str, Span]) -> bool:
    name, left, right = tie.names
    one, other = spans.get(left), spans.get(right)
    delta = spans.get(f"{left} - {right}")
    if delta is not None and (one is None) != (other is None):
        grew = report.figures[left] > report.figures[right]
        one, other = _missing(one, other, delta, grew=grew)
    if name not in spans or one is None or other is None:
        return False
    gap = one if tie.kind == "share" else delta if delta and tie.kind == "change" else _gap(one, other)
    low, high = spans[name]
    if tie.kind == "difference":
        return _apart(spans[name], gap)
    return low * other[0] > 100 * gap[1] or high * other[1] < 100 * gap[0]


def _missing(one: Span | None, other: Span | None, delta: Span, *, grew: bool) -> tuple[Span, Span]:
    """Both figures of a change of which one is printed, from the one and the difference."""
    if one is not None:
        return one, (one[0] - delta[1], one[1] - delta[0]) if grew else (one[0] + delta[0], one[1] + delta[1])
    assert other is not None
    return (other[0] + delta[0], other[1] + delta[1]) if grew else (other[0] - delta[1], other[1] - delta[0]), other


def _span(printing: Printing, report: Report) -> Span:
    shown = Fraction(printing.text.replace(",", "")) * SCALE.get(printing.unit, 1)
    half = printing.half * (_SLACK[report.habit.shares] if printing.kind == "percent" else 1)
    return shown - half, shown + half


def _total(parts: Sequence[Span]) -> Span:
    return sum((low for low, _ in parts), Fraction(0)), sum((high for _, high in parts), Fraction(0))


def _gap(one: Span, other: Span) -> Span:
    """The interval of the difference of two, without its sign."""
    low, high = one[0] - other[1], one[1] - other[0]
    if low <= 0 <= high:
        return Fraction(0), max(-low, high)
    return (low, high) if low > 0 else (-high, -low)


def _apart(one: Span, other: Span) -> bool:
    return one[0] > other[1] or other[0] > one[1]
