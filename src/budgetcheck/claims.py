"""Claims: what each sentence asserts about its numbers, with what it leaves out filled in from context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from .context import Context, Reading
from .facts import Level
from .lists import Listing
from .model import Claim, Fact, Span
from .statements import Match, Statement, span_of
from .tokens import Token
from .wording import Wording

__all__ = ["PARTS", "implied_priors", "read_claims"]

# What the parts and groups of each kind of claim are called, for rules to name.
PARTS: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "share": "percent part whole",
        "shares": "total percents parts",
        "change": "current delta percent prior quoted",
        "completion": "percent actual budget alternative",
        "direction": "actual budget percent",
        "breakdown": "total parts",
        "carried": "actual budget percent carried",
        "negation": "amount",
        "unplanned": "actual budget percent",
        "enumeration": "count",
        "promised": "count",
        "indicator": "expected actual",
        "form": "budget actual",
    }.items()
}

_PLANS = ("initial", "adjusted", "budget")


def read_claims(context: Context, lists: Sequence[Listing], wording: Wording) -> tuple[Claim, ...]:
    """Every claim of every statement and list, in reading order."""
    claims: list[Claim] = []
    for number, statement in enumerate(context.statements):
        for match in statement.matches:
            builder = _BUILDERS.get(match.kind)
            claim = builder(context, number, match) if builder else None
            if claim is not None:
                claims.append(claim)
            if match.kind == "respective":
                claims.extend(_respective(context, number, match))
        claims.extend(_carried(context, number, claims))
    claims.extend(_breakdown(context, listing) for listing in lists)
    claims.extend(_shares(context, lists))
    return tuple(claims)


def _fact(context: Context, number: int, token: int) -> Fact:
    """The fact printed at a token; a percentage or change is a fact named by its own text."""
    level = context.at(number, token)
    if level is not None:
        return level.fact
    statement = context.statements[number]
    found: Token = statement.tokens[token]
    assert found.quantity is not None
    span = span_of(statement, found.start, found.end, found.quantity.text)
    return Fact(found.quantity.text, found.quantity, span, measure="claimed")


def _span(statement: Statement, match: Match, slot: str = "") -> Span:
    if slot:
        token = statement.tokens[match.slots[slot]]
        return span_of(statement, token.start, token.end)
    first, last = statement.tokens[match.first], statement.tokens[match.last - 1]
    return span_of(statement, first.start, last.end)


def _words(statement: Statement, match: Match) -> dict[str, str]:
    """The non-numeric slots as their lexicon values ("up", "greater", …) with the printed word beside."""
    words: dict[str, str] = {}
    for slot, index in match.slots.items():
        token = statement.tokens[index]
        if token.quantity is None:
            words[slot] = _VALUE.get(token.code, token.value or token.text)
            words[f"{slot}_text"] = token.text
    return words


_VALUE = {
    "u": "up", "d": "down", "f": "flat", ">": "greater", "<": "less", "=": "equal",
    "i": "initial", "j": "adjusted", "b": "budget", "a": "actual", "B": "time", "Q": "plan", "K": "",
}  # fmt: skip


def _parts(readings: Mapping[str, Reading]) -> dict[str, tuple[Fact, ...]]:
    return {name: reading.facts for name, reading in readings.items() if reading.facts}


def _claim(kind: str, readings: Mapping[str, Reading], words: Mapping[str, str], span: Span) -> Claim:
    explicit = all(reading.explicit for reading in readings.values() if reading.facts)
    return Claim(kind, _parts(readings), words, span, explicit=explicit)


def _exactly(context: Context, number: int, match: Match, slot: str) -> Reading:
    return Reading((_fact(context, number, match.slots[slot]),)) if slot in match.slots else Reading()


def implied_priors(claims: Sequence[Claim]) -> Iterator[Fact]:
    """Last year's figures that are not printed but follow: this year's less the increase."""
    for claim in claims:
        current, delta = claim.parts.get("current", ()), claim.parts.get("delta", ())
        way = claim.words.get("direction")
        if claim.kind != "change" or "prior" in claim.parts or way not in ("up", "down"):
            continue
        if claim.words.get("base") != "time" or not current or not delta or not claim.explicit:
            continue
        now, by = current[0].quantity, delta[0].quantity
        if now.unit != by.unit or not current[0].figure:
            continue
        value = now.value - by.value if way == "up" else now.value + by.value
        interval = now.interval - by.interval if way == "up" else now.interval + by.interval
        text = f"{value}{now.unit}"
        quantity = replace(now, text=text, value=value, decimals=max(now.decimals, by.decimals), interval=interval)
        yield replace(current[0], quantity=quantity, span=delta[0].span, year=-1, measure="implied")


# --- share ---------------------------------------------------------------------------------------------------


def _share(context: Context, number: int, match: Match) -> Claim:
    statement = context.statements[number]
    percent = match.slots["percent"]
    share_word = statement.codes.find("S", match.first, percent)
    part = _share_part(context, number, match, share_word)
    whole = _exactly(context, number, match, "whole")
    label = context.label_between(number, share_word + 1, _share_end(statement, share_word, percent))
    if not whole.facts:
        whole = _share_whole(context, number, part, label, share_word)
    readings = {"percent": _exactly(context, number, match, "percent"), "part": part[0], "whole": whole}
    words = _words(statement, match) | ({"whole_text": label.name} if label.name else {})
    return _claim("share", readings, words, _span(statement, match))


def _share_end(statement: Statement, share_word: int, percent: int) -> int:
    """Where the words for the whole end: before a second share word (占…的比重为) or before the percentage."""
    second = statement.codes.find("S", share_word + 1, percent)
    return second if second > 0 else percent


def _respective(context: Context, number: int, match: Match) -> Iterator[Claim]:
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
            readings = {"percent": Reading((_fact(context, number, percent),)), "part": part[0], "whole": whole}
            yield _claim("share", readings, {"whole_text": label.name}, _span(statement, match))


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
    before = [lv for lv in context.before(number, share_word, same_sentence=True) if lv.depth == context.statements[number].depths[share_word]]
    outside = before or context.before(number, share_word, same_sentence=True)
    return (Reading((outside[0].fact,)), outside[0]) if outside else (Reading(), None)


def _share_whole(
    context: Context, number: int, part: tuple[Reading, Level | None], label: object, share_word: int
) -> Reading:
    level = part[1]
    if level is None:
        return Reading()
    measures = (level.fact.measure,)
    name = getattr(label, "name", "")
    if name:
        found = context.named(label, number, measures)  # type: ignore[arg-type]
        found = [lv for lv in found if lv is not level]
        return Reading(tuple(lv.fact for lv in found), explicit=True) if found else _listed(context, level, False)
    listed = _listed(context, level, True)
    if listed.facts:
        return listed
    within = context.within(number, level.token if level.statement == number else share_word, measures)
    if within:
        return Reading(tuple(lv.fact for lv in within))
    dimension = level.fact.quantity.dimension
    above = [lv for lv in context.before(number, share_word) if lv is not level] + context.opening(number)
    above += context.parents(level, number)
    fitting = [lv.fact for lv in above if lv.fact.quantity.dimension == dimension and lv.fact.measure in measures]
    return Reading(tuple(dict.fromkeys(fitting)), explicit=False)


def _listed(context: Context, level: Level, explicit: bool) -> Reading:
    return Reading(tuple(lv.fact for lv in context.wholes(level)), explicit=explicit)


# --- change --------------------------------------------------------------------------------------------------


def _change(context: Context, number: int, match: Match) -> Claim:
    statement = context.statements[number]
    first = match.slots.get("base", match.first)
    direction = match.slots["direction"]
    readings = {slot: _exactly(context, number, match, slot) for slot in ("delta", "percent", "prior") if slot in match.slots}
    readings["current"] = (
        _exactly(context, number, match, "current")
        if "current" in match.slots
        else _current(context, number, match, first, direction)
    )
    words = _words(statement, match)
    words.setdefault("base", "time" if "B" in statement.codes[statement.sentence_start(first) : first] else "none")
    if "prior" not in readings and words["base"] == "time":
        prior = _prior_before(context, number, direction, readings["current"])
        if prior.facts:
            readings["prior"] = prior
    if "prior" not in readings:
        prior = _prior(context, number, words, readings["current"])
        if prior.facts:
            readings["quoted"] = prior
    return _claim("change", readings, words, _span(statement, match))


def _current(context: Context, number: int, match: Match, first: int, direction: int) -> Reading:
    statement = context.statements[number]
    wanted = ("actual",) if context.namer.default_measure == "actual" else ("budget", "initial")
    start = statement.sentence_start(first)
    in_reason = "R" in statement.codes[start:first]
    for label in (context.label_between(number, first + 1, direction) if "base" in match.slots else None, context.label_before(number, first)):
        if label is not None and label.name:
            found = context.named(label, number, wanted)
            if found:
                near = [lv.fact for lv in found if lv.statement == number]
                return Reading(tuple(near or [lv.fact for lv in found]), explicit=bool(near))
            if in_reason or not _is_filler(label.name, context):
                return Reading()
    if in_reason and statement.codes[first - 1 : first] != ",":
        return Reading()
    subject = [lv for lv in context.subject(number, first) if lv.fact.quantity.dimension == "money"]
    fitting = [lv for lv in subject if lv.fact.measure in wanted and lv.fact.year == 0]
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
        return context.measured(number, 0, like, _PLANS)
    return Reading()


def _prior_before(context: Context, number: int, direction: int, current: Reading) -> Reading:
    """Last year's figure where the same paragraph prints it before the change."""
    if not current.facts or current.facts[0].year:
        return Reading()
    like = current.facts[0]
    found = [
        lv.fact
        for lv in context.before(number, direction)
        if lv.fact.year == -1 and (lv.fact.figure, lv.fact.path, lv.fact.topic) == (like.figure, like.path, like.topic)
    ]
    return Reading(tuple(found[:1]))


