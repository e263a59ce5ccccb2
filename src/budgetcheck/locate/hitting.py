"""The cheapest sets that hit every conflict, conflicts being learned from the sets that turn out not to be enough.

Things are numbered from 0 and sets are bit masks. Method: hitting sets of conflicts (Reiter 1987, A theory of diagnosis
from first principles), cheapest first (Hart, Nilsson and Raphael 1968) with the cost of disjoint conflicts as the bound
and implicit conflicts as in Moreno-Centeno and Karp 2013, The implicit hitting set approach.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Conflict", "cheapest_sets", "members"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Every answer that holds all of `given` holds at least one of `any_of`."""

    any_of: int
    given: int = 0


def members(mask: int) -> Iterator[int]:
    """The numbers in a mask, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


@dataclass(frozen=True, slots=True)
class _Node:
    """All sets that hold `chosen` and nothing of `without`.

    `missed` are those of the first `known` conflicts of which at least its parent holds nothing.
    """

    chosen: int = 0
    without: int = 0
    missed: Sequence[Conflict] = ()
    known: int = 0


def cheapest_sets(
    costs: Sequence[int], conflicts: list[Conflict], refute: Callable[[int], Conflict | None], most: int
) -> Iterator[tuple[int, int] | None]:
    """Cost and mask of each set that nothing refutes, the cheapest first; None, and the end, after `most` looks.

    A look is one conflict held against one set, so that the end comes at the same place on every machine. `refute`
    gives a conflict that a set does not hit, or None; `costs` may grow while it learns of new things.
    """
    order = itertools.count()
    queue = [(0, 0, next(order), _Node())]
    looks = 0
    while looks < most:
        if not queue:
            return
        bound, _, _, node = heapq.heappop(queue)
        chosen, without = node.chosen, node.without
        looks += 1 + len(node.missed) + len(conflicts) - node.known
        learned = itertools.islice(conflicts, node.known, None)
        missed = [each for each in itertools.chain(node.missed, learned) if not each.any_of & chosen]
        node = _Node(chosen, without, missed, len(conflicts))
        unhit = [each.any_of & ~without for each in missed if each.given & chosen == each.given]
        least = _cost(costs, chosen) + _least(costs, unhit) if all(unhit) else None
        if least is None:
            continue
        if least > bound:
            heapq.heappush(queue, (least, -chosen.bit_count(), next(order), node))
        elif unhit:
            for each in members(min(unhit, key=int.bit_count)):
                child = _Node(chosen | 1 << each, without, missed, len(conflicts))
                heapq.heappush(queue, (bound, -chosen.bit_count() - 1, next(order), child))
                without |= 1 << each
        elif (conflict := refute(chosen)) is None:
            yield bound, chosen
        else:
            conflicts.append(conflict)
            heapq.heappush(queue, (bound, -chosen.bit_count(), next(order), node))
    yield None


def _cost(costs: Sequence[int], chosen: int) -> int:
    return sum(costs[each] for each in members(chosen))


def _least(costs: Sequence[int], unhit: Sequence[int]) -> int:
    """What disjoint conflicts cost at least; those that meet the fewest others come first."""
    met = {one: sum(1 for other in unhit if one & other) for one in unhit}
    used = least = 0
    for one in sorted(met, key=lambda each: (met[each], each)):
        if not one & used:
            used |= one
            least += min(costs[each] for each in members(one))
    return least
