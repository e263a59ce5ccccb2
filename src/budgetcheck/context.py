"""What a clause leaves out: finding the facts that a name, a section or a neighbouring sentence stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .facts import Level, label_start
from .lists import Listing, group_levels
from .model import Fact
from .naming import Label, Namer
from .statements import Statement

__all__ = ["Context", "Reading"]

_PLANS = ("initial", "adjusted", "budget")


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts that a part of a claim may mean, likeliest first; `explicit` when the sentence itself says so."""

    facts: tuple[Fact, ...] = ()
    explicit: bool = True


class Context:
    """All levels of a document, indexed for looking up what is meant."""

    def __init__(
        self,
        statements: Sequence[Statement],
        levels: Sequence[Level],
        lists: Sequence[Listing],
        namer: Namer,
        cells: Sequence[Fact] = (),
    ) -> None:
        self.statements = statements
        self.levels = levels
        self.namer = namer
        self.by_statement = group_levels(levels)
        self._at = {(level.statement, level.token): level for level in reversed(levels)}
        self._by_figure: dict[str, list[Level]] = {}
        for level in levels:
            for key in _keys(level.fact, namer):
                self._by_figure.setdefault(key, []).append(level)
        self._by_measure: dict[tuple[str, ...], list[Level]] = {}
        self._cells = tuple(cells)
        self._parents = namer.wording.table("parents")
        self._wholes: dict[tuple[int, int], list[Level]] = {}
        for listing in lists:
            for part in listing.parts:
                self._wholes.setdefault((part.statement, part.token), []).append(listing.total)

    def at(self, number: int, token: int) -> Level | None:
        """The level printed at a token."""
        return self._at.get((number, token))

    def wholes(self, part: Level) -> list[Level]:
        """The totals of the lists in which a level is a part."""
        return self._wholes.get((part.statement, part.token), [])

    def before(self, number: int, token: int, *, same_sentence: bool = False) -> list[Level]:
        """Levels before a token in its statement, nearest first, not from inside brackets that closed."""
        statement = self.statements[number]
        depth = statement.depths[token]
        levels = self.by_statement.get(number, [])
        start = bisect_left(levels, statement.sentence_start(token), key=_token) if same_sentence else 0
        end = bisect_left(levels, token, key=_token)
        return [lv for lv in levels[start:end] if lv.depth <= depth][::-1]

    def named(self, label: Label, number: int, measures: Sequence[str] = (), year: int | None = 0) -> list[Level]:
        """Levels that a label names, nearest statement first, then the earlier ones of the report."""
        keys = _label_keys(label, self.namer)
        candidates = {id(lv): lv for key in keys for lv in self._by_figure.get(key, [])}
        fitting = [
            lv
            for lv in candidates.values()
            if (not measures or lv.fact.measure in measures)
            and (year is None or lv.fact.year == year)
            and lv.fact.quantity.dimension == "money"
            and (not label.figure or lv.fact.topic == label.topic)
            and (not label.own_fund or lv.fact.fund == label.own_fund)
        ]
        return sorted(fitting, key=lambda lv: self._distance(lv, label, number))

    def _distance(self, level: Level, label: Label, number: int) -> tuple[int, int, int]:
        here = self.statements[number].passage.section.path
        there = self.statements[level.statement].passage.section.path
        shared = sum(1 for a, b in zip(here, there, strict=False) if a == b)
        fund = int(bool(label.fund) and level.fact.fund != label.fund)
        behind = level.statement > number
        return (fund, 0 if level.statement == number else 10 - shared + behind, abs(level.statement - number))

    def label_before(self, number: int, token: int) -> Label:
        """The label whose words end right before a token."""
        statement = self.statements[number]
        start = label_start(statement, token)
        return self.label_between(number, start, token)

    def label_between(self, number: int, start: int, end: int) -> Label:
        """The label made of the words between two tokens."""
        statement = self.statements[number]
        tokens = [t for t in statement.tokens[start:end] if t.code in "xn"]
        return self.namer.label(tokens, statement.passage)

    def turned_to(self, number: int, token: int) -> Label | None:
        """The figure that a clause before a token turned to without an amount: 接待费与预算持平，比上年增加…"""
        statement = self.statements[number]
        for place in range(token - 1, statement.sentence_start(token), -1):
            if statement.codes[place] in "M;" or statement.explained[place]:
                return None
            if statement.codes[place] in "BQ" and "M" not in statement.codes[place:token]:
                end = place - 1 if statement.codes[place - 1] == "a" else place
                label = self.label_before(number, end)
                if label.figure or label.path:
                    return label
        return None

    def within(self, number: int, token: int, measures: Sequence[str]) -> list[Level]:
        """Levels of the figure inside which a sentence says that it moves: "三公"经费支出决算中，…"""
        statement = self.statements[number]
        start = statement.sentence_start(token)
        for place in range(start, token):
            if statement.codes[place] in "MNP":
                return []
            if statement.codes[place] == "," and statement.tokens[place - 1].text.endswith(self.namer.within):
                label = self.label_between(number, start, place - 1)
                return self.named(label, number, measures) if label.name else []
        return []

    def parents(self, level: Level, number: int) -> list[Level]:
        """Levels of the figure of which a standard figure is always a part."""
        parent = self._parents.get(level.fact.figure or "")
        if parent is None:
            return []
        return self.named(Label(name=parent, figure=parent, fund=level.fact.fund), number, (level.fact.measure,))

    def subject(self, number: int, token: int, measures: Sequence[str] = ()) -> list[Level]:
        """Levels of this year's money, of some measures, that the running text before a token is about, nearest first.

        The sentence's own levels, then the openings of the earlier sentences, then of the passages above in the
        same section.
        """

        def fits(level: Level) -> bool:
            fact = level.fact
            return fact.quantity.dimension == "money" and not fact.year and (not measures or fact.measure in measures)

        statement = self.statements[number]
        sentence = statement.sentences[token]
        cut = max(statement.codes.rfind(";", statement.sentence_start(token), token), -1)
        before = [lv for lv in self.before(number, token) if fits(lv)]
        own = [lv for lv in before if lv.sentence == sentence]
        # A clause behind a semicolon that states a level itself is about that one.
        near = [lv for lv in own if lv.token > cut and not lv.inherited] or own
        earlier = [lv for lv in before if lv.sentence < sentence and lv.depth == 0]
        openings = _first_of_sentences(earlier)
        if near or openings:
            return near + openings
        return [lv for lv in self._above(number) if fits(lv)]

    def _above(self, number: int) -> list[Level]:
        """Openings of the passages above in the same section (or the item that this passage belongs to)."""
        path = self.statements[number].passage.section.path
        found: list[Level] = []
        for place in range(number - 1, max(number - 4, -1), -1):
            if self.statements[place].passage.section.path != path:
                break
            found.extend(_first_of_sentences([lv for lv in self.by_statement.get(place, []) if lv.depth == 0][::-1]))
        return found

    def opening(self, number: int) -> list[Level]:
        """The first amounts of the sections that hold a statement, innermost first."""
        path = self.statements[number].passage.section.path
        found: list[Level] = []
        for size in range(len(path), 1, -1):
            for place in range(number, -1, -1):
                if self.statements[place].passage.section.path[:size] != path[:size]:
                    break
                first = [lv for lv in self.by_statement.get(place, []) if lv.depth == 0][:1]
                if first and place != number:
                    opening = first[0]
                    found = [lv for lv in found if lv is not opening] + [opening]
        return found[::-1]

    def measured(self, number: int, token: int, like: Fact | None, plans: Sequence[str]) -> Reading:
        """The levels of given measures about the same thing: in the sentence, the item, then the report."""
        near = [lv.fact for lv in self.before(number, token, same_sentence=True) if lv.fact.measure in plans]
        if near:
            return Reading((near[0],), explicit=True)
        item = [lv.fact for lv in self._item(number) if lv.fact.measure in plans and _alike(lv.fact, like)]
        if item:
            return Reading((item[-1],), explicit=True)
        if like is None:
            return Reading()
        everywhere = [lv.fact for lv in self._planned(tuple(plans)) if _same_subject(lv.fact, like)]
        return Reading(tuple(dict.fromkeys(everywhere)), explicit=False)

    def tabled(self, like: Fact | None, plans: Sequence[str]) -> Reading:
        """The plans of the same thing that tables print."""
        found = (fact for fact in self._cells if like and fact.measure in plans and _same_subject(fact, like))
        return Reading(tuple(dict.fromkeys(found)), explicit=False)

    def classes(self, path: tuple[str, ...], measure: str) -> tuple[Fact, ...]:
        """What tables print for a class this year, in whatever fund; those of one fund first."""
        found = [
            fact
            for fact in self._cells
            if fact.path == path and fact.measure == measure and not (fact.figure or fact.topic or fact.year)
        ]
        return tuple(sorted(dict.fromkeys(found), key=lambda fact: self.namer.yields(fact.fund)))

    def _planned(self, measures: tuple[str, ...]) -> list[Level]:
        """All levels of some measures, found once."""
        if measures not in self._by_measure:
            self._by_measure[measures] = [lv for lv in self.levels if lv.fact.measure in measures]
        return self._by_measure[measures]

    def _item(self, number: int) -> list[Level]:
        """Levels of all statements that belong to the same numbered item."""
        path = self.statements[number].passage.section.path
        found: list[Level] = []
        for step in (-1, 1):
            place = number if step < 0 else number + 1
            while 0 <= place < len(self.statements) and self.statements[place].passage.section.path == path:
                found.extend(lv for lv in self.by_statement.get(place, []) if lv.depth == 0)
                place += step
        return found


