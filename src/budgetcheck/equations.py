"""Rules that are equations: compare the intervals of both sides of each binding, say what it should be."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from .amounts import cut_off, format_value
from .bindings import Binding, bindings
from .constraints import Constraint, Word, constraint
from .expression import Relation
from .intervals import Interval, exact, total
from .ledger import Ledger
from .model import Culprit, Fact, Quantity, Severity
from .polynomial import Polynomial, difference, vanishes
from .rulebook import Rule
from .verdicts import Draft, Field, Verdict, lowered

__all__ = ["judge_equation"]


def judge_equation(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """One verdict for each binding of an equation rule."""
    assert rule.relation is not None
    relation = rule.relation
    for readings in bindings(rule, ledger):
        if isinstance(readings, Verdict):
            yield readings
        elif all(_condition(when, readings[0]) for when in rule.when):
            yield _judge(rule, relation, readings, ledger)


def _condition(when: Relation, binding: Binding) -> bool:
    env = binding.intervals(None) if when.operator == "==" else binding.points()
    return when.holds(when.left.over(env), when.right.over(env))


def _says(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger) -> Constraint | None:
    """The relation on its facts; where it rests on a direction word, with what the opposite word would say."""
    form = difference(relation.source)
    parts = dict(binding.parts)
    for name in binding.absent:
        blank = ledger.blank(*binding.cells[name]) if name in binding.cells else None
        if blank is not None:
            parts[name] = blank
    found = constraint(form, relation.operator, parts, binding.groups)
    word = binding.marks.get("direction")
    turns = rule.options.get("turns")
    if found is None or word is None or not turns:
        return found
    turned = constraint(_negated(form, frozenset(turns)), relation.operator, binding.parts, binding.groups)
    return replace(found, words=(Word(word),), turned=turned)


def _negated(form: Polynomial, names: frozenset[str]) -> Polynomial:
    """The polynomial with the opposite of some names in their places."""
    return {m: -factor if sum(name in names for name in m) % 2 else factor for m, factor in form.items()}


def _judge(rule: Rule, relation: Relation, readings: list[Binding], ledger: Ledger) -> Verdict:
    """A relation is broken only where no reading satisfies it; one behind the first must be possible at all."""
    holding = (n for n, binding in enumerate(readings) if _holds(relation, binding, None))
    fitting = next((readings[n] for n in holding if not n or _defined(relation, readings[n])), None)
    if fitting is not None:
        verdict = _house_verdict(rule, relation, fitting, ledger)
    else:
        verdict = _broken(rule, relation, readings[0], ledger, printed=True)
    return replace(verdict, says=functools.partial(_says, rule, relation, fitting or readings[0], ledger))


def _defined(relation: Relation, binding: Binding) -> bool:
    """Whether a relation can be true of a reading at all: what is printed as 0 is the whole of no share but 0 of 0."""
    env = binding.intervals(None)
    sides = (relation.left.over(env), relation.right.over(env))
    if relation.operator != "==" or all(side.bounded for side in sides):
        return True
    flat = {name: value if isinstance(value, Interval) else total(value) for name, value in env.items()}
    return vanishes(difference(relation.source), flat)


def _holds(relation: Relation, binding: Binding, house: Mapping[str, int] | None) -> bool:
    env = binding.intervals(house)
    return relation.holds(relation.left.over(env), relation.right.over(env))


def _house_verdict(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger) -> Verdict:
    """Printed digits agree; where the finer reading of the house does not, a likely finding one lower."""
    facts = binding.facts(relation.names)
    if rule.options.get("house", True) is False or not _coarse(facts, ledger):
        return Verdict("passed", facts)
    if _holds(relation, binding, ledger.house):
        return Verdict("passed", facts)
    if _last_place(relation, binding, ledger) or lowered(rule.severity) is None:
        return Verdict("passed", facts)
    return _broken(rule, relation, binding, ledger, printed=False)


def _broken(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger, *, printed: bool) -> Verdict:
    facts = binding.facts(relation.names)
    likely = not printed or not binding.explicit
    severity = lowered(rule.severity) if likely else rule.severity
    kind = None
    if printed and _last_place(relation, binding, ledger):
        severity, kind = "info", "rounding"
    if severity is None:
        return Verdict("passed", facts)
    return Verdict("failed", facts, (), _draft(rule, relation, binding, ledger, severity, kind, likely=likely))


def _last_place(relation: Relation, binding: Binding, ledger: Ledger) -> bool:
    """Whether one unit in the last place of the left side, or truncation, explains the difference."""
    left = relation.left.over(binding.points())
    facts = binding.facts(relation.left.names)
    if not facts or left.low is None or facts[0].quantity.dimension == "count":
        return False
    unit = max(facts, key=lambda f: f.quantity.decimals).quantity
    decimals = max(unit.decimals, ledger.house.get(unit.unit, 0))
    ulp = unit.scale / 10**decimals
    near = Interval(left.low - ulp * 3 / 2, left.low + ulp * 3 / 2, open_low=True, open_high=True)
    env = binding.intervals(ledger.house)
    if _holds_truncated(relation, binding):
        return True
    return relation.holds(near, relation.right.over(env)) or (
        bool(left.low)
        and relation.holds(near, relation.right.over(binding.intervals(None)))
        and not _coarse(binding.facts(relation.names), ledger)
    )


def _holds_truncated(relation: Relation, binding: Binding) -> bool:
    """Whether a relation holds for percentages that were cut off instead of rounded, as in 16.66 % six times."""
    if not any(fact.quantity.dimension == "percent" for fact in binding.facts(relation.names)):
        return False
    env = binding.intervals(None) | {name: cut_off(fact.quantity) for name, fact in binding.parts.items()}
    env |= {name: tuple(cut_off(fact.quantity) for fact in facts) for name, facts in binding.groups.items()}
    return relation.holds(relation.left.over(env), relation.right.over(env))


def _coarse(facts: Sequence[Fact], ledger: Ledger) -> bool:
    """Whether some number has fewer decimals than the house prints."""
    return any(f.quantity.decimals < ledger.house.get(f.quantity.unit, 0) for f in facts)


def _draft(
    rule: Rule,
    relation: Relation,
    binding: Binding,
    ledger: Ledger,
    severity: Severity,
    kind: str | None,
    *,
    likely: bool,
) -> Draft:
    stated, computed = binding.facts(relation.left.names), binding.facts(relation.right.names)
    if not stated:  # the left side is blank in the table: what contradicts it is what is printed
        stated, computed = computed, ()
    points = binding.points()
    left, right = relation.left.over(points), relation.right.over(points)
    lead = stated[0].quantity
    decimals = max(
        [
            lead.decimals,
            _usual(lead, ledger),
            *(f.quantity.decimals for f in computed if f.quantity.dimension == lead.dimension),
        ]
    )
    expected = _suggestion(right, lead, decimals) if relation.operator == "==" else None
    rounded = (
        exact(Fraction(format_value(right.low / lead.scale, decimals)) * lead.scale) if right.low is not None else right
    )
    difference = _difference(left, rounded, lead.unit, lead.scale, decimals)
    fields = _fields(binding, relation, left, right, decimals)
    fields |= {"expected": expected or "", "difference": difference or ""}
    target = binding.parts.get(rule.culprit or relation.target or "")
    suggestion = expected if target is not None and target is binding.parts.get(relation.target or "") else None
    culprits = (Culprit(target.quantity.text, suggestion, target.span),) if target is not None else ()
    return Draft(
        stated, computed, fields, expected, difference, culprits,
        certainty="likely" if likely else "certain",
        severity=severity, kind=kind,
    )  # fmt: skip


def _usual(lead: Quantity, ledger: Ledger) -> int:
    """Decimals in which a suggestion is given: the document's own, except for whole numbers of things."""
    return ledger.house.get(lead.unit, 0) if lead.dimension in ("money", "percent") else 0


