"""Cells of recognised tables as facts, with the same identities as the figures of the narrative."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from .amounts import quantity
from .grids import Cell, Column, Row
from .model import Fact, Quantity, Span
from .naming import Namer
from .subjects import subjects
from .tables import Table
from .wording import Unit, Wording

__all__ = ["TableRow", "read_table_facts"]

ECONOMICS = "economics"
_INCOME = "income"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as rules see it: its table, code and label, and the fact in each column that holds a number.

    `unread` are the columns in which something is printed that is no number: neither absent nor zero. `places` are the
    columns' places in the grid.
    """

    table: str
    code: str
    label: str
    total: bool
    cells: Mapping[str, Fact] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    block: int = -1
    number: int = 0
    figure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    group: int = 0
    beside: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)


def read_table_facts(
    tables: Sequence[Table], wording: Wording, namer: Namer, kind: str | None, amounts: Collection[Fraction] = ()
) -> tuple[TableRow, ...]:
    """The rows of all recognised tables, with a fact for every number; `amounts` are those of the sentences, in 元."""
    reader = _Reader(wording, namer, kind, frozenset(amounts))
    return tuple(row for table in tables if table.spec for row in reader.rows(table))


class _Reader:
    """Turns cells into facts for one document."""

    def __init__(self, wording: Wording, namer: Namer, kind: str | None, amounts: frozenset[Fraction]) -> None:
        table = wording.table("tables")
        self.namer, self.amounts = namer, amounts
        self.inner_total = re.compile(table["inner_total"])
        self.units = wording.units
        self.default: str = table["units"].get(kind or "final", table["units"]["final"])
        self.defaults: tuple[str, ...] = tuple(dict.fromkeys(table["units"].values()))
        self.figures = wording.figures
        self.change = re.compile(table["change"])
        self.bracket = re.compile(table["bracket"])
        self.counts = {unit: re.compile(pattern) for unit, pattern in table["counts"].items()}
        self.measure = "budget" if kind == "budget" else "actual"
        self.percent = wording.units["%"]
        self.classes = {namer.key(s.name): s.code for s in subjects("functions") if len(s.code) == 3}

    def rows(self, table: Table) -> Iterator[TableRow]:
        unit = self.units[table.unit] if table.unit else self._assumed(table)
        names = {row.code: row.label for row in table.rows if row.code}
        single = table.spec["shape"] == "row" and sum(bool(row.cells) for row in table.rows) == 1
        repeated = _repeated(table.rows) if table.spec["shape"] not in ("row", "form") else frozenset()
        for row in table.rows:
            again = (row.number, row.group) in repeated
            columns = {c.name: c for c in table.groups[row.group].columns}
            cells: dict[str, Fact] = {}
            for name, cell in row.cells.items():
                own = self._unit(table, row, columns[name]) or unit
                fact = self._fact(table, row, columns[name], cell, own, names, single=single, again=again)
                if fact is not None:
                    cells[name] = replace(fact, code=row.code) if row.code else fact
            known = {_over(c) for c in columns.values() if c.spec and self.inner_total.search(c.header)}
            strange = tuple(c.name for c in columns.values() if not c.spec and _over(c) not in known)
            if table.spec.get("nested"):  # its columns are sums of each other: no equation over all of them
                strange += tuple(c.name for c in columns.values() if self.inner_total.search(c.header))
            unread = tuple(name for name in row.cells if name not in cells)
            if unread:  # what is printed there may belong to any sum of the row
                strange += tuple(cells)
            known_columns = tuple(name for name in columns if name not in unread)
            yield TableRow(
                table.name,
                "" if again else row.code,
                row.label,
                row.total,
                cells,
                tuple(cells) if table.spec["shape"] == "form" else known_columns,
                strange,
                table.passage.index,
                row.number,
                "" if again else self._figure(table, row),
                {c.name: c.header for c in columns.values() if not c.spec.get("beside")},
                row.group,
                tuple(c.name for c in columns.values() if c.spec.get("beside")),
                unread,
                {c.name: c.index for c in columns.values()},
            )

    def _assumed(self, table: Table) -> Unit:
        """The unit of a table that prints none: that in which most of its cells are amounts of the sentences.

        Where no unit has more of them than the usual one of such reports, the usual one.
        """
        usual = self.units[self.default]
        cells = (cell for row in table.rows for cell in row.cells.values() if not cell.digits.endswith("%"))
        values = {Fraction(number.value) for cell in cells if (number := self._quantity(cell, usual)) and number.value}
        others = (self.units[unit] for unit in self.defaults if unit != self.default)
        return max((usual, *others), key=lambda unit: sum(value * unit.scale in self.amounts for value in values))

    def _unit(self, table: Table, row: Row, column: Column) -> Unit | None:
        """The unit of a cell where its column or its row's name has one of its own (辆, 分); else None."""
        if "unit" in column.spec:
            return self.units[column.spec["unit"]]
        if table.spec["shape"] != "items":
            return None
        named = (self.units.get(text) for text in self.bracket.findall(row.raw))
        counted = (self.units[unit] for unit, pattern in self.counts.items() if pattern.search(row.label))
        return next((unit for unit in (*named, *counted) if unit), None)

    def _figure(self, table: Table, row: Row) -> str:
        """What a row states in its table: a figure, or a role that only its own table knows; "" where neither."""
        spec = table.spec
        if spec["shape"] == "panels":
            known = spec["right" if row.group else "left"].get(row.label)
            return str(spec.get("roles", {}).get(row.label) or known or "")
        known = spec.get("items", {}).get(row.label)
        if known is None and spec["shape"] == "items":
            known = self.figures.get(row.label)
        return str(known or "")

    def _fact(
        self,
        table: Table,
        row: Row,
        column: Column,
        cell: Cell,
        unit: Unit,
        names: Mapping[str, str],
        *,
        single: bool,
        again: bool,
    ) -> Fact | None:
        number = self._quantity(cell, unit)
        if number is None:
            return None
        span = _span(table, row, column, cell)
        measure = column.spec.get("measure") or self.measure
        shape = table.spec["shape"]
        if shape == "row":
            named = self.namer.measure_of(row.label) if row.label else ""
            measure = named or measure
            figure = column.spec.get("figure") if single or row.total or named else None
            return Fact(column.name, number, span, figure, measure, topic="" if figure else row.label or "row")
        if column.spec.get("beside"):
            main = _main(table, row)
            if main is None or again or number.dimension == "percent" or self.change.search(column.header):
                return Fact(row.label, number, span, measure=self.measure, topic=f"{table.name} {column.name}")
            now = self._of_row(table, row, main, number, span, names, measure, again=again)
            year = self.namer.year(column.header, "") or -1
            return replace(now, year=year, measure=self.namer.measure_of(column.header) or now.measure)
        return self._of_row(table, row, column, number, span, names, measure, again=again)

    def _of_row(
        self,
        table: Table,
        row: Row,
        column: Column,
        number: Quantity,
        span: Span,
        names: Mapping[str, str],
        measure: str,
        *,
        again: bool,
    ) -> Fact:
        shape = table.spec["shape"]
        if shape == "items":
            figure = "" if again else self._figure(table, row)
            topic = "" if figure else f"{table.name} {row.label}"
            return Fact(row.label, number, span, figure or None, measure, topic=topic)
        if shape == "form":
            return self._form_fact(table, row, column, number, span)
        if shape == "list" and not again:
            return self._list_fact(table, row, column, number, span)
        if again:
            return Fact(row.label, number, span, measure=measure, topic=f"{table.name} {row.number}")
        if shape == "panels":
            return self._panel_fact(table, row, column, number, span, measure)
        return self._code_fact(table, row, column, number, span, names)

    def _form_fact(self, table: Table, row: Row, column: Column, number: Quantity, span: Span) -> Fact:
        """A form's own total is its project's; what else it names is a figure or a part of the project."""
        measure = column.spec.get("measure") or self.measure
        role, project = table.spec["items"].get(row.label), self.namer.topic(table.subject)
        if role and role in self.figures.values():
            return Fact(row.label, number, span, role, measure)
        if role == table.spec.get("whole") and project and column.spec.get("measure"):
            return Fact(project, number, span, measure=measure, topic=project)
        return Fact(row.label, number, span, measure=measure, topic=f"{project or table.name}.{row.label}")

    def _list_fact(self, table: Table, row: Row, column: Column, number: Quantity, span: Span) -> Fact:
        """A list's total is a figure; a row is the plan of what it lists, where that is a project."""
        main = column.name == table.spec["columns"][0]["name"]
        if row.total:
            figure = column.spec.get("figure")
            return Fact(column.name, number, span, figure, self.measure, topic="" if figure else table.name)
        topic = self.namer.topic(row.label) if main and table.spec.get("projects") else ""
        if topic:
            return Fact(topic, number, span, measure=self.measure, topic=topic)
        return Fact(row.label, number, span, measure=self.measure, topic=f"{table.name} {row.number}")

    def _quantity(self, cell: Cell, unit: Unit) -> Quantity | None:
        digits = cell.digits
        if not digits:
            return None
        used = self.percent if digits.endswith("%") else unit
        return quantity(cell.printed, digits.rstrip("%"), used.text, used.dimension, used.scale)

    def _fund(self, table: Table, column: Column, figure: str | None) -> str:
        fund = str(column.spec.get("fund", table.spec.get("fund", "")))
        return fund if self.namer.funded(figure) else ""

    def _panel_fact(self, table: Table, row: Row, column: Column, number: Quantity, span: Span, measure: str) -> Fact:
        known: Mapping[str, str] = table.spec["right" if row.group else "left"]
        by_fund: Mapping[str, str] = column.spec.get("rows", {})
        first = column.name == table.spec["columns"][0]["name"] or column.spec.get("main")
        figure = by_fund.get(row.label) or (known.get(row.label) if first else None)
        if figure:
            return Fact(row.label, number, span, figure, measure, fund=self._fund(table, column, figure))
        key = self.namer.key(row.label)
        if row.group and key in self.classes and "match" in column.spec:
            path = self.namer.path(row.label) or (key,)
            return Fact(row.label, number, span, None, measure, fund=self._fund(table, column, None), path=path)
        return Fact(row.label, number, span, None, measure, topic=f"{table.name}.{column.name}")

    def _code_fact(
        self, table: Table, row: Row, column: Column, number: Quantity, span: Span, names: Mapping[str, str]
    ) -> Fact:
        spec: Mapping[str, Any] = table.spec
        figure = column.spec.get("figure")
        if row.total or row.label in spec.get("totals", {}):
            main = column.name == spec["columns"][0]["name"]
            figure = spec.get("totals", {}).get(row.label, figure) if main else figure
            shown = row.label if main else column.name
            named = Fact(shown, number, span, figure, self.measure, fund=self._fund(table, column, figure))
            return named if figure else Fact(row.label, number, span, measure=self.measure, topic=table.name)
        coded = spec.get("codes", {}).get(row.code)
        if coded:
            return Fact(row.label, number, span, coded, self.measure, fund=self._fund(table, column, coded))
        path = self._path(spec, row, names)
        if not path:
            return Fact(row.label, number, span, measure=self.measure, topic=table.name)
        main = column.name == spec["columns"][0]["name"] and not column.spec.get("partial")
        topic = _INCOME if spec.get("income") else ""
        fund = str(column.spec.get("fund", spec.get("fund", "")))
        name = row.label if main else f"{row.label}.{column.name}"
        inner = None if main else figure or column.name
        return Fact(name, number, span, inner, self.measure, fund=fund, path=path, topic=topic)

    def _path(self, spec: Mapping[str, Any], row: Row, names: Mapping[str, str]) -> tuple[str, ...]:
        if spec.get("subjects") == ECONOMICS:
            return (ECONOMICS, row.code) if len(row.code) in (3, 5) else ()
        if len(row.code) not in (3, 5, 7):
            return ()
        codes = [row.code[:size] for size in (3, 5, 7) if size <= len(row.code)]
        labels = [names.get(code) or _official(code) for code in codes]
        if not all(labels):
            return ()
        first = self.namer.path(labels[0]) or (self.namer.key(labels[0]),)
        return (first[0], *(self.namer.key(label) for label in labels[1:]))