# --- completion and direction --------------------------------------------------------------------------------


def _plans(measure: str) -> tuple[str, ...]:
    return (measure,) if measure in ("initial", "adjusted") else _PLANS


def _actual(context: Context, number: int, token: int) -> Reading:
    near = [lv.fact for lv in context.before(number, token, same_sentence=True) if lv.fact.measure == "actual" and lv.fact.quantity.dimension == "money"]
    if near:
        return Reading((near[0],))
    earlier = [lv for lv in context.before(number, token) if lv.depth == 0]
    subject = [
        lv.fact
        for lv in (*earlier, *context.subject(number, token))
        if lv.fact.measure == "actual" and lv.fact.quantity.dimension == "money" and lv.fact.year == 0
    ]
    found = tuple(dict.fromkeys(subject))
    same = {(fact.figure, fact.path, fact.topic) for fact in found}
    return Reading(found[:1] if len(same) == 1 else found, explicit=len(same) == 1)


def _completion(context: Context, number: int, match: Match) -> Claim | None:
    statement = context.statements[number]
    percent = match.slots["percent"]
    words = _words(statement, match)
    plans = _plans(words.get("measure", ""))
    actual = _actual(context, number, percent)
    readings = {"percent": _exactly(context, number, match, "percent"), "actual": actual}
    readings["budget"] = _exactly(context, number, match, "budget")
    if not readings["budget"].facts:
        like = actual.facts[0] if actual.facts else None
        readings["budget"] = context.measured(number, percent, like, plans)
        if words.get("measure") == "initial" and actual.facts:
            words["other"] = "adjusted"
            readings["alternative"] = context.measured(number, percent, like, ("adjusted",))
    return _claim("completion", readings, words, _span(statement, match))


