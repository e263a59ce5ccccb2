"""Text in lines of a terminal: broken between words and Chinese characters, never inside a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

__all__ = ["broken"]

# What stays in one piece: a number with its sign and per cent, a Latin word, or a character; with the brackets and
# quotes that open before it and the marks that close behind it.
_PIECE = re.compile(
    r"[（《〈【「“‘(\[]*(?:[-−+]?\d[\d.,:/-]*%?|[A-Za-z]+|\s+|.)[、，。；：！？…）》〉】」”’)\],.;:!?%]*", re.DOTALL
)


def broken(text: Text, width: int) -> list[Text]:
    """The lines of a text, each at most `width` cells wide; a piece that is wider than a line is broken anywhere."""
    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        for line in paragraph.divide(list(_breaks(paragraph.plain, max(width, 2)))):
            line.rstrip()
            lines.append(line)
    return lines


def _breaks(text: str, width: int) -> Iterator[int]:
    """The places before which a line ends."""
    used = 0
    for match in _PIECE.finditer(text):
        size, blank = cell_len(match[0]), match[0].isspace()
        if used and used + size > width and not blank:
            yield match.start()
            used = 0
        if size <= width or blank:
            used += size
            continue
        for at, character in enumerate(match[0], match.start()):
            wide = cell_len(character)
            if used + wide > width:
                yield at
                used = 0
            used += wide
