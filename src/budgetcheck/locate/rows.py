"""Relations as rows over printed places, with exact interval arithmetic on them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from ..intervals import ANYTHING, Interval, exact, hull, weighted

__all__ = ["DOUBTFUL", "FIGURE", "NUMBER", "SURE", "Key", "Row", "added_up", "satisfiable", "solved"]

# Block and start of a printed number; of a word also its text.
Key = tuple[int, int] | tuple[int, int, str]
Domain = Callable[[Key], Interval]

# What it costs to take something as wrong: a number or word; one figure wherever it is printed, since a wrong number is
# copied with its error; a relation, which may not apply here, if its rule is doubtful or sure.
NUMBER, FIGURE, DOUBTFUL, SURE = 4, 6, 8, 16
_ONE = Fraction(1)
_MOST_NUMBERS = 4


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
    value = hull([_value(row, domain, rate) for rate in _rates(row, domain)])
    return value.meets(zero) if row.operator == "==" else value.at_most(zero)


def added_up(row: Row, free: Collection[Key], domain: Domain) -> Row:
    """The row with all numbers but the free ones added up; a row with a rate as it is."""
    if row.rate is not None:
        return row
    terms = {key: factors for key, factors in row.terms.items() if key in free}
    fixed = [(factor, domain(key)) for key, (factor, _) in row.terms.items() if key not in free]
    return replace(row, terms=terms, rest=weighted([*fixed, _constant(row)]))


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
    return _compared(row, found[0][0] > 0, hull([values for _, values in found]))


def _solved_rate(row: Row, domain: Domain) -> Interval:
    """The rate of a row: −(rest) / (what it multiplies), over the corners of the numbers that stand in both."""
    if len(row.terms) > _MOST_NUMBERS or not all(domain(key).bounded for key in row.terms):
        return ANYTHING
    both = [key for key, (factor, by_rate) in row.terms.items() if factor and by_rate]
    found, signs = [], set()
    for corner in itertools.product(*(_ends(domain(key)) for key in both)):
        values = dict(zip(both, corner, strict=True))
        parts = [(factors, values.get(key) or domain(key)) for key, factors in row.terms.items()]
        times = weighted((by_rate, value) for (_, by_rate), value in parts)
        if times.contains_zero or times.low is None:
            return ANYTHING
        rest = weighted([*((factor, value) for (factor, _), value in parts), _constant(row)])
        signs.add(times.low > 0)
        found.append(-rest / times)
    if len(signs) > 1:
        return ANYTHING
    return _compared(row, signs.pop(), hull(found))


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
    return factor + by_rate * rate.low if rate.low is not None and rate.bounded else Fraction(0)


def _value(row: Row, domain: Domain, rate: Interval, without: Key | None = None) -> Interval:
    if not rate.bounded and any(by_rate for _, by_rate in row.terms.values()):
        return ANYTHING
    parts = [(_factor(row, key, rate), domain(key)) for key in row.terms if key != without]
    value = weighted([*parts, _constant(row)])
    return Interval(value.low, value.high, value.open_low or rate.open_low, value.open_high or rate.open_low)


def _constant(row: Row) -> tuple[Fraction, Interval]:
    """What a row says beside its terms, with its factor."""
    return _ONE, row.rest or exact(row.constant)
