"""Repairs, exactly: which sets of printed numbers and words, taken as wrong, leave everything else consistent.

A number taken as wrong may have any value; every relation it takes part in bounds that value by interval arithmetic on
the other numbers, and the bounds must meet. A word taken as wrong turns or drops the relations that rest on it.
Method: interval constraint propagation (Davis 1987, Constraint propagation with interval labels).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..intervals import ANYTHING, Interval
from .rows import Key, Row, satisfiable, solved
from .web import Web

__all__ = ["Clash", "Values", "consistent", "figure_repairs", "propagated", "shared_suspects", "single_repairs"]

Values = Mapping[Key, Interval]
# A row, what it says once some words are taken as wrong, and its numbers taken as wrong.
_Linked = tuple[Row, Row, tuple[Key, ...]]
_ROUNDS = 6
_NOT_BELOW_ZERO = Interval(Fraction(0), None)


def single_repairs(web: Web, failed: Sequence[Row]) -> dict[Key, Values]:
    """Every number or word which alone explains all the failed rows, with the values it may have."""
    found: dict[Key, Values] = {}
    for key in shared_suspects(failed):
        values = consistent(web, (key,), failed)
        if values is not None:
            found[key] = values
    return found


def figure_repairs(web: Web, failed: Sequence[Row]) -> dict[tuple[Key, ...], Values]:
    """Every figure printed in several places which, wrong in all of them, explains all the failed rows."""
    found: dict[tuple[Key, ...], Values] = {}
    figures = {frozenset(figure): figure for row in failed for key in row.keys if len(figure := web.figure(key)) > 1}
    for figure in figures.values():
        if all(any(key in figure for key in row.keys) for row in failed):
            values = consistent(web, figure, failed)
            if values is not None:
                found[figure] = values
    return found


def shared_suspects(rows: Sequence[Row]) -> list[Key]:
    """The numbers and words that all of some rows have in common, in reading order."""
    found = set.intersection(*(set(row.suspects) for row in rows))
    return sorted(found, key=lambda key: (key[0], key[1], len(key)))


@dataclass(frozen=True, slots=True)
class Clash:
    """Relations that cannot all hold, given that some words are wrong, unless something else in them is wrong too."""

    rows: tuple[Row, ...]
    words: tuple[Key, ...] = ()


def consistent(web: Web, wrong: Collection[Key], failed: Sequence[Row], dropped: Collection[Row] = ()) -> Values | None:
    """The values left for the numbers taken as wrong; None where some relation still cannot hold."""
    found = propagated(web, wrong, failed, dropped)
    return None if isinstance(found, Clash) else found


def propagated(
    web: Web, wrong: Collection[Key], failed: Sequence[Row], dropped: Collection[Row] = ()
) -> Values | Clash:
    """The values left for the numbers taken as wrong, or the relations that leave none."""
    search = _Propagation(web, wrong, [row for row in _concerned(web, wrong, failed) if row not in dropped])
    clash = search.run()
    return search.values if clash is None else clash


class _Propagation:
    """What the rows leave for the numbers taken as wrong, and which rows each of these values is due to."""

    def __init__(self, web: Web, wrong: Collection[Key], rows: Sequence[Row]) -> None:
        self.values: dict[Key, Interval] = {key: _possible(web, key) for key in wrong if len(key) == 2}
        self._web, self._wrong = web, wrong
        self._rows = [(row, held) for row in rows if (held := _held(row, wrong)) is not None]
        self._reasons: dict[Key, dict[Row, None]] = {key: {} for key in self.values}

    def run(self) -> Clash | None:
        linked = []
        for row, held in self._rows:
            free = tuple(key for key in held.keys if key in self.values)
            if not free:
                if self._web.broken(held):
                    return self._clash({row: None})
            elif len(free) > 1:
                linked.append((row, self._web.added_up(held, free), free))
            elif not self._narrow(free[0], left := self._web.left(held, free[0]), row):
                return self._clash(self._due(row))
            elif left == ANYTHING:  # a rate about nothing leaves all but a gap, which the other rows may ask for
                linked.append((row, held, free))
        return self._settle(linked) or self._senseless() or self._unsatisfied(linked)

    def _settle(self, linked: Sequence[_Linked]) -> Clash | None:
        """Rows with several wrong numbers, until they leave no less for any of them."""
        for _ in range(_ROUNDS):
            before = dict(self.values)
            for row, held, free in linked:
                for key in free:
                    if not self._narrow(key, solved(held, key, self._domain), row):
                        return self._clash(self._due(row))
            if self.values == before:
                break
        return None

    def _senseless(self) -> Clash | None:
        wrong = (key for key, left in self.values.items() if _senseless(self._web, key, left))
        return next((self._clash(self._reasons[key]) for key in wrong), None)

    def _unsatisfied(self, linked: Sequence[_Linked]) -> Clash | None:
        broken = (row for row, held, _ in linked if not satisfiable(held, self._domain))
        return next((self._clash(self._due(row)) for row in broken), None)

    def _domain(self, key: Key) -> Interval:
        return self.values[key] if key in self.values else self._web.printed(key)

    def _narrow(self, key: Key, left: Interval, row: Row) -> bool:
        """The values of a wrong number made no wider than the row leaves it; False where none remain."""
        narrowed = self.values[key].both(left)
        if narrowed is None:
            return False
        if narrowed != self.values[key]:
            self.values[key] = narrowed
            self._reasons[key] |= self._due(row)
        return True

    def _due(self, row: Row) -> dict[Row, None]:
        """A row and all rows that the values in it are due to."""
        found = {row: None}
        for key in row.keys:
            found |= self._reasons.get(key, {})
        return found

    def _clash(self, rows: Mapping[Row, None]) -> Clash:
        return Clash(tuple(rows), tuple(word for row in rows for word in row.words if word in self._wrong))


def _possible(web: Web, key: Key) -> Interval:
    """What a wrong number may have been: in the narrative no less than nothing, for it would say so."""
    fact = web.numbers[key]
    return ANYTHING if fact.span.table or fact.quantity.value < 0 else _NOT_BELOW_ZERO


def _senseless(web: Web, key: Key, left: Interval) -> bool:
    """Whether only amounts below nothing are left for a number printed without a sign that was not merely lost."""
    printed = web.printed(key)
    below = left.high is not None and left.high < 0
    return below and web.numbers[key].quantity.value >= 0 and not left.meets(-printed)


def _concerned(web: Web, wrong: Collection[Key], failed: Sequence[Row]) -> list[Row]:
    """The failed rows and every row that a suspect takes part in, each once; what failed elsewhere is another case."""
    rows = {id(row): row for row in failed}
    for key in wrong:
        rows |= {id(row): row for row in web.at(key) if not web.broken(row)}
    return list(rows.values())


def _held(row: Row, wrong: Collection[Key]) -> Row | None:
    """What a row says once some words are taken as wrong; None where nothing is left of it."""
    return row.turned if any(word in wrong for word in row.words) else row
