"""The public tables of a report, laid out as `rules/manners/tables.toml` says."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .habits import SCALE, grouped, rounded, scaled
from .prose import Prose
from .report import Block, Place, Printing

__all__ = ["lay_out"]

Row = list[str]


def lay_out(prose: Prose, specs: Sequence[Mapping[str, Any]]) -> None:
    """Add the tables that the habit shows behind what has been written so far.

    A table whose figure is zero is left out; where there is none, a line says that they are published elsewhere.
    """
    draw = random.Random(f"tables {prose.truth.seed}")
    share = {"all": 1.0, "some": 0.4, "none": 0.0}[prose.habit.tables_shown]
    kept = [spec for spec in specs if draw.random() < share and ("if" not in spec or prose.figures[spec["if"]])]
    for number, spec in enumerate(kept, 1):
        title = prose.manner.words["titles"][prose.habit.titles]
        prose.paragraph([(title.replace("{title}", spec["title"]).replace("{n}", f"{number:02d}"), "")])
        _table(prose, spec)
    if not kept:
        prose.paragraph([(prose.manner.words["elsewhere"], "")])


def _table(prose: Prose, spec: Mapping[str, Any]) -> None:
    """The line of the unit, and the table."""
    words = prose.manner.words
    prose.blocks.append(Block(words["unit"] + words[prose.habit.tables]))
    block = len(prose.blocks)
    rows: list[Row] = [list(row) for row in spec["header"]]
    width = len(rows[0])
    if prose.habit.column_numbers and spec["shape"] != "row":
        rows.append(_column_numbers(rows, words["column"]))
    header = len(rows)
    for names in _BODIES[spec["shape"]](prose, spec):
        at = len(rows)
        cells = [_cell(prose, name, Place(block, row=at, column=column)) for column, name in enumerate(names)]
        rows.append(cells + [""] * (width - len(cells)))
    prose.blocks.append(Block(spec.get("name", spec["title"]), tuple(map(tuple, rows)), header))


def _column_numbers(header: Sequence[Row], word: str) -> Row:
    """The row under a header that numbers the columns of amounts; a balance has a column of names on each side."""
    names, count, row = header[-1], 0, [word]
    for place, name in enumerate(names[1:], 1):
        if name == names[0]:
            row.append(word)
        elif place == 1 and names[0] not in names[1:]:
            row.append("")
        else:
            row.append(str(count := count + 1))
    return row


def _cell(prose: Prose, name: str, place: Place) -> str:
    """Text where the name begins with a mark, else the figure of that name."""
    if not name or name[0] == "=":
        return name[1:]
    habit = prose.habit
    value = Fraction(prose.figures[name])
    if not value and habit.zero != "0.00":
        digits = habit.zero
    else:
        digits = scaled(rounded(value / SCALE[habit.tables], 2), 2, drop_zeros=habit.drop_zeros_in_tables)
        digits = grouped(digits) if habit.commas else digits
    if digits:
        prose.printings.append(Printing(place, digits, name, "amount", value, unit=habit.tables, decimals=2))
    return digits


def _codes(prose: Prose, spec: Mapping[str, Any]) -> list[Row]:
    """A subject a row, on all its levels, and the total first or last."""
    labels, columns = prose.figures.labels, spec["columns"]
    total = ["=", f"={prose.manner.words['total']}", *(name.replace(".@", "") for name in columns)]
    rows = [
        [f"={code}", f"={labels[code]}", *(name.replace("@", code) for name in columns)]
        for code in prose.figures.codes(spec["tree"])
    ]
    return [*rows, total] if prose.habit.total_last else [total, *rows]


def _panels(prose: Prose, spec: Mapping[str, Any]) -> list[Row]:
    """Two lists side by side: income and expenditure, the last rows of both level."""
    left, right = (_side(prose, spec[side]) for side in ("left", "right"))
    gap = max(len(left), len(right))
    left = _level(left, gap, spec["level"])
    right = _level(right, gap, spec["level"])
    return [[*one, *other] for one, other in zip(left, right, strict=True)]


def _side(prose: Prose, rows: Sequence[Sequence[str]]) -> list[Row]:
    found: list[Row] = []
    for label, *names in rows:
        if label != "@":
            found.append([f"={label}", *names])
            continue
        numerals = prose.manner.words["numerals"]
        for number, code in enumerate(prose.figures.codes(names[0].removesuffix(".@"), 3)):
            shown = f"={numerals[number]}{prose.manner.words['after_number']}{prose.figures.labels[code]}"
            found.append([shown, *(name.replace("@", code) for name in names)])
    return found


def _level(rows: list[Row], length: int, last: int) -> list[Row]:
    """Blank rows before the last so many."""
    blank = [[""] * len(rows[0])] * (length - len(rows))
    return [*rows[:-last], *blank, *rows[-last:]]


def _single(prose: Prose, spec: Mapping[str, Any]) -> list[Row]:
    """One row of figures."""
    return [list(spec["columns"])]


_BODIES = {"codes": _codes, "panels": _panels, "row": _single}