def _main(table: Table, row: Row) -> Column | None:
    """The column of a row's own figure, beside which others stand."""
    name = table.spec["columns"][0]["name"]
    return next((c for c in table.groups[row.group].columns if c.name.partition(".")[0] == name), None)


def _repeated(rows: Sequence[Row]) -> frozenset[tuple[int, int]]:
    """Number and group of rows that state no figure of the report because their name or code has stood before.

    A name that stands a second time (the funds under the opening balance) is a part of the row above it; a code that
    stands several times (unit by unit, or next to another classification) is nowhere the whole.
    """
    counts = Counter((row.group, row.code) for row in rows if row.code)
    seen: set[tuple[int, str]] = set()
    found: set[tuple[int, int]] = set()
    for row in rows:
        if counts[row.group, row.code] > 1 or (not row.code and row.label and (row.group, row.label) in seen):
            found.add((row.number, row.group))
        seen.add((row.group, row.label))
    return frozenset(found)


def _over(column: Column) -> str:
    """The header above a column's own: 基本支出 over 小计 and 人员经费; its name where there is none above."""
    return column.header.rpartition("|")[0] or column.name


def _official(code: str) -> str:
    return next((s.name for s in subjects("functions") if s.code == code), "")


def _span(table: Table, row: Row, column: Column, cell: Cell) -> Span:
    quote = " ".join(part for part in (row.code, row.label, *(c.printed for c in row.cells.values())) if part)
    return Span(
        text=cell.printed,
        quote=quote[:120],
        line=table.passage.block.line,
        page=cell.page,
        section=table.passage.section.label or None,
        table=table.name,
        row=" ".join(part for part in (row.code, row.label) if part) or None,
        column=column.name,
        block=table.passage.index,
        start=cell.row * 1000 + cell.column,
        source=table.passage.block.source,
        box=cell.box,
    )
