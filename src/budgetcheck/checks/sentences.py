"""Checks of words against numbers: 大于 and 小于, 增加 and 减少, 持平, 未安排, and what a plan of zero allows."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from ..amounts import format_value
from ..constraints import Constraint, Term, Word, bound, equal, summed
from ..intervals import Interval, exact, total
from ..ledger import Ledger
from ..model import Claim, Culprit, Fact, Quantity, Span
from ..rulebook import Rule
from ..slips import slipped
from ..verdicts import Draft, Phrase, Says, Verdict, passed, skipped

__all__ = ["carried", "direction", "flat", "indicator", "negated", "no_plan", "trend", "turn", "zero_base"]


def _one(claim: Claim, name: str) -> Fact | None:
    found = claim.parts.get(name)
    return found[0] if found else None


def _word(claim: Claim, slot: str) -> Span:
    """The span of a claim's word, for culprits that are words."""
    found = claim.marks.get(slot)
    return found or replace(claim.span, text=claim.words.get(f"{slot}_text", claim.span.text))


def _failed(
    claim: Claim,
    facts: tuple[Fact, ...],
    slot: str,
    should: str | None,
    rule: Rule,
    says: Says | None = None,
    **fields: str,
) -> Verdict:
    word = _word(claim, slot)
    known = {name: found[0].quantity.text for name, found in claim.parts.items() if found}
    likely = not claim.explicit
    draft = Draft(
        (word, *facts[:1]), facts[1:], {**known, **claim.words, "suggestion": should or "", **fields}, should, None,
        (Culprit(word.text, should, word),), certainty="likely" if likely else "certain",
        severity="warning" if likely and rule.severity == "error" else rule.severity,
    )  # fmt: skip
    return Verdict("failed", facts, (), draft, says)


def _rests_on(claim: Claim, slot: str, should: str | None, holds: Constraint, turned: Constraint | None) -> Constraint:
    """A constraint that a word of the claim states."""
    return replace(holds, words=(Word(_word(claim, slot), should),), turned=turned)


def _ordered(left: Fact, relation: str, right: Fact | None) -> Constraint:
    """left > right (or <, =); without a right side against 100 %."""
    if right is None:
        return bound(left, {">": ">=", "<": "<="}.get(relation, "=="), Fraction(100))
    return equal(left, right) if relation == "=" else summed(*_larger_first(left, relation, right), "<=")


def _larger_first(left: Fact, relation: str, right: Fact) -> tuple[Fact, tuple[Fact, ...]]:
    return (left, (right,)) if relation == ">" else (right, (left,))


def _compared(claim: Claim, should: str | None, left: Fact, relation: str, right: Fact | None) -> Constraint:
    return _rests_on(claim, "compare", should, _ordered(left, relation, right), None)


def _moved(claim: Claim, should: str | None, current: Fact, way: str, prior: Fact) -> Constraint:
    up, down = _ordered(current, ">", prior), _ordered(current, "<", prior)
    holds, turned = (up, down) if way == "up" else (down, up)
    return _rests_on(claim, "direction", should, holds, turned)


def _unmoved(claim: Claim, current: Fact, prior: Fact) -> Constraint:
    return _rests_on(claim, "direction", None, equal(current, prior), None)


def _relation(word: str) -> str:
    return {"greater": ">", "less": "<"}.get(word, "=")


def _possible(relation: str, left: Interval, right: Interval) -> bool:
    """Whether left > right (or <, =) can be true of values inside the intervals."""
    if relation == ">":
        return left.high is None or right.low is None or left.high > right.low
    if relation == "<":
        return left.low is None or right.high is None or left.low < right.high
    return left.meets(right)


