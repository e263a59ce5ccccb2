"""A document laid out: its blocks with marks, its headings, how much of each section was checked."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...amounts import format_value
from ...model import Block, Review
from ...outline import Passage, outline
from ...wording import load_wording
from ..plain import clean, shortened
from ..run import Run, coverage_line, spot, summary_line
from .bars import Part
from .cards import Card, Scene, cards
from .grids import Grid, make_grid
from .marks import Mark, Piece, State, make_marks, pieces
from .places import PROSE, Place, Places

__all__ = ["Heading", "Layer", "Row", "Sheet", "make_sheet"]

_TITLE = 40
# The level of numbered items: a list of them is the content of what stands above it.
_ITEM = 4
_COUNTED: tuple[State, ...] = ("wrong", "doubt", "checked", "unconstrained", "unread")


@dataclass(frozen=True, slots=True)
class Layer:
    """A block to show. `breaks` are the file, worksheet and page that begin with it, in words."""

    key: str
    kind: str
    level: int
    breaks: list[str]
    title: str
    pieces: list[Piece] = field(default_factory=list)
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of the table of contents, with the number of findings below it before the next."""

    target: str
    level: int
    text: str
    findings: int


@dataclass(frozen=True, slots=True)
class Row:
    """How the numbers of a section fared; `parts` make up a bar in per cent of the section."""

    title: str
    counts: list[tuple[State, int]]
    total: int
    share: str
    parts: list[tuple[State, Part]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document of the page; `cards` are made while they are written."""

    key: str
    path: str
    name: str
    about: str
    summary: str
    coverage: str
    caution: str
    notes: list[str]
    severities: Mapping[str, int]
    states: Mapping[State, int]
    whole: Row
    rows: list[Row]
    headings: list[Heading]
    layers: list[Layer]
    cards: Iterator[Card]


def make_sheet(review: Review, run: Run, number: int) -> Sheet:
    """Everything that the page shows of a document."""
    document, words, key = review.document, run.words, f"d{number}"
    passages = {passage.index: passage for passage in outline(document, load_wording())}
    places = Places(document, passages.values())
    marks = make_marks(review, places, words, key)
    scene = Scene(run, review, places, marks, key)
    fates = list(_fates(review, places, marks))
    named = _table_names(review)
    about = (review.entity, str(review.year or ""), words.get(review.kind or "", ""))
    return Sheet(
        key, clean(document.name), _base(document.name), clean(" · ".join(part for part in about if part)),
        summary_line(review, words), coverage_line(review.coverage, words) if fates else "", _caution(review, words),
        [clean(note) for note in document.notes], Counter(finding.severity for finding in review.open),
        Counter(mark.state for mark in marks.values()), _row("", [each[1:] for each in fates]),
        _rows(fates, passages, named, words), _headings(review, passages, named, key),
        list(_layers(document.blocks, passages, marks, named, key, words)), cards(scene),
    )  # fmt: skip


def _base(name: str) -> str:
    """A document's name without its folders, also where it is made of several files."""
    return clean(" + ".join(Path(each).name or each for each in name.split(" + ")))


def _caution(review: Review, words: Mapping[str, Any]) -> str:
    """What a reader must not overlook: little was checked, or nothing was found to check."""
    coverage = review.coverage
    share = f"{format_value(coverage.share_checked * 100, 1)}%"
    if not coverage.numbers:
        return str(words["nothing"])
    return str(words["thin"]).format(share=share) if coverage.checked * 2 < coverage.numbers else ""


def _fates(review: Review, places: Places, marks: Mapping[Place, Mark]) -> Iterator[tuple[int, State, bool]]:
    """Block and state of every number that the coverage counts, and whether it was checked."""
    for number, place in zip(review.numbers, places.of_numbers(review.numbers), strict=True):
        if number.fate != "excluded":
            yield number.span.block, marks[place].state if place else number.fate, number.fate == "checked"


def _table_names(review: Review) -> dict[int, str]:
    """The tables that were recognised, by block."""
    return {number.span.block: number.span.table for number in review.numbers if number.span.table}


def _rows(
    fates: Sequence[tuple[int, State, bool]], passages: Mapping[int, Passage], named: Mapping[int, str],
    words: Mapping[str, Any],
) -> list[Row]:  # fmt: skip
    """A row for each table and each section of the first level, in reading order."""
    groups: dict[str, list[tuple[State, bool]]] = {}
    for block, state, checked in fates:
        title = named.get(block) or _section(passages.get(block)) or words["no_section"]
        groups.setdefault(title, []).append((state, checked))
    return [_row(clean(title), held) for title, held in groups.items()]


def _section(passage: Passage | None) -> str:
    if passage is None or not passage.section.path:
        return ""
    number, title = passage.section.path[0], passage.section.titles[0]
    return shortened(title if title.startswith(number) else f"{number} {title}", _TITLE)


def _row(title: str, fates: Sequence[tuple[State, bool]]) -> Row:
    found = Counter(state for state, _ in fates)
    total, start, parts = len(fates), 0, []
    for state in _COUNTED:
        if found[state]:
            left, width = (format_value(Fraction(100 * n, total), 4) for n in (start, found[state]))
            parts.append((state, Part(f"{left}%", f"{width}%", "")))
            start += found[state]
    checked = sum(sure for _, sure in fates)
    share = f"{format_value(Fraction(100 * checked, total), 1)}%" if total else "—"
    return Row(title, [(state, found[state]) for state in _COUNTED], total, share, parts)


def _headings(review: Review, passages: Mapping[int, Passage], named: Mapping[int, str], key: str) -> list[Heading]:
    """Headings, worksheets and recognised tables, each with the findings that stand below it."""
    listed: list[tuple[int, int, str]] = []
    titles = _titles(passages)
    sheet: str | None = None
    for index, block in enumerate(review.document.blocks):
        if block.sheet and block.sheet != sheet:
            listed.append((index, 1, block.sheet))
        elif index in titles:
            listed.append((index, titles[index], block.text))
        elif index in named and not block.sheet and not (listed and named[index] in listed[-1][2]):
            listed.append((index, 2, named[index]))
        sheet = block.sheet
    spots = sorted(spot(finding).block for finding in review.findings)
    edges = pairwise(bisect_left(spots, at) for at in (*(index for index, _, _ in listed), len(review.document.blocks)))
    return [
        Heading(f"{key}b{index}", level, _line(text), end - begin)
        for (index, level, text), (begin, end) in zip(listed, edges, strict=True)
    ]


def _titles(passages: Mapping[int, Passage]) -> dict[int, int]:
    """Headings with something below them, and their levels: the lines of a table of contents have nothing."""
    kept: dict[int, int] = {}
    filled = listed = False
    below = last = 0
    for index, passage in reversed(list(passages.items())):
        level = min(passage.level or 1, _ITEM)
        if not _heads(passage):
            filled = True
        elif filled or level < below or (listed and level < _ITEM):
            kept[index] = level
            filled, listed, below, last = False, False, level, index
        elif level == _ITEM:
            listed = True
            if below == _ITEM:
                kept.pop(last, None)
    return kept


def _heads(passage: Passage) -> bool:
    """Whether a block is a heading that is short enough for one."""
    heading = passage.heading or passage.block.kind == "heading"
    return heading and passage.block.kind != "grid" and len(passage.block.text) <= _TITLE


def _line(text: str) -> str:
    return shortened(clean(" ".join(text.split())), _TITLE)


def _layers(
    blocks: Sequence[Block], passages: Mapping[int, Passage], marks: Mapping[Place, Mark], named: Mapping[int, str],
    key: str, words: Mapping[str, Any],
) -> Iterator[Layer]:  # fmt: skip
    inside: dict[int, list[Mark]] = {}
    for place, mark in marks.items():
        inside.setdefault(place.block, []).append(mark)
    titles = _titles(passages)
    before: Block | None = None
    for index, block in enumerate(blocks):
        passage = passages.get(index)
        if passage is None and block.kind != "picture":
            continue
        kind = "heading" if index in titles else "paragraph" if block.kind == "heading" else block.kind
        here = inside.get(index, [])
        title = _line(named.get(index, ""))
        layer = Layer(f"{key}b{index}", kind, titles.get(index, 1), list(_breaks(block, before, words)), title)
        yield _filled(layer, block, here)
        before = block


def _filled(layer: Layer, block: Block, marks: Sequence[Mark]) -> Layer:
    if block.kind != "grid" or not block.cells:
        printed = [mark for mark in marks if mark.place.row == PROSE]
        return Layer(layer.key, layer.kind, layer.level, layer.breaks, layer.title, pieces(block.text, printed))
    cells: dict[tuple[int, int], list[Mark]] = {}
    for mark in marks:
        cells.setdefault((mark.place.row, mark.place.column), []).append(mark)
    return Layer(layer.key, layer.kind, layer.level, layer.breaks, layer.title, [], make_grid(block, cells))


def _breaks(block: Block, before: Block | None, words: Mapping[str, Any]) -> Iterator[str]:
    if block.source and (before is None or before.source != block.source):
        yield clean(Path(block.source).name)
    if block.sheet and (before is None or before.sheet != block.sheet):
        yield clean(block.sheet)
    if block.page and (before is None or before.page != block.page):
        yield str(words["page"]).format(page=block.page)
