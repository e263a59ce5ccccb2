"""A worksheet's cells to blocks: tables apart from the titles above and the notes below them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ..errors import ReadError
from ..model import Block
from .layout import Layout

__all__ = ["CELLS", "Merge", "Placed", "Sheet", "address", "placed_blocks", "sheets_document"]

CELLS = 5_000_000

_LISTED = 12

Merge = tuple[int, int, int, int]

_NUMBER = re.compile(r"[-−－+(（]?[¥￥]?\d[\d,，]*(?:\.\d+)?[)）%％]?")


@dataclass(slots=True)
class Sheet:
    """One worksheet as displayed: `cells` by row, then column, from 0; `framed` rows have ruled cells.

    `unread` are cells whose value is no finite number, or is missing; `part` is where in the file the sheet is written.
    """

    name: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    framed: set[int] = field(default_factory=set)
    hidden: bool = False
    notes: list[str] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)
    part: str = ""

    def put(self, row: int, column: int, text: str) -> None:
        """Set the text of a cell; blank text leaves it empty."""
        text = text.strip(" \t\r\n\f\v\xa0\u3000\x00")
        if text:
            self.cells.setdefault(row, {})[column] = text


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and the rows and columns of its sheet, from 0, that its cells stand in.

    A line of text stands in one row; `starts` are the characters at which it goes on in the next of its columns.
    """

    block: Block
    sheet: Sheet
    rows: Sequence[int]
    columns: Sequence[int]
    starts: Sequence[int] = ()


def address(row: int, column: int) -> str:
    """A cell's name, such as B3, from its place counted from 0."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def sheets_document(sheets: Iterable[Sheet], layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of all sheets in order, and the notes on them."""
    notes: list[str] = []
    blocks = tuple([placed.block for placed in placed_blocks(sheets, layout, notes)])
    return blocks, tuple(notes)


def placed_blocks(sheets: Iterable[Sheet], layout: Layout, notes: list[str]) -> Iterator[Placed]:
    """The blocks of all sheets in order, each with its place; what cannot be kept is added to `notes`."""
    total = 0
    for sheet in sheets:
        notes += _remarks(sheet)
        _uncover(sheet)
        if not sheet.cells:
            notes.append(f"sheet {_shown(sheet.name)} is blank")
        for placed in _blocks(sheet, layout):
            cells = placed.block.cells
            total += len(cells) * len(cells[0]) if cells else 1
            if total > CELLS:
                raise ReadError(f"sheet {_shown(sheet.name)}: more than {CELLS:,} cells")
            yield placed


def _remarks(sheet: Sheet) -> Iterator[str]:
    shown = _shown(sheet.name)
    if sheet.hidden:
        yield f"sheet {shown} is hidden"
    for note in sheet.notes:
        yield f"sheet {shown}: {note}"
    if sheet.unread:
        listed = ", ".join(address(*place) for place in sheet.unread[:_LISTED])
        more = ", …" if len(sheet.unread) > _LISTED else ""
        yield f"sheet {shown}: cells whose value is no finite number or is missing: {listed}{more}; not read"


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)[:80]


def _uncover(sheet: Sheet) -> None:
    """Empty the cells under a merged one. Work is bounded by what is filled, not by what is merged."""
    budget = CELLS
    for top, left, bottom, right in sheet.merges:
        rows = range(top, bottom + 1) if bottom - top < len(sheet.cells) else tuple(sheet.cells)
        for row in rows:
            budget -= 1
            cells = sheet.cells.get(row)
            if cells is None or not top <= row <= bottom:
                continue
            covered = range(left, right + 1) if right - left < len(cells) else tuple(cells)
            for column in covered:
                if left <= column <= right and (row, column) != (top, left):
                    cells.pop(column, None)
            budget -= len(covered)
            if not cells:
                del sheet.cells[row]
        if budget < 0:
            raise ReadError(f"sheet {_shown(sheet.name)}: too many or too large merged areas")


@dataclass(slots=True)
class _Run:
    """Rows that belong together: a table, or lines of text."""

    table: bool
    rows: list[int]


def _blocks(sheet: Sheet, layout: Layout) -> Iterator[Placed]:
    prose = layout.is_prose(sheet.name) and not any(map(_money, sheet.cells.values()))
    for run in _runs(sheet, prose, layout):
        if not run.table:
            for row in run.rows:
                yield from _paragraphs(sheet, row, prose)
            continue
        columns = sorted({column for row in run.rows for column in sheet.cells.get(row, ())})
        # One far stray cell must not make a table of thousands of empty columns.
        wide = range(columns[0], columns[-1] + 1)
        kept: Sequence[int] = wide if len(wide) <= 4 * len(columns) + 16 else columns
        if len(kept) * len(run.rows) > CELLS:
            raise ReadError(f"sheet {_shown(sheet.name)}: more than {CELLS:,} cells")
        cells = tuple(tuple(sheet.cells.get(row, {}).get(c, "") for c in kept) for row in run.rows)
        at = (tuple(run.rows), tuple(kept))
        block = Block("grid", "", line=run.rows[0] + 1, cells=cells, sheet=sheet.name, at=at)
        yield Placed(block, sheet, run.rows, kept)


