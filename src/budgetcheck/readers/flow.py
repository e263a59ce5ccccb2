"""Lines and tables of all pages to blocks: paragraphs and tables that go on over a page break are joined."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from ..model import Block, Box
from .lattice import Table
from .layout import Layout
from .pdf_content import turned
from .pdf_grids import Grid
from .pdf_lines import Line, run_box

__all__ = ["Sheet", "blocks_of"]

_ENDED = "。；：;:！？!?"
_HANGING = "，。；：、）)》”！？,.;:"
_FIRST_WORD = re.compile(r"[（(《“]*(?:[0-9A-Za-z.,%]+|.)[，。；：、）)》”！？%]*")
_LEADERS = re.compile(r"(?:…{3,}|[.．·]{4,})\s*\d*$")
_MARGIN = 0.12
_UNDECIDED = 3


@dataclass(slots=True)
class Sheet:
    """A page: its lines and tables from top to bottom, and the edges of its text column."""

    number: int
    width: float
    height: float
    turn: int = 0
    items: list[Line | Table] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    leading: float = 0.0

    def place(self, box: Box) -> Box:
        """A box of the upright page on the page as it is displayed."""
        return turned(box, self.turn, self.width, self.height) if self.turn else box


@dataclass(slots=True)
class _Paragraph:
    lines: list[tuple[Sheet, Line]]

    def block(self) -> Block:
        text = ""
        words: list[tuple[int, int, int, Box]] = []
        for sheet, line in self.lines:
            for n, (space, piece, run) in enumerate(line.pieces()):
                text += _between(text, piece) if n == 0 else space
                words.append((len(text), len(text) + len(piece), sheet.number, sheet.place(run_box(run))))
                text += piece
        return Block("paragraph", text, page=self.lines[0][0].number, words=tuple(words))


def _between(text: str, piece: str) -> str:
    """A space between two Latin words that a line break parts."""
    both = text[-1:].isascii() and piece[0].isascii() and text[-1:].isalpha() and piece[0].isalpha()
    return " " if both else ""


def blocks_of(sheets: Sequence[Sheet], layout: Layout) -> Iterator[Block]:
    """The blocks of a document in reading order."""
    _drop_furniture(sheets, layout)
    _measure(sheets)
    parts: list[_Paragraph | Grid] = []
    for sheet in sheets:
        items = sheet.items
        taken = _continue_table(parts, sheet, layout)
        for item in items[taken:]:
            if isinstance(item, Table):
                parts.append(Grid(item, sheet.number, sheet.place, _titles(parts, layout), layout))
            elif parts and isinstance(parts[-1], _Paragraph) and _continues(parts[-1], sheet, item, layout):
                parts[-1].lines.append((sheet, item))
            else:
                parts.append(_Paragraph([(sheet, item)]))
    for part in parts:
        yield part.block()


def _titles(parts: Sequence[_Paragraph | Grid], layout: Layout) -> frozenset[str]:
    """What stands right above a table: up to four paragraphs, as they would be repeated on the next page."""
    texts = set()
    for part in reversed(parts[-4:]):
        if not isinstance(part, _Paragraph):
            break
        texts.add(layout.title(part.block().text))
    return frozenset(texts)


def _continue_table(parts: Sequence[_Paragraph | Grid], sheet: Sheet, layout: Layout) -> int:
    """How many items on top of a page go to the table that ended the page before."""
    grid = parts[-1] if parts else None
    if not isinstance(grid, Grid) or grid.last_page != sheet.number - 1:
        return 0
    for n, item in enumerate(sheet.items[:4]):
        if isinstance(item, Table):
            return n + 1 if grid.join(item, sheet.number, sheet.place) else 0
        if layout.title(item.text()) not in grid.titles:
            return 0
    return 0


def _drop_furniture(sheets: Sequence[Sheet], layout: Layout) -> None:
    """Take page numbers and running headers and footers off the pages."""
    for sheet in sheets:
        for end in (-1, 0, -1, 0):
            item = sheet.items[end] if sheet.items else None
            if isinstance(item, Line) and _at_edge(item, sheet) and layout.is_page_number(item.text()):
                sheet.items.pop(end)
    for end in (0, -1, 0, -1):
        texts = {id(sheet): _running(sheet, end, layout) for sheet in sheets if sheet.items}
        counts = Counter(text for text in texts.values() if text)
        for sheet in sheets:
            count = counts[texts.get(id(sheet), "")]
            if count >= _UNDECIDED and count * 5 >= len(sheets) * 2:
                sheet.items.pop(end)


def _running(sheet: Sheet, end: int, layout: Layout) -> str:
    item = sheet.items[end]
    if isinstance(item, Table) or not _at_edge(item, sheet):
        return ""
    text = item.text()
    return "" if layout.states(text) else re.sub(r"[\d\s\-—]", "", text)


def _at_edge(line: Line, sheet: Sheet) -> bool:
    return not _MARGIN * sheet.height < line.base < (1 - _MARGIN) * sheet.height


def _measure(sheets: Sequence[Sheet]) -> None:
    """Find the text column of each page, from all pages of its width where it has little text itself."""
    wide: dict[int, list[Line]] = {}
    for sheet in sheets:
        wide.setdefault(round(sheet.width), []).extend(_wide_lines(sheet))
    common = {width: _column(lines) for width, lines in wide.items()}
    for sheet in sheets:
        own = _wide_lines(sheet)
        edges = _column(own) if len(own) >= 6 else common[round(sheet.width)]
        sheet.left, sheet.right = edges or (sheet.left, sheet.width)
        bases = [(item.base, item.size) for item in sheet.items if isinstance(item, Line)]
        steps = [a[0] - b[0] for a, b in itertools.pairwise(bases) if a[0] - b[0] < 4 * a[1]]
        sheet.leading = median(steps) if steps else 0.0


def _column(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Left and right edge of the text column that lines fill; None without lines."""
    if not lines:
        return None
    within = [line for line in lines if line.text()[-1] not in _HANGING] or lines
    return _quantile([line.left for line in lines], 0.05), _quantile([line.right for line in within], 0.95)


