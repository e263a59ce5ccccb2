"""What the page marks: every number with its state, and everything that a finding speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from ...model import Fact, Finding, Number, Review, Span
from ..plain import clean
from .places import Place, Places

__all__ = ["STATES", "Mark", "Piece", "State", "make_marks", "pieces"]

State = Literal["wrong", "doubt", "checked", "unconstrained", "unread", "excluded", "about"]
# The worst first; "about" is what a finding speaks of and the coverage does not count (words, numbers of people).
STATES: tuple[State, ...] = ("wrong", "doubt", "unread", "unconstrained", "checked", "excluded", "about")
_RANK = {state: rank for rank, state in enumerate(STATES)}


@dataclass(slots=True)
class Mark:
    """Something printed that is coloured; `findings` are the numbers of those that speak of it, the nearest first."""

    place: Place
    state: State = "about"
    title: str = ""
    key: str = ""
    prefix: str = ""
    findings: dict[int, None] = field(default_factory=dict)

    @property
    def refs(self) -> str:
        """The findings as a list of words."""
        return " ".join(map(str, self.findings))

    @property
    def href(self) -> str:
        """The first of its findings, as a link."""
        return f"#{self.prefix}f{next(iter(self.findings))}"

    def worsen(self, state: State) -> None:
        """Take a state if it is worse than that of the mark."""
        if _RANK[state] < _RANK[self.state]:
            self.state = state


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters with the mark it belongs to; `first` where that mark begins."""

    text: str
    mark: Mark | None = None
    first: bool = False


def make_marks(review: Review, places: Places, words: Mapping[str, Any], prefix: str) -> dict[Place, Mark]:
    """All marks of a document by place, in reading order, with keys that begin with `prefix`."""
    marks: dict[Place, Mark] = {}
    told: dict[Place, Number] = {}
    for number, place in zip(review.numbers, places.of_numbers(review.numbers), strict=True):
        if place is not None:
            marks.setdefault(place, Mark(place)).worsen(number.fate)
            told.setdefault(place, number)
    for index, finding in enumerate(review.findings):
        for span, state in _spoken_of(finding):
            place = places.of(span)
            if place is not None:
                mark = marks.setdefault(place, Mark(place))
                mark.worsen(state)
                mark.findings[index] = None
    ordered = dict(sorted(marks.items()))
    for count, (place, mark) in enumerate(ordered.items()):
        mark.prefix, mark.key = prefix, f"{prefix}m{count}"
        mark.title = _title(mark, told.get(place), words)
    return ordered


def _spoken_of(finding: Finding) -> Iterator[tuple[Span, State]]:
    """The spans of a finding: what is wrong by it first, then whatever else it weighs."""
    accused = [culprit.span for culprit in finding.culprits]
    if not accused and finding.located is None:
        accused = [_span(side) for side in finding.stated]
    stated = [_span(side) for side in finding.stated]
    for span in accused:
        sure = finding.located in ("certain", "likely") or (finding.located is None and span in stated)
        yield span, "wrong" if sure and finding.severity == "error" else "doubt"
    for span in (*stated, *(_span(side) for side in finding.computed)):
        yield span, "about"


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side


def _title(mark: Mark, number: Number | None, words: Mapping[str, Any]) -> str:
    """One line on a mark: its state, what it is, the rules that it took part in."""
    name = number.name if number and number.name else ""
    rules = " ".join(number.rules) if number else ""
    return clean(" · ".join(part for part in (words["web"]["states"][mark.state], name, rules) if part))


def pieces(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """A text cut where marks begin and end; where they overlap the characters belong to the shortest of them."""
    if not marks:
        return [Piece(_shown(text))] if text else []
    if not text:
        return [Piece("", marks[0], first=True)]
    waiting = sorted(marks, key=lambda mark: mark.place.begin, reverse=True)
    cuts = sorted({0, len(text), *(m.place.begin for m in marks), *(m.place.end for m in marks)})
    active: list[Mark] = []
    begun: set[str] = set()
    found = []
    for begin, end in pairwise(cuts):
        active = [mark for mark in active if mark.place.end > begin]
        while waiting and waiting[-1].place.begin <= begin:
            active.append(waiting.pop())
        owner = min(active, key=lambda mark: mark.place.end - mark.place.begin, default=None)
        found.append(Piece(_shown(text[begin:end]), owner, first=owner is not None and owner.key not in begun))
        begun.update([owner.key] if owner else [])
    return found


def _shown(text: str) -> str:
    """Line breaks are kept, everything else that a page cannot show is made visible."""
    return "\n".join(clean(line) for line in text.split("\n")) if "\n" in text else clean(text)
