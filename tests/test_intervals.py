"""Interval arithmetic: what holds for the intervals holds for the values in them, ends and openness included."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from budgetcheck.intervals import Interval, exact, hull, weighted

VALUES = st.fractions(-3, 3, max_denominator=2)


@st.composite
def intervals(draw):
    low, high = sorted(draw(st.tuples(VALUES, VALUES)))
    unbounded_low, unbounded_high = draw(st.booleans()), draw(st.booleans())
    is_open = low < high and draw(st.booleans())
    return Interval(
        None if unbounded_low else low,
        None if unbounded_high else high,
        is_open and not unbounded_low,
        is_open and not unbounded_high and draw(st.booleans()),
    )


def holds(values, point):
    return values.meets(exact(point))


@given(st.lists(intervals(), min_size=1, max_size=4), VALUES)
def test_a_hull_holds_all_its_values_and_ends_where_one_of_them_does(values, point):
    whole = hull(values)
    assert holds(whole, point) or not any(holds(each, point) for each in values)
    assert (whole.low, whole.open_low) in [(each.low, each.open_low) for each in values]
    assert (whole.high, whole.open_high) in [(each.high, each.open_high) for each in values]


@given(intervals(), intervals(), VALUES)
def test_both_holds_what_each_holds(one, other, point):
    common = one.both(other)
    assert (common is not None and holds(common, point)) == (holds(one, point) and holds(other, point))


@given(st.lists(st.tuples(VALUES, intervals()), max_size=4))
def test_a_weighted_sum_is_the_sum_of_what_is_scaled(parts):
    added = exact(0)
    for factor, each in parts:
        added += each.scaled(factor)
    assert weighted(parts) == added


def test_an_end_that_one_interval_reaches_closed_is_closed():
    closed, opened = Interval(Fraction(0), Fraction(1)), Interval(Fraction(0), Fraction(1), True, True)
    assert hull([opened, closed]) == closed
    assert hull([opened, opened]) == opened
    assert closed.both(opened) == opened
