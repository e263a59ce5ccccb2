"""Checks of balances that a report tells item by item: what the items carry over against the year-end balance."""

from __future__ import annotations

from collections.abc import Iterator

from ..amounts import format_value
from ..intervals import total
from ..ledger import Ledger
from ..model import Fact
from ..rulebook import Rule
from ..verdicts import Draft, Field, Verdict, passed, skipped

__all__ = ["itemised"]


def itemised(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """The carry-overs that single items name, added up, against the balance at the end of the year.

    Items need not tell all of it: what is left is said only where they tell more than half. The same amount told twice
    is counted once.
    """
    figure: str = rule.options["figure"]
    balance = next((f for f in ledger.figure(figure, "actual") if f.quantity.dimension == "money"), None)
    items = [fact for fact in _told(ledger) if balance is None or fact.quantity.point < balance.quantity.point]
    if balance is None or len(items) < int(rule.options["at_least"]):
        yield skipped(figure if balance is None else "carry-over of items")
        return
    told = total(fact.quantity.interval for fact in items)
    points = sum(fact.quantity.point for fact in items)
    if told.meets(balance.quantity.interval) or points * 2 <= balance.quantity.point:
        yield passed(balance, *items)
        return
    unit, decimals = balance.quantity, max(f.quantity.decimals for f in (balance, *items))
    fields: dict[str, Field] = {
        "balance": unit.shown, "count": str(len(items)),
        "told": f"{format_value(points / unit.scale, decimals)}{unit.unit}",
        "items": tuple(f"{fact.name}{fact.quantity.shown}" for fact in items),
        "difference": f"{format_value(abs(unit.point - points) / unit.scale, decimals)}{unit.unit}",
    }  # fmt: skip
    draft = Draft((balance,), tuple(items), fields, None, str(fields["difference"]), (), "likely")
    yield Verdict("failed", (balance, *items), (), draft)


def _told(ledger: Ledger) -> list[Fact]:
    """The carry-overs of single items, those with the same amount once."""
    found: dict[object, Fact] = {}
    for claim in ledger.claims_of("carried"):
        actual = claim.parts.get("actual", ())
        for fact in claim.groups["carried"] if actual and actual[0].path else ():
            found.setdefault(fact.quantity.point, fact)
    return list(found.values())
