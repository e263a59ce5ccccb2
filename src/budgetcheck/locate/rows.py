"""Judged relations as rows over printed places, with exact interval arithmetic on them."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..constraints import Constraint, Word
from ..engine import Judged
from ..intervals import ANYTHING, Interval, exact, total
from ..model import Fact, Quantity
from ..slips import odd, slipped

__all__ = ["SURE", "Key", "Row", "Web", "satisfiable", "solved"]

# Block and start of a printed number; of a word also its text.
Key = tuple[int, int] | tuple[int, int, str]
Domain = Callable[[Key], Interval]

# What it takes to believe that a relation, rather than a number, is at fault: the surer the rule, the more.
SURE = 4
_WEIGHTS = {"error": SURE, "warning": 2}
_MOST_CORNERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Sum of (factor + by_rate · rate) · number + constant, compared with 0.

    `weight` is how many wrong numbers it takes to doubt the relation itself. `turned` holds when `word` is wrong.
    """

    terms: Mapping[Key, tuple[Fraction, Fraction]]
    constant: Fraction
    operator: str
    rate: Key | None
    weight: int
    rule: str
    finding: str | None
    word: Key | None = None
    turned: Row | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """The places of its numbers, the rate included."""
        return (*self.terms, self.rate) if self.rate else tuple(self.terms)


class Web:
    """All judged relations of a document, made into rows as they are asked for, and what is printed where.

    `read` gives what a printed number stands for: as printed, or as the house that drops trailing zeros means it.
    """

    def __init__(
        self, judged: Sequence[Judged], read: Callable[[Quantity], Interval], house: Mapping[str, int]
    ) -> None:
        self._read, self._house = read, house
        self.numbers: dict[Key, Fact] = {}
        self.words: dict[Key, Word] = {}
        self.readings: dict[Key, Interval] = {
            (fact.span.block, fact.span.start): values for each in judged for fact, values in each.readings
        }
        self._judged = judged
        self._rows: dict[int, Row | None] = {}
        self._broken: dict[int, bool] = {}
        self._touching: dict[Key, list[int]] = {}
        for index, each in enumerate(judged):
            for fact in _printed(each.facts):
                self._touching.setdefault((fact.span.block, fact.span.start), []).append(index)

    def failed(self) -> Iterator[Row]:
        """The rows of findings that no true values inside the printed intervals can satisfy."""
        for index, each in enumerate(self._judged):
            row = self._row(index) if each.finding else None
            if row is not None and self.broken(row):
                yield row

    def broken(self, row: Row) -> bool:
        """Whether a row cannot hold for what is printed."""
        if id(row) not in self._broken:
            self._broken[id(row)] = not satisfiable(row, self.printed)
        return self._broken[id(row)]

    def at(self, key: Key) -> list[Row]:
        """The rows that a number or word takes part in."""
        place = (key[0], key[1])
        if len(key) == 3:
            # What rests on a word is known once the relations of the numbers beside it have been made into rows.
            for row in [self._row(index) for index in self._touching.get(place, ())]:
                for beside in row.terms if row else ():
                    self.at(beside)
        found = (self._row(index) for index in dict.fromkeys(self._touching.get(place, ())))
        return [row for row in found if row is not None and (key in row.keys or key == row.word) and self._usable(row)]

    def _usable(self, row: Row) -> bool:
        """A relation that no rule found broken but that cannot hold in this reading was let pass for its rounding."""
        return row.finding is not None or not self.broken(row)

    def slipped(self, key: Key, values: Interval) -> bool:
        """Whether a common slip turns one of the values into what is printed."""
        number = self.numbers[key].quantity
        return slipped(number, values, self._house.get(number.unit, number.decimals))

    def odd(self, key: Key) -> bool:
        """Whether no other number of its unit is printed in this way."""
        number = self.numbers[key].quantity
        return odd(number, self._decimals[number.unit] - Counter((number.decimals,)))

    @functools.cached_property
    def _decimals(self) -> dict[str, Counter[int]]:
        """How many numbers of each unit are printed with how many decimals."""
        places: dict[Key, Quantity] = {}
        for each in self._judged:
            places.update(((fact.span.block, fact.span.start), fact.quantity) for fact in _printed(each.facts))
        counts: dict[str, Counter[int]] = {}
        for number in places.values():
            counts.setdefault(number.unit, Counter())[number.decimals] += 1
        return counts

    def printed(self, key: Key) -> Interval:
        """What a printed number stands for."""
        return self._read(self.numbers[key].quantity)

    def _row(self, index: int) -> Row | None:
        if index not in self._rows:
            row = self._rows[index] = self._made(self._judged[index])
            if row is not None and row.word is not None:
                self._touching.setdefault((row.word[0], row.word[1]), []).append(index)
        return self._rows[index]

    def _made(self, each: Judged) -> Row | None:
        """The row of a judged relation; none where rounding explains it, or where it is a mere hint."""
        weight = _WEIGHTS.get(each.severity)
        constraint = each.says() if weight else None
        return self._of(constraint, each, weight) if constraint and weight else None

    def _of(self, constraint: Constraint, each: Judged, weight: int) -> Row:
        terms = {self._place(term.fact): (term.factor, term.by_rate) for term in constraint.terms}
        rate = self._place(constraint.rate) if constraint.rate else None
        word = None
        if constraint.word is not None:
            span = constraint.word.span
            word = (span.block, span.start, constraint.word.text)
            self.words[word] = constraint.word
        turned = self._of(constraint.turned, each, weight) if constraint.turned else None
        return Row(terms, constraint.constant, constraint.operator, rate, weight, each.rule, each.finding, word, turned)

    def _place(self, fact: Fact) -> Key:
        place = (fact.span.block, fact.span.start)
        self.numbers.setdefault(place, fact)
        return place


