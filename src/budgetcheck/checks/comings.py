"""Subjects that one report spends on and the other does not: new ones, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..ledger import Ledger
from ..model import Fact
from ..rulebook import Rule
from ..verdicts import Draft, Field, Verdict, passed

__all__ = ["Subject", "appearing", "subjects", "vanishing"]

_ITEM = 7


@dataclass(frozen=True, slots=True)
class Subject:
    """One item of a table: its code, and its own amount."""

    code: str
    fact: Fact


def appearing(rule: Rule, ledger: Ledger, others: Sequence[Ledger]) -> Iterator[Verdict]:
    """Subjects of this report that no other one has."""
    table = _common(rule, (ledger, *others))
    if table:
        there = [subject for other in others for subject in subjects(other, table)]
        here = subjects(ledger, table)
        yield _told([s for s in here if not _known(s, there)], here, None)


def vanishing(rule: Rule, ledger: Ledger, others: Sequence[Ledger]) -> Iterator[Verdict]:
    """Subjects of another report that this one does not have."""
    for other in others:
        table = _common(rule, (ledger, other))
        if table:
            here, there = subjects(ledger, table), subjects(other, table)
            yield _told([s for s in there if not _known(s, here)], there, here[0].fact)


def _common(rule: Rule, ledgers: Sequence[Ledger]) -> str | None:
    """The first of a rule's tables in which all reports print what is spent on items."""
    return next((table for table in rule.options["tables"] if all(subjects(each, table) for each in ledgers)), None)


def subjects(ledger: Ledger, table: str) -> list[Subject]:
    """The items of a table with what is spent on them."""
    rows = [row for row in ledger.rows if row.table == table and len(row.code) == _ITEM]
    facts = ((row.code, next((f for f in row.cells.values() if f.path and not f.figure), None)) for row in rows)
    return [Subject(code, fact) for code, fact in facts if fact is not None and fact.quantity.value]


def _known(subject: Subject, others: Sequence[Subject]) -> bool:
    """A subject that was renamed keeps its code; one that got another code keeps its name."""
    return any(subject.code == other.code or subject.fact.path == other.fact.path for other in others)


def _told(found: Sequence[Subject], all_of_them: Sequence[Subject], beside: Fact | None) -> Verdict:
    """One finding for all such subjects; `beside` stands for the table where they are not."""
    if not found:
        return passed(*(subject.fact for subject in all_of_them))
    facts = tuple(subject.fact for subject in found)
    items = tuple(f"{subject.code} {subject.fact.path[-1]}{subject.fact.quantity.shown}" for subject in found)
    fields: dict[str, Field] = {"count": str(len(found)), "items": items, "place": facts[0]}
    if beside is None:
        return Verdict("failed", facts, (), Draft(facts, (), fields))
    span = replace(beside.span, text="", quote=beside.span.table or "", row=None, column=None, mark=-1, box=None)
    return Verdict("failed", facts, (), Draft((span,), facts, fields))
