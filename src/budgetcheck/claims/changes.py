"""Changes: 比上年增加…，增长…, with the figure that changed and the base it changed from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..context import Context, Reading
from ..facts import Level
from ..model import Claim, Fact
from ..statements import Match
from .common import PLANS, make_claim, matched_marks, matched_span, matched_words, slot_reading

__all__ = ["change", "implied_priors"]

_YEAR = re.compile(r"(?:19|20)\d\d")


def change(context: Context, number: int, match: Match) -> Claim:
    """The claim of one change: current figure, increase or decrease, rate, and the base where it is printed."""
    statement = context.statements[number]
    first = match.slots.get("base", match.first)
    direction = match.slots["direction"]
    readings = {
        slot: slot_reading(context, number, match, slot)
        for slot in ("delta", "percent", "prior")
        if slot in match.slots
    }
    readings["current"] = (
        slot_reading(context, number, match, "current")
        if "current" in match.slots
        else _current(context, number, match, first, direction)
    )
    words = matched_words(statement, match)
    if statement.passage.text.folded[statement.tokens[direction].end :].startswith("("):
        words["choice"] = "yes"
    words.setdefault("base", "time" if "B" in statement.codes[statement.sentence_start(first) : first] else "none")
    words["base_measure"] = context.namer.measure_of(words.get("base_text", ""))
    words["base_year"] = str(_base_year(context, words))
    if "prior" not in readings and words["base"] == "time":
        prior = _prior_before(context, number, direction, words, readings["current"])
        if prior.facts:
            readings["prior"] = prior
    if "prior" not in readings:
        prior = _prior(context, number, words, readings["current"])
        if prior.facts:
            readings["quoted"] = prior
    return make_claim("change", readings, words, matched_span(statement, match), matched_marks(statement, match))


def _current(context: Context, number: int, match: Match, first: int, direction: int) -> Reading:
    statement = context.statements[number]
    wanted = ("actual",) if context.namer.default_measure == "actual" else ("budget", "initial")
    in_reason = statement.explained[first]
    for label in (
        context.label_between(number, first + 1, direction) if "base" in match.slots else None,
        context.label_before(number, first),
    ):
        if label is not None and label.name:
            found = context.named(label, number, wanted)
            if found:
                here = [lv.fact for lv in found if lv.statement == number]
                return Reading(tuple(here or [lv.fact for lv in found]), explicit=bool(here))
            if in_reason or not _is_filler(label.name, context):
                return Reading()
    if in_reason and statement.codes[first - 1 : first] != ",":
        return Reading()
    fitting = context.subject(number, first, wanted)
    turned = context.turned_to(number, first)
    if turned is not None:
        named = context.named(turned, number, wanted)
        # What is printed of it elsewhere comes first; without it nothing can be said.
        return Reading(tuple(dict.fromkeys(lv.fact for lv in (*named, *fitting))) if named else (), explicit=False)
    near = bool(fitting) and fitting[0].statement == number and fitting[0].sentence == statement.sentences[first]
    explicit = not in_reason and (near or len(fitting) == 1)
    return Reading(tuple(dict.fromkeys(lv.fact for lv in fitting)), explicit=explicit)


def _is_filler(name: str, context: Context) -> bool:
    return name in context.namer.wording.table("topics")["subjectless"]


def _prior(context: Context, number: int, words: Mapping[str, str], current: Reading) -> Reading:
    """The base, where the report prints it elsewhere: a plan of the same figure, or last year's figure."""
    if not current.facts:
        return Reading()
    like = current.facts[0]
    if words["base"] == "plan":
        return context.measured(number, 0, like, PLANS)
    return Reading()


def _prior_before(context: Context, number: int, direction: int, words: Mapping[str, str], current: Reading) -> Reading:
    """Last year's figure where the same paragraph prints it before the change."""
    if not current.facts or current.facts[0].year:
        return Reading()
    like = current.facts[0]
    sentence = context.statements[number].sentences[direction]
    measure = context.namer.measure_of(words.get("base_text", ""))
    plans = {"budget", "initial", "adjusted"}
    before = [
        lv
        for lv in context.before(number, direction)
        if lv.fact.year == -1
        and (not measure or lv.fact.measure == measure or (measure in plans and lv.fact.measure in plans))
    ]
    named = [lv.fact for lv in before if _same_thing(lv.fact, like)]
    bare = [
        lv.fact
        for lv in before
        if lv.inherited and lv.sentence == sentence and not _of_another(lv, like, context.before(number, lv.token))
    ]
    return Reading(tuple((named or bare)[:1]))


def _of_another(level: Level, like: Fact, earlier: Sequence[Level]) -> bool:
    """Whether a bare number continues what an earlier clause of its sentence names, and that is not `like`."""
    named = (lv.fact for lv in earlier if lv.sentence == level.sentence and not lv.inherited)
    return not _same_thing(level.fact, like) and any(_same_thing(fact, level.fact) for fact in named)


def _same_thing(fact: Fact, like: Fact) -> bool:
    return (fact.figure, fact.path, fact.topic) == (like.figure, like.path, like.topic)


def implied_priors(claims: Sequence[Claim]) -> Iterator[Fact]:
    """Last year's figures that are not printed but follow: this year's less the increase.

    Their measure is "implied"; where this year's plan is held against what was spent, it names that: "implied actual".
    An initial plan of this year that follows from what was spent over it is "implied initial".
    """
    for claim in claims:
        current, delta = claim.parts.get("current", ()), claim.parts.get("delta", ())
        way, base = claim.words.get("direction"), _base(claim)
        if claim.kind != "change" or "prior" in claim.parts or way not in ("up", "down"):
            continue
        if not base or not current or not delta or not (current[0].figure or current[0].path):
            continue
        if not claim.explicit and len({(fact.identity, fact.quantity.point) for fact in current}) > 1:
            continue
        now, by = current[0].quantity, delta[0].quantity
        if now.unit != by.unit:
            continue
        value = now.value - by.value if way == "up" else now.value + by.value
        interval = now.interval - by.interval if way == "up" else now.interval + by.interval
        text = f"{value}{now.unit}"
        quantity = replace(now, text=text, value=value, decimals=max(now.decimals, by.decimals), interval=interval)
        derived = ((1, current[0]), (-1 if way == "up" else 1, delta[0]))
        measure, year = base
        yield replace(current[0], quantity=quantity, span=delta[0].span, year=year, measure=measure, derived=derived)


def _base_year(context: Context, words: Mapping[str, str]) -> int:
    """The year that a base names, counted from the report's; last year's where it names none and is no plan."""
    if words["base"] == "time" and _YEAR.search(words.get("base_text", "")):
        return context.namer.year(words["base_text"], "")
    return -1 if words["base"] == "time" else 0


def _base(claim: Claim) -> tuple[str, int] | None:
    """Measure and year of what a change starts from; None where the words do not say."""
    year, measure = int(claim.words.get("base_year", 0)), claim.words.get("base_measure", "")
    if not year:
        return ("implied initial", 0) if measure == "initial" else None
    now = claim.parts["current"][0].measure if "current" in claim.parts else ""
    alike = measure in ("", now) or (measure in PLANS and now in PLANS)
    return ("implied" if alike else f"implied {measure}", year)