def _paragraphs(sheet: Sheet, row: int, prose: bool) -> Iterator[Placed]:
    cells = sorted(sheet.cells.get(row, {}).items())
    for group in [cells] if prose and cells else [[cell] for cell in cells]:
        columns = [column for column, _ in group]
        begins = list(accumulate((len(text) + 1 for _, text in group[:-1]), initial=0))
        done = 0
        for line in " ".join(text for _, text in group).splitlines(keepends=True):
            first = done + len(line) - len(line.lstrip())
            done += len(line)
            if line.strip():
                block = Block("paragraph", line.strip(), line=row + 1, sheet=sheet.name)
                yield Placed(block, sheet, (row,), columns, [begin - first for begin in begins])


def _money(row: dict[int, str]) -> bool:
    """Whether a row holds an amount with decimals, which no table of contents does."""
    return any("." in text and bool(_NUMBER.fullmatch(text)) for text in row.values())


def _runs(sheet: Sheet, prose: bool, layout: Layout) -> Iterator[_Run]:
    """Tables and text in reading order, from segments parted by empty rows."""
    tables: _Run | None = None
    for own in _segments(sheet):
        segment = own
        if prose:
            yield _Run(False, segment)
            continue
        if tables is not None and _goes_on(sheet, segment, layout):
            segment = tables.rows + segment
            tables = None
        runs = _parts(sheet, segment, layout)
        if tables is not None:
            yield tables
        tables = runs.pop() if runs and runs[-1].table else None
        yield from runs
    if tables is not None:
        yield tables


def _segments(sheet: Sheet) -> Iterator[list[int]]:
    """Rows without an empty one between them. Ruled empty rows, and those under a merge, part nothing."""
    inside: set[int] = set()
    for top, _, bottom, _ in sheet.merges:
        if top < bottom and len(sheet.cells.get(top, ())) > 1:
            inside.update(range(top + 1, min(bottom, top + 200) + 1))
    segment: list[int] = []
    for row in sorted(sheet.cells):
        between = range(segment[-1] + 1, row) if segment else range(0)
        if segment and (len(between) > 1000 or any(r not in sheet.framed and r not in inside for r in between)):
            yield segment
            segment = []
        segment.append(row)
    if segment:
        yield segment


def _goes_on(sheet: Sheet, segment: Sequence[int], layout: Layout) -> bool:
    """Whether rows after a gap belong to the table before it: they begin with a total or with numbers."""
    row = sheet.cells[segment[0]]
    first = row[min(row)]
    if layout.begins_total(first):
        return True
    return len(row) > 1 and sum(bool(_NUMBER.fullmatch(text)) for text in row.values()) * 2 >= len(row)


def _parts(sheet: Sheet, rows: list[int], layout: Layout) -> list[_Run]:
    """A segment as runs of text and table rows."""
    first, last = 0, len(rows)
    while first < last and _is_text(sheet, rows[first], layout, top=True):
        first += 1
    while first < last and _is_text(sheet, rows[last - 1], layout, top=False):
        last -= 1
    runs = [_Run(False, rows[:first])] if first else []
    between = _texts_between(sheet, rows[first:last], layout)
    for row in rows[first:last]:
        text = row in between
        if runs and runs[-1].table != text:
            runs[-1].rows.append(row)
        else:
            runs.append(_Run(not text, [row]))
    if last < len(rows):
        runs.append(_Run(False, rows[last:]))
    return runs


def _texts_between(sheet: Sheet, rows: Sequence[int], layout: Layout) -> set[int]:
    """Rows of text between ruled tables: not the names without numbers above a further row of the same table."""
    if sum(row in sheet.framed for row in rows) < 2:
        return set()
    texts, within = set(), False
    for row in reversed(rows):
        if row in sheet.framed or not _is_text(sheet, row, layout, top=True):
            within = _goes_on(sheet, [row], layout)
        elif not within or len(sheet.cells[row]) > 1 or layout.is_label(min(sheet.cells[row].values())):
            texts.add(row)
            within = False
    return texts


def _is_text(sheet: Sheet, row: int, layout: Layout, top: bool) -> bool:
    """Whether a row above (or below) a table stands outside it: a title, a unit, a note."""
    texts = list(sheet.cells[row].values())
    # A ruled row of years is a header; one of "单位：" and the like is not.
    if all(layout.is_label(text) and (row not in sheet.framed or ":" in text or "：" in text) for text in texts):
        return len(texts) > 1 or row not in sheet.framed
    if len(texts) > 1:
        return not top and layout.begins_note(texts[0]) and row not in sheet.framed
    if layout.is_total(texts[0]):
        return False
    if row in sheet.framed and not _spans(sheet, row):
        return False
    return top or row not in sheet.framed or layout.begins_note(texts[0])


def _spans(sheet: Sheet, row: int) -> bool:
    """Whether a row is one merged cell as wide as the sheet's tables."""
    column = next(iter(sheet.cells[row]))
    width = max((right - left for top, left, _, right in sheet.merges if (top, left) == (row, column)), default=0)
    return width > 0 and width + 1 >= max(map(len, sheet.cells.values()))