def _suggestion(side: Interval, lead: Quantity, decimals: int) -> str | None:
    """The printed form of the value that the other side's printed numbers give."""
    return None if side.low is None else f"{format_value(side.low / lead.scale, decimals)}{lead.unit}"


def _difference(left: Interval, right: Interval, unit: str, scale: Fraction, decimals: int) -> str | None:
    if left.low is None or right.low is None:
        return None
    return f"{format_value(abs(left.low - right.low) / scale, decimals)}{unit}"


def _named(fact: Fact) -> str:
    return fact.quantity.shown if fact.name == fact.quantity.text else f"{fact.name}{fact.quantity.shown}"


def _fields(binding: Binding, relation: Relation, left: Interval, right: Interval, decimals: int) -> dict[str, Field]:
    fields: dict[str, Field] = {name: fact.quantity.shown for name, fact in binding.parts.items()}
    fields |= {f"{name}_place": fact for name, fact in binding.parts.items()}
    fields |= {f"{name}_name": fact.name for name, fact in binding.parts.items()}
    fields |= {name: tuple(map(_named, facts)) for name, facts in binding.groups.items()}
    fields |= dict(binding.words)
    lead = binding.facts((*relation.left.names, *relation.right.names))[0].quantity
    for name, side in (("left", left), ("right", right)):
        fields[name] = f"{format_value(side.low / lead.scale, decimals)}{lead.unit}" if side.low is not None else "?"
    return fields