def _printed(facts: Sequence[Fact]) -> Iterator[Fact]:
    for fact in facts:
        if fact.derived:
            yield from (part for _, part in fact.derived)
        else:
            yield fact


def satisfiable(row: Row, domain: Domain) -> bool:
    """Whether some values in the domains satisfy a row."""
    zero = exact(0)
    value = _hull([_value(row, domain, rate) for rate in _rates(row, domain)])
    return value.meets(zero) if row.operator == "==" else value.at_most(zero)


def solved(row: Row, key: Key, domain: Domain) -> Interval:
    """What a row leaves for one of its numbers, the others being in their domains."""
    if key == row.rate:
        return _solved_rate(row, domain)
    found = []
    for rate in _rates(row, domain):
        factor = _factor(row, key, rate)
        rest = _value(row, domain, rate, without=key)
        if not factor:
            return ANYTHING
        found.append((factor, rest.scaled(-1 / factor)))
    if len({factor > 0 for factor, _ in found}) > 1:
        return ANYTHING
    return _compared(row, found[0][0] > 0, _hull([values for _, values in found]))


def _solved_rate(row: Row, domain: Domain) -> Interval:
    """The rate of a row: −(rest) / (what it multiplies), over the corners of the numbers that stand in both."""
    numbers = list(row.terms)
    if len(numbers) > _MOST_CORNERS or not all(domain(key).bounded for key in numbers):
        return ANYTHING
    found = []
    for corner in itertools.product(*(_ends(domain(key)) for key in numbers)):
        values = dict(zip(numbers, corner, strict=True))
        times = total(values[key].scaled(by_rate) for key, (_, by_rate) in row.terms.items())
        rest = total(values[key].scaled(factor) for key, (factor, _) in row.terms.items()) + exact(row.constant)
        if times.contains_zero or times.low is None:
            return ANYTHING
        found.append((times.low, -rest / times))
    if len({times > 0 for times, _ in found}) > 1:
        return ANYTHING
    return _compared(row, found[0][0] > 0, _hull([values for _, values in found]))


def _compared(row: Row, rising: bool, values: Interval) -> Interval:
    """The values themselves for an equation; for "<=" everything below them, or above where the factor is negative."""
    if row.operator == "==":
        return values
    if rising:
        return Interval(None, values.high, open_high=values.open_high)
    return Interval(values.low, None, open_low=values.open_low)


def _rates(row: Row, domain: Domain) -> tuple[Interval, ...]:
    """Both ends of the row's rate: a row is linear in it, so its extremes are there."""
    if row.rate is None:
        return (exact(0),)
    rate = domain(row.rate)
    return _ends(rate) if rate.bounded else (rate,)


def _ends(values: Interval) -> tuple[Interval, ...]:
    assert values.low is not None
    assert values.high is not None
    low, high = (
        Interval(values.low, values.low, values.open_low, values.open_low),
        Interval(values.high, values.high, values.open_high, values.open_high),
    )
    return (low,) if values.low == values.high else (low, high)


def _factor(row: Row, key: Key, rate: Interval) -> Fraction:
    """A number's factor at one end of the rate; 0 where the rate is not bounded."""
    factor, by_rate = row.terms[key]
    if not by_rate:
        return factor
    return factor + by_rate * rate.low if rate.low is not None and rate.low == rate.high else Fraction(0)


def _value(row: Row, domain: Domain, rate: Interval, without: Key | None = None) -> Interval:
    if not rate.bounded and any(by_rate for _, by_rate in row.terms.values()):
        return ANYTHING
    parts = (domain(key).scaled(_factor(row, key, rate)) for key in row.terms if key != without)
    value = total(parts) + exact(row.constant)
    return Interval(value.low, value.high, value.open_low or rate.open_low, value.open_high or rate.open_low)


def _hull(values: Sequence[Interval]) -> Interval:
    """The smallest interval over all of them; an end is open only where every one that reaches it is."""
    if any(value.low is None for value in values):
        low, open_low = None, False
    else:
        low = min(value.low for value in values if value.low is not None)
        open_low = all(value.open_low for value in values if value.low == low)
    if any(value.high is None for value in values):
        high, open_high = None, False
    else:
        high = max(value.high for value in values if value.high is not None)
        open_high = all(value.open_high for value in values if value.high == high)
    return Interval(low, high, open_low, open_high)
