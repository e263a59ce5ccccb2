"""A relation cleared of its divisions: where it may hold, and where no values inside the intervals satisfy it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from budgetcheck.intervals import Interval, exact
from budgetcheck.polynomial import difference, vanishes

SHARE = difference("percent == share(part, whole)")
CHANGE = difference("percent == change(now, before)")
numbers = st.integers(-50, 50).map(Fraction)


def span(low: Fraction, high: Fraction) -> Interval:
    return Interval(min(low, high), max(low, high))


def test_zero_is_the_whole_of_no_share_but_of_nothing() -> None:
    nothing = span(Fraction(-1, 200), Fraction(1, 200))
    assert not vanishes(SHARE, {"percent": exact(57), "part": exact(300), "whole": nothing})
    assert vanishes(SHARE, {"percent": exact(57), "part": nothing, "whole": nothing})
    assert vanishes(SHARE, {"percent": exact(75), "part": exact(300), "whole": exact(400)})


def test_what_has_no_bound_may_be_anything() -> None:
    assert vanishes(SHARE, {"percent": exact(57), "part": exact(300), "whole": Interval(Fraction(1), None)})


@given(numbers, numbers, numbers, numbers, numbers, numbers, st.fractions(0, 1), st.fractions(0, 1))
def test_values_inside_the_intervals_that_satisfy_it_are_never_missed(
    a: Fraction, b: Fraction, c: Fraction, d: Fraction, e: Fraction, f: Fraction, here: Fraction, there: Fraction
) -> None:
    now, before = a + here * (b - a), c + there * (d - c)
    if before:
        percent = 100 * now / before - 100
        env = {"percent": span(percent, percent + e - f), "now": span(a, b), "before": span(c, d)}
        assert vanishes(CHANGE, env)


@given(numbers, numbers, numbers)
def test_exact_values_satisfy_it_only_where_it_is_true(percent: Fraction, part: Fraction, whole: Fraction) -> None:
    env = {"percent": exact(percent), "part": exact(part), "whole": exact(whole)}
    assert vanishes(SHARE, env) == (percent * whole == 100 * part)
