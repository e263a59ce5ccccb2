"""Passages that state something, as tokens with their sentences, and the shapes found in them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .model import Span
from .outline import Passage
from .tokens import Token, codes, tokenise
from .wording import Wording

__all__ = ["Match", "Statement", "read_statements", "span_of"]

_QUOTE = 120
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Match:
    """A shape found in a statement: slot name → index of its token."""

    kind: str
    slots: Mapping[str, int]
    first: int
    last: int


@dataclass(frozen=True)
class Statement:
    """A passage as tokens; `matches` are the shapes read in it, no number in two of one kind."""

    passage: Passage
    tokens: tuple[Token, ...]
    codes: str
    matches: tuple[Match, ...]
    skipped: bool = False

    @functools.cached_property
    def sentences(self) -> tuple[int, ...]:
        """For each token the number of its sentence."""
        numbers, current = [], 0
        for code in self.codes:
            numbers.append(current)
            current += code == "."
        return tuple(numbers)

    @functools.cached_property
    def depths(self) -> tuple[int, ...]:
        """For each token how many brackets are open around it."""
        depths, depth = [], 0
        for code in self.codes:
            depth -= code == ")" and depth > 0
            depths.append(depth)
            depth += code == "("
        return tuple(depths)

    @functools.cached_property
    def explained(self) -> tuple[bool, ...]:
        """For each token whether a reason's word stands before it in its sentence, behind the last semicolon."""
        found, seen = [], False
        for code in self.codes:
            found.append(seen)
            seen = code == "R" or (seen and code not in ";.")
        return tuple(found)

    @functools.cached_property
    def reasons(self) -> frozenset[int]:
        """The numbers of the sentences that give a reason."""
        return frozenset(sentence for code, sentence in zip(self.codes, self.sentences, strict=True) if code == "R")

    @functools.cached_property
    def _starts(self) -> tuple[int, ...]:
        starts, start = [], 0
        for index, code in enumerate(self.codes):
            starts.append(start)
            start = index + 1 if code == "." else start
        return tuple(starts)

    def sentence_start(self, index: int) -> int:
        """Index of the first token of the sentence of token `index`."""
        return self._starts[index]


def read_statements(
    passages: tuple[Passage, ...], wording: Wording, skip: frozenset[int] = frozenset()
) -> tuple[Statement, ...]:
    """Tokens and shapes of every passage; `skip` are blocks that are read as cells of a form.

    Passages of other roles get tokens but no shapes.
    """
    return tuple(_statement(p, wording, p.index in skip) for p in passages if p.text.folded)


def _statement(passage: Passage, wording: Wording, skipped: bool) -> Statement:
    states = passage.section.role == "statement" and passage.block.kind != "grid"
    if skipped or not (states or _DIGITS.search(passage.text.folded)):
        return Statement(passage, (), "", (), skipped=skipped)
    tokens = tokenise(passage.text, wording, passage.body)
    string = codes(tokens)
    matches = tuple(_matches(string, wording)) if states else ()
    statement = Statement(passage, tokens, string, matches)
    return replace(statement, matches=tuple(_outside(statement, match) for match in matches))


def _outside(statement: Statement, match: Match) -> Match:
    """A share's part stands at the share's own depth, not in a bracket that closed before it."""
    part, percent = match.slots.get("part"), match.slots.get("percent")
    if match.kind != "share" or part is None or percent is None:
        return match
    depth = statement.depths[percent]
    while part >= 0 and statement.depths[part] > depth:
        part = statement.codes.rfind("M", 0, part)
    if part < 0 or statement.sentences[part] != statement.sentences[percent]:
        return replace(match, slots={slot: i for slot, i in match.slots.items() if slot != "part"})
    return replace(match, slots={**match.slots, "part": part})


def _matches(string: str, wording: Wording) -> Iterator[Match]:
    taken: dict[str, set[int]] = {}
    for shape in wording.shapes:
        for found in shape.pattern.finditer(string):
            used = taken.setdefault(shape.kind, set())
            slots = {slot: found.start(slot) for slot in shape.slots if found.start(slot) >= 0}
            numeric = {index for index in slots.values() if string[index] in "MPNO"}
            if (numeric or set(slots.values())) & used or _claimed(shape.kind, numeric, string, taken):
                continue
            used |= numeric or set(slots.values())
            yield Match(shape.kind, slots, found.start(), found.end())


# A percentage or a change has one meaning: what an earlier kind read, a later kind does not read again.
_EXCLUSIVE = ("change", "completion", "share", "respective")


def _claimed(kind: str, numeric: set[int], string: str, taken: Mapping[str, set[int]]) -> bool:
    if kind not in _EXCLUSIVE:
        return False
    percents = {index for index in numeric if string[index] == "P"}
    return any(percents & taken.get(other, set()) for other in _EXCLUSIVE if other != kind)


def span_of(statement: Statement, start: int, end: int, text: str | None = None) -> Span:
    """The span of folded[start:end] of a statement, with up to 120 characters around it as quote."""
    passage = statement.passage
    folded, block = passage.text, passage.block
    first = folded.offsets[start] if start < len(folded.offsets) else 0
    last = folded.offsets[end - 1] + 1 if 0 < end <= len(folded.offsets) else first
    left = max(0, (first + last) // 2 - _QUOTE // 2)
    right = min(len(folded.raw), left + _QUOTE)
    left = max(0, right - _QUOTE)
    while left < first and folded.raw[left].isspace():
        left += 1
    line = block.line
    for offset, number in block.lines:
        if offset <= first:
            line = number
    return Span(
        text=text if text is not None else folded.raw[first:last],
        quote=folded.raw[left:right].rstrip(),
        line=line,
        page=block.page,
        section=passage.section.label or None,
        block=passage.index,
        start=start,
        mark=first - left,
        source=block.source,
    )
