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
from .model import Box
from .outline import Passage
from .wording import Wording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Column", "Group", "Row", "Table", "read_tables"]

_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?|\((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)")
_LOOSE = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)%?")
_BEFORE = 6
_CHINESE = re.compile(r"[一-鿿]{2}")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: folded text, what is printed, and where it is."""

    text: str
    printed: str
    row: int
    column: int
    page: int | None = None
    box: Box | None = None

    @property
    def filled(self) -> bool:
        """Whether the cell holds anything; marks for nothing (-, 无) are read as blank."""
        return bool(self.text)

    @property
    def amount(self) -> bool:
        """Whether the cell is a number."""
        return bool(_AMOUNT.fullmatch(self.text.replace(" ", "")))


@dataclass(frozen=True, slots=True)
class Column:
    """A column as recognised: canonical name (or its header where it is none), header chain, its data."""

    index: int
    name: str
    header: str
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together: codes, a name, amounts. Side by side panels are several groups."""

    codes: tuple[int, ...]
    name: int | None
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A data row of one group: code ("" where there is none), label, its cells by column name."""

    number: int
    group: int
    code: str
    label: str
    cells: Mapping[str, Cell]
    total: bool = False
    raw: str = ""
    odd: bool = False


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
                    else {names["item" if self.spec["shape"] == "panels" else "name"]: row.label}
                ),
                **{name: row.cells[name].text.replace(" ", "") if name in row.cells else "" for name in columns},
            }
            for row in self.rows
        ]
        return pd.DataFrame(records, dtype=str)

    @property
    def loose_amounts(self) -> int:
        """Cells with decimals or thousands separators: the amounts of a grid that is no known table."""
        return sum(bool(_LOOSE.fullmatch(cell.strip())) for row in self.passage.block.cells for cell in row)

    @property
    def blank(self) -> bool:
        """Whether no data row holds a number other than zero."""
        return not any(any(c in "123456789" for c in cell.text) for row in self.rows for cell in row.cells.values())


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
        self.unit_code = re.compile(table["unit_code"])
        self.nothing = re.compile(rf"^(?:{table['nothing']})$")
        self.aside = re.compile(table["aside"])
        self.skipped, self.beside = re.compile(table["skipped"]), re.compile(table["beside"])
        self.leading = re.compile(table["leading"])
        self.frame = {key: table[f"column_{key}"] for key in ("code", "name", "item")}

    def read(self, passage: Passage, above: Sequence[Passage]) -> Table:
        """One grid as a table."""
        cells = _cells(passage, self.nothing)
        title, spec, cells = self._title(passage, above, cells)
        unit = self._unit(above, cells)
        split = self._header_rows(cells, spec)
        headers = [row for row in cells[:split] if not self._is_ordinal(row)]
        data = [row for row in cells[split:] if not self._is_ordinal(row)]
        chains = _chains(headers, len(cells[0]) if cells else 0)
        groups = self._groups(chains, data, spec)
        rows = tuple(row for row in self._rows(groups, data, spec) if row.cells or row.label) if spec else ()
        if spec:
            spec = {**spec, "frame": self.frame}
        return Table(spec.get("name", ""), passage, title, unit, groups, rows, spec)

    def goes_on(self, table: Table, last: Table) -> Table:
        """A grid without title right behind a table of codes as its continuation, where it is as wide and has codes."""
        cells = _cells(table.passage, self.nothing)
        same = last.spec["shape"] == "codes" and len(cells[0]) == len(last.passage.block.cells[0])
        rows = [row for row in cells if not self._is_ordinal(row)]
        found = tuple(row for row in self._rows(last.groups, rows, last.spec) if row.code and row.cells)
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
            if place < 0 or (self.kind and spec["kind"] != self.kind):
                continue
            if len(text) - place - len(title) <= 12 and self.leading.fullmatch(text[:place]):
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
            numbered = any(self.numbering.match(cell.text) for cell in filled)
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
            label = next((c for c in range(len(chains)) if _mostly_text(data, c)), None)
            places = [c for c in range(len(chains)) if c != label]
            return (Group((), label, self._columns(chains, places, spec)),)
        names = [c for c in range(len(chains)) if _mostly_text(data, c)] or [0]
        groups: list[tuple[tuple[int, ...], int]] = []
        for place, name in enumerate(names):
            start = names[place - 1] + 1 if place else 0
            places = [c for c in range(start, name) if not self.unit_code.search(chains[c])]
            coded = [c for c in places if _mostly_codes(data, c)]
            codes = tuple(c for c in coded if all(d in coded for d in places if d > c))
            groups.append((codes, name))
        found = []
        for place, (codes, name) in enumerate(groups):
            following = groups[place + 1] if place + 1 < len(groups) else None
            end = (following[0][0] if following and following[0] else following[1]) if following else len(chains)
            wanted = self._columns(chains, range(name + 1, end), spec)
            found.append(Group(codes, name, wanted))
        return tuple(found)

    def _columns(
        self, chains: Sequence[str], places: Sequence[int] | range, spec: Mapping[str, Any]
    ) -> tuple[Column, ...]:
        """Each place gets the first canonical column whose pattern its header chain matches and that is still free."""
        columns: list[Column] = []
        taken: set[str] = set()
        measures: Mapping[str, str] = spec.get("measures", {})
        for place in places:
            chain = chains[place]
            if self.skipped.search(chain):
                continue
            if self.beside.search(chain):
                columns.append(Column(place, chain, chain, {"beside": True}))
                continue
            measure = next((m for m, pattern in measures.items() if re.search(pattern, chain)), "")
            found = None
            for each in spec["columns"]:
                key = f"{each['name']}{'.' + measure if measure else ''}"
                whole = spec["shape"] == "row" or ("|" in each["match"].replace("\\|", "\0") and "\\|" in each["match"])
                if key not in taken and re.search(each["match"], chain if whole else chain.rsplit("|", 1)[-1]):
                    found = Column(place, key, chain, {**each, "measure": measure})
                    taken.add(key)
                    break
            columns.append(found or Column(place, chain or str(place), chain))
        return tuple(columns)

    def _rows(self, groups: Sequence[Group], data: Sequence[Sequence[Cell]], spec: Mapping[str, Any]) -> Iterator[Row]:
        for number, row in enumerate(data):
            for index, group in enumerate(groups):
                label = self._label(row, group)
                cells = {c.name: row[c.index] for c in group.columns if c.index < len(row) and row[c.index].filled}
                code = self._code([row[c].text for c in group.codes if c < len(row)])
                if label or code or cells:
                    total = not code and bool(self.total.fullmatch(label))
                    raw = "".join(row[c].text for c in group.codes if c < len(row))
                    raw = "" if _CHINESE.search(raw) else raw
                    wrong = any(not c.amount for c in cells.values()) or (bool(raw) and not self.code.fullmatch(code))
                    yield Row(number, index, code, label, cells, total, raw, wrong)

    def _label(self, row: Sequence[Cell], group: Group) -> str:
        places = (*group.codes, *(() if group.name is None else (group.name,)))
        texts = [row[place].text for place in places if place < len(row)]
        words = [text for text in texts if _CHINESE.search(text) or self.total.fullmatch(text)]
        bare = words[-1] if words else ""
        return self.numbering.sub("", self.numbering.sub("", bare)).strip()

    def _code(self, parts: Sequence[str]) -> str:
        """A code from one cell (2080505) or three (208, 05, 05; a lost zero restored)."""
        digits = [part.replace(" ", "") for part in parts]
        if not digits or not digits[0].isdigit():
            return ""
        padded = [digits[0], *(part.zfill(2) for part in digits[1:] if part.isdigit())]
        return "".join(padded)


def _cells(passage: Passage, nothing: re.Pattern[str]) -> list[list[Cell]]:
    block = passage.block
    rows = []
    for r, row in enumerate(block.cells):
        page = block.pages[r] if r < len(block.pages) else block.page
        boxes = block.boxes[r] if r < len(block.boxes) else ()
        rows.append(
            [
                Cell(nothing.sub("", fold(text).folded), text.strip(), r, c, page, boxes[c] if c < len(boxes) else None)
                for c, text in enumerate(row)
            ]
        )
    return rows


def _chains(headers: Sequence[Sequence[Cell]], width: int) -> list[str]:
    """For each column the texts above it, outermost first; a blank cell belongs to its left neighbour of one parent."""
    filled: list[list[str]] = []
    for level, row in enumerate(headers):
        texts = [cell.text for cell in row] + [""] * (width - len(row))
        for c in range(1, width):
            one_parent = level == 0 or filled[level - 1][c] == filled[level - 1][c - 1]
            if not texts[c] and one_parent and level < len(headers) - 1:
                texts[c] = texts[c - 1]
        filled.append(texts)
    return ["|".join(dict.fromkeys(row[c] for row in filled if row[c])) for c in range(width)]


def _mostly_text(data: Sequence[Sequence[Cell]], column: int) -> bool:
    filled = [row[column] for row in data if column < len(row) and row[column].text]
    words = sum(bool(_CHINESE.search(cell.text)) for cell in filled)
    return bool(filled) and words * 2 > len(filled) and words >= min(2, len(filled))


def _mostly_codes(data: Sequence[Sequence[Cell]], column: int) -> bool:
    """Whether the cells of a column that hold no words (合计 stands among codes) are codes."""
    filled = [row[column].text for row in data if column < len(row) and row[column].text]
    filled = [text for text in filled if not _CHINESE.search(text)]
    codes = sum(text.replace(" ", "").isdigit() and len(text) <= 7 for text in filled)
    return bool(filled) and codes * 10 >= len(filled) * 7
