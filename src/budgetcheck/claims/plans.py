"""Plan and final figure: completion, 大于 and 小于, carry-over, 未安排, and what is said not to exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..context import Context, Reading
from ..model import Claim, Fact
from ..statements import Match
from .common import PLANS, VALUES, make_claim, matched_marks, matched_span, matched_words, printed, slot_reading

__all__ = ["carried", "completion", "direction", "negation", "unplanned"]


def _plans(measure: str) -> tuple[str, ...]:
    return (measure,) if measure in ("initial", "adjusted") else PLANS


def _planned(context: Context, number: int, token: int, like: Fact | None, plans: Sequence[str]) -> Reading:
    """The plan that words name; where none is printed, a plan of the same item that does not say which it is.

    Words that do not say which plan they mean may mean one that only a table prints.
    """
    found = context.measured(number, token, like, plans)
    if found.facts or plans == PLANS:
        return found if found.facts else context.tabled(like, plans)
    unnamed = context.measured(number, token, like, ("budget",))
    return unnamed if unnamed.explicit else found


def _actual(context: Context, number: int, token: int) -> Reading:
    near = [
        lv.fact
        for lv in context.before(number, token, same_sentence=True)
        if lv.fact.measure == "actual" and lv.fact.quantity.dimension == "money"
    ]
    if near:
        return Reading((near[0],))
    earlier = [lv for lv in context.before(number, token) if lv.depth == 0]
    subject = [
        lv.fact
        for lv in (*earlier, *context.subject(number, token))
        if lv.fact.measure == "actual" and lv.fact.quantity.dimension == "money" and lv.fact.year == 0
    ]
    found = tuple(dict.fromkeys(subject))
    subjects = {(fact.figure, fact.path, fact.topic) for fact in found}
    return Reading(found[:1] if len(subjects) == 1 else found, explicit=len(subjects) == 1)


def completion(context: Context, number: int, match: Match) -> Claim | None:
    """The claim of one completion rate: the rate, the final figure, the plan that the words name."""
    statement = context.statements[number]
    percent = match.slots["percent"]
    begin = max(statement.codes.rfind(mark, 0, match.first) for mark in ",;.") + 1
    clause = statement.passage.text.folded[statement.tokens[begin].start : statement.tokens[percent].start]
    if context.namer.partial.search(clause):
        rate = {"percent": slot_reading(context, number, match, "percent")}
        return make_claim("partial", rate, {}, matched_span(statement, match))
    words = matched_words(statement, match)
    plans = _plans(words.get("measure", ""))
    actual = _actual(context, number, percent)
    readings = {"percent": slot_reading(context, number, match, "percent"), "actual": actual}
    readings["budget"] = slot_reading(context, number, match, "budget")
    if not readings["budget"].facts:
        like = actual.facts[0] if actual.facts else None
        readings["budget"] = _planned(context, number, percent, like, plans)
        if words.get("measure") == "initial" and actual.facts:
            words["other"] = "adjusted"
            readings["alternative"] = context.measured(number, percent, like, ("adjusted",))
    return make_claim("completion", readings, words, matched_span(statement, match))


def direction(context: Context, number: int, match: Match) -> Claim:
    """The claim of one 大于, 小于 or 持平 between final figure and plan, with the rate stated before it."""
    statement = context.statements[number]
    words = matched_words(statement, match)
    right = statement.tokens[match.slots["right"]]
    plans = _plans(VALUES.get(right.code, "") if right.code != "Q" else right.value)
    actual = _actual(context, number, match.first)
    like = actual.facts[0] if actual.facts else None
    readings = {"actual": actual, "budget": _planned(context, number, match.first, like, plans)}
    percent = _percent_of(context, number, match.first, plans)
    if percent is not None:
        readings["percent"] = Reading((percent,))
    if "delta" in match.slots:
        readings["delta"] = Reading((printed(context, number, match.slots["delta"]),))
    marks = matched_marks(statement, match)
    return make_claim("direction", readings, words, matched_span(statement, match, "compare"), marks)


def _percent_of(context: Context, number: int, token: int, plans: Sequence[str]) -> Fact | None:
    """The completion rate stated last before a token in the same item."""
    statement = context.statements[number]
    found = None
    for match in statement.matches:
        if match.kind == "completion" and match.slots["percent"] < token:
            measure = statement.tokens[match.slots["measure"]] if "measure" in match.slots else None
            kind = VALUES.get(measure.code, "") if measure else ""
            if kind in plans or not kind or kind == "budget" or plans == PLANS:
                found = match.slots["percent"]
    return None if found is None else printed(context, number, found)


def carried(context: Context, number: int) -> Iterator[Claim]:
    """Carry-overs that one item names, against its plan and its final figure."""
    statement = context.statements[number]
    matches = [m for m in statement.matches if m.kind == "carried" and "R" in statement.codes[: m.first]]
    figures = context.namer.wording.table("carried")["figures"]
    reason = statement.codes.find("R")
    taken = {match.slots["carried"] for match in matches}
    named = [
        lv
        for lv in context.by_statement.get(number, [])
        if 0 <= reason < lv.token and lv.fact.figure in figures and lv.token not in taken
    ]
    if not matches and not named:
        return
    token = matches[0].first if matches else named[0].token
    actual = _actual(context, number, reason)
    if not actual.facts or actual.facts[0].figure in context.namer.wording.table("combined"):
        return
    amounts = tuple(printed(context, number, m.slots["carried"]) for m in matches) + tuple(lv.fact for lv in named)
    readings = {"actual": actual}
    percent = _percent_of(context, number, token, PLANS)
    if percent is not None:
        readings["percent"] = Reading((percent,))
    budget = context.measured(number, token, actual.facts[0], PLANS)
    if budget.facts and budget.explicit:
        readings["budget"] = budget
    claim = make_claim("carried", readings, {}, amounts[0].span)
    yield Claim(claim.kind, claim.parts, claim.words, claim.span, {"carried": amounts}, claim.explicit)


def negation(context: Context, number: int, match: Match) -> Claim | None:
    """The claim that a figure does not exist; None where the words go on to say what of it does not."""
    statement = context.statements[number]
    figure = statement.tokens[match.slots["figure"]]
    follows = statement.codes[match.slots["figure"] + 1 : match.slots["figure"] + 2]
    if follows in ("M", "x", "n", "u", "d"):
        return None
    label = context.namer.label([figure], statement.passage)
    found = [lv.fact for lv in context.named(label, number) if lv.fact.topic == ""]
    readings = {"amount": Reading(tuple(found[:1]), explicit=True)}
    return make_claim("negation", readings, {"figure": figure.text}, matched_span(statement, match))


def unplanned(context: Context, number: int, match: Match) -> Claim | None:
    """The claim that nothing was planned at the beginning of the year; None where the words speak of another year."""
    statement = context.statements[number]
    begin = max(statement.codes.rfind(mark, 0, match.first) for mark in ",;.") + 1
    said = statement.tokens[begin : match.last]
    if any(t.code == "B" or (t.code == "Y" and context.namer.year(t.text, t.value)) for t in said):
        return None
    actual = _actual(context, number, match.first)
    like = actual.facts[0] if actual.facts else None
    readings = {
        "actual": actual,
        "budget": context.measured(number, match.first, like, ("initial", "budget")),
    }
    later = [m for m in statement.matches if m.kind == "completion" and m.first > match.first]
    if later and statement.sentences[later[0].first] == statement.sentences[match.first]:
        readings["percent"] = slot_reading(context, number, later[0], "percent")
    return make_claim("unplanned", readings, {}, matched_span(statement, match))
