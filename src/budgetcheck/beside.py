"""Reports beside a report: which of them fit, and what their own numbers say of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .engine import Judged, Judgement, judge
from .ledger import Ledger
from .matching import ROLES, Entities, Maker, mismatch
from .rulebook import Rule

__all__ = ["together", "vouched"]


def together(
    ledger: Ledger, given: Sequence[tuple[str, Ledger]], words: Mapping[str, Any], entities: Entities | None = None
) -> tuple[Ledger, tuple[str, ...]]:
    """A ledger with those of the given reports that fit their role, and a line for each that does not."""
    others: dict[str, list[Ledger]] = {}
    notes = []
    for role, other in given:
        reason = _unfit(ledger, role, other, entities)
        if reason is None:
            others.setdefault(role, []).append(other)
        else:
            notes.append(_note(ledger, role, other, reason, words))
    return replace(ledger, others={role: tuple(found) for role, found in others.items()}), tuple(notes)


def _unfit(ledger: Ledger, role: str, other: Ledger, entities: Entities | None) -> str | None:
    if other.document.sha256 == ledger.document.sha256:
        return "same"
    return mismatch(role, _maker(ledger), _maker(other), entities)


def _maker(ledger: Ledger) -> Maker:
    return Maker(ledger.entity, ledger.kind, ledger.year)


def _note(ledger: Ledger, role: str, other: Ledger, reason: str, words: Mapping[str, Any]) -> str:
    """What a report is and is not: the previous report is of 2018, not 2019."""
    unknown = str(words["unknown"])
    wanted = next((each for each in ROLES[role] if each[:2] == (ledger.kind, other.kind)), ROLES[role][0])
    fields = {
        "role": words["roles"][role], "file": Path(other.document.name).name,
        "year": other.year or unknown, "wanted": unknown if ledger.year is None else ledger.year + wanted[2],
        "kind": words["kinds"].get(other.kind, unknown), "here": words["kinds"].get(ledger.kind, unknown),
        "entity": other.entity or unknown, "own": ledger.entity or unknown,
    }  # fmt: skip
    return str(words["unfit"][reason]).format(**fields)


def vouched(judgement: Judgement, ledger: Ledger, rules: Sequence[Rule]) -> Judgement:
    """A judgement with what the numbers of the other reports say of each other, so that they vouch for themselves."""
    others = [other for found in ledger.others.values() for other in found]
    return replace(judgement, judged=(*judgement.judged, *_judged(others, rules))) if others else judgement


def _judged(others: Sequence[Ledger], rules: Sequence[Rule]) -> Iterator[Judged]:
    """The relations of other reports; what fails in them is a finding of theirs, not of this report."""
    for other in others:
        for each in judge(other, rules).judged:
            yield replace(each, finding=None, readings=())
