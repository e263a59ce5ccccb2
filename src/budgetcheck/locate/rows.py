"""Relations as rows over printed places, with exact interval arithmetic on them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..intervals import ANYTHING, Interval, exact, total

__all__ = ["DOUBTFUL", "FIGURE", "NUMBER", "SURE", "Key", "Row", "added_up", "satisfiable", "solved"]

# Block and start of a printed number; of a word also its text.
Key = tuple[int, int] | tuple[int, int, str]
Domain = Callable[[Key], Interval]

# What it costs to take something as wrong: a number or word; one figure wherever it is printed, since a wrong number is
# copied with its error; a relation, which may not apply here, if its rule is doubtful or sure.
NUMBER, FIGURE, DOUBTFUL, SURE = 4, 6, 8, 16
_MOST_CORNERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Sum of (factor + by_rate · rate) · number + constant, compared with 0.

    `findings` are what rules found of it, `weight` is what it costs to doubt the relation itself. `turned` holds when
    one of the `words` is wrong. `rest` is there instead of the constant where some numbers have been added up.
    """

    terms: Mapping[Key, tuple[Fraction, Fraction]]
    constant: Fraction
    operator: str
    rate: Key | None
    weight: int
    findings: tuple[str, ...]
    words: tuple[Key, ...] = ()
    turned: Row | None = None
    rest: Interval | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """The places of its numbers, the rate included."""
        return (*self.terms, self.rate) if self.rate else tuple(self.terms)

    @property
    def suspects(self) -> tuple[Key, ...]:
        """Its numbers and the words that it rests on: what may be wrong when it does not hold."""
        return (*self.keys, *self.words)


def satisfiable(row: Row, domain: Domain) -> bool:
    """Whether some values in the domains satisfy a row."""
    zero = exact(0)
    value = _hull([_value(row, domain, rate) for rate in _rates(row, domain)])
    return value.meets(zero) if row.operator == "==" else value.at_most(zero)


def added_up(row: Row, free: Collection[Key], domain: Domain) -> Row:
    """The row with all numbers but the free ones added up; a row with a rate as it is."""
    if row.rate is not None:
        return row
    terms = {key: factors for key, factors in row.terms.items() if key in free}
    fixed = (domain(key).scaled(factor) for key, (factor, _) in row.terms.items() if key not in free)
    return replace(row, terms=terms, rest=total(fixed) + exact(row.constant))


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
    value = total(parts) + (row.rest or exact(row.constant))
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
