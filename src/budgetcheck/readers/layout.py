"""What of a language a reader must know, as the caller gives it: readers hold no words of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..amounts import fold

if TYPE_CHECKING:
    from ..wording import Wording

__all__ = ["Layout", "layout_of"]

# Folded to a bare digit, a circled one could not be told from an amount.
_CIRCLED = re.compile(r"\s*[①-⑳]")


class Layout(NamedTuple):
    """`marks` are words that a rightly decoded report contains; all else are regular expressions over folded text.

    Plain text throughout: its repr makes it again in the child process that reads.
    """

    marks: tuple[str, ...]
    item: str
    page: str
    stated: str
    again: str
    caption: str
    whole: str
    heading: str
    prose: str
    total: str
    label: str
    note: str

    def begins_item(self, text: str) -> bool:
        """Whether a line begins a numbered item, an annex or a note."""
        return _CIRCLED.match(text) is not None or re.match(self.item, fold(text).folded) is not None

    def is_page_number(self, text: str) -> bool:
        """Whether a line holds nothing but the number of its page."""
        return re.fullmatch(self.page, fold(text).folded) is not None

    def states(self, text: str) -> bool:
        """Whether a line says what no running header or footer says."""
        return re.search(self.stated, fold(text).folded) is not None

    def title(self, text: str) -> str:
        """A title as it is told again on a further page: without spaces and what only says that it is repeated."""
        return re.sub(self.again, "", "".join(fold(text).folded.split()))

    def is_caption(self, text: str) -> bool:
        """Whether a text stands beside a table rather than in it."""
        return re.search(self.caption, fold(text).folded) is not None

    def begins_whole(self, text: str) -> bool:
        """Whether a row so begun is no rest of the row before."""
        return re.match(self.whole, fold(text).folded) is not None

    def heading_level(self, style: str) -> int | None:
        """The level of heading that a paragraph style's name says; None for another style."""
        found = re.fullmatch(self.heading, fold(style).folded)
        return int(found["level"]) if found else None

    def is_prose(self, sheet: str) -> bool:
        """Whether a sheet so named holds no table."""
        return re.search(self.prose, fold(sheet).folded) is not None

    def begins_total(self, text: str) -> bool:
        """Whether a cell's text begins with the name of a total."""
        return re.match(self.total, fold(text).folded) is not None

    def is_total(self, text: str) -> bool:
        """Whether a cell's text is the name of a total and nothing more."""
        return re.fullmatch(self.total, fold(text).folded) is not None

    def is_label(self, text: str) -> bool:
        """Whether a cell beside a table names its maker, date, unit or number."""
        return re.fullmatch(self.label, fold(text).folded) is not None

    def begins_note(self, text: str) -> bool:
        """Whether a line below a table so begins."""
        return re.match(self.note, fold(text).folded) is not None


def layout_of(wording: Wording) -> Layout:
    """The layout words of the rules; what numbers a section begins an item."""
    table = wording.table("layout")
    numbers = (re.sub(r"\(\?P<\w+>", "(?:", marker) for marker in wording.table("sections")["markers"])
    plain = {key: words for key, words in table.items() if isinstance(words, str)}
    return Layout(
        marks=tuple(wording.table("document")["marks"]), item="|".join((*numbers, *table["starts"])), **plain,
        **table["sheet"],
    )  # fmt: skip
