"""Figures of the narrative: each amount or count that states a level, with everything that identifies it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .model import Fact
from .naming import Label, Namer
from .shapes import CODES
from .statements import Statement, span_of
from .tokens import Token

__all__ = ["Level", "label_start", "read_facts", "token_fact"]

# A label ends where one of these stands: punctuation, another number, a relation's word.
_BOUNDARY = frozenset(",.;:/()MNPO#TLSKRB Q!".replace(" ", ""))
_MEASURES = {"a": "actual", "i": "initial", "j": "adjusted", "b": "budget"}
_PLANS = frozenset(_MEASURES.values()) - {"actual"}
# Numbers that state a level.
_LEVELS = frozenset("MNP")
# Topic of amounts named in a reason: they explain a figure and are none of the report's.
_REASON = "reason"
# Slots whose number is no level of its own.
_NOT_LEVELS = frozenset({"delta", "carried"})


@dataclass(frozen=True, slots=True)
class Level:
    """A fact with its place in the token stream: statement number, token index, bracket depth."""

    fact: Fact
    statement: int
    token: int
    sentence: int
    depth: int
    inherited: bool = False


def read_facts(statements: Sequence[Statement], namer: Namer) -> tuple[Level, ...]:
    """All levels of all statements, in reading order."""
    levels: list[Level] = []
    for number, statement in enumerate(statements):
        if statement.passage.section.role == "statement" and not _LEVELS.isdisjoint(statement.codes):
            levels.extend(_levels(number, statement, namer))
    return tuple(levels)


def _levels(number: int, statement: Statement, namer: Namer) -> Iterator[Level]:
    excluded = {
        index
        for match in statement.matches
        for slot, index in match.slots.items()
        if slot in _NOT_LEVELS and match.kind != "carried"
    }
    used = {index for match in statement.matches for index in match.slots.values()}
    carried = {match.slots["carried"] for match in statement.matches if match.kind == "carried"}
    priors = {m.slots["prior"]: m.slots.get("base", m.first) for m in statement.matches if "prior" in m.slots}
    earlier: list[Level] = []
    # Those of the earlier that no later one of the same or a smaller depth hides from what follows.
    around: list[Level] = []
    for index, token in enumerate(statement.tokens):
        if token.code not in _LEVELS or index in excluded or token.quantity is None:
            continue
        level = _level(number, statement, index, token, namer, earlier, around)
        if token.code == "P":
            if index not in used and not level.inherited:
                yield replace(level, fact=replace(level.fact, measure="rate"))
            continue
        if index in carried and ("R" in statement.codes[:index] or statement.codes[index + 1 : index + 2] == "c"):
            level = replace(level, fact=replace(level.fact, measure="carried"))
        if index in priors:
            base = statement.tokens[priors[index]]
            measure = namer.measure_of(base.text) or level.fact.measure
            # 较年初预算, or 比2022年年初预算 in the report of 2022: this year's plan.
            planned = base.code == CODES["PLANBASE"] or (measure in _PLANS and str(namer.document_year) in base.text)
            year = level.fact.year or (0 if planned else -1)
            level = replace(level, fact=replace(level.fact, year=year, measure=measure))
        earlier.append(level)
        while around and around[-1].depth >= level.depth:
            around.pop()
        around.append(level)
        yield level


def label_start(statement: Statement, index: int) -> int:
    """Index of the first token of the label that ends right before token `index`."""
    start = index
    while start > 0 and statement.codes[start - 1] not in _BOUNDARY:
        start -= 1
    return start


def _level(
    number: int,
    statement: Statement,
    index: int,
    token: Token,
    namer: Namer,
    earlier: Sequence[Level],
    around: Sequence[Level],
) -> Level:
    label = _label(statement, index, namer)
    previous = _previous(statement, index, earlier)
    bare = label.empty and previous is None and label.raw in namer.alone
    if bare and _beside_whole(statement, index, earlier, namer):
        label = replace(label, name=label.raw, figure=namer.alone[label.raw], topic="")
    inherited = label.empty
    if label.empty:
        label = _filled(label, previous, statement, namer)
    fact = token_fact(statement, token, label, namer)
    if statement.explained[index]:
        fact = replace(fact, topic=f"{_REASON} {fact.topic}")
    if not label.measure and previous is not None and inherited:
        fact = replace(fact, measure=previous.fact.measure)
    depth = statement.depths[index]
    sentence = statement.sentences[index]
    outer = next((lv for lv in reversed(around) if lv.depth < depth), None)
    if (
        outer is not None
        and outer.sentence == sentence
        and fact.figure
        and not namer.inside(fact.figure, outer.fact.figure)
    ):
        fact = replace(fact, topic=f"{outer.fact.figure or outer.fact.name}")
    return Level(fact, number, index, sentence, depth, inherited)


def _filled(label: Label, previous: Level | None, statement: Statement, namer: Namer) -> Label:
    """What a label without a name stands for: what came before it in its sentence, or what its section is about."""
    if previous is None:
        return namer.from_section(statement.passage, label)
    if previous.fact.figure in namer.flows and label.raw in namer.bare_flows:
        return replace(label, name=label.raw, figure=namer.bare_flows[label.raw], fund=previous.fact.fund)
    return replace_label(label, previous.fact, namer)


def replace_label(label: Label, fact: Fact, namer: Namer) -> Label:
    """A bare label ("支出决算为") that continues what an earlier fact of the sentence names."""
    own = label.topic
    split = namer.split(fact.figure, own)
    if split:
        return replace(label, name=split, figure=split, path=(), topic=fact.topic, fund="")
    if namer.funded(fact.figure):
        fund = own or fact.fund or label.fund
        return replace(label, name=fact.name, figure=fact.figure, path=fact.path, topic=fact.topic, fund=fund)
    return replace(label, name=fact.name, figure=fact.figure, path=fact.path, topic=fact.topic or own, fund="")


def _previous(statement: Statement, index: int, earlier: Sequence[Level]) -> Level | None:
    """The nearest earlier level of the same sentence, outside brackets unless we are inside the same."""
    cut = statement.codes.rfind(";", 0, index)
    for level in reversed(earlier):
        if level.sentence != statement.sentences[index] or level.token < cut:
            return None
        if level.depth <= statement.depths[index]:
            return level
    return None


def _beside_whole(statement: Statement, index: int, earlier: Sequence[Level], namer: Namer) -> bool:
    """Whether the clauses before a semicolon state a figure of the whole report: 收入预算…；支出预算…"""
    beside = [lv for lv in earlier if lv.sentence == statement.sentences[index] and not lv.depth]
    return bool(beside) and beside[0].fact.figure in namer.wholes


def _label(statement: Statement, index: int, namer: Namer) -> Label:
    start = label_start(statement, index)
    tokens = statement.tokens[start:index]
    if start and statement.codes[start - 1] == ":" and not any(t.code in "xn" for t in tokens):
        head = label_start(statement, start - 1)
        tokens = statement.tokens[head : start - 1] + tokens
    if (
        start > 1
        and statement.codes[start - 1] == ","
        and statement.codes[start - 2] == "Y"
        and not any(t.code == "Y" for t in tokens)
    ):
        tokens = (statement.tokens[start - 2], *tokens)
    measure = next((_MEASURES[t.code] for t in reversed(tokens) if t.code in _MEASURES), "")
    label = namer.label([t for t in tokens if t.code in "xnudcZ"], statement.passage)
    if not measure and label.figure and namer.planned(label.name):
        measure = "budget"
    item = statement.passage.enclosing > 3
    if label.empty and tokens and not item and not any(c in "MNP" for c in statement.codes[:index]):
        figure = namer.alone.get(tokens[-1].text)
        label = replace(label, name=tokens[-1].text, figure=figure, topic="") if figure else label
    year = next((t for t in reversed(tokens) if t.code == "Y"), None) or _opening_year(statement, index, namer)
    raw = "".join(t.text for t in tokens if t.code in "xn")
    if not raw and tokens:
        raw = tokens[-1].text
    past = namer.review_of(statement.passage)
    distance = namer.year(year.text, year.value) if year else past
    if past and distance == past:
        measure = measure or "actual"
    return replace(label, measure=measure or _announced(statement, index, namer), raw=raw, year=distance)


def _opening_year(statement: Statement, index: int, namer: Namer) -> Token | None:
    """The year with which a sentence opens, where no other is named between: 2020年接待费…，用车费…."""
    start = statement.sentence_start(index)
    if statement.codes[start : start + 1] != "Y" or "Y" in statement.codes[start + 1 : index]:
        return None
    between = (token.text for token in statement.tokens[start + 1 : index])
    return None if any(text.startswith(namer.this_year) for text in between) else statement.tokens[start]


def _announced(statement: Statement, index: int, namer: Namer) -> str:
    """The measure of what a sentence says that it moves inside: "三公"经费预算中，接待费…; "" where it says none."""
    start = statement.sentence_start(index)
    comma = statement.codes.find(",", start, index)
    inside = comma > start and statement.tokens[comma - 1].text.endswith(namer.within)
    if not inside or any(code in "MNP" for code in statement.codes[start:comma]):
        return ""
    return next((_MEASURES[code] for code in reversed(statement.codes[start:comma]) if code in _MEASURES), "")


def token_fact(statement: Statement, token: Token, label: Label, namer: Namer) -> Fact:
    """A fact of a numeric token under a label."""
    assert token.quantity is not None
    span = span_of(statement, token.start, token.end, token.quantity.text)
    return Fact(
        name=label.name or label.raw or token.quantity.text,
        quantity=token.quantity,
        span=span,
        figure=label.figure,
        measure=label.measure or namer.default_measure,
        year=label.year,
        fund=label.fund,
        topic=label.topic,
        path=label.path,
    )


def strip_marks(text: str) -> str:
    """A name without quotes, item numbers and dashes around it."""
    return re.sub(r'^[\s\-·.、\d"]+(?=[^\d])|["\s\-]+$', "", text).replace('"', "")
