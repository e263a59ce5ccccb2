"""Checks of figures against each other: the same one in several places, a class and its items, two rates."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ..amounts import format_value
from ..constraints import equal, summed
from ..intervals import total
from ..ledger import Ledger
from ..model import Culprit, Fact, Severity
from ..rulebook import Rule
from ..verdicts import Draft, Field, Verdict, passed, skipped

__all__ = ["children", "rates", "same"]


def same(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Printings of one figure against each other, pair by pair with the commonest one.

    Equal decimals and different digits never agree; with unequal decimals the intervals must meet.
    """
    groups: dict[tuple[str, ...], list[Fact]] = {}
    for fact in ledger.facts:
        if _comparable(fact):
            for figure in ledger.meant(fact.figure or ""):
                named = replace(fact, figure=figure or None)
                groups.setdefault((*named.identity, fact.quantity.dimension), []).append(fact)
    for facts in groups.values():
        if len(facts) > 1:
            yield from _group(rule, ledger, facts)
    if not any(len(facts) > 1 for facts in groups.values()):
        yield skipped("repeated figure")


def _comparable(fact: Fact) -> bool:
    """Only figures that the words identify fully: a standard figure, a subject path, or a project's own plan."""
    if (
        fact.quantity.dimension != "money"
        or fact.measure in ("claimed", "rate", "carried")
        or fact.derived
        or fact.quantity.approximate
    ):
        return False
    return bool(fact.path or (fact.figure and not fact.topic) or (fact.topic and fact.name == fact.topic))


def _group(rule: Rule, ledger: Ledger, facts: Sequence[Fact]) -> Iterator[Verdict]:
    reference = _commonest(facts)
    for fact in facts:
        if fact is reference:
            continue
        says = functools.partial(equal, reference, fact)
        if _agree(fact, reference):
            yield passed(fact, reference, says=says)
        else:
            yield Verdict("failed", (fact, reference), (), _mismatch(rule, ledger, fact, reference, facts), says)


def _commonest(facts: Sequence[Fact]) -> Fact:
    votes: dict[Fraction, int] = {}
    for fact in facts:
        votes[fact.quantity.point] = votes.get(fact.quantity.point, 0) + 1
    return max(facts, key=lambda f: (votes[f.quantity.point], f.quantity.decimals))


def _agree(a: Fact, b: Fact) -> bool:
    if a.quantity.unit == b.quantity.unit and a.quantity.decimals == b.quantity.decimals:
        return a.quantity.value == b.quantity.value
    return a.quantity.interval.meets(b.quantity.interval)


def _mismatch(rule: Rule, ledger: Ledger, fact: Fact, reference: Fact, facts: Sequence[Fact]) -> Draft:
    difference = abs(fact.quantity.point - reference.quantity.point)
    decimals = max(fact.quantity.decimals, ledger.house.get(fact.quantity.unit, 0))
    severity: Severity = rule.severity
    kind = None
    if difference <= fact.quantity.scale / 10**decimals:
        severity, kind = "info", "rounding"
    elif _part(fact) != _part(reference):
        severity = "warning"
    majority = sum(_agree(f, reference) for f in facts) > sum(_agree(f, fact) for f in facts)
    shown = f"{format_value(difference / fact.quantity.scale, decimals)}{fact.quantity.unit}"
    culprits = [Culprit(fact.quantity.text, reference.quantity.text if majority else None, fact.span)]
    if not majority:
        culprits.append(Culprit(reference.quantity.text, None, reference.span))
    fields: dict[str, str | Fact] = {
        "name": _name(fact), "here": fact.quantity.shown, "there": reference.quantity.shown,
        "place": reference, "difference": shown,
    }  # fmt: skip
    return Draft(
        (fact,),
        (reference,),
        fields,
        reference.quantity.text,
        shown,
        tuple(culprits),
        severity=severity,
        kind=kind,
    )


def _part(fact: Fact) -> str:
    return (fact.span.section or "").split("/")[0]


def _name(fact: Fact) -> str:
    return fact.path[-1] if fact.path else fact.topic or fact.name


