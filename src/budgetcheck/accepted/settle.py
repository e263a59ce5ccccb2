"""Accepted differences held against the findings of a review: what still holds, what woke up, what is no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ..model import Acceptance, Review
from ..rulebook import Rule
from .marks import Mark, mark_of, paired, same_spot

__all__ = ["Entry", "Settled", "rule_digest", "settle"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted difference: the finding as it was, the rule as it was, and who accepted it why and until when.

    `document` is the path relative to the folder of the file of accepted differences.
    """

    document: str
    mark: Mark
    digest: str
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class Settled:
    """A review with its accepted findings marked; `stale` entries match nothing that their rule still says.

    `earlier` gives by the id of a finding the entry that accepts it, or that did before something changed.
    """

    review: Review
    stale: tuple[Entry, ...] = ()
    earlier: Mapping[str, Entry] = field(default_factory=dict)


def rule_digest(rule: Rule) -> str:
    """Twelve hex digits of what a rule demands; its words, severity and examples leave them as they are."""
    relations = [each.source for each in (rule.relation, *rule.when) if each is not None]
    demands = [
        relations, rule.check, rule.each, dict(rule.where), rule.optional, rule.documents, dict(rule.options),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(demands, sort_keys=True, default=str).encode()).hexdigest()[:12]


def settle(
    review: Review, entries: Sequence[Entry], rules: Mapping[str, Rule], today: date, words: Mapping[str, Any]
) -> Settled:
    """Mark the findings of one document that its entries accept; those that woke up say why in their message.

    `rules` are all rules by id, `words` the messages of one language. An entry accepts a finding of the same rule,
    place and values as long as the rule demands the same and its last day has not passed.
    """
    marks = [mark_of(finding) for finding in review.findings]
    pairs = {new: entries[old] for old, new in paired([each.mark for each in entries], marks)}
    rest = [entry for entry in entries if not any(entry is each for each in pairs.values())]
    changed = dict(_changed(rest, marks, pairs))
    findings = list(review.findings)
    for number, entry in (pairs | changed).items():
        before = None if number in pairs else (entry.mark, marks[number])
        why = _woken(entry, rules, today, before, words)
        findings[number] = (
            replace(findings[number], message=findings[number].message + why)
            if why
            else replace(findings[number], accepted=entry.acceptance)
        )
    earlier = {marks[number].id: entry for number, entry in (pairs | changed).items()}
    stale = tuple(e for e in rest if not any(e is each for each in changed.values()) and _judged(e, review, rules))
    return Settled(replace(review, findings=tuple(findings)), stale, earlier)


def _changed(rest: Sequence[Entry], marks: Sequence[Mark], taken: Mapping[int, Entry]) -> Iterator[tuple[int, Entry]]:
    """Findings that stand where an entry's finding stood, with other numbers.

    Of several in one sentence the one with most of the numbers is meant, from either side; where that leaves a doubt,
    none.
    """
    free = [number for number in range(len(marks)) if number not in taken]
    alike = {
        (number, place): _shared(marks[number], entry.mark)
        for number in free
        for place, entry in enumerate(rest)
        if same_spot(marks[number], entry.mark)
    }
    for (number, place), shared in alike.items():
        rivals = [score for other, score in alike.items() if (other[0] == number) != (other[1] == place)]
        if all(score < shared for score in rivals):
            yield number, rest[place]


def _shared(one: Mark, other: Mark) -> int:
    """How many values are the same in the same place."""
    return sum(a == b for a, b in zip(one.values, other.values, strict=False))


def _woken(
    entry: Entry, rules: Mapping[str, Rule], today: date, changed: tuple[Mark, Mark] | None, words: Mapping[str, Any]
) -> str:
    """Why an acceptance no longer holds, in words to add to the finding; "" where it holds."""
    accepted = entry.acceptance
    fields = {"on": accepted.on, "by": accepted.by, "reason": accepted.reason, "until": accepted.until}
    rule = rules.get(entry.mark.rule)
    if rule is None or rule_digest(rule) != entry.digest:
        return str(words["accepted"]["other_rule"]).format(**fields)
    if changed:
        before, after = (str(words["separator"]).join(values) for values in _difference(*changed))
        return str(words["accepted"]["changed"]).format(before=before, after=after, **fields)
    if accepted.until is not None and today > accepted.until:
        return str(words["accepted"]["expired"]).format(**fields)
    return ""


def _difference(before: Mark, after: Mark) -> tuple[list[str], list[str]]:
    """The values of two marks that differ; all where they cannot be held against each other."""
    if len(before.values) != len(after.values):
        return list(before.values), list(after.values)
    both = [(old, new) for old, new in zip(before.values, after.values, strict=True) if old != new]
    return [old for old, _ in both], [new for _, new in both]


def _judged(entry: Entry, review: Review, rules: Mapping[str, Rule]) -> bool:
    """Whether the run would have found it: its rule was asked, or is no more."""
    return entry.mark.rule not in rules or any(outcome.rule == entry.mark.rule for outcome in review.outcomes)