def _token(level: Level) -> int:
    return level.token


def _first_of_sentences(levels: Iterable[Level]) -> list[Level]:
    """Of levels given nearest first, the first of each sentence, nearest sentence first."""
    firsts: dict[int, Level] = {}
    for level in levels:
        firsts[level.sentence] = level
    return list(firsts.values())


def _alike(fact: Fact, like: Fact | None) -> bool:
    return like is None or (fact.figure == like.figure and fact.path == like.path)


def _same_subject(fact: Fact, like: Fact) -> bool:
    """Same figure, path, topic, year; funds must not contradict."""
    return (
        fact.figure == like.figure
        and fact.path == like.path
        and fact.topic == like.topic
        and fact.year == like.year
        and fact.fund == like.fund
        and bool(like.figure or like.path or like.topic)
        and (bool(like.figure or like.path) or fact.name == like.name)
        and fact.quantity.dimension == like.quantity.dimension
    )


def _keys(fact: Fact, namer: Namer) -> list[str]:
    if fact.figure:
        return [f"figure:{name}" for name in (fact.figure, *namer.combined(fact.figure))]
    if fact.path:
        return [f"path:{'/'.join(fact.path)}", f"name:{fact.path[-1]}"]
    return [f"name:{fact.name}"]


def _label_keys(label: Label, namer: Namer) -> list[str]:
    if label.figure:
        wider = namer.combining(label.figure)
        return [f"figure:{name}" for name in (label.figure, *namer.combined(label.figure), *wider)]
    if label.path:
        return [f"path:{'/'.join(label.path)}"]
    return [f"name:{label.name}"] if label.name else []
