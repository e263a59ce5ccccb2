"""Tables that are no lists of subjects: named items one below the other, lists of projects, forms with several headers.

The knowledge is in `rules/wording/tables.toml`; this module knows shapes of grids only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .grids import CHINESE, Cell, Column, Group, Row, mostly_text

__all__ = ["form_group", "form_rows", "item_places", "list_places", "list_rows", "subject_of"]


def item_places(
    chains: Sequence[str], data: Sequence[Sequence[Cell]], heading: re.Pattern[str]
) -> list[tuple[int, range]]:
    """Where items are named, and the columns that belong to them up to the next place where items are named."""
    texts = [c for c in range(len(chains)) if mostly_text(data, c)]
    names = [c for c in texts if heading.search(chains[c])] or texts[:1] or [0]
    return [
        (name, range(name + 1, names[place + 1] if place + 1 < len(names) else len(chains)))
        for place, name in enumerate(names)
    ]


def list_places(
    chains: Sequence[str], data: Sequence[Sequence[Cell]], naming: re.Pattern[str], no_amount: re.Pattern[str]
) -> tuple[int, list[int]]:
    """The column that names what is listed, and those that may hold amounts (not words, codes, dates or quantities)."""
    texts = [c for c in range(len(chains)) if mostly_text(data, c)]
    name = next((c for c in range(len(chains)) if naming.search(chains[c])), texts[0] if texts else 0)
    places = [c for c in range(len(chains)) if c != name and c not in texts and not no_amount.search(chains[c])]
    return name, places


def list_rows(group: Group, data: Sequence[Sequence[Cell]], total: re.Pattern[str]) -> Iterator[Row]:
    """Each row of a list; a row is the total where any of its words says so."""
    name, amounts = group.name or 0, {column.index for column in group.columns}
    for number, row in enumerate(data):
        cells = {c.name: row[c.index] for c in group.columns if c.index < len(row) and row[c.index].filled}
        words = [cell.text for c, cell in enumerate(row) if c not in amounts and cell.text]
        said = next((text for text in words if total.fullmatch(text)), "")
        label = row[name].text if name < len(row) else ""
        if cells:
            odd = any(_malformed(cell) for cell in cells.values())
            yield Row(number, 0, "", said or label, cells, bool(said), odd=odd)


def _malformed(cell: Cell) -> bool:
    """Whether a cell is made of an amount's characters and is none."""
    return not cell.amount and not cell.text.strip("0123456789,.- ") and any(c.isdigit() for c in cell.text)


def form_rows(cells: Sequence[Sequence[Cell]], spec: Mapping[str, Any], total: re.Pattern[str]) -> Iterator[Row]:
    """Rows of a form: under the nearest header above that names columns, or a label with its amount beside it."""
    header: dict[int, str] = {}
    rates = {each["name"] for each in spec["columns"] if each.get("unit") == "%"}
    place: int | None = None
    for number, row in enumerate(cells):
        named = _named_columns(row, spec)
        place = next((c for c, cell in enumerate(row) if re.fullmatch(spec["naming"], cell.text)), place)
        if len(named) > 1:
            header = named
            continue
        label = _item(row, spec)
        if label is None and len(header) > 1:
            own = row[place].text if place is not None and place < len(row) else ""
            label = own or _last_words(row, min(header))
        found = {name: row[c] for c, name in header.items() if c < len(row) and row[c].amount}
        found = {name: cell for name, cell in found.items() if name in rates or not cell.text.endswith("%")}
        if not found and label is not None and label in spec["items"]:
            found = _beside(row, spec)
        if found and label:
            yield Row(number, 0, "", label, found, bool(total.fullmatch(label)))


def _named_columns(row: Sequence[Cell], spec: Mapping[str, Any]) -> dict[int, str]:
    """Places of the cells that are headers of columns; a row with an amount in it is none."""
    if any(cell.amount for cell in row):
        return {}
    found: dict[int, str] = {}
    for c, cell in enumerate(row):
        name = next((each["name"] for each in spec["columns"] if re.search(each["match"], cell.text)), None)
        if name and name not in found.values():
            found[c] = name
    return found


def _item(row: Sequence[Cell], spec: Mapping[str, Any]) -> str | None:
    """The last text of a row that names an item of the form."""
    named = (spec["labels"].sub("", cell.text) for cell in row if CHINESE.search(cell.text))
    return next((text for text in reversed(list(named)) if text in spec["items"]), None)


def _last_words(row: Sequence[Cell], before: int) -> str | None:
    """The words nearest before the first column: what an indicator is called."""
    texts = [cell.text for cell in row[:before] if cell.text and not cell.amount]
    return texts[-1] if texts else None


def _beside(row: Sequence[Cell], spec: Mapping[str, Any]) -> dict[str, Cell]:
    """The amount behind an item's name, in the column for amounts without header."""
    plain = str(spec["plain"])
    named = False
    for cell in row:
        if named and cell.text:
            return {plain: cell} if cell.amount else {}
        named = named or spec["labels"].sub("", cell.text) in spec["items"]
    return {}


def subject_of(cells: Sequence[Sequence[Cell]], label: re.Pattern[str]) -> str:
    """What stands behind a cell that asks for a name; "" where there is none."""
    for row in cells:
        for c, cell in enumerate(row):
            if label.fullmatch(cell.text):
                return next((other.text for other in row[c + 1 :] if other.text), "")
    return ""


def form_group(spec: Mapping[str, Any]) -> Group:
    """All columns that a form may have."""
    return Group((), 0, tuple(Column(-1, each["name"], each["name"], each) for each in spec["columns"]))
