"""The cheapest explanations of several failed relations at once.

What may be wrong is a number or a word, a figure in all its places, or a relation, which may not apply. A set of such
things is enough when exact propagation finds values that satisfy every other relation; where it does not, the relations
that clash say what else must be wrong, and the search goes on with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .hitting import Conflict, cheapest_sets, members
from .repairs import Clash, Values, propagated
from .rows import FIGURE, NUMBER, Key, Row
from .web import Web

__all__ = ["Explanation", "explanations"]

_MOST_TIES = 3
# Searches that find an answer took at most 0.5 million looks on spoiled reports; this many take a second or two.
_MOST_LOOKS = 1_000_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """Numbers and words taken as wrong with the values that remain for them, and relations taken as not applying."""

    wrong: tuple[Key, ...]
    values: Values = field(default_factory=dict)
    dropped: tuple[Row, ...] = ()


def explanations(web: Web, failed: Sequence[Row]) -> list[Explanation] | None:
    """The cheapest explanations of the failed rows, at most three; None where the search for the first had no end.

    Failed rows of other cases share no number with these and are left to them.
    """
    suspicion = _Suspicion(web, failed)
    found: list[Explanation] = []
    best: int | None = None
    for answer in cheapest_sets(suspicion.costs, suspicion.first(), suspicion.refute, _MOST_LOOKS):
        if answer is None or (best is not None and answer[0] > best):
            break
        best = answer[0]
        found.append(suspicion.explanation(answer[1]))
        if len(found) == _MOST_TIES:
            break
    return found or None


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure in several places, wrong in all of them."""

    keys: tuple[Key, ...]


class _Suspicion:
    """What may be wrong, each thing numbered when it is first met, and what it costs to take it as wrong."""

    def __init__(self, web: Web, failed: Sequence[Row]) -> None:
        self.costs: list[int] = []
        self._web, self._failed = web, failed
        self._things: list[Key | Row | _Figure] = []
        self._numbers: dict[object, int] = {}
        self._values: dict[int, Values] = {}

    def first(self) -> list[Conflict]:
        """The failed rows: something in each of them is wrong."""
        return [Conflict(self._suspects((row,))) for row in self._failed]

    def refute(self, chosen: int) -> Conflict | None:
        """What else must be wrong beside the chosen things; None where they are enough."""
        wrong, dropped = self._split(chosen)
        found = propagated(self._web, wrong, self._failed, dropped)
        if isinstance(found, Clash):
            given = sum(1 << self._number(word, NUMBER) for word in found.words)
            return Conflict(self._suspects(found.rows) & ~chosen, given)
        self._values[chosen] = found
        return None

    def explanation(self, chosen: int) -> Explanation:
        """The chosen things, a figure as all its places."""
        wrong, dropped = self._split(chosen)
        return Explanation(wrong, self._values[chosen], dropped)

    def _split(self, chosen: int) -> tuple[tuple[Key, ...], tuple[Row, ...]]:
        things = [self._things[each] for each in members(chosen)]
        wrong: dict[Key, None] = {}
        for each in things:
            if not isinstance(each, Row):
                wrong |= dict.fromkeys(each.keys if isinstance(each, _Figure) else (each,))
        return tuple(wrong), tuple(each for each in things if isinstance(each, Row))

    def _suspects(self, rows: Sequence[Row]) -> int:
        """Everything that some rows rest on, and the rows themselves."""
        mask = 0
        for row in rows:
            mask |= 1 << self._number(row, row.weight)
            for key in row.suspects:
                mask |= 1 << self._number(key, NUMBER)
            for key in row.keys:
                figure = self._web.figure(key)
                if len(figure) > 1:
                    mask |= 1 << self._number(_Figure(figure), FIGURE)
        return mask

    def _number(self, thing: Key | Row | _Figure, cost: int) -> int:
        if thing not in self._numbers:
            self._numbers[thing] = len(self._things)
            self._things.append(thing)
            self.costs.append(cost)
        return self._numbers[thing]
