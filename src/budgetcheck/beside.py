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

__all__ = ["acquainted", "together", "vouched"]

# Fewer figures apart may each be wrong by themselves.
_FEWEST = 3


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


def acquainted(ledger: Ledger, rules: Sequence[Rule], words: Mapping[str, Any]) -> tuple[Ledger, tuple[str, ...]]:
    """A ledger without those other reports that agree with it in no figure, and a line for each of these.

    Where at least three amounts are compared and not one is the same, the other report is of another maker, another
    scope or another unit: one thing to say, not one for each amount.
    """
    kept: dict[str, tuple[Ledger, ...]] = {}
    notes = []
    for role, others in ledger.others.items():
        apart = {} if role == "units" else {other.document.name: _apart(ledger, role, other, rules) for other in others}
        strange = {name: count for name, count in apart.items() if count >= _FEWEST}
        kept[role] = tuple(other for other in others if other.document.name not in strange)
        notes += [
            str(words["strange"]).format(role=words["roles"][role], file=Path(name).name, count=count)
            for name, count in strange.items()
        ]
    return (replace(ledger, others=kept), tuple(notes)) if notes else (ledger, ())


def _apart(ledger: Ledger, role: str, other: Ledger, rules: Sequence[Rule]) -> int:
    """How many different amounts the other report has otherwise; 0 where it has any of them as this one."""
    equal = [rule for rule in rules if (rule.options.get("with"), rule.options.get("relation")) == (role, "equal")]
    pairs = [each.facts for each in judge(replace(ledger, others={role: (other,)}), equal).judged]
    money = [(one.quantity, two.quantity) for one, two in pairs if one.quantity.dimension == "money"]
    printed = [(one, two) for one, two in money if one.point or two.point]
    same = any(one.interval.meets(two.interval) for one, two in printed)
    return 0 if same else len({one.point for one, _ in printed})


def vouched(judgement: Judgement, ledger: Ledger, rules: Sequence[Rule]) -> Judgement:
    """A judgement with what the numbers of the other reports say of each other, so that they vouch for themselves."""
    others = [other for found in ledger.others.values() for other in found]
    return replace(judgement, judged=(*judgement.judged, *_judged(others, rules))) if others else judgement


def _judged(others: Sequence[Ledger], rules: Sequence[Rule]) -> Iterator[Judged]:
    """The relations of other reports; what fails in them is a finding of theirs, not of this report."""
    for other in others:
        for each in judge(other, rules).judged:
            yield replace(each, finding=None, readings=())
