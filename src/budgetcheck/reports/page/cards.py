"""A finding as a card of the page: where, what it says, what it should be, what it weighed, its symptoms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...model import Fact, Finding, Review, Span
from ..plain import clean
from ..run import Entry, Run, acceptance_line, children, entry_of, rule_text, spot, where
from .bars import Bars, make_bars, named
from .marks import Mark
from .places import Place, Places

__all__ = ["Card", "Chip", "Scene", "cards"]

_MOST = 16


@dataclass(frozen=True, slots=True)
class Chip:
    """One printed side of a finding; `target` is the key of its mark or block, "" where it has no place."""

    side: str
    text: str
    where: str
    target: str


@dataclass(frozen=True, slots=True)
class Card:
    """A finding in words, `number` as a reader counts ("3", its second symptom "3.2"); `accepted` why it may stand."""

    key: str
    number: str
    entry: Entry
    why: str
    target: str
    fixes: list[tuple[str, str]]
    chips: list[Chip]
    more: int
    bars: Bars | None
    symptoms: list[Card]
    accepted: str = ""

    @property
    def suggests(self) -> bool:
        """Whether it says what something should be."""
        return any(right != "—" for _, right in self.fixes)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the cards of one document refer to; `prefix` begins all its keys."""

    run: Run
    review: Review
    places: Places
    marks: Mapping[Place, Mark]
    prefix: str

    def target(self, span: Span) -> str:
        """The key of a span's mark, else of its block; "" where it has neither."""
        place = self.places.of(span)
        if place is not None and place in self.marks:
            return self.marks[place].key
        return f"{self.prefix}b{span.block}" if 0 <= span.block < len(self.review.document.blocks) else ""


def cards(scene: Scene) -> Iterator[Card]:
    """The findings of a document with their symptoms below them, in the order of all other formats."""
    place = {id(finding): number for number, finding in enumerate(scene.review.findings)}
    for count, (root, symptoms) in enumerate(children(scene.review.findings), 1):
        below = [_card(scene, each, place[id(each)], f"{count}.{n}", []) for n, each in enumerate(symptoms, 1)]
        yield _card(scene, root, place[id(root)], str(count), below)


def _card(scene: Scene, finding: Finding, index: int, number: str, symptoms: list[Card]) -> Card:
    run = scene.run
    entry = entry_of(clean(scene.review.document.name), finding, run)
    rule = run.rules.get(finding.rule)
    chips = list(_chips(scene, finding))
    fixes = list(zip(entry.printed, entry.expected, strict=True)) if entry.expected else []
    return Card(
        f"{scene.prefix}f{index}", number, entry, clean(rule_text(rule, run.language).why) if rule else "",
        scene.target(spot(finding)), fixes, chips[:_MOST], max(len(chips) - _MOST, 0),
        make_bars(finding, run.words), symptoms,
        acceptance_line(finding.accepted, run.words) if finding.accepted else "",
    )  # fmt: skip


def _chips(scene: Scene, finding: Finding) -> Iterator[Chip]:
    """Both sides, and wrong numbers that are in neither; each place once."""
    words = scene.run.words
    culprits = [culprit.span for culprit in finding.culprits]
    seen: set[tuple[str, str]] = set()
    sides: tuple[tuple[str, Sequence[Fact | Span]], ...] = (
        (words["printed"], finding.stated), (words["other"], finding.computed), (words["printed"], culprits),
    )  # fmt: skip
    for name, spans in sides:
        for side in spans:
            span = side.span if isinstance(side, Fact) else side
            text = named(side) if isinstance(side, Fact) else side.text
            target = scene.target(span)
            if (target, "" if target else text) not in seen and (target or text):
                seen.add((target, "" if target else text))
                yield Chip(name, clean(text), clean(where(span, words)), target)
