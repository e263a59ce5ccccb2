"""Forms that a text dump flattened to one cell a line, or that stand as grids: 绩效目标完成情况表.

The knowledge is in `rules/wording/forms.toml`; this module only walks over cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from .intervals import Interval
from .model import Claim, Fact, Quantity, Span, Text
from .naming import Namer
from .outline import Passage
from .tokens import tokenise
from .wording import Wording

__all__ = ["Forms", "read_forms"]

_DATE = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?")
_ABOVE = 4
_UNIT = re.compile(r"\(([^()]+)\)\.?$")


@dataclass(frozen=True, slots=True)
class Forms:
    """What the forms of a document say, and the blocks that they consist of."""

    facts: tuple[Fact, ...] = ()
    claims: tuple[Claim, ...] = ()
    blocks: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Cell:
    text: Text
    span: Span
    block: int

    @property
    def bare(self) -> str:
        return self.text.folded.strip("：:、。 ")


@dataclass(slots=True)
class _Form:
    """A form while it is read."""

    span: Span
    project: str = ""
    values: dict[str, Fact] = field(default_factory=dict)
    rows: list[Claim] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)


def read_forms(passages: Sequence[Passage], wording: Wording, namer: Namer) -> Forms:
    """All forms of a document: facts of each project, its indicators as claims."""
    reader = _Reader(wording, namer)
    reader.claims_made = list(_claimed(passages, wording, namer))
    reader.tabular = _tabular(passages, wording)
    return reader.read(list(_cells(passages)))


def _claimed(passages: Sequence[Passage], wording: Wording, namer: Namer) -> Iterator[tuple[str, str]]:
    """Clauses in which the report says that all was reached, with the project whose paragraph says so."""
    table = wording.table("forms")
    wanted = re.compile(table["claimed"])
    for passage in passages:
        if any(word in title for title in passage.section.titles for word in table["claimed_in"]):
            found = wanted.search(passage.text.folded) if passage.section.role == "statement" else None
            if found:
                yield namer.section_topic(passage), found.group()


def _tabular(passages: Sequence[Passage], wording: Wording) -> frozenset[int]:
    """Grids with columns of amounts and points, and the lines above them: tables, of which only the words are read."""
    table = wording.table("forms")
    column, own, scored = (re.compile(table[key]) for key in ("column", "own", "scored"))
    found: set[int] = set()
    for place, passage in enumerate(passages):
        rows = passage.block.cells if passage.block.kind == "grid" else ()
        if any(
            sum(map(bool, map(column.search, row))) > 2
            or sum(map(bool, map(scored.search, row))) > 1
            or any(map(own.search, row))
            for row in rows
        ):
            found.add(passage.index)
            found.update(p.index for p in passages[max(place - _ABOVE, 0) : place] if p.block.kind != "grid")
    return frozenset(found)


def _cells(passages: Sequence[Passage]) -> Iterator[_Cell]:
    from .amounts import fold

    for passage in passages:
        block, section = passage.block, passage.section.label or None
        if block.kind == "grid":
            for row, cells in enumerate(block.cells):
                for column, cell in enumerate(cells):
                    if cell.strip():
                        quote = " ".join(c for c in cells if c)[:120]
                        span = Span(
                            cell.strip(),
                            quote,
                            block.line,
                            block.page,
                            section,
                            None,
                            str(row + 1),
                            str(column + 1),
                            passage.index,
                            row * 1000 + column,
                        )
                        yield _Cell(fold(cell), span, passage.index)
        elif passage.section.role == "statement":
            span = Span(
                block.text.strip()[:120],
                block.text.strip()[:120],
                block.line,
                block.page,
                section,
                block=passage.index,
                start=0,
            )
            yield _Cell(passage.text, span, passage.index)


class _Reader:
    """Walks over the cells of a document and keeps the form that is open."""

    def __init__(self, wording: Wording, namer: Namer) -> None:
        table = wording.table("forms")
        self.wording, self.namer = wording, namer
        self.titles = tuple(table["titles"])
        self.fields: dict[str, list[str]] = {label: list(names) for label, names in table["fields"].items()}
        self.first = frozenset(table["first"])
        self.second = re.compile(table["second"])
        self.unit = str(table["unit"])
        self.cost, self.deadline = re.compile(table["cost"]), re.compile(table["deadline"])
        self.quantity = re.compile(table["quantity"])
        self.signs: dict[str, str] = {sign: kind for kind, signs in table["signs"].items() for sign in signs}
        self.forms: list[_Form] = []
        self.blocks: set[int] = set()
        self.claims_made: list[tuple[str, str]] = []
        self.tabular: frozenset[int] = frozenset()

    def read(self, cells: list[_Cell]) -> Forms:
        place = 0
        while place < len(cells):
            place += self._step(cells, place)
        filled = [form for form in self.forms if form.values or form.rows]
        facts = [fact for form in filled for fact in form.values.values()]
        claims = [claim for form in filled for claim in (*form.rows, self._summary(form))]
        return Forms(tuple(facts), tuple(claims), frozenset(self.blocks - self.tabular))

    def _step(self, cells: list[_Cell], place: int) -> int:
        cell = cells[place]
        bare = cell.bare
        if self._is_title(bare):
            self.forms.append(_Form(cell.span))
            self.blocks.add(cell.block)
            return 1
        if self.forms and bare in self.fields:
            return self._field(cells, place)
        if bare in self.first and place + 4 < len(cells) and self.second.search(cells[place + 1].bare):
            return self._row(cells, place)
        return 1

    def _is_title(self, bare: str) -> bool:
        if not bare.endswith(self.titles):
            return False
        return any(bare.endswith(title) and len(bare) <= len(title) + 12 for title in self.titles)

    def _field(self, cells: list[_Cell], place: int) -> int:
        form, label = self.forms[-1], cells[place].bare
        names = self.fields[label]
        number = form.seen.get(label, 0)
        form.seen[label] = number + 1
        self.blocks.add(cells[place].block)
        if place + 1 >= len(cells) or number >= len(names):
            return 1
        value, name = cells[place + 1], names[number]
        if value.bare in self.fields:
            return 1
        self.blocks.add(value.block)
        if value.block in self.tabular and name != "project":
            return 1
        if name == "project":
            form.project = self.namer.topic(value.text.folded)
        else:
            quantity = self._number(value.text, self.unit)
            if quantity is not None:
                measure = name.split(".")[0]
                topic = form.project if "." not in name else f"{form.project}.{name.split('.')[1]}"
                form.values[name] = Fact(topic, quantity, _cell_span(value, quantity), measure=measure, topic=topic)
        return 2

    def _row(self, cells: list[_Cell], place: int) -> int:
        if not self.forms:
            self.forms.append(_Form(cells[place].span))
        row = cells[place : place + 5]
        if any(cell.bare in self.first for cell in row[2:]):
            return 1
        self.blocks.update(cell.block for cell in row)
        claim = self._indicator(row)
        if claim is not None:
            self.forms[-1].rows.append(claim)
        return 5

    def _indicator(self, row: Sequence[_Cell]) -> Claim | None:
        kind, name = row[1].bare, row[2].bare
        unit = _UNIT.search(row[2].text.folded)
        implied = unit[1] if unit else ""
        expected, actual = self._value(row[3], implied), self._value(row[4], implied)
        if expected is None or actual is None:
            return None
        words = {
            "name": name, "level": kind, "relation": self._relation(row[3].text.folded, kind, name, expected),
            "expected_text": row[3].bare, "actual_text": row[4].bare,
            "dimension": expected.quantity.dimension, **self._said_done(),
        }  # fmt: skip
        return Claim("indicator", {"expected": (expected,), "actual": (actual,)}, words, row[2].span)

    def _said_done(self) -> dict[str, str]:
        """Whether the text says that the open form's project reached all: of it by name, or of no form's project."""
        project = self.forms[-1].project
        others = {form.project for form in self.forms if form.project} - {project}
        said = next((text for topic, text in self.claims_made if topic == project or topic not in others), "")
        return {"claimed": "yes" if said else "no", "claimed_text": said}

    def _relation(self, text: str, kind: str, name: str, expected: Fact) -> str:
        for sign, relation in self.signs.items():
            if sign in text:
                return relation
        lower = self.cost.search(kind) or self.deadline.search(kind) or not expected.quantity.value
        return "at-most" if lower else "at-least"

    def _value(self, cell: _Cell, implied: str) -> Fact | None:
        date = _DATE.search(cell.text.folded)
        if date:
            quantity: Quantity | None = _date(date, cell.bare)
        else:
            quantity = self._number(cell.text, implied)
        return None if quantity is None else Fact(cell.bare, quantity, _cell_span(cell, quantity), measure="claimed")

    def _number(self, text: Text, implied: str) -> Quantity | None:
        numbers = [t.quantity for t in tokenise(text, self.wording) if t.quantity is not None]
        if len(numbers) != 1:
            return None
        found = numbers[0]
        unit = self.wording.units.get(implied)
        if found.unit == "" and unit is not None:
            scaled = Interval(
                _times(found.interval.low, unit.scale),
                _times(found.interval.high, unit.scale),
                found.interval.open_low,
                found.interval.open_high,
            )
            return replace(found, unit=unit.text, dimension=unit.dimension, scale=unit.scale, interval=scaled)
        return found

    def _summary(self, form: _Form) -> Claim:
        """The form as a whole: its plan and final figure, and whether all its quantities are said to be reached."""
        parts = {name: (fact,) for name, fact in form.values.items() if "." not in name}
        wanted = [row for row in form.rows if self.quantity.search(row.words["level"])]
        reached = bool(wanted) and all(_reached(row) for row in wanted)
        words = {"project": form.project, "reached": "yes" if reached else "no", "name": form.project}
        names = {"adjusted": "budget", "actual": "actual"}
        return Claim("form", {names.get(k, k): v for k, v in parts.items()}, words, form.span)


def _times(value: Fraction | None, scale: Fraction) -> Fraction | None:
    return None if value is None else value * scale


def _reached(row: Claim) -> bool:
    return row.parts["actual"][0].quantity.point >= row.parts["expected"][0].quantity.point


def _cell_span(cell: _Cell, quantity: Quantity) -> Span:
    if cell.span.start:
        return cell.span
    return replace(cell.span, text=quantity.text, start=max(cell.text.folded.find(quantity.text), 0))


def _date(found: re.Match[str], text: str) -> Quantity:
    """A date as a count of yyyymmdd; a month stands for all its days."""
    base = int(found[1]) * 10000 + int(found[2]) * 100
    first, last = (base + int(found[3]),) * 2 if found[3] else (base + 1, base + 31)
    return Quantity(text, Decimal(first), "date", "date", Fraction(1), 0, Interval(Fraction(first), Fraction(last)))
