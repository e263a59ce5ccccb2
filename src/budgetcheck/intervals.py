"""Exact interval arithmetic on the values a printed number may stand for.

Bounds are `Fraction`, or None for "no bound on this side"; each bound is open or closed.
Method: Moore, Kearfott and Cloud, Introduction to Interval Analysis (SIAM 2009), chapters 2 and 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["ANYTHING", "Interval", "exact", "hull", "total", "weighted"]


@dataclass(frozen=True, slots=True)
class Interval:
    """The values between two bounds; a bound of None is infinite."""

    low: Fraction | None
    high: Fraction | None
    open_low: bool = False
    open_high: bool = False

    def __neg__(self) -> Interval:
        low = None if self.high is None else -self.high
        high = None if self.low is None else -self.low
        return Interval(low, high, self.open_high, self.open_low)

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high, self.open_low or other.open_low, self.open_high or other.open_high)

    def __sub__(self, other: Interval) -> Interval:
        return self + (-other)

    def __mul__(self, other: Interval) -> Interval:
        if not (self.bounded and other.bounded):
            return self._scaled_unbounded(other)
        return _corners(self, other, lambda a, b: a * b)

    def __truediv__(self, other: Interval) -> Interval:
        """Quotient; a divisor that contains zero gives the whole line."""
        if other.contains_zero:
            return Interval(None, None)
        if not (self.bounded and other.bounded):
            return self._scaled_unbounded(other.reciprocal())
        return _corners(self, other, lambda a, b: a / b)

    @property
    def bounded(self) -> bool:
        """Whether both bounds are finite."""
        return self.low is not None and self.high is not None

    @property
    def contains_zero(self) -> bool:
        """Whether zero lies in the interval (a zero bound counts, open or not)."""
        return (self.low is None or self.low <= 0) and (self.high is None or self.high >= 0)

    def reciprocal(self) -> Interval:
        """1/x for an interval without zero."""
        low = Fraction(0) if self.high is None else 1 / self.high
        high = Fraction(0) if self.low is None else 1 / self.low
        return Interval(low, high, self.open_high, self.open_low)

    def _scaled_unbounded(self, other: Interval) -> Interval:
        """Product where a bound is infinite: exact for non-negative factors, else the whole line."""
        if self.low is None or other.low is None or self.low < 0 or other.low < 0:
            return Interval(None, None)
        high = None if self.high is None or other.high is None else self.high * other.high
        return Interval(self.low * other.low, high, self.open_low or other.open_low, True)

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return not self.below(other) and not other.below(self)

    def below(self, other: Interval) -> bool:
        """Whether every value here is smaller than every value there."""
        if self.high is None or other.low is None:
            return False
        return self.high <= other.low if self.open_high or other.open_low else self.high < other.low

    def at_most(self, other: Interval) -> bool:
        """Whether some value here can be <= some value there."""
        return not other.below(self)

    def scaled(self, factor: Fraction) -> Interval:
        """Every value times a number."""
        if factor == 1:
            return self
        if not factor:
            return exact(0)
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        if factor > 0:
            return Interval(low, high, self.open_low, self.open_high)
        return Interval(high, low, self.open_high, self.open_low)

    def both(self, other: Interval) -> Interval | None:
        """The values that lie in both; None where there is none."""
        if not self.meets(other):
            return None
        lows = ((each.low, each.open_low) for each in (self, other) if each.low is not None)
        highs = ((each.high, not each.open_high) for each in (self, other) if each.high is not None)
        low, open_low = max(lows, default=(None, other.open_low))
        high, closed_high = min(highs, default=(None, not other.open_high))
        return Interval(low, high, open_low, not closed_high)

    def closed(self) -> Interval:
        """The same with both bounds closed."""
        return Interval(self.low, self.high)


def _corners(a: Interval, b: Interval, op: Callable[[Fraction, Fraction], Fraction]) -> Interval:
    found: list[tuple[Fraction, bool]] = []
    for x, x_open in ((a.low, a.open_low), (a.high, a.open_high)):
        for y, y_open in ((b.low, b.open_low), (b.high, b.open_high)):
            assert x is not None
            assert y is not None
            found.append((op(x, y), x_open or y_open))
    low, open_low = min(found)
    high, closed_high = max((value, not is_open) for value, is_open in found)
    return Interval(low, high, open_low, not closed_high)


ANYTHING = Interval(None, None)
_ONE = Fraction(1)
_Product = tuple[Fraction, Fraction | None]


def exact(value: Fraction | int) -> Interval:
    """The interval that holds one value."""
    point = value if isinstance(value, Fraction) else Fraction(value)
    return Interval(point, point)


def hull(values: Sequence[Interval]) -> Interval:
    """The smallest interval over all of some; an end is open only where every one that reaches it is."""
    if len(values) == 1:
        return values[0]
    lows = [(each.low, each.open_low) for each in values if each.low is not None]
    highs = [(each.high, not each.open_high) for each in values if each.high is not None]
    low, open_low = min(lows) if len(lows) == len(values) else (None, False)
    high, closed_high = max(highs) if len(highs) == len(values) else (None, True)
    return Interval(low, high, open_low, not closed_high)


def total(parts: Iterable[Interval]) -> Interval:
    """The sum of intervals; of none, exactly zero."""
    return weighted((_ONE, part) for part in parts)


def weighted(parts: Iterable[tuple[Fraction, Interval]]) -> Interval:
    """The sum of intervals, each times its factor; of none, exactly zero."""
    lows: list[_Product] = []
    highs: list[_Product] = []
    open_low = open_high = False
    for factor, part in parts:
        if factor > 0:
            lows.append((factor, part.low))
            highs.append((factor, part.high))
            open_low |= part.open_low
            open_high |= part.open_high
        elif factor:
            lows.append((factor, part.high))
            highs.append((factor, part.low))
            open_low |= part.open_high
            open_high |= part.open_low
    return Interval(_sum(lows), _sum(highs), open_low, open_high)


def _sum(products: Iterable[_Product]) -> Fraction | None:
    """The sum of products, over their common denominator; None where a factor has no bound."""
    ratios: list[tuple[int, int]] = []
    for factor, value in products:
        if value is None:
            return None
        (a, b), (c, d) = factor.as_integer_ratio(), value.as_integer_ratio()
        ratios.append((a * c, b * d))
    common = math.lcm(*(below for _, below in ratios))
    return Fraction(sum(above * (common // below) for above, below in ratios), common)
