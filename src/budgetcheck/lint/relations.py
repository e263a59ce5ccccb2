"""What equations say by themselves and of each other: impossible, always true, said twice, against each other.

All of it is exact. Products of names count as values of their own, so whatever is said here is certain; a relation that
is impossible only because of its products is not found.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..expression import Relation
from ..model import Severity
from ..polynomial import Monomial, Polynomial, difference
from ..rulebook import Rule, place_of
from .linear import ONE, Row, feasible
from .remarks import Remark

__all__ = ["judge_alone", "judge_pairs"]

_RANK: Mapping[Severity, int] = {"info": 0, "warning": 1, "error": 2}
# Options that say which printings a rule is about.
_SCOPE = ("measure", "dimension", "prefixes")


def judge_alone(rule: Rule) -> Iterator[Remark]:
    """What is wrong with a rule's equation and conditions by themselves."""
    if rule.relation is None:
        return
    conditions = [_row(when) for when in rule.when]
    if not feasible(conditions, free=True):
        yield _remark(rule, "never-applicable", f"no values satisfy the condition {_text(rule.when)}", field="when")
        return
    relation = _row(rule.relation)
    code, message = _impossible(rule, relation, conditions)
    if code:
        yield _remark(rule, code, message)
        return
    cancelled = sorted(set(rule.relation.names) - {name for names in relation.terms for name in names})
    if cancelled:
        yield _remark(rule, "cancelled", f"{', '.join(cancelled)} stands on both sides and drops out")


def _impossible(rule: Rule, relation: Row, conditions: Sequence[Row]) -> tuple[str, str]:
    assert rule.relation is not None
    source, under = rule.relation.source, f" where {_text(rule.when)}" if rule.when else ""
    if _implied(relation, conditions):
        return "tautology", f"{source} is always true{under}"
    if not feasible([relation, *conditions]):
        return "infeasible", f"no amounts from 0 up satisfy {source}{under}"
    several = [names for names in relation.terms if names != ONE]
    if len(several) > 1 and not rule.when and not any(feasible([relation], positive=(name,)) for name in several):
        return "infeasible", f"of amounts from 0 up nothing but 0 satisfies {source}"
    return "", ""


def judge_pairs(rules: Sequence[Rule], others: Sequence[Rule]) -> Iterator[Remark]:
    """Each of `rules` against the rest of `others` that speak of the same things."""
    mine = {rule.id for rule in rules}
    places = {rule.id: number for number, rule in enumerate(others)}
    for rule, other in itertools.combinations(others, 2):
        if (rule.id not in mine and other.id not in mine) or rule.each != other.each:
            continue
        # The remark is about the rule of the folder; of two, about the later one.
        later, earlier = (other, rule) if other.id in mine else (rule, other)
        assert places[later.id] != places[earlier.id]
        yield from _pair(later, earlier, both=rule.id in mine and other.id in mine)


def _pair(later: Rule, earlier: Rule, *, both: bool) -> Iterator[Remark]:
    if _says(earlier, later):
        yield _remark(later, "redundant", f"{later.id} says nothing that {earlier.id} does not say", earlier.id)
    elif both and _says(later, earlier):
        yield _remark(earlier, "redundant", f"{earlier.id} says nothing that {later.id} does not say", later.id)
    elif message := _against(later, earlier):
        yield _remark(later, "contradictory", message, earlier.id)


def _says(rule: Rule, other: Rule) -> bool:
    """Whether `rule` finds whatever `other` finds."""
    if not _covers(rule, other):
        return False
    if rule.relation is None or other.relation is None:
        return rule.check == other.check and rule.check is not None and dict(rule.options) == dict(other.options)
    required = set(rule.relation.names) - set(rule.optional)
    if not required <= set(other.relation.names) - set(other.optional):
        return False
    rows = [_row(rule.relation), *(_row(when) for when in other.when)]
    target = _row(other.relation)
    known = {names for row in rows for names in row.terms}
    return {n for n in target.terms if n != ONE} <= known and _implied(target, rows)


