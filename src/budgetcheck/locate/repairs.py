"""Repairs, exactly: which sets of printed numbers and words, taken as wrong, leave everything else consistent.

A number taken as wrong may have any value; every relation it takes part in bounds that value by interval arithmetic on
the other numbers, and the bounds must meet. A word taken as wrong turns or drops the relations that rest on it.
Method: interval constraint propagation (Davis 1987, Constraint propagation with interval labels).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from ..intervals import ANYTHING, Interval
from .rows import Key, Row, satisfiable, solved
from .web import Web

__all__ = ["Values", "consistent", "figure_repairs", "shared_suspects", "single_repairs"]

Values = Mapping[Key, Interval]
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


def consistent(web: Web, wrong: Collection[Key], failed: Sequence[Row], dropped: Collection[Row] = ()) -> Values | None:
    """The values left for the numbers taken as wrong; None where some relation still cannot hold."""
    rows = [row for row in _concerned(web, wrong, failed) if row not in dropped]
    rows = [held for row in rows if (held := _held(row, wrong)) is not None]
    values: dict[Key, Interval] = {key: _possible(web, key) for key in wrong if len(key) == 2}

    def domain(key: Key) -> Interval:
        return values[key] if key in values else web.printed(key)

    for _ in range(_ROUNDS):
        before = dict(values)
        for row in rows:
            for key in row.keys:
                if key in values:
                    narrowed = values[key].both(solved(row, key, domain))
                    if narrowed is None:
                        return None
                    values[key] = narrowed
        if values == before:
            break
    if any(_senseless(web, key, left) for key, left in values.items()):
        return None
    return values if all(satisfiable(row, domain) for row in rows) else None


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