def _direction(context: Context, number: int, match: Match) -> Claim:
    statement = context.statements[number]
    words = _words(statement, match)
    right = statement.tokens[match.slots["right"]]
    plans = _plans(_VALUE.get(right.code, "") if right.code != "Q" else right.value)
    actual = _actual(context, number, match.first)
    like = actual.facts[0] if actual.facts else None
    readings = {"actual": actual, "budget": context.measured(number, match.first, like, plans)}
    percent = _percent_of(context, number, match.first, plans)
    if percent is not None:
        readings["percent"] = Reading((percent,))
    return _claim("direction", readings, words, _span(statement, match, "compare"))


def _percent_of(context: Context, number: int, token: int, plans: Sequence[str]) -> Fact | None:
    """The completion rate stated last before a token in the same item."""
    statement = context.statements[number]
    found = None
    for match in statement.matches:
        if match.kind == "completion" and match.slots["percent"] < token:
            measure = statement.tokens[match.slots["measure"]] if "measure" in match.slots else None
            kind = _VALUE.get(measure.code, "") if measure else ""
            if kind in plans or not kind or kind == "budget" or plans == _PLANS:
                found = _fact(context, number, match.slots["percent"])
    return found


# --- carry-over, negation ------------------------------------------------------------------------------------


def _carried(context: Context, number: int, claims: Sequence[Claim]) -> Iterator[Claim]:
    """Carry-overs that one item names, against its plan and its final figure."""
    statement = context.statements[number]
    matches = [m for m in statement.matches if m.kind == "carried" and "R" in statement.codes[: m.first]]
    if not matches:
        return
    token = matches[0].first
    actual = _actual(context, number, statement.codes.index("R"))
    if not actual.facts or actual.facts[0].figure in context.namer.wording.table("combined"):
        return
    carried = tuple(_fact(context, number, m.slots["carried"]) for m in matches)
    readings = {"actual": actual}
    percent = _percent_of(context, number, token, _PLANS)
    if percent is not None:
        readings["percent"] = Reading((percent,))
    budget = context.measured(number, token, actual.facts[0], _PLANS)
    if budget.facts and budget.explicit:
        readings["budget"] = budget
    claim = _claim("carried", readings, {}, _span(statement, matches[0]))
    yield Claim(claim.kind, claim.parts, claim.words, claim.span, {"carried": carried}, claim.explicit)


