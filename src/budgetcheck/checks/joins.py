"""What two reports have in common: facts by what identifies them, so that those of one meet those of the other.

A rule describes each side under `here` and `there`: `measures`, and `year` counted from that report's own. Everything
else that identifies a fact must agree, and is the key of the join: figure (through `pairs` another one there), subject,
fund, topic, table where cells are compared with cells, and the unit of counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ledger import Ledger
from ..model import Fact, Severity

__all__ = ["Key", "Side", "doubt", "inner", "joined", "keyed", "sides"]

Key = tuple[str, ...]
# The topic of subjects in tables of income; any other topic is a matter of its own.
_TOPICS = ("", "income")
_GRADES = ("error", "warning", "info", "none")


@dataclass(frozen=True, slots=True)
class Side:
    """Which facts of one report take part.

    `figures` are by what they are called in the key, None for every figure but the `excluded`. `subjects` is "none",
    "only", or "too". `kind` is that of the report, "" for any.
    """

    measures: frozenset[str]
    year: int
    figures: Mapping[str, str] | None
    excluded: frozenset[str]
    subjects: str
    dimension: str
    kind: str


def sides(options: Mapping[str, Any]) -> tuple[Side, Side]:
    """What a rule compares here, and there."""
    pairs: Mapping[str, str] = options.get("pairs", {})
    figures = [*options.get("figures", ())]
    here = {**{name: name for name in figures}, **pairs} if pairs or figures else None
    there = {name: name for name in here.values()} if here is not None else None
    return _side(options, "here", here), _side(options, "there", there)


def _side(options: Mapping[str, Any], which: str, figures: Mapping[str, str] | None) -> Side:
    own = options.get(which, {})
    return Side(
        frozenset(own["measures"]),
        int(own.get("year", 0)),
        figures,
        frozenset(options.get("except", ())),
        options.get("subjects", "none"),
        options.get("dimension", "money"),
        own.get("kind", ""),
    )


def keyed(ledger: Ledger, side: Side) -> dict[Key, list[Fact]]:
    """The facts of a ledger on one side, by key."""
    found: dict[Key, list[Fact]] = {}
    for fact in ledger.facts if side.kind in ("", ledger.kind) else ():
        if _wanted(fact, side):
            for key in _keys(fact, ledger, side):
                found.setdefault(key, []).append(fact)
    return found


def _wanted(fact: Fact, side: Side) -> bool:
    """Only what the words identify fully takes part."""
    quantity = fact.quantity
    if fact.measure not in side.measures or fact.year != side.year or fact.topic not in _TOPICS:
        return False
    if quantity.approximate or quantity.dimension != side.dimension:
        return False
    return side.subjects != "none" if fact.path else bool(fact.figure) and side.subjects != "only"


def _keys(fact: Fact, ledger: Ledger, side: Side) -> Iterator[Key]:
    counted = fact.quantity.unit if fact.quantity.dimension == "count" else ""
    rest = (*fact.path, fact.fund, fact.topic, counted)
    for figure in (fact.figure or "",) if fact.path else ledger.meant(fact.figure or ""):
        if side.figures is not None and figure in side.figures:
            yield (side.figures[figure], *rest)
        elif side.figures is None and figure not in side.excluded:
            yield (figure, *rest)


def joined(
    here: Mapping[Key, Sequence[Fact]], there: Mapping[Key, Sequence[Fact]]
) -> Iterator[tuple[Fact, Sequence[Fact]]]:
    """Each distinct printing here with all printings of the same figure there."""
    for key, facts in here.items():
        if key in there:
            firsts = {(f.quantity.point, f.quantity.decimals, f.quantity.unit): f for f in reversed(facts)}
            yield from ((fact, there[key]) for fact in reversed(firsts.values()))


def inner(fact: Fact, wrong: Iterable[Fact]) -> bool:
    """Whether something else that is wrong says all that a wrong cell says.

    That is a subject under its own, or the same subject's part where it is the subject's whole.
    """
    path, table, column = fact.path, fact.span.table, fact.span.column
    beside = [each for each in wrong if table and each.span.table == table and each.path[: len(path)] == path]
    under = any(len(each.path) > len(path) and each.span.column == column for each in beside)
    whole = bool(path) and not fact.figure
    return under or (whole and any(each.path == path and each.figure for each in beside))


def doubt(
    options: Mapping[str, Any], severity: Severity, ledgers: Sequence[Ledger], fact: Fact | None = None
) -> Severity | None:
    """The severity once what may explain a difference has been looked at; None where nothing is left to say.

    A doubt holds where this report (`said`; with `near` the paragraph of the fact) has certain words, or where one of
    its `figures` is not zero in any of the reports (`of` here: in this one, there: in the others).
    """
    grade = _GRADES.index(severity)
    for each in options.get("doubts", ()):
        if _holds(each, ledgers, fact):
            grade = max(grade, _GRADES.index(each["severity"]))
    found = _GRADES[grade]
    return next((known for known in ("error", "warning", "info") if known == found), None)


def _holds(each: Mapping[str, Any], ledgers: Sequence[Ledger], fact: Fact | None) -> bool:
    if "figures" in each:
        asked = {"here": ledgers[:1], "there": ledgers[1:]}.get(each.get("of", ""), ledgers)
        return any(_stands(name, ledger) for ledger in asked for name in each["figures"])
    texts = _near(fact, ledgers[0]) if each.get("near") else (ledgers[0].joined(("statement",)),)
    return any(re.search(each["said"], text) for text in texts)


def _stands(figure: str, ledger: Ledger) -> bool:
    """Whether a figure of the year is printed and not zero."""
    return any(fact.quantity.value for fact in ledger.figure(figure, ledger.measure))


def _near(fact: Fact | None, ledger: Ledger) -> Iterable[str]:
    if fact is None:
        return ()
    return (s.passage.text.folded for s in ledger.statements if s.passage.index == fact.span.block)
