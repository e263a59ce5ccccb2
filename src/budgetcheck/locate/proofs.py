"""A short proof for a suggestion: the relations that give the culprit's value, written with the printed numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..amounts import format_value
from ..intervals import exact
from ..model import Fact, Span
from .cases import Blame
from .rows import Key, Row, solved
from .web import Web

__all__ = ["gap", "limits", "placed", "points", "proofs"]

_MOST_TERMS = 4
_LONGEST_NAME = 12
_HUNDRED = 100


def _supporting(web: Web, culprit: Key, blame: Blame) -> Iterator[Row]:
    """The equations that the culprit stands in, broken ones first."""
    rows = [row for row in blame.rows if culprit in row.keys]
    rows += [row for row in web.at(culprit) if row not in rows]
    wrong = {*blame.copies, *blame.company} - {culprit}
    yield from (row for row in rows if row.operator == "==" and culprit in row.keys and wrong.isdisjoint(row.keys))


def points(web: Web, culprit: Key, blame: Blame) -> list[Fraction]:
    """The value that each equation gives the culprit when all other numbers are exactly as printed."""
    found = []
    for row in _supporting(web, culprit, blame):
        value = solved(row, culprit, lambda key: exact(web.numbers[key].quantity.point))
        if value.low is not None and value.low == value.high:
            found.append(value.low)
    return found


def gap(web: Web, row: Row, reading: Key | None = None) -> Fraction:
    """By how much a row without a rate misses as printed, or with one number in the middle of its other reading."""
    total = row.constant
    for key, (factor, _) in row.terms.items():
        value = web.numbers[key].quantity.point
        if key == reading:
            values = web.readings[key]
            value = ((values.low or Fraction(0)) + (values.high or Fraction(0))) / 2
        total += factor * value
    return total


def limits(web: Web, culprit: Key, blame: Blame) -> tuple[Fraction | None, Fraction | None]:
    """The tightest lower and upper bound that inequalities give the culprit, all other numbers being as printed."""
    lows, highs = [], []
    for row in (row for row in web.at(culprit) if row.operator == "<=" and culprit in row.keys):
        value = solved(row, culprit, lambda key: exact(web.numbers[key].quantity.point))
        lows += [value.low] if value.low is not None else []
        highs += [value.high] if value.high is not None else []
    return max(lows, default=None), min(highs, default=None)


def proofs(web: Web, culprit: Key, blame: Blame, words: Mapping[str, Any]) -> Iterator[str]:
    """One line for each equation that gives the culprit's value; nothing for a word, whose finding says why."""
    if len(culprit) == 2:
        for row in _supporting(web, culprit, blame):
            yield _rated(web, row, culprit, words) if row.rate else _summed(web, row, culprit, words)


def _summed(web: Web, row: Row, culprit: Key, words: Mapping[str, Any]) -> str:
    """The row solved for the culprit: 10.00万元+21.52万元−3.00万元."""
    own = row.terms[culprit][0]
    lead = web.numbers[culprit].quantity
    others = {key: -factor / own for key, (factor, _) in row.terms.items() if key != culprit}
    constant = -row.constant / own
    if len(others) == 1 and not constant:
        (key,) = others
        return placed(web.numbers[key], words)
    if len(others) <= _MOST_TERMS:
        return _sum(web, others, f"{format_value(constant / lead.scale, 0)}{lead.unit}" if constant else "")
    value = sum((by * web.numbers[key].quantity.point for key, by in others.items()), constant)
    decimals = max(web.numbers[key].quantity.decimals for key in others)
    total = f"{format_value(value / lead.scale, decimals)}{lead.unit}"
    return str(words["locate"]["total"]).format(count=len(others), total=total)


def placed(fact: Fact, words: Mapping[str, Any], beside: Fact | Span | None = None) -> str:
    """A number with where it is printed, as far as that differs from what stands `beside` it."""
    span = fact.span
    other = beside.span if isinstance(beside, Fact) else beside
    own = words["locate"]
    near = other is not None and other.source == span.source
    # A number of another report than the one that the finding is about says which.
    file = Path(span.source).name if span.source and not near else ""
    if span.table:
        name = "cell" if near and other is not None and other.table == span.table else "table_cell"
        fields = {"table": span.table, "row": span.row or "", "column": span.column or ""}
        text = str(own[name]).format(text=fact.quantity.shown if fact.quantity.text else own["blank"], **fields)
        return str(words["in_file"]).format(file=file, place=text) if file else text
    if other is not None and other.block == span.block:
        return _called(fact)
    name, number = ("page", span.page) if span.page else ("line", span.line)
    where = str(words[name]).format(**{name: number}) if number else ""
    where = str(words["in_file"]).format(file=file, place=where) if file else where
    return str(own["printed"]).format(where=where, text=fact.quantity.shown)


def _called(fact: Fact) -> str:
    """A number of a sentence by its name, as far as that is short."""
    short = fact.name != fact.quantity.text and len(fact.name) <= _LONGEST_NAME
    return f"{fact.name}{fact.quantity.shown}" if short else fact.quantity.shown


def _sum(web: Web, factors: Mapping[Key, Fraction], first: str = "") -> str:
    """10.00万元+21.52万元−3.00万元, what is added first."""
    ordered = sorted(factors.items(), key=lambda item: item[1] < 0)
    parts = [("+" if factor > 0 else "−", _shown(web.numbers[key], abs(factor))) for key, factor in ordered]
    return (first + "".join(f"{sign}{text}" for sign, text in parts)).removeprefix("+")


def _shown(fact: Fact, factor: Fraction) -> str:
    return fact.quantity.shown if factor == 1 else f"{factor}×{fact.quantity.shown}"


def _rated(web: Web, row: Row, culprit: Key, words: Mapping[str, Any]) -> str:
    """A row with a rate: a quotient where the rate is the culprit, else the numbers beside each other."""
    assert row.rate is not None
    if culprit == row.rate:
        above = {key: -factor / _HUNDRED for key, (factor, _) in row.terms.items() if factor}
        below = {key: by for key, (_, by) in row.terms.items() if by}
        return f"{_bracketed(web, above)}÷{_bracketed(web, below)}"
    others = [web.numbers[key].quantity.shown for key in (*row.terms, row.rate) if key != culprit]
    return str(words["separator"]).join(others)


def _bracketed(web: Web, factors: Mapping[Key, Fraction]) -> str:
    return _sum(web, factors) if len(factors) == 1 else f"({_sum(web, factors)})"
