"""The section tree: every block gets the numbers and headings above it, also where numbers were lost."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .amounts import NUMBER, fold
from .model import Block, Document, Section, Text
from .wording import Wording, alternation

__all__ = ["Passage", "outline"]

_SENTENCE_END = "。；！？：，、;!?,."


@dataclass(frozen=True, slots=True)
class Passage:
    """A block in its section.

    `body` is where its text starts behind the item number, `level` the depth of its own number, `enclosing` that of the
    innermost number above it.
    """

    index: int
    block: Block
    text: Text
    section: Section
    heading: bool
    level: int | None
    body: int = 0
    enclosing: int = 0


def outline(document: Document, wording: Wording) -> tuple[Passage, ...]:
    """All blocks of a document with their sections, in reading order."""
    return tuple(_Outliner(wording).walk(document))


class _Outliner:
    """Keeps the open headings while walking down a document."""

    def __init__(self, wording: Wording) -> None:
        table = wording.table("sections")
        self.roles = {role: tuple(words) for role, words in table["roles"].items()}
        self.unnumbered = tuple(
            (int(key[-1]), re.compile("|".join(table["unnumbered"][key]))) for key in ("level1", "level2", "level3")
        )
        self.longest = int(table["unnumbered"]["longest"])
        self.open: list[tuple[int, str, str, str]] = []
        self.section = Section()
        self.amount, self.markers = _patterns(wording)

    def walk(self, document: Document) -> Iterator[Passage]:
        for index, block in enumerate(document.blocks, document.first):
            text = fold(block.text)
            if not text.folded and not block.cells:
                continue
            yield self._place(index, block, text)

    def _place(self, index: int, block: Block, text: Text) -> Passage:
        if block.kind == "grid":
            return Passage(index, block, text, self.section, False, None, enclosing=self._depth())
        level, marker, rest = _marker(text.folded, self.markers)
        heading = self._is_heading(text.folded, rest, level) or block.kind == "heading"
        if level is None and heading:
            level = block.level or self._lost_level(text.folded)
        if level is None:
            return Passage(index, block, text, self.section, False, None, enclosing=self._depth())
        title = rest if heading else self.amount.split(re.split(r"[：。；，]", rest, maxsplit=1)[0], maxsplit=1)[0]
        self._enter(level, marker, title, heading)
        return Passage(index, block, text, self.section, heading, level, len(text.folded) - len(rest), level)

    def _depth(self) -> int:
        return self.open[-1][0] if self.open else 0

    def _is_heading(self, folded: str, rest: str, level: int | None) -> bool:
        if len(rest) > self.longest + 5 or not rest or rest[-1] in "；，、":
            return False
        if level in (1, 2, 3) and (rest[-1] not in _SENTENCE_END or rest.endswith("。")):
            return not re.search(r"\d(?:万|亿)?元|\d%|。.", rest)
        if level is not None:
            return rest[-1] not in _SENTENCE_END and not re.search(r"\d(?:万|亿)?元|\d%", rest)
        return len(folded) <= self.longest and folded[-1] not in _SENTENCE_END and self._lost_level(folded) is not None

    def _lost_level(self, folded: str) -> int | None:
        bare = folded.rstrip("。")
        if re.search(r"\d(?:万|亿)?元|%", bare):
            return None
        return next((level for level, words in self.unnumbered if words.search(bare)), None)

    def _enter(self, level: int, marker: str, title: str, heading: bool) -> None:
        while self.open and self.open[-1][0] >= level:
            self.open.pop()
        inherited = self.open[-1][3] if self.open else "statement"
        role = self._role(title) if heading or level <= 3 else None
        self.open.append((level, marker, title, role or inherited))
        self.section = self._section()

    def _role(self, title: str) -> str | None:
        for role in ("statement", "duties", "glossary", "contents"):
            if any(word in title for word in self.roles[role]):
                return role
        return None

    def _section(self) -> Section:
        return Section(
            path=tuple(marker or title[:12] for _, marker, title, _ in self.open),
            titles=tuple(title for _, _, title, _ in self.open),
            role=self.open[-1][3],
        )


@functools.lru_cache(maxsize=8)
def _patterns(wording: Wording) -> tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]:
    markers = wording.table("sections")["markers"]
    return re.compile(_amount_pattern(wording)), tuple(re.compile(pattern) for pattern in markers)


def _amount_pattern(wording: Wording) -> str:
    """Where an item's name ends because its first amount begins, with the words that belong to the amount."""
    measures = alternation(word for words in wording.table("measures").values() for word in words)
    particles = alternation(wording.table("lexicon")["particle"])
    money = alternation(wording.table("units")["money"])
    counts = alternation(
        unit for unit in wording.table("units")["count"] if unit not in wording.table("topics")["counters"]
    )
    return rf"(?:(?:19|20)\d\d年)?(?:{measures})?(?:{particles})*{NUMBER}(?:{money}|{counts})"


def _marker(folded: str, markers: tuple[re.Pattern[str], ...]) -> tuple[int | None, str, str]:
    """Level, bare number and rest of a line that starts with a section number."""
    for level, pattern in enumerate(markers, 1):
        found = pattern.match(folded)
        if found:
            return level, found["number"], folded[found.end() :]
    return None, "", folded
