"""The way back from the characters of a block to the text nodes of a web page.

White space is what the reader changes, and all that it changes: everything else is counted alike on both sides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from ..errors import ReadError
from ..model import Block
from ..readers.html import Trace

__all__ = ["Range", "Texts"]

# A text node by its number, and the characters of it from one up to another.
Range = tuple[int, int, int]
_Cell = tuple[int, int]


class Texts:
    """The text nodes of a page, and where the characters of each block stand in them."""

    def __init__(self, trace: Trace) -> None:
        """Raises ReadError where the nodes do not say what the blocks say."""
        self.nodes: list[Any] = []
        self.contents: list[str] = []
        for node in trace.texts:
            if content := (node.text_content or "").rstrip():
                self.nodes.append(node)
                self.contents.append(content)
        said = ["".join(content.split()) for content in self.contents]
        self._starts = [0, *accumulate(map(len, said))]
        self._blocks = trace.blocks
        self._first: dict[tuple[int, _Cell | None], int] = {}
        read = [*self._counted()]
        if "".join(said) != "".join(read):
            raise ReadError("its text cannot be found again in the page")

    def _counted(self) -> Iterator[str]:
        """The characters of all blocks and cells; where each begins is remembered."""
        place = 0
        for number, block in enumerate(self._blocks):
            for cell, text in _parts(block):
                self._first[number, cell] = place
                shown = "".join(text.split())
                place += len(shown)
                yield shown

    def text(self, block: int, cell: _Cell | None) -> str:
        """What the reader made of a block or cell."""
        held = self._blocks[block]
        return held.text if cell is None else held.cells[cell[0]][cell[1]]

    def filled(self, block: int, cell: _Cell | None) -> _Cell | None:
        """A cell of a table in which something is printed: the one that is meant, else of its row, else the first."""
        cells = self._blocks[block].cells
        if not cells or (cell and cells[cell[0]][cell[1]]):
            return cell
        wanted = [at for at, text in _parts(self._blocks[block]) if text]
        return next((at for at in wanted if cell and at and at[0] == cell[0]), wanted[0])

    def ranges(self, block: int, cell: _Cell | None, start: int | None, end: int | None) -> list[Range]:
        """Where characters of a block or cell stand in the page, by text node; all of them without start and end."""
        text = self.text(block, cell)
        first = self._first[block, cell]
        begin = first + _printed(text[: start or 0])
        return [*self._in_nodes(begin, begin + _printed(text[start or 0 : len(text) if end is None else end]))]

    def _in_nodes(self, begin: int, end: int) -> Iterator[Range]:
        number = bisect_right(self._starts, begin) - 1
        while begin < end:
            places = [at for at, character in enumerate(self.contents[number]) if not character.isspace()]
            start = self._starts[number]
            last = min(end, self._starts[number + 1])
            yield number, places[begin - start], places[last - start - 1] + 1
            begin, number = last, number + 1


def _parts(block: Block) -> Sequence[tuple[_Cell | None, str]]:
    """The text of a block, or the texts of its cells row by row."""
    if block.kind != "grid":
        return [(None, block.text)]
    return [((r, c), text) for r, row in enumerate(block.cells) for c, text in enumerate(row)]


def _printed(text: str) -> int:
    return sum(not character.isspace() for character in text)