def children(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A class against the sum of the items printed under it, per fund, measure and column.

    More than the class is impossible; less may be an incomplete list, so it is one severity lower.
    """
    parents: dict[tuple[str, ...], Fact] = {}
    items: dict[tuple[str, ...], dict[tuple[str, ...], Fact]] = {}
    partial: set[tuple[str, ...]] = set()
    for fact in ledger.facts:
        key = (fact.path[0], fact.fund, fact.measure, fact.figure or "") if fact.path else None
        if key is None or fact.topic or fact.year or fact.quantity.dimension != "money":
            continue
        if len(fact.path) == 1:
            parents.setdefault(key, fact)
        elif len(fact.path) == 2:
            partial.add(key)
        elif len(fact.path) == 3:
            items.setdefault(key, {}).setdefault(fact.path, fact)
    judged = False
    for family, parent in parents.items():
        listed = tuple(items.get(family, {}).values())
        one_table = parent.span.table and all(fact.span.table == parent.span.table for fact in listed)
        if listed and not one_table:
            judged = True
            yield _family(rule, ledger, parent, listed, complete=family not in partial)
    if not judged:
        yield skipped("class with items")


def _family(rule: Rule, ledger: Ledger, parent: Fact, listed: tuple[Fact, ...], *, complete: bool) -> Verdict:
    """One class; where an item's name could not be read whole, the list is not complete and less is no finding."""
    everything = total(fact.quantity.interval for fact in listed)
    facts = (parent, *listed)
    says = functools.partial(summed, parent, listed, "==" if complete else "<=")
    if everything.meets(parent.quantity.interval) or (not complete and everything.below(parent.quantity.interval)):
        return passed(*facts, says=says)
    quantity = parent.quantity
    decimals = max(quantity.decimals, ledger.house.get(quantity.unit, 0))
    points = sum((fact.quantity.point for fact in listed), Fraction(0))
    right = f"{format_value(points / quantity.scale, decimals)}{quantity.unit}"
    difference = f"{format_value(abs(points - quantity.point) / quantity.scale, decimals)}{quantity.unit}"
    fields: dict[str, Field] = {
        "name": _name(parent), "left": quantity.text, "right": right, "difference": difference,
        "count": str(len(listed)), "items": tuple(f"{_name(f)}{f.quantity.text}" for f in listed),
    }  # fmt: skip
    more = parent.quantity.interval.below(everything)
    draft = Draft(
        (parent,), listed, fields, right, difference, (Culprit(quantity.text, None, parent.span),),
        severity=rule.severity if more else "warning", certainty="certain" if more else "likely",
    )  # fmt: skip
    return Verdict("failed", facts, (), draft, says)


def rates(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Two completion rates stated for one and the same figure, equal in amount, against plans of the same kind."""
    stated: dict[tuple[object, ...], list[tuple[Fact, Fact]]] = {}
    for claim in ledger.claims_of("completion"):
        actual, percent = claim.parts.get("actual"), claim.parts.get("percent")
        if actual and percent and actual[0].quantity.value:
            measure = claim.words.get("measure") or "budget"
            stated.setdefault((*_thing(rule, actual[0]), measure), []).append((actual[0], percent[0]))
    judged = False
    for pairs in stated.values():
        for pair in pairs[1:]:
            judged = True
            yield _rate_pair(rule, pairs[0], pair)
    if not judged:
        yield skipped("two completion rates of one amount")


def _thing(rule: Rule, fact: Fact) -> tuple[object, ...]:
    """What a fact is of, with its amount; figures that are `alike` are one where they are equal, two subjects never."""
    alike = fact.figure in rule.options["alike"] and not fact.path
    named = "" if alike or fact.path else fact.figure or fact.name
    return named, fact.figure if fact.path else alike, fact.path, fact.topic, fact.quantity.point


def _rate_pair(rule: Rule, first: tuple[Fact, Fact], second: tuple[Fact, Fact]) -> Verdict:
    (actual, one), (_, other) = first, second
    says = functools.partial(equal, one, other)
    if one.quantity.interval.meets(other.quantity.interval):
        return passed(one, other, says=says)
    fields: dict[str, str | Fact] = {
        "amount": actual.quantity.text,
        "here": other.quantity.text,
        "there": one.quantity.text,
        "place": one,
    }
    culprits = tuple(Culprit(f.quantity.text, None, f.span) for f in (other, one))
    return Verdict(
        "failed",
        (one, other),
        (),
        Draft((other,), (one,), fields, one.quantity.text, None, culprits, "likely"),
        says,
    )
