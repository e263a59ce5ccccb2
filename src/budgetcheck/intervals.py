"""Exact interval arithmetic on the values a printed number may stand for.

Bounds are `Fraction`, or None for "no bound on this side"; each bound is open or closed.
Method: Moore, Kearfott and Cloud, Introduction to Interval Analysis (SIAM 2009), chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["ANYTHING", "Interval", "exact", "total"]


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
        return _hull(self, other, lambda a, b: a * b)

    def __truediv__(self, other: Interval) -> Interval:
        """Quotient; a divisor that contains zero gives the whole line."""
        if other.contains_zero:
            return Interval(None, None)
        if not (self.bounded and other.bounded):
            return self._scaled_unbounded(other.reciprocal())
        return _hull(self, other, lambda a, b: a / b)

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
        return self.high < other.low or (self.high == other.low and (self.open_high or other.open_low))

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
        low, open_low = _tighter(self.low, self.open_low, other.low, other.open_low, max)
        high, open_high = _tighter(self.high, self.open_high, other.high, other.open_high, min)
        return Interval(low, high, open_low, open_high)

    def closed(self) -> Interval:
        """The same with both bounds closed."""
        return Interval(self.low, self.high)


def _tighter(
    one: Fraction | None,
    one_open: bool,
    other: Fraction | None,
    other_open: bool,
    pick: Callable[[Fraction, Fraction], Fraction],
) -> tuple[Fraction | None, bool]:
    """The tighter of two bounds on the same side."""
    if one is None or other is None:
        return (other, other_open) if one is None else (one, one_open)
    if one == other:
        return one, one_open or other_open
    return (one, one_open) if pick(one, other) == one else (other, other_open)


def _hull(a: Interval, b: Interval, op: Callable[[Fraction, Fraction], Fraction]) -> Interval:
    corners: list[tuple[Fraction, bool]] = []
    for x, x_open in ((a.low, a.open_low), (a.high, a.open_high)):
        for y, y_open in ((b.low, b.open_low), (b.high, b.open_high)):
            assert x is not None
            assert y is not None
            corners.append((op(x, y), x_open or y_open))
    low = min(value for value, _ in corners)
    high = max(value for value, _ in corners)
    return Interval(
        low,
        high,
        all(is_open for value, is_open in corners if value == low),
        all(is_open for value, is_open in corners if value == high),
    )


ANYTHING = Interval(None, None)
_ZERO = Fraction(0)


def exact(value: Fraction | int) -> Interval:
    """The interval that holds one value."""
    point = Fraction(value)
    return Interval(point, point)


def total(parts: Iterable[Interval]) -> Interval:
    """The sum of intervals; of none, exactly zero."""
    low: Fraction | None = _ZERO
    high: Fraction | None = _ZERO
    open_low = open_high = False
    for part in parts:
        low = None if low is None or part.low is None else low + part.low
        high = None if high is None or part.high is None else high + part.high
        open_low |= part.open_low
        open_high |= part.open_high
    return Interval(low, high, open_low, open_high)