def _covers(rule: Rule, other: Rule) -> bool:
    """Whether `rule` is judged, and no milder, wherever `other` is."""
    whens = {(tuple(sorted(row.terms.items())), row.operator) for row in map(_row, other.when)}
    where = other.where
    return (
        _RANK[rule.severity] >= _RANK[other.severity]
        and (not rule.documents or (bool(other.documents) and set(other.documents) <= set(rule.documents)))
        and all(key in where and set(where[key]) <= set(values) for key, values in rule.where.items())
        and all((tuple(sorted(row.terms.items())), row.operator) in whens for row in map(_row, rule.when))
        and all(rule.options.get(key) == other.options.get(key) for key in _SCOPE)
        and rule.options.get("fund") in (None, other.options.get("fund"))
        and (rule.options.get("house", True) or not other.options.get("house", True))
    )


def _against(rule: Rule, other: Rule) -> str:
    """What keeps two rules from both being kept, "" where nothing does."""
    if rule.relation is None or other.relation is None or not _meet(rule, other):
        return ""
    one, two = _row(rule.relation), _row(other.relation)
    shared = set(one.terms) & set(two.terms)
    if not shared or (len(shared) == 1 and ONE not in (*one.terms, *two.terms)):
        return ""  # each can be scaled until the one amount that both speak of agrees
    conditions = [_row(when) for when in (*rule.when, *other.when)]
    names = sorted({name for name in (*one.terms, *two.terms) if name != ONE})
    if feasible([one, two, *conditions], positive=names):
        return ""
    if not all(feasible([*rows, *conditions], positive=_mentioned(rows)) for rows in ((one,), (two,))):
        return ""  # one of them, or the conditions, leave 0 on purpose
    if not feasible([one, two, *conditions]):
        return f"no amounts from 0 up satisfy both {rule.id} and {other.id} ({other.relation.source})"
    zero = [name for name in names if not feasible([one, two, *conditions], positive=(name,))]
    if not zero:
        return ""
    shown = ", ".join(" * ".join(name) for name in zero)
    return f"of amounts from 0 up {rule.id} and {other.id} ({other.relation.source}) together leave only 0 for {shown}"


def _mentioned(rows: Sequence[Row]) -> list[Monomial]:
    return [name for row in rows for name in row.terms if name != ONE]


def _meet(rule: Rule, other: Rule) -> bool:
    """Whether some document and some claim or figure is judged by both."""
    apart = bool(rule.documents) and bool(other.documents) and not set(rule.documents) & set(other.documents)
    common = rule.where.keys() & other.where.keys()
    funds = {rule.options.get("fund"), other.options.get("fund")} - {None}
    return (
        not apart
        and len(funds) < 2
        and all(set(rule.where[key]) & set(other.where[key]) for key in common)
        and all(rule.options.get(key) == other.options.get(key) for key in _SCOPE)
    )


def _row(relation: Relation) -> Row:
    terms: Polynomial = difference(relation.source)
    if relation.operator == ">=":
        return Row({name: -factor for name, factor in terms.items()}, "<=")
    return Row(terms, relation.operator)


def _implied(target: Row, rows: Sequence[Row]) -> bool:
    """Whether no values of any sign satisfy the rows and break the target."""
    above = Row(target.terms, ">= 1")
    below = Row({name: -factor for name, factor in target.terms.items()}, ">= 1")
    broken = (above, below) if target.operator == "==" else (above,)
    return not any(feasible([*rows, row], free=True) for row in broken)


def _text(relations: Sequence[Relation]) -> str:
    return " and ".join(relation.source for relation in relations)


def _remark(rule: Rule, code: str, message: str, other: str = "", field: str = "") -> Remark:
    field = field or ("equation" if rule.relation else "check")
    return Remark(place_of(Path(rule.source), field), code, message, rule.id, other)
