"""Notes of cells in an Excel workbook.

They are written into the parts of the file themselves: a library that reads a workbook and writes it again keeps
neither pivot tables nor all charts, pictures and stored values. Values, formulas and formats are not touched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count

from ..errors import ReadError
from ..readers.archive import open_archive
from ..readers.layout import Layout
from ..readers.sheets import Placed, Sheet, address, placed_blocks
from ..readers.spreadsheetml import read_xlsx
from .package import Package
from .wire import Answer, Mark, Standing, unpacked
from .xlsx_notes import threads_of, write_notes
from .xlsx_shapes import Drawings

__all__ = ["annotate_xlsx"]

_Cell = tuple[int, int]
_NAME = 60


def annotate_xlsx(payload: bytes, layout: Layout) -> Answer:
    """The file with its notes, where each stands, and remarks.

    Raises ReadError where the file is not complete, or a part of it cannot be written into.
    """
    marks, data = unpacked(payload)
    sheets = list(read_xlsx(open_archive(data)))
    placed = list(placed_blocks(sheets, layout, []))
    package = Package(data)
    threads = {sheet.part: threads_of(package, sheet.part) for sheet in sheets}
    top = _top(sheets, threads)
    held: dict[str, dict[_Cell, list[str]]] = {}
    standing: list[Standing] = []
    for mark in marks:
        part, cell, how = _place(mark, placed) or top
        # Programs that show a conversation at a cell show no note there.
        if address(*cell) in threads[part]:
            part, cell, how = top
        held.setdefault(part, {}).setdefault(cell, []).append(mark.text)
        standing.append(how)
    drawings = Drawings(package)
    for part, cells in held.items():
        write_notes(package, part, {cell: "\n\n".join(texts) for cell, texts in sorted(cells.items())}, drawings)
    return (package.bytes(), tuple(standing)), (*_hidden(sheets, held), *package.remarks)


def _place(mark: Mark, placed: Sequence[Placed]) -> tuple[str, _Cell, Standing] | None:
    """Part of the sheet, cell, and whether it is the cell that is meant; of a whole table its first filled cell."""
    if mark.block is None:
        return None
    own = placed[mark.block]
    if own.block.kind != "grid":
        column = own.columns[bisect_right(own.starts, mark.start or 0) - 1]
        return own.sheet.part, (own.rows[0], column), "exact"
    row, column = mark.cell or next(
        (r, c) for r, cells in enumerate(own.block.cells) for c, text in enumerate(cells) if text
    )
    return own.sheet.part, (own.rows[row], own.columns[column]), "exact" if mark.cell else "near"


def _top(sheets: Sequence[Sheet], threads: Mapping[str, Collection[str]]) -> tuple[str, _Cell, Standing]:
    """The first cell of the first sheet that is seen, for what has no place of its own."""
    filled = [sheet for sheet in sheets if sheet.cells]
    if not filled:
        raise ReadError("no sheet in it that a note could stand on")
    sheet = next((sheet for sheet in filled if not sheet.hidden), filled[0])
    taken = threads[sheet.part]
    return sheet.part, next((0, column) for column in count() if address(0, column) not in taken), "top"


def _hidden(sheets: Sequence[Sheet], held: Mapping[str, Mapping[_Cell, object]]) -> Iterator[str]:
    for sheet in sheets:
        if sheet.hidden and sheet.part in held:
            name = "".join(char if char.isprintable() else " " for char in sheet.name)[:_NAME]
            yield f"sheet {name} is hidden: {len(held[sheet.part])} of the notes stand on it"
