"""One cause, one finding: symptoms of a wrong number fold under the finding that names it.

A finding folds under an earlier one when its relation holds as soon as the earlier one's culprit is replaced by what it
should be, or when both miss by the same amount over shared numbers. Joint reasoning over all relations belongs here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from .equations import Binding, holds_with
from .expression import Relation
from .intervals import Interval
from .model import Fact, Finding

__all__ = ["fold_symptoms"]

Place = tuple[int, int]
_RANK = {"error": 0, "warning": 1, "info": 2}


def fold_symptoms(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The same findings in the same order, symptoms with `root` set."""
    roots: dict[str, str] = {}
    by_place: dict[Place, list[Finding]] = {}
    for finding in findings:
        for place in _places(finding):
            by_place.setdefault(place, []).append(finding)
    for finding in findings:
        rivals = {id(f): f for place in _places(finding) for f in by_place[place] if f is not finding}
        for rival in rivals.values():
            if finding.id not in roots and roots.get(rival.id) is None and _explains(rival, finding):
                roots[finding.id] = rival.id
    return tuple(replace(f, root=_top(f.id, roots)) if f.id in roots else f for f in findings)


def _top(start: str, roots: dict[str, str]) -> str:
    seen = {start}
    place = roots[start]
    while place in roots and place not in seen:
        seen.add(place)
        place = roots[place]
    return place


def _places(finding: Finding) -> list[Place]:
    facts = [side for side in (*finding.stated, *finding.computed) if isinstance(side, Fact)]
    return list(dict.fromkeys((fact.span.block, fact.span.start) for fact in facts))


def _explains(cause: Finding, symptom: Finding) -> bool:
    """Whether mending the cause mends the symptom; of two that explain each other the more telling one is the cause."""
    if _weight(cause) >= _weight(symptom):
        return False
    repair = _repair(cause)
    if repair and symptom.relation and symptom.relation[0] == "equal":
        one, other = (repair.get((f.span.block, f.span.start), f.quantity.interval) for f in symptom.relation[1:])
        return bool(one.meets(other))
    if repair and _is_equation(symptom):
        relation, binding, _ = symptom.relation
        return holds_with(relation, binding, repair)
    return _same_gap(cause, symptom)


def _weight(finding: Finding) -> tuple[int, int, int, int, int, str]:
    """Order among findings on the same numbers: one that says what it should be, severe, of few numbers, first."""
    places = _places(finding)
    first = places[0] if places else (0, 0)
    silent = int(not any(culprit.suggestion for culprit in finding.culprits))
    return (silent, _RANK[finding.severity], len(places), *first, finding.rule)


def _is_equation(finding: Finding) -> bool:
    return bool(finding.relation) and isinstance(finding.relation[0], Relation)


def _equation(finding: Finding) -> tuple[Relation, Binding]:
    relation, binding, _ = finding.relation
    assert isinstance(relation, Relation)
    assert isinstance(binding, Binding)
    return relation, binding


def _repair(finding: Finding) -> dict[Place, Interval]:
    """The culprit's place with the interval it should have; nothing where no culprit has a suggestion."""
    if not _is_equation(finding):
        return {}
    relation, binding = _equation(finding)
    side: Interval = finding.relation[2]
    target = binding.parts.get(relation.target or "")
    if target is None or not any(c.suggestion and c.span == target.span for c in finding.culprits):
        return {}
    return {(target.span.block, target.span.start): side}


def _same_gap(cause: Finding, symptom: Finding) -> bool:
    """Whether both sums miss by the same amount and share numbers."""
    one, other = _gap(cause), _gap(symptom)
    return (
        one is not None and other is not None and one == other and len(set(_places(cause)) & set(_places(symptom))) >= 1
    )


def _gap(finding: Finding) -> Fraction | None:
    if not finding.relation:
        return None
    if finding.relation[0] == "equal":
        return None
    if finding.relation[0] == "difference":
        return abs(Fraction(finding.relation[1]))
    relation, binding = _equation(finding)
    env = binding.points()
    left, right = relation.left.over(env), relation.right.over(env)
    if left.low is None or right.low is None:
        return None
    return abs(left.low - right.low)