def direction(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """决算数大于/小于/等于预算数 against the two figures, or against the completion rate of the same item."""
    words = rule.options["words"]
    for claim in ledger.claims_of("direction"):
        relation = _relation(claim.words.get("compare", ""))
        actual, percent = _one(claim, "actual"), _one(claim, "percent")
        budgets = claim.parts.get("budget", ())
        if percent is not None and not (_of_nothing(percent, actual) and budgets):
            sides = [(percent, percent.quantity.interval, _full(percent, actual))]
        elif actual is not None and budgets:
            sides = [(b, actual.quantity.interval, b.quantity.interval) for b in budgets]
        else:
            yield skipped("percent" if actual else "actual")
            continue
        percent = percent if sides[0][0] is percent else None
        fitting = next((other for other, left, right in sides if _possible(relation, left, right)), None)
        subject = percent or actual
        assert subject is not None
        if fitting is not None:
            rival = None if percent else fitting
            says = functools.partial(_compared, claim, None, subject, relation, rival)
            yield passed(*(f for f in (actual, percent, *budgets[:1]) if f is not None), says=says)
            continue
        other, left, right = sides[0]
        right_word = words["greater" if right.below(left) else "less" if left.below(right) else "equal"]
        facts = tuple(dict.fromkeys((subject, other)))
        says = functools.partial(_compared, claim, right_word, subject, relation, None if percent else other)
        yield _failed(claim, facts, "compare", right_word, rule, says, figure=other.quantity.text)


def _of_nothing(percent: Fact, actual: Fact | None) -> bool:
    """Whether a rate of 0 may be that of nothing planned and nothing spent: it says nothing of what is larger."""
    return not percent.quantity.value and (actual is None or actual.quantity.interval.contains_zero)


def _full(percent: Fact, actual: Fact | None) -> Interval:
    """The rate at which both sides are equal; any from 0 on where nothing was spent."""
    return Interval(Fraction(0), None) if _of_nothing(percent, actual) else exact(100)


def trend(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """增加 or 减少 against the figures of both years where both are printed."""
    for claim in ledger.claims_of("change"):
        current, prior = _one(claim, "current"), _one(claim, "prior") or _one(claim, "quoted")
        way = claim.words.get("direction", "")
        if current is None or prior is None or way not in ("up", "down"):
            yield skipped("prior" if current else "current")
            continue
        if prior.quantity.dimension != current.quantity.dimension:
            continue
        delta = _one(claim, "delta") or _one(claim, "percent")
        nothing = delta is not None and not delta.quantity.value
        suggestion = rule.options["words"]["down" if way == "up" else "up"]
        says = functools.partial(_moved, claim, suggestion, current, way, prior)
        if nothing:
            yield passed(current, prior)
        elif _possible(">" if way == "up" else "<", current.quantity.interval, prior.quantity.interval):
            yield passed(current, prior, says=says)
        else:
            yield _failed(claim, (current, prior), "direction", suggestion, rule, says, before=prior.quantity.text)


def turn(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Two directions of one change: 增加…万元，下降…%."""
    for claim in ledger.claims_of("change"):
        first, second = claim.words.get("direction"), claim.words.get("turn")
        facts = tuple(f for name in ("delta", "percent") if (f := _one(claim, name)) is not None)
        if second is None or "choice" in claim.words or len(facts) < 2 or any(not f.quantity.value for f in facts):
            continue
        if {first, second} == {"up", "down"}:
            yield _failed(claim, facts, "turn", None, rule, functools.partial(_agreeing, claim, agree=False))
        else:
            yield passed(*facts, says=functools.partial(_agreeing, claim, agree=True))


def _agreeing(claim: Claim, *, agree: bool) -> Constraint:
    """Two words that must say the same: as they stand they do, or they do once one of them is turned."""
    never, always = Constraint((), "==", Fraction(1)), Constraint((), "==")
    words = tuple(Word(_word(claim, slot)) for slot in ("direction", "turn"))
    return replace(always if agree else never, words=words, turned=never if agree else always)


def flat(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """持平 where the base is printed too and differs."""
    for claim in ledger.claims_of("change"):
        if claim.words.get("direction") != "flat":
            continue
        current, prior = _one(claim, "current"), _one(claim, "prior") or _one(claim, "quoted")
        if current is None or prior is None:
            yield skipped("prior" if current else "current")
        elif current.quantity.interval.meets(prior.quantity.interval):
            yield passed(current, prior, says=functools.partial(_unmoved, claim, current, prior))
        else:
            says = functools.partial(_unmoved, claim, current, prior)
            yield _failed(claim, (current, prior), "direction", None, rule, says, before=prior.quantity.text)


def zero_base(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A percentage of change from a base of zero: the whole of the current figure is the increase."""
    for claim in ledger.claims_of("change"):
        percent, current, delta = _one(claim, "percent"), _one(claim, "current"), _one(claim, "delta")
        prior = _one(claim, "prior")
        if percent is None or not percent.quantity.value:
            continue
        full = percent.quantity.value == 100
        facts: tuple[Fact, ...]
        if prior is not None:
            zero, facts = not prior.quantity.point, (percent, prior)
        elif current is not None and delta is not None and claim.words.get("direction") == "up":
            whole = claim.parts["current"]
            same = [fact for fact in whole if fact.quantity.point == delta.quantity.point]
            zero, facts = bool(same) and (full or same == [*whole]), (percent, (same or [current])[0], delta)
        else:
            yield skipped("prior" if delta else "delta")
            continue
        yield _from_zero(rule, facts, current or facts[1], full=full or prior is not None) if zero else passed(*facts)


def _from_zero(rule: Rule, facts: tuple[Fact, ...], current: Fact, *, full: bool) -> Verdict:
    """Growth of 100 % is a wrong word for what is new; with any other rate the increase was copied from the figure."""
    percent, wrong = facts[0], facts[0] if full else facts[-1]
    fields = {
        "percent": percent.quantity.text,
        "current": current.quantity.text,
        "hint": str(rule.options["hint"]["new" if full else "other"]),
    }
    culprits = (Culprit(wrong.quantity.text, None, wrong.span),)
    return Verdict("failed", facts, (), Draft((percent,), facts[1:], fields, None, None, culprits))


def no_plan(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A completion rate of a plan that is zero or was not made."""
    for claim in (*ledger.claims_of("completion"), *ledger.claims_of("unplanned")):
        percent, actual = _one(claim, "percent"), _one(claim, "actual")
        budgets = claim.parts.get("budget", ())
        unplanned = claim.kind == "unplanned"
        if percent is None or (not budgets and not unplanned):
            yield skipped("budget" if percent else "percent")
            continue
        zero = unplanned or (claim.explicit and not budgets[0].quantity.value)
        if not zero or not percent.quantity.value or (actual is not None and not actual.quantity.value):
            yield passed(percent, *budgets[:1])
            continue
        other = _one(claim, "alternative")
        fields: dict[str, str | Phrase] = {
            "percent": percent.quantity.text,
            "budget": budgets[0].quantity.text if budgets else "0",
            "hint": "",
        }
        if other is not None and actual is not None and _fits(percent, actual, other):
            fields["hint"] = Phrase("hint", {"other": other.quantity.text})
        draft = Draft(
            (percent, *budgets[:1]),
            (),
            fields,
            None,
            None,
            (Culprit(percent.quantity.text, None, percent.span),),
        )
        yield Verdict("failed", (percent, *budgets[:1]), (), draft)


def _fits(percent: Fact, actual: Fact, other: Fact) -> bool:
    """Whether the rate is that of another plan of the same item."""
    share = exact(100) * actual.quantity.interval / other.quantity.interval
    return percent.quantity.interval.meets(share)


def carried(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Carry-overs that an item names against what its plan leaves: actual + carried <= plan.

    The plan is printed, or follows from the completion rate: actual / rate.
    """
    for claim in ledger.claims_of("carried"):
        actual, budget, percent = (_one(claim, name) for name in ("actual", "budget", "percent"))
        amounts = claim.groups["carried"]
        if actual is None or (budget is None and (percent is None or not percent.quantity.value)):
            yield skipped("budget")
            continue
        if budget is not None:
            room, source = budget.quantity.interval - actual.quantity.interval, budget
        else:
            assert percent is not None
            source = percent
            room = _room(actual.quantity.interval, percent.quantity.interval)
        left = total(fact.quantity.interval for fact in amounts)
        facts = (*amounts, actual, source)
        says = functools.partial(_left_over, amounts, actual, source)
        if left.at_most(room):
            yield passed(*facts, says=says)
        else:
            yield Verdict("failed", facts, (), _overdrawn(ledger, amounts, actual, source, room), says)


def _left_over(amounts: tuple[Fact, ...], actual: Fact, source: Fact) -> Constraint:
    """carried + actual <= plan, or rate · (carried + actual) <= 100 · actual."""
    if source.quantity.dimension != "percent":
        return summed(source, (*amounts, actual), "<=")
    spent = Term(actual, Fraction(-100), Fraction(1))
    return Constraint((*(Term(f, Fraction(0), Fraction(1)) for f in amounts), spent), "<=", rate=source)


def _room(actual: Interval, percent: Interval) -> Interval:
    """actual·(100/p − 1): what a completion rate of p leaves, both ends taken jointly."""
    low_rate, high_rate = percent.low, percent.high
    if actual.low is None or actual.high is None or not low_rate or not high_rate:
        return Interval(None, None)
    ends = [a * (100 / p - 1) for a in (actual.low, actual.high) for p in (low_rate, high_rate)]
    return Interval(min(ends), max(ends))


def _overdrawn(ledger: Ledger, amounts: tuple[Fact, ...], actual: Fact, source: Fact, room: Interval) -> Draft:
    unit = amounts[0].quantity
    decimals = max(unit.decimals, ledger.house.get(unit.unit, 0))
    stated = sum((fact.quantity.point for fact in amounts), Fraction(0))
    low, high = (format_value((end or Fraction(0)) / unit.scale, decimals) for end in (room.low, room.high))
    expected = f"{high}{unit.unit}" if low == high else f"{low}～{high}{unit.unit}"
    difference = f"{format_value((stated - (room.high or Fraction(0))) / unit.scale, decimals)}{unit.unit}"
    fields = {
        "carried": f"{format_value(stated / unit.scale, decimals)}{unit.unit}", "actual": actual.quantity.text,
        "source": source.quantity.text, "expected": expected, "difference": difference, "name": actual.name,
    }  # fmt: skip
    reading = _as_plan(ledger, amounts, actual, source)
    hint: str | Phrase = ""
    if reading is not None:
        left = actual.quantity.interval - reading
        shown = {"reading": _middle(reading, unit, decimals), "left": _middle(left, unit, decimals)}
        hint = Phrase("hint", fields | shown)
    culprits = tuple(Culprit(f.quantity.text, None, f.span) for f in (*amounts, actual, source))
    readings = ((actual, reading),) if reading is not None else ()
    told = {**fields, "hint": hint}
    return Draft(amounts, (actual, source), told, f"≤{expected}", difference, culprits, readings=readings)


def _as_plan(ledger: Ledger, amounts: tuple[Fact, ...], actual: Fact, rate: Fact) -> Interval | None:
    """What was spent if the plan stands in the place of it: only where the carry-over then fits, or nearly does."""
    if rate.quantity.dimension != "percent" or len(amounts) != 1:
        return None
    spent = actual.quantity.interval * rate.quantity.interval.scaled(Fraction(1, 100))
    left, number = actual.quantity.interval - spent, amounts[0].quantity
    fits = number.interval.meets(left) or slipped(number, left, ledger.house.get(number.unit, number.decimals))
    return spent if fits else None


def _middle(values: Interval, unit: Quantity, decimals: int) -> str:
    assert values.low is not None
    assert values.high is not None
    return f"{format_value((values.low + values.high) / 2 / unit.scale, decimals)}{unit.unit}"


def negated(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A figure said not to exist that is printed elsewhere and is not zero."""
    for claim in ledger.claims_of(rule.options.get("claims", "negation")):
        amount = _one(claim, rule.options.get("part", "amount"))
        if amount is None:
            yield skipped("amount")
        elif not amount.quantity.value:
            yield passed(amount)
        else:
            fields = {
                "amount": amount.quantity.text,
                "name": amount.name,
                "figure": claim.words.get("figure", amount.name),
            }
            draft = Draft(
                (claim.span,),
                (amount,),
                fields,
                None,
                amount.quantity.text,
                (Culprit(claim.span.text, None, claim.span),),
            )
            yield Verdict("failed", (amount,), (), draft)


def indicator(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A performance indicator whose actual value does not reach the expected one."""
    judged = False
    for claim in ledger.claims_of("indicator"):
        expected, actual = _one(claim, "expected"), _one(claim, "actual")
        if rule.where and not all(claim.words.get(k, "") in v for k, v in rule.where.items()):
            continue
        judged = True
        if expected is None or actual is None or expected.quantity.unit != actual.quantity.unit:
            yield skipped("expected" if actual else "actual")
            continue
        relation = claim.words.get("relation", "at-least")
        kept = {
            "at-least": expected.quantity.interval.at_most(actual.quantity.interval),
            "at-most": actual.quantity.interval.at_most(expected.quantity.interval),
        }.get(relation, True)
        if kept:
            yield passed(expected, actual)
            continue
        fields = {
            **claim.words,
            "expected": claim.words.get("expected_text", ""),
            "actual": actual.quantity.text,
        }
        draft = Draft((actual,), (expected,), fields, claim.words.get("expected_text"), None, (), certainty="likely")
        yield Verdict("failed", (expected, actual), (), draft)
    if not judged:
        yield skipped("indicator")