def _negation(context: Context, number: int, match: Match) -> Claim | None:
    statement = context.statements[number]
    figure = statement.tokens[match.slots["figure"]]
    follows = statement.codes[match.slots["figure"] + 1 : match.slots["figure"] + 2]
    if follows in ("M", "x", "n", "u", "d"):
        return None
    label = context.namer.label([figure], statement.passage)
    found = [lv.fact for lv in context.named(label, number) if lv.fact.topic == ""]
    readings = {"amount": Reading(tuple(found[:1]), explicit=True)}
    return _claim("negation", readings, {"figure": figure.text}, _span(statement, match))


def _unplanned(context: Context, number: int, match: Match) -> Claim:
    statement = context.statements[number]
    actual = _actual(context, number, match.first)
    like = actual.facts[0] if actual.facts else None
    readings = {"actual": actual, "budget": context.measured(number, match.first, like, ("initial", "budget"))}
    later = [m for m in statement.matches if m.kind == "completion" and m.first > match.first]
    if later and statement.sentences[later[0].first] == statement.sentences[match.first]:
        readings["percent"] = _exactly(context, number, later[0], "percent")
    return _claim("unplanned", readings, {}, _span(statement, match))


# --- lists ---------------------------------------------------------------------------------------------------


def _breakdown(context: Context, listing: Listing) -> Claim:
    parts = tuple(level.fact for level in listing.parts)
    depths = {len(fact.path) for fact in parts}
    words = {"form": listing.form, "dimension": listing.total.fact.quantity.dimension, "name": listing.total.fact.name}
    overlapping = context.namer.wording.table("enumeration")["overlapping"]
    words["overlap"] = "yes" if any(word in fact.name for fact in parts for word in overlapping) else "no"
    words["figure"] = listing.total.fact.figure or ""
    words["subjects"] = str(min(depths)) if len(depths) == 1 else "0"
    total = (listing.total.fact,)
    return Claim("breakdown", {"total": total}, words, listing.total.fact.span, {"parts": parts})


def _shares(context: Context, lists: Sequence[Listing]) -> Iterator[Claim]:
    """The shares of a list whose every part has one."""
    for listing in lists:
        if len(listing.shares) == len(listing.parts) and listing.shares:
            percents = tuple(_fact(context, number, token) for number, token in listing.shares)
            groups = {"percents": percents, "parts": tuple(level.fact for level in listing.parts)}
            yield Claim("shares", {"total": (listing.total.fact,)}, {}, percents[0].span, groups)


_BUILDERS: Mapping[str, Callable[[Context, int, Match], Claim | None]] = {
    "share": _share,
    "change": _change,
    "completion": _completion,
    "direction": _direction,
    "negation": _negation,
    "unplanned": _unplanned,
}
