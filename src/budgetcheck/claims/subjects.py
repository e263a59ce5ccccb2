"""Subjects that a budget lists line by line (“教育支出”科目…万元), the lines of one class as parts of it."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context
from ..facts import Level
from ..intervals import total
from ..model import Claim

__all__ = ["lines"]


def lines(context: Context) -> Iterator[Claim]:
    """For each class the lines of one section that name it, and what its total may be: the class in a table.

    The classes vouch for each other: where fewer than half of a section's agree with the tables, its lines are of
    something else.
    """
    sections: dict[tuple[str, ...], dict[tuple[str, ...], list[Level]]] = {}
    for level in context.levels:
        subject = context.namer.listed(level.fact.name)
        if subject and not level.fact.figure and not level.fact.year:
            section = context.statements[level.statement].passage.section.path[:-1]
            sections.setdefault(section, {}).setdefault(subject, []).append(level)
    for subjects in sections.values():
        claims = [claim for subject, found in subjects.items() if (claim := _lines(context, subject, found))]
        if 2 * sum(map(_agrees, claims)) >= len(claims):
            yield from claims


def _lines(context: Context, subject: tuple[str, ...], found: list[Level]) -> Claim | None:
    """None where several funds have the class, or none that is named: nothing says what the lines are of."""
    first = found[0].fact
    totals = context.classes(subject, first.measure)
    funds = {fact.fund for fact in totals if fact.quantity.value and not context.namer.yields(fact.fund)}
    if len(funds) != 1 or any(level.fact.measure != first.measure for level in found):
        return None
    parts = tuple(level.fact for level in found)
    return Claim("lines", {"total": totals}, {"subject": subject[0]}, first.span, {"parts": parts}, explicit=False)


def _agrees(claim: Claim) -> bool:
    everything = total(fact.quantity.interval for fact in claim.groups["parts"])
    return any(everything.meets(fact.quantity.interval) for fact in claim.parts["total"])
