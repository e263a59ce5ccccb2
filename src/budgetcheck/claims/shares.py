"""Shares: 占, 占比, 比重, with the whole that the sentence, the list or the section gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..context import Context, Reading
from ..facts import Level
from ..lists import Listing
from ..model import Claim
from ..naming import Label
from ..statements import Match, Statement
from .common import make_claim, matched_span, matched_words, printed, slot_reading

__all__ = ["respective", "share", "sibling_shares"]


def share(context: Context, number: int, match: Match) -> Claim:
    """The claim of one share: the percentage, the part, and what may be the whole."""
    statement = context.statements[number]
    percent = match.slots["percent"]
    share_word = statement.codes.find("S", match.first, percent)
    part = _share_part(context, number, match, share_word)
    whole = slot_reading(context, number, match, "whole")
    label = context.label_between(number, share_word + 1, _share_end(statement, share_word, percent))
    if not whole.facts:
        whole = _share_whole(context, number, part, label, share_word)
    readings = {"percent": slot_reading(context, number, match, "percent"), "part": part[0], "whole": whole}
    words = matched_words(statement, match) | ({"whole_text": label.name} if label.name else {})
    return make_claim("share", readings, words, matched_span(statement, match))


def _share_end(statement: Statement, share_word: int, percent: int) -> int:
    """Where the words for the whole end: before a second share word (占…的比重为) or before the percentage."""
    second = statement.codes.find("S", share_word + 1, percent)
    return second if second > 0 else percent


def respective(context: Context, number: int, match: Match) -> Iterator[Claim]:
    """甲和乙分别占…、…: the names before the share word and the percentages behind it, in the same order."""
    statement = context.statements[number]
    percents = [match.slots[slot] for slot in ("first", "second", "third") if slot in match.slots]
    share_word = statement.codes.find("S", match.first, percents[0])
    start = max(statement.codes.rfind(mark, 0, share_word) for mark in ".;M,")
    names = [index for index in range(start + 1, share_word) if statement.codes[index] == "n"]
    label = context.label_between(number, share_word + 1, _share_end(statement, share_word, percents[0]))
    for index, percent in zip(names, percents, strict=False) if len(names) == len(percents) else ():
        found = context.named(context.namer.label([statement.tokens[index]], statement.passage), number)
        if found:
            part = (Reading((found[0].fact,)), found[0])
            whole = _share_whole(context, number, part, label, share_word)
            readings = {
                "percent": Reading((printed(context, number, percent),)),
                "part": part[0],
                "whole": whole,
            }
            yield make_claim("share", readings, {"whole_text": label.name}, matched_span(statement, match))


def _share_part(context: Context, number: int, match: Match, share_word: int) -> tuple[Reading, Level | None]:
    if "part" in match.slots:
        level = context.at(number, match.slots["part"])
        return (Reading((level.fact,)), level) if level else (Reading(), None)
    label = context.label_before(number, share_word)
    if label.name:
        found = context.named(label, number)
        return Reading(tuple(lv.fact for lv in found[:1]), explicit=bool(found) and found[0].statement == number), (
            found[0] if found else None
        )
    before = [
        lv
        for lv in context.before(number, share_word, same_sentence=True)
        if lv.depth == context.statements[number].depths[share_word]
    ]
    outside = before or context.before(number, share_word, same_sentence=True)
    # Behind 完成预算…的…%，占… the part is the final figure, not the plan named last.
    outside = [lv for lv in outside if lv.fact.measure == context.namer.default_measure] or outside
    return (Reading((outside[0].fact,)), outside[0]) if outside else (Reading(), None)


def _share_whole(
    context: Context, number: int, part: tuple[Reading, Level | None], label: Label, share_word: int
) -> Reading:
    level = part[1]
    if level is None:
        return Reading()
    measures = (level.fact.measure,)
    name = label.name
    if name:
        loosely = [lv for lv in context.wholes(level) if context.namer.loosely(label.figure, lv.fact.figure)]
        found = [*loosely, *(lv for lv in context.named(label, number, measures) if lv is not level)]
        return Reading(tuple(lv.fact for lv in found), explicit=True)
    listed = _listed(context, level, True)
    if listed.facts:
        return listed
    within = context.within(number, level.token if level.statement == number else share_word, measures)
    if within:
        return Reading(tuple(lv.fact for lv in within))
    dimension = level.fact.quantity.dimension
    before = [lv for lv in context.before(number, share_word) if lv is not level]
    # Nothing says which whole is meant: any figure of the report that fits may be, those listed beside the part last.
    above = [*context.parents(level, number), *before, *context.opening(number), *context.levels]
    beside = {id(lv) for lv in before if _beside(context.statements[number], lv, share_word)}
    above.sort(key=lambda lv: id(lv) in beside)
    fitting = [lv.fact for lv in above if lv.fact.quantity.dimension == dimension and lv.fact.measure in measures]
    return Reading(tuple(dict.fromkeys(fitting)), explicit=False)


def _beside(statement: Statement, level: Level, share_word: int) -> bool:
    """Whether a level stands in the same sentence as a share, parted from it by a semicolon."""
    same = level.sentence == statement.sentences[share_word]
    return same and ";" in statement.codes[level.token : share_word]


def _listed(context: Context, level: Level, explicit: bool) -> Reading:
    return Reading(tuple(lv.fact for lv in context.wholes(level)), explicit=explicit)


def sibling_shares(context: Context, lists: Sequence[Listing]) -> Iterator[Claim]:
    """The shares of a list whose every part has one."""
    for listing in lists:
        if len(listing.shares) == len(listing.parts) and listing.shares:
            percents = tuple(printed(context, number, token) for number, token in listing.shares)
            groups = {"percents": percents, "parts": tuple(level.fact for level in listing.parts)}
            yield Claim("shares", {"total": (listing.total.fact,)}, {}, percents[0].span, groups)
