"""What stands on a page to its lines and tables: ruled tables first, else columns of numbers that stand in line."""

from __future__ import annotations

from .borderless import find_borderless
from .flow import Sheet
from .lattice import Lattice, Table, fill, find_lattices
from .layout import Layout
from .pdf_content import PageContent, Run
from .pdf_lines import Line, lines_of

__all__ = ["sheet_of"]


def sheet_of(content: PageContent, number: int, layout: Layout) -> tuple[Sheet, bool]:
    """A page with its lines and tables from top to bottom; False where it has too many lines for tables to be read."""
    sheet = Sheet(number, content.width, content.height, content.turn)
    lattices = find_lattices(content.rules)
    sheet.items = _items(content, lattices or [], layout)
    return sheet, lattices is not None


def _items(content: PageContent, lattices: list[Lattice], layout: Layout) -> list[Line | Table]:
    """Lines and tables of a page from top to bottom."""
    lines = lines_of(_outside(content.runs, lattices))
    tables = [fill(lattice, layout) for lattice in lattices if lattice.runs]
    if not tables:
        return _with_borderless(lines, layout)
    places: list[tuple[float, int, Line | Table]] = [(-line.base, n, line) for n, line in enumerate(lines)]
    places += [(-table.top, -len(tables) + n, table) for n, table in enumerate(tables)]
    return [item for _, _, item in sorted(places, key=lambda place: place[:2])]


def _outside(runs: list[Run], lattices: list[Lattice]) -> list[Run]:
    """Runs in no table; the others go to the innermost table around them."""
    if not lattices:
        return runs
    inner = sorted(lattices, key=lambda lattice: lattice.area)
    outside: list[Run] = []
    for run in runs:
        holder = next((lattice for lattice in inner if lattice.holds(run)), None)
        (holder.runs if holder else outside).append(run)
    return outside


def _with_borderless(lines: list[Line], layout: Layout) -> list[Line | Table]:
    items: list[Line | Table] = []
    done = 0
    for first, end, table in find_borderless(lines, layout):
        items += lines[done:first]
        items.append(table)
        done = end
    return items + lines[done:]
