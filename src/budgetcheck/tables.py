"""Grids to standard tables: which one it is, its header, its columns, its rows with codes and levels.

The knowledge is in `rules/wording/tables.toml`; this module knows shapes of grids only.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .amounts import fold
from .grids import CHINESE, Cell, Column, Group, Row, header_chains, mostly_codes, mostly_text, read_cells
from .layouts import form_group, form_rows, item_places, list_places, list_rows, subject_of
from .outline import Passage
from .wording import Wording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Column", "Group", "Row", "Table", "is_loose", "read_tables"]

_LOOSE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)%?")
_BEFORE = 6


@dataclass(frozen=True, slots=True)
class Table:
    """A standard table, or a grid that is none (`spec` empty, `name` its title or "")."""

    name: str
    passage: Passage
    title: str
    unit: str | None
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    spec: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""

    def frame(self) -> pd.DataFrame:
        """The table as its model in `budgetcheck.schemas` expects it: text cells, one row a subject."""
        import pandas as pd

        columns = [c.name for group in self.groups[:1] for c in group.columns if c.spec]
        names = self.spec["frame"]
        records = [
            {
                **({names["code"]: row.code or row.raw} if self.spec["shape"] == "codes" else {}),
                **(
                    {}
                    if self.spec["shape"] == "row"
                    else {names["name" if self.spec["shape"] == "codes" else "item"]: row.label}
                ),
                **{name: row.cells[name].text.replace(" ", "") if name in row.cells else "" for name in columns},
            }
            for row in self.rows
        ]
        return pd.DataFrame(records, dtype=str)

    @property
    def loose_amounts(self) -> int:
        """How many cells have decimals or thousands separators: the amounts of a grid that is no known table."""
        return sum(1 for _ in self.loose_cells())

    def loose_cells(self) -> Iterator[tuple[int, int, str]]:
        """Those cells, each with the numbers of its row and column."""
        for number, row in enumerate(self.passage.block.cells):
            yield from ((number, column, cell.strip()) for column, cell in enumerate(row) if is_loose(cell))

    @property
    def amount_cells(self) -> Iterator[Cell]:
        """The filled cells of the rows that stand in columns of amounts."""
        known = {c.name for group in self.groups for c in group.columns if c.spec and not c.spec.get("beside")}
        counted = self.spec.get("shape") in ("codes", "panels", "row")
        for row in self.rows:
            for name, cell in row.cells.items():
                if name in known and (counted or cell.digits):
                    yield cell

    @property
    def blank(self) -> bool:
        """Whether no data row holds a number other than zero."""
        return not any(any(c in "123456789" for c in cell.text) for row in self.rows for cell in row.cells.values())


def is_loose(cell: str) -> bool:
    """Whether a cell has decimals or thousands separators, so that it is an amount wherever it stands."""
    return bool(_LOOSE.fullmatch(cell.strip()))


def read_tables(passages: Sequence[Passage], wording: Wording, kind: str | None) -> tuple[Table, ...]:
    """All grids of a document; forms and lists come back as tables without rows and name."""
    reader = _Reader(wording, kind)
    found: list[Table] = []
    behind = 0
    for place, passage in enumerate(passages):
        if passage.block.kind == "grid" and passage.block.cells:
            last = found[-1] if found and found[-1].spec else None
            start = max(place - _BEFORE, behind)
            above = [p for p in passages[start:place] if p.block.kind != "grid"]
            table = reader.read(passage, above)
            if last and not table.spec and not above:
                table = reader.goes_on(table, last)
            found.append(table)
            behind = place if table.spec else behind
    return tuple(found)


@functools.lru_cache(maxsize=8)
def _titles(wording: Wording) -> tuple[tuple[str, int], ...]:
    """Folded titles with the number of their table, longest first."""
    standard = wording.table("tables")["standard"]
    pairs = ((fold(title).folded, number) for number, spec in enumerate(standard) for title in spec["titles"])
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


class _Reader:
    """Recognises the grids of one document."""

    def __init__(self, wording: Wording, kind: str | None) -> None:
        table = wording.table("tables")
        self.wording, self.kind = wording, kind
        self.standard: Sequence[Mapping[str, Any]] = table["standard"]
        self.unit = re.compile(table["unit"])
        self.total, self.code = re.compile(table["total"]), re.compile(table["code"])
        self.header, self.numbering = re.compile(table["header"]), re.compile(table["numbering"])
        self.coded = re.compile(table["coded"])
        self.unit_code = re.compile(table["unit_code"])
        self.nothing = re.compile(rf"^(?:{table['nothing']})$")
        self.aside = re.compile(table["aside"])
        self.skipped, self.beside = re.compile(table["skipped"]), re.compile(table["beside"])
        self.leading, self.behind = re.compile(table["leading"]), re.compile(table["behind"])
        self.heading, self.naming = re.compile(table["item_header"]), re.compile(table["list_header"])
        self.no_amount, self.asked = re.compile(table["no_amount"]), re.compile(table["subject"])
        self.rate = re.compile(table["rate"])
        self.second = re.compile(table["second"])
        self.prefix = re.compile(table["prefix"])
        self.item, self.years = re.compile(table["item_mark"]), re.compile(table["year"])
        self.frame = {key: table[f"column_{key}"] for key in ("code", "name", "item")}

    def read(self, passage: Passage, above: Sequence[Passage]) -> Table:
        """One grid as a table."""
        cells = read_cells(passage, self.nothing)
        title, spec, cells = self._title(passage, above, cells)
        spec = self._upright(spec, cells)
        unit = self._unit(above, cells)
        if spec and spec["shape"] == "form":
            return self._form(passage, title, unit, spec, cells)
        split = self._header_rows(cells, spec)
        headers = [row for row in cells[:split] if not self._is_ordinal(row)]
        data = [row for row in cells[split:] if not self._is_ordinal(row)]
        chains = header_chains(headers, len(cells[0]) if cells else 0)
        groups = self._groups(chains, data, spec)
        rows = tuple(row for row in self._rows(groups, data, spec) if row.cells or row.label) if spec else ()
        if spec:
            spec = {**spec, "frame": self.frame}
        return Table(spec.get("name", ""), passage, title, unit, groups, rows, spec)

    def _upright(self, spec: Mapping[str, Any], cells: Sequence[Sequence[Cell]]) -> Mapping[str, Any]:
        """The table's other layout, with its items one below the other, where three of them stand so."""
        other = next((each for each in self.standard if each["name"] == spec.get("vertical")), None)
        if other is None:
            return spec
        names = {self.item.sub("", cell.text) for row in cells for cell in row[:2]}
        known = sum(name in other["items"] or name in self.wording.figures for name in names)
        return other if known > 3 else spec

    def _form(
        self, passage: Passage, title: str, unit: str | None, spec: Mapping[str, Any], cells: Sequence[Sequence[Cell]]
    ) -> Table:
        """A form: no header of its own, rows under several."""
        spec = {**spec, "frame": self.frame, "labels": self.item}
        rows = tuple(form_rows(cells, spec, self.total))
        return Table(spec["name"], passage, title, unit, (form_group(spec),), rows, spec, subject_of(cells, self.asked))

    def goes_on(self, table: Table, last: Table) -> Table:
        """A grid without title right behind a table of codes as its continuation, where it is as wide and has codes.

        The row of its total has none; it may be the only one left.
        """
        cells = read_cells(table.passage, self.nothing)
        listed = last.spec["shape"] == "list"
        same = (listed or last.spec["shape"] == "codes") and len(cells[0]) == len(last.passage.block.cells[0])
        rows = [row for row in cells if not self._is_ordinal(row)]
        found = tuple(
            row
            for row in self._rows(last.groups, rows, last.spec)
            if row.cells and (listed or row.code or (row.total and any(c.amount for c in row.cells.values())))
        )
        return replace(last, passage=table.passage, rows=found) if same and found else table

    def _title(
        self, passage: Passage, above: Sequence[Passage], cells: list[list[Cell]]
    ) -> tuple[str, Mapping[str, Any], list[list[Cell]]]:
        """The nearest text above that is a table's whole title; the grid's own first rows and sheet count too."""
        own = 0
        while own < min(4, len(cells)) and sum(bool(cell.text) for cell in cells[own]) == 1:
            own += 1
        inside = [next(cell.text for cell in row if cell.text) for row in cells[:own]]
        sheet = [fold(passage.block.sheet).folded] if passage.block.sheet else []
        for text in (*reversed(inside), *(p.text.folded for p in reversed(above)), *sheet):
            spec = self._match(text)
            if spec is not None:
                return text, spec, cells[own:] if inside else cells
        texts = [p.text.folded for p in reversed(above)]
        named = [text for text in texts if not self.unit.search(text) and not self.aside.search(text)]
        return (inside or named or [""])[0], {}, cells

    def _match(self, text: str) -> Mapping[str, Any] | None:
        for title, number in _titles(self.wording):
            place = text.find(title)
            spec = self.standard[number]
            if place < 0 or (self.kind and spec["kind"] not in (self.kind, "any")):
                continue
            if self.behind.fullmatch(text[place + len(title) :]) and self.leading.fullmatch(text[:place]):
                return spec
            return None
        return None

    def _unit(self, above: Sequence[Passage], cells: list[list[Cell]]) -> str | None:
        texts = [cell.text for row in cells[:4] for cell in row] + [p.text.folded for p in reversed(above)]
        found = next((match for text in texts if (match := self.unit.search(text))), None)
        return found["unit"] if found else None

    def _header_rows(self, cells: list[list[Cell]], spec: Mapping[str, Any]) -> int:
        """How many leading rows are header: up to the first row that holds a number or a numbered item."""
        for number, row in enumerate(cells):
            filled = [cell for cell in row if cell.text]
            if self._is_ordinal(row):
                continue
            if any(cell.amount for cell in filled):
                return number
            numbered = bool(filled) and bool(self.numbering.match(filled[0].text))
            if number and numbered and spec.get("shape") == "panels":
                return number
        return min(len(cells), 3)

    def _is_ordinal(self, row: Sequence[Cell]) -> bool:
        """A row of column numbers (栏次 1 2 3 …) balances perfectly and is never data."""
        filled = [cell.text for cell in row if cell.text]
        numbers = [text for text in filled if text.isdigit()]
        words = [text for text in filled if not text.isdigit()]
        if len(numbers) < 2 or (len(words) > 2 and not all(self.header.search(text) for text in words)):
            return False
        values = [int(text) for text in numbers]
        return values == list(range(values[0], values[0] + len(values))) and values[0] <= 2

    def _groups(
        self, chains: Sequence[str], data: Sequence[Sequence[Cell]], spec: Mapping[str, Any]
    ) -> tuple[Group, ...]:
        if not spec:
            return ()
        if spec["shape"] == "row":
            label = next((c for c in range(len(chains)) if mostly_text(data, c)), None)
            places = [c for c in range(len(chains)) if c != label and not self.no_amount.search(chains[c])]
            return (Group((), label, self._columns(chains, places, spec)),)
        if spec["shape"] == "items":
            items = item_places(chains, data, self.heading)
            return tuple(Group((), name, self._columns(chains, places, spec)) for name, places in items)
        if spec["shape"] == "list":
            name, amounts = list_places(chains, data, self.naming, self.no_amount)
            return (Group((), name, self._columns(chains, amounts, spec)),)
        own = [c for c in range(len(chains)) if not self.second.search(chains[c])]
        names = [c for c in own if mostly_text(data, c)] or [0]
        groups: list[tuple[tuple[int, ...], int]] = []
        for place, name in enumerate(names):
            start = names[place - 1] + 1 if place else 0
            places = [c for c in range(start, name) if c in own and not self.unit_code.search(chains[c])]
            coded = [
                c for c in places if mostly_codes(data, c) and not (place and self._holds_amounts(chains[c], spec))
            ]
            codes = tuple(c for c in coded if all(d in coded for d in places if d > c))
            groups.append((codes, name))
        found = []
        for place, (codes, name) in enumerate(groups):
            following = groups[place + 1] if place + 1 < len(groups) else None
            end = (following[0][0] if following and following[0] else following[1]) if following else len(chains)
            wanted = self._columns(chains, [c for c in range(name + 1, end) if c in own], spec)
            found.append(Group(codes, name, wanted))
        return tuple(found)

    def _holds_amounts(self, chain: str, spec: Mapping[str, Any]) -> bool:
        """Whether a header between two panels is that of an amount: whole 元 and zeros look like codes."""
        own = chain.rsplit("|", 1)[-1]
        return not self.coded.search(own) and any(re.search(each["match"], own) for each in spec["columns"])

    def _columns(self, chains: Sequence[str], places: Sequence[int], spec: Mapping[str, Any]) -> tuple[Column, ...]:
        """Each place gets the first canonical column whose pattern its header chain matches and that is still free."""
        columns: list[Column] = []
        taken: set[str] = set()
        measures: Mapping[str, str] = spec.get("measures", {})
        prior = {
            each["name"]: each["prior"]
            for each in spec["columns"]
            if "prior" in each and any(re.search(each["prior"], chains[place]) for place in places)
        }
        latest = max((self._year(chains[place]) for place in places), default=0)
        for place in places:
            chain = chains[place]
            if self.skipped.search(chain):
                continue
            if self.beside.search(chain) or 0 < self._year(chain) < latest:
                rate = {"unit": "%"} if self.rate.search(chain) else {}
                columns.append(Column(place, chain, chain, {"beside": True, **rate}))
                continue
            measure = next((m for m, pattern in measures.items() if re.search(pattern, chain)), "")
            found = None
            for each in spec["columns"]:
                key = f"{each['name']}{'.' + measure if measure else ''}"
                whole = spec["shape"] == "row" or ("|" in each["match"].replace("\\|", "\0") and "\\|" in each["match"])
                unless = "unless" in each and bool(re.search(each["unless"], chain))
                unless = unless or not re.search(prior.get(each["name"], ""), chain)
                near = chain if whole else chain.rsplit("|", 1)[-1]
                if key not in taken and not unless and re.search(each["match"], near):
                    found = Column(place, key, chain, {**each, "measure": measure or each.get("measure", "")})
                    taken.add(key)
                    break
            columns.append(found or Column(place, chain or str(place), chain))
        return tuple(columns)

    def _year(self, header: str) -> int:
        """The year that a header names; 0 where it names none."""
        found = self.years.search(header)
        return int(found[1]) if found else 0

    def _rows(self, groups: Sequence[Group], data: Sequence[Sequence[Cell]], spec: Mapping[str, Any]) -> Iterator[Row]:
        if spec["shape"] == "list":
            yield from list_rows(groups[0], data, self.total)
            return
        items = spec["shape"] == "items"
        for number, row in enumerate(data):
            for index, group in enumerate(groups):
                label = self._label(row, group)
                if not label and not index and group.name:  # the word for the total may stand in any column before
                    label = next((cell.text for cell in row[: group.name] if self.total.fullmatch(cell.text)), "")
                label = self.item.sub("", label) if items else label
                cells = {c.name: row[c.index] for c in group.columns if c.index < len(row) and row[c.index].filled}
                parts = [row[c].text for c in (group.codes or (group.name or 0,)) if c < len(row)]
                code = self._code(parts if group.codes else self.prefix.findall(parts[0] if parts else ""))
                code = "" if spec["shape"] != "codes" else code
                if label or code or cells:
                    total = not code and bool(self.total.fullmatch(label))
                    raw = "".join(row[c].text for c in group.codes if c < len(row))
                    raw = "" if CHINESE.search(raw) else raw
                    if items and cells:
                        printed = row[group.name].text if group.name is not None else ""
                        yield Row(number, index, "", label, cells, raw=printed)
                        continue
                    wrong = any(not c.amount for c in cells.values()) or (bool(raw) and not self.code.fullmatch(code))
                    yield Row(number, index, code, label, cells, total, raw, wrong)

    def _label(self, row: Sequence[Cell], group: Group) -> str:
        places = (*group.codes, *(() if group.name is None else (group.name,)))
        texts = [row[place].text for place in places if place < len(row)]
        words = [text for text in texts if CHINESE.search(text) or self.total.fullmatch(text)]
        bare = self.prefix.sub("", words[-1]) if words else ""
        return self.numbering.sub("", self.numbering.sub("", bare)).strip()

    def _code(self, parts: Sequence[str]) -> str:
        """A code from one cell (2080505) or three (208, 05, 05; a lost zero restored)."""
        digits = [part.replace(" ", "") for part in parts]
        if not digits or not digits[0].isdigit():
            return ""
        padded = [digits[0], *(part.zfill(2) for part in digits[1:] if part.isdigit())]
        return "".join(padded)
