"""Checks against other reports: last year's, the budget of the year, the units under a department."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ..amounts import format_value, refined
from ..constraints import equal as equality
from ..intervals import Interval, total
from ..ledger import Ledger
from ..model import Culprit, Fact, Severity
from ..rulebook import Rule
from ..verdicts import Draft, Verdict, lowered, passed, skipped
from .comings import appearing, vanishing
from .joins import doubt, inner, joined, keyed, sides
from .units import summing

__all__ = ["across", "finer"]

Relation = Callable[[Rule, Ledger, Sequence[Ledger]], Iterator[Verdict]]


def across(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """What a rule's options relate, in this report and in those that are `with` it."""
    others = ledger.others.get(rule.options["with"], ())
    if not others:
        yield skipped(f"{rule.options['with']} report")
        return
    judged = False
    for verdict in _RELATIONS[rule.options["relation"]](rule, ledger, others):
        judged = True
        yield verdict
    if not judged:
        yield skipped("figure of both reports")


def equal(rule: Rule, ledger: Ledger, others: Sequence[Ledger]) -> Iterator[Verdict]:
    """One figure in two reports: a printing here agrees with some printing there."""
    here, there = sides(rule.options)
    for other in others:
        verdicts = []
        for fact, printings in joined(keyed(ledger, here), keyed(other, there)):
            severity = doubt(rule.options, rule.severity, (ledger, other), fact)
            if severity is not None:
                verdicts.append(_compared(ledger, other, fact, printings, severity))
        wrong = [verdict.facts[0] for verdict in verdicts if verdict.draft]
        yield from (replace(v, draft=None) if inner(v.facts[0], wrong) else v for v in verdicts)


def _compared(ledger: Ledger, other: Ledger, fact: Fact, printings: Sequence[Fact], severity: Severity) -> Verdict:
    agreeing = [each for each in printings if _agree(fact, each)]
    if not agreeing:
        reference = _commonest(printings)
        return _differing(ledger, other, fact, reference, severity, likely=False)
    for each in agreeing:
        if finer(fact, ledger).meets(finer(each, other)):
            return passed(fact, each, says=functools.partial(equality, fact, each))
    less = lowered(severity)
    if less is None or _last_place(fact, agreeing[0], ledger, other):
        return passed(fact, agreeing[0], says=functools.partial(equality, fact, agreeing[0]))
    return _differing(ledger, other, fact, agreeing[0], less, likely=True)


def _agree(fact: Fact, other: Fact) -> bool:
    """Equal decimals and different digits never agree, unless a figure only follows from others."""
    one, two = fact.quantity, other.quantity
    if (one.unit, one.decimals) == (two.unit, two.decimals) and not fact.derived and not other.derived:
        return one.value == two.value
    return one.interval.meets(two.interval)


def finer(fact: Fact, ledger: Ledger) -> Interval:
    """What a number means in a report that drops trailing zeros."""
    house = dict(ledger.house)
    parts = fact.derived or ((1, fact),)
    return total(refined(part.quantity, house).scaled(Fraction(times)) for times, part in parts)


def _commonest(printings: Sequence[Fact]) -> Fact:
    votes = Counter(fact.quantity.point for fact in printings)
    return max(printings, key=lambda fact: (votes[fact.quantity.point], fact.quantity.decimals))


def _differing(
    ledger: Ledger, other: Ledger, fact: Fact, reference: Fact, severity: Severity, *, likely: bool
) -> Verdict:
    rounding = not likely and _last_place(fact, reference, ledger, other)
    quantity = fact.quantity
    gap = abs(quantity.point - reference.quantity.point)
    decimals = max(quantity.decimals, ledger.house.get(quantity.unit, 0))
    difference = f"{format_value(gap / quantity.scale, decimals)}{quantity.unit}"
    fields: dict[str, str | Fact] = {
        "name": _name(fact), "here": quantity.shown, "there": reference.quantity.shown, "place": reference,
    }  # fmt: skip
    draft = Draft(
        (fact,), (reference,), fields, reference.quantity.shown, difference,
        tuple(Culprit(each.quantity.text, None, each.span) for each in (*_printed(fact), *_printed(reference))),
        certainty="likely" if likely else "certain", severity="info" if rounding else severity,
        kind="rounding" if rounding else None,
    )  # fmt: skip
    says = functools.partial(equality, fact, reference)
    return Verdict("failed", (fact, reference), (), draft, says)


def _last_place(fact: Fact, reference: Fact, ledger: Ledger, other: Ledger) -> bool:
    """Whether the two differ by no more than one unit in the last place of the coarser one."""
    steps = [
        each.quantity.scale / 10 ** max(each.quantity.decimals, held.house.get(each.quantity.unit, 0))
        for each, held in ((fact, ledger), (reference, other))
        if each.quantity.dimension == "money"
    ]
    return bool(steps) and abs(fact.quantity.point - reference.quantity.point) <= max(steps)


def _printed(fact: Fact) -> Sequence[Fact]:
    """The printed numbers that a figure is, or follows from."""
    return [part for _, part in fact.derived] or [fact]


def _name(fact: Fact) -> str:
    """What a figure is called, its fund and subject included."""
    name = f"{fact.path[-1]}.{fact.figure}" if fact.path and fact.figure else fact.path[-1] if fact.path else fact.name
    return name if fact.path or fact.fund in name else f"{fact.fund}{name}"


_RELATIONS: Mapping[str, Relation] = {
    "equal": equal,
    "sum": summing,
    "appears": appearing,
    "vanishes": vanishing,
}