def _wide_lines(sheet: Sheet) -> list[Line]:
    return [
        item
        for item in sheet.items
        if isinstance(item, Line) and item.right - item.left > 0.5 * sheet.width and len(item.text()) > 12
    ]


def _quantile(values: list[float], share: float) -> float:
    values.sort()
    return values[round(share * (len(values) - 1))]


def _continues(paragraph: _Paragraph, sheet: Sheet, line: Line, layout: Layout) -> bool:
    """Whether a line goes on with the paragraph above it."""
    above, before = paragraph.lines[-1]
    text = line.text()
    other_size = not 0.87 < line.size / before.size < 1.15
    if other_size or layout.begins_item(text) or _LEADERS.search(before.text()):
        return False
    room = above.right - before.right
    if room > _width(_FIRST_WORD.match(text), line) + 0.6 * line.size or not _near(paragraph, sheet, line):
        return False
    ended = before.text()[-1] in _ENDED
    em = 1.2 * line.size
    if line.left - sheet.left < em:
        start, first = paragraph.lines[0]
        # Where nearly all paragraphs have one line, the page seems to begin at their indent; a wrapped line hangs out.
        return not ended or first.left - min(start.left, line.left) >= em
    hanging = len(paragraph.lines) > 1 and abs(line.left - before.left) < 0.4 * em
    return not ended and (hanging or (_centred(sheet, line) and _centred(above, before)))


def _width(word: re.Match[str] | None, line: Line) -> float:
    return sum(line.size * (1.0 if char > "\u2e7f" else 0.5) for char in word.group()) if word else line.size


def _near(paragraph: _Paragraph, sheet: Sheet, line: Line) -> bool:
    """Whether the distance to the line above is that within a paragraph; a page break has none."""
    above, before = paragraph.lines[-1]
    if above is not sheet:
        return sheet.number == above.number + 1
    step = before.base - line.base
    leading = min(sheet.leading or step, 2.6 * line.size)
    if len(paragraph.lines) > 1 and paragraph.lines[-2][0] is sheet:
        leading = max(paragraph.lines[-2][1].base - before.base, leading)
    return step <= 1.6 * max(leading, 1.2 * line.size)


def _centred(sheet: Sheet, line: Line) -> bool:
    return abs(line.left + line.right - sheet.left - sheet.right) < 2 * line.size
