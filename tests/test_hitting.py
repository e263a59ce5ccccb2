"""The search for the cheapest sets against trying all of them, and several errors in one table."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from budgetcheck.locate.hitting import Conflict, cheapest_sets, members

THINGS = 7
MASKS = st.integers(1, 2**THINGS - 1)


def cost(costs: list[int], chosen: int) -> int:
    return sum(costs[each] for each in members(chosen))


def enough(conflicts: list[Conflict], chosen: int) -> bool:
    return all(c.any_of & chosen or c.given & chosen != c.given for c in conflicts)


@given(
    st.lists(st.sampled_from((4, 6, 8, 16)), min_size=THINGS, max_size=THINGS),
    st.lists(st.builds(Conflict, MASKS, st.just(0) | MASKS), max_size=8),
    st.integers(0, 8),
)
def test_the_cheapest_sets_are_those_of_trying_all(costs: list[int], conflicts: list[Conflict], known: int) -> None:
    def refute(chosen: int) -> Conflict | None:
        broken = (c for c in conflicts if not c.any_of & chosen and c.given & chosen == c.given)
        return next(broken, None)

    best = min((cost(costs, each) for each in range(2**THINGS) if enough(conflicts, each)), default=None)
    cheapest = {each for each in range(2**THINGS) if enough(conflicts, each) and cost(costs, each) == best}
    found = itertools.takewhile(
        lambda answer: answer is not None and answer[0] == best,
        cheapest_sets(costs, conflicts[:known], refute, 10_000),
    )
    answers = [answer[1] for answer in found if answer is not None]
    assert len(answers) == len(set(answers))
    assert set(answers) == cheapest


def test_no_answer_is_an_end_and_too_many_steps_are_said() -> None:
    assert list(cheapest_sets([4, 4], [Conflict(0b1), Conflict(0b10)], lambda chosen: Conflict(0), 100)) == []
    assert list(cheapest_sets([4, 4], [Conflict(0b1), Conflict(0b10)], lambda chosen: None, 2)) == [None]
    assert list(cheapest_sets([4, 4], [Conflict(0b1), Conflict(0b10)], lambda chosen: None, 100)) == [(8, 0b11)]
