"""Names to identities: figures, subject paths (类 款 项), funds, years and topics, all from data."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .model import Fact
from .outline import Passage
from .subjects import subjects
from .tokens import Token
from .wording import Wording, alternation

__all__ = ["Label", "Namer"]

# A paragraph's first words, where they are a title of their own: "…支出(类)…(项)：".
_OPENING = re.compile(r"[^\d，。；：]+(?=[：，])")
_MARKS = '"-、，: .'


@dataclass(frozen=True, slots=True)
class Label:
    """What the words before a number say that it is.

    `empty`: nothing but measures, years and a fund; such a label's topic is the fund that it names itself.
    """

    name: str = ""
    figure: str | None = None
    path: tuple[str, ...] = ()
    topic: str = ""
    fund: str = ""
    measure: str = ""
    year: int = 0
    raw: str = ""
    own_fund: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing names the figure."""
        return not self.name


class Namer:
    """Resolves names in one document: knows its year, its makers' names and its default measure."""

    def __init__(self, wording: Wording, year: int | None, entities: Sequence[str], kind: str | None) -> None:
        self.wording = wording
        self.document_year = year
        self.entities = tuple(sorted((e for e in entities if e), key=len, reverse=True))
        self._mark = re.compile(rf"({wording.level_mark.pattern})")
        self.default_measure = "budget" if kind == "budget" else "actual"
        self._funded = frozenset(wording.table("funded")["figures"])
        flows = wording.table("flows")
        self.flows, self.bare_flows = frozenset(flows["figures"]), dict(flows["bare"])
        self.wholes = frozenset(flows["wholes"])
        self._parents = wording.table("parents")
        self._apart: Mapping[str, Sequence[str]] = wording.table("apart")
        self._combined: Mapping[str, Sequence[str]] = wording.table("combined")
        self.partial = re.compile(wording.table("topics")["partial"])
        self.this_year = tuple(wording.table("years")["this"])
        self.within = tuple(wording.table("topics")["within"])
        self._general = tuple(wording.table("topics")["general"])
        self.alone: Mapping[str, str] = wording.table("alone")
        self._funds: Mapping[str, Sequence[str]] = wording.table("funds")
        self._line_endings = tuple(wording.table("topics")["line"])
        self._subjectless = frozenset(wording.table("topics")["subjectless"])
        self._classes, self._items = _subject_names(wording)
        self._topic_ending = re.compile(
            "(?:" + "|".join(sorted(map(re.escape, wording.table("topics")["ending"]), key=len, reverse=True)) + ")$"
        )
        self._fillers = tuple(sorted(wording.table("topics")["filler"], key=len, reverse=True))
        self._fund_words = re.compile(alternation(wording.table("lexicon")["plain"]))
        self._measures: Mapping[str, Sequence[str]] = wording.table("measures")
        self._plan_words = tuple(wording.table("measures")["budget"])
        self._loose: Mapping[str, Sequence[str]] = wording.table("loose")
        self._split: Mapping[str, Mapping[str, str]] = wording.table("split")
        self._seen_funds: dict[str, str] = {}
        self._sections: dict[int, Label] = {}

    def year(self, text: str, value: str) -> int:
        """A year's distance from the document's: 0 this year, -1 last year."""
        if value in ("last", "this"):
            return -1 if value == "last" else 0
        found = re.search(r"(?:19|20)\d\d", text)
        if not found or self.document_year is None:
            return 0
        return int(found.group()) - self.document_year

    def key(self, name: str) -> str:
        """A name without marks and endings, for comparing."""
        return _key(name, self.wording)

    def measure_of(self, text: str) -> str:
        """The measure that a text names (上年执行数, 年初预算数); "" where it names none."""
        kinds = ("actual", "initial", "adjusted", "budget")
        return next((k for k in kinds if any(word in text for word in self._measures[k])), "")

    def planned(self, text: str) -> bool:
        """Whether a figure's own name says that it is a plan (政府采购预算), funds aside."""
        bare = self._fund_words.sub("", text)
        return any(bare.find(word) > 0 for word in self._plan_words)

    def review_of(self, passage: Passage) -> int:
        """The year, from the report's, whose final figures a budget's heading announces: 二、2021年决算情况; else 0."""
        if self.default_measure != "budget":
            return 0
        for title in reversed(passage.section.titles):
            distance = self.year(title, "")
            if distance and self.measure_of(title) == "actual":
                return distance
        return 0

    def combined(self, figure: str | None) -> Sequence[str]:
        """The equal figures that one figure's name stands for (收支总计: 收入总计, 支出总计); else none."""
        return self._combined.get(figure or "", ())

    def combining(self, figure: str) -> list[str]:
        """The figures whose name stands for this one, among others."""
        return [name for name, parts in self._combined.items() if figure in parts]

    def same_by_definition(self, figure: str | None, other: str | None) -> bool:
        """Whether two figures are equal by definition (收支总计 and 收入总计; 收入总计 and 支出总计)."""
        groups = ({name, *parts} for name, parts in self._combined.items())
        return any(figure in group and other in group for group in groups)

    def inside(self, figure: str, outer: str | None) -> bool:
        """Whether a figure named in the brackets of another is the report's own: a part of it by definition."""
        return outer in self.wholes or any(outer == ancestor for ancestor in (figure, *self._ancestors(figure)))

    def apart(self, figure: str | None, whole: Fact) -> bool:
        """Whether a standard figure listed under a thing is its own, not the report's: 初中教育：基本支出."""
        if not figure:
            return False
        if whole.figure is None:
            return bool(whole.path) or self.key(whole.name) in self._items
        return figure in self._apart.get(whole.figure, ())

    def _ancestors(self, figure: str) -> Iterator[str]:
        while figure in self._parents:
            figure = self._parents[figure]
            yield figure

    def funded(self, figure: str | None) -> bool:
        """Whether a figure exists once for each fund (anything that is no standard figure does)."""
        return figure is None or figure in self._funded

    def label(self, tokens: Sequence[Token], passage: Passage) -> Label:
        """The label that a run of TEXT and NAME tokens makes."""
        if not tokens:
            return Label(fund=self._section_fund(passage))
        text = "".join(token.text for token in tokens).strip('"-')
        figures = [token for token in tokens if token.code == "n"]
        last = tokens[-1]
        if figures and (last.code == "n" or self._generic(last.text)) and not self.path(text):
            return self._figure_label(tokens, figures[-1], text, passage)
        return self._named(text, passage)

    def _generic(self, text: str) -> bool:
        """Whether a text behind a figure's name only says what kind of number it is."""
        bare = text.strip('"').removesuffix("的").removesuffix("中")
        return not self.wording.ending.sub("", bare)

    def _figure_label(self, tokens: Sequence[Token], figure: Token, text: str, passage: Passage) -> Label:
        place = tokens.index(figure)
        head = [token for token in tokens[:place] if token.code in "xn"]
        before = "".join(t.text for t in head if t.code == "x" or not self.inside(str(figure.value), t.value))
        fund = self._narrowest(text, passage)
        return Label(
            name=figure.text,
            figure=figure.value,
            topic=self._qualifier(before),
            fund=fund if figure.value in self._funded else "",
            own_fund=self._fund(text) if figure.value in self._funded else "",
        )

    def _narrowest(self, text: str, passage: Passage) -> str:
        """The fund that words name; 财政拨款, which holds all funds, gives way to the one of the heading."""
        own, above = self._fund(text), self._section_fund(passage)
        return above or own if self.yields(own) else own

    def loosely(self, figure: str | None, total: str | None) -> bool:
        """Whether a share of a figure may be one of a list's total: 占总收入 behind 本年收入合计…，其中."""
        return total is not None and total in self._loose.get(figure or "", ())

    def split(self, figure: str | None, fund: str) -> str | None:
        """The figure that a fund's name alone stands for behind that of all funds or of another; None where none."""
        tables = (table for whole, table in self._split.items() if figure == whole or figure in table.values())
        return next(tables, {}).get(fund)

    def yields(self, fund: str) -> bool:
        """Whether a fund gives way to a narrower one: it is none, or 财政拨款, which holds all."""
        return fund in ("", *list(self._funds)[-1:])

    def _qualifier(self, text: str) -> str:
        """What stands before a figure's name, unless it only names the maker or fills the sentence."""
        for entity in self.entities:
            # What stands before the maker's name belongs to a longer form of it.
            text = text.rpartition(entity)[2]
        text = self._without_fillers(text)
        return "" if self._fund(text) and len(text) <= 14 else text

    def _without_fillers(self, text: str) -> str:
        """A text without the fillers and marks at both ends."""
        text = text.strip(_MARKS)
        while text.startswith(self._fillers):
            text = text[len(next(filler for filler in self._fillers if text.startswith(filler))) :].lstrip(_MARKS)
        while text.endswith(self._fillers):
            text = text[: -len(next(filler for filler in self._fillers if text.endswith(filler)))].rstrip(_MARKS)
        return text

    def _named(self, text: str, passage: Passage) -> Label:
        path = self.path(text)
        fund = self._fund(text) or self._section_fund(passage)
        if path:
            return Label(name=text, path=path, fund=fund)
        bare = self._qualifier(text)
        name = self.key(bare) if bare else ""
        if text in self.alone:
            figure = self.alone[text]
            return Label(name=text, figure=figure, fund=fund if figure in self._funded else "")
        if not name or name in self._subjectless or self._generic(text):
            return Label(fund=fund, topic=self._fund(text))
        topic = self.section_topic(passage)
        return Label(name=topic if topic and self.topic(bare) == topic else name, topic=topic)

    def path(self, text: str) -> tuple[str, ...]:
        """Subject path of a text with (类), (款), (项) marks, or of a known class's name; else ()."""
        pieces = self._mark.split(text)
        if len(pieces) == 1:
            key = self.key(text)
            return (self._classes[key],) if key in self._classes else ()
        names = [self.key(piece) for piece in pieces[::2]]
        marks = pieces[1::2]
        if not names[0]:
            return ()
        path = [name for name in names[: len(marks)] if name]
        tail = names[-1]
        if tail in self._items and len(marks) in (1, 2) and len(path) == len(marks):
            path.append(tail)
        return (self._classes.get(path[0], path[0]), *path[1:]) if path else ()

    def listed(self, name: str) -> tuple[str, ...]:
        """The path of the class that a line of subjects names (教育支出科目); () where it names none."""
        ending = next((word for word in self._line_endings if name.endswith(word)), None)
        key = self.key(name.removesuffix(ending)) if ending else ""
        return (self._classes[key],) if key in self._classes else ()

    def _fund(self, text: str) -> str:
        known = self._seen_funds.get(text)
        if known is None:
            named = (fund for fund, words in self._funds.items() if any(word in text for word in words))
            known = self._seen_funds[text] = next(named, "")
        return known

    def _section_fund(self, passage: Passage) -> str:
        for title in reversed(passage.section.titles):
            found = self._fund(title)
            if found:
                return found
        return ""

    def topic(self, title: str) -> str:
        """A project's or item's name from its heading."""
        return self._topic_ending.sub("", re.sub(r"[\"\s]", "", title)).strip("。：:、，-")

    def section_topic(self, passage: Passage) -> str:
        """The innermost item heading that names something of its own; "" for the report as a whole."""
        if passage.level is not None and passage.level < 4 and passage.heading:
            return ""
        titles = passage.section.titles
        return self.topic(titles[-1]) if titles and len(titles) >= 3 else ""

    def from_section(self, passage: Passage, label: Label) -> Label:
        """What a bare label ("支出决算为") is about: the item's own heading, then the headings above."""
        known = self._sections.get(passage.index)
        if known is None:
            known = self._sections[passage.index] = self._section_label(passage)
        fund = label.fund or known.fund
        return replace(
            known,
            measure=label.measure,
            year=label.year,
            raw=label.raw,
            fund=fund if known.figure is None or known.figure in self._funded else "",
        )

    def _section_label(self, passage: Passage) -> Label:
        opening = _OPENING.match(passage.text.folded, passage.body)
        own = opening.group() if opening else ""
        for title in (own, *reversed(passage.section.titles)):
            path = self.path(title) if title is not own or self._mark.search(own) else ()
            if path:
                return Label(name=title, path=path, fund=self._section_fund(passage))
            if title is own or title.endswith(self._general):
                continue
            figure = self.wording.figures.get(self.key(title)) or self.wording.figures.get(title)
            if figure:
                return Label(name=title, figure=figure)
            topic = self.topic(title)
            if topic:
                return Label(name=topic, topic=topic)
        return Label()


def _key(name: str, wording: Wording) -> str:
    bare = wording.level_mark.sub("", name).strip('-"、.:： ')
    shorter = wording.ending.sub("", bare)
    return shorter or bare


@functools.lru_cache(maxsize=8)
def _subject_names(wording: Wording) -> tuple[Mapping[str, str], frozenset[str]]:
    """Every name of a class, with the one by which all printings of its code are compared; the names below classes."""
    keys = [(subject.code, _key(subject.name, wording)) for subject in subjects("functions")]
    latest = {code: key for code, key in keys if len(code) == 3}
    classes = {key: latest[code] for code, key in keys if len(code) == 3}
    return classes, frozenset(key for code, key in keys if len(code) > 3)
