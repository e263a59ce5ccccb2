"""Checks of a department against the units under it: what one cell or figure says is the sum over all units.

Whether the units given are all there are, no report says. The other cells vouch for it: a cell is judged where more
cells of the department's tables are the sum of what the units print than are not, totals of wrong ones aside.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..amounts import format_value, refined
from ..constraints import summed
from ..intervals import Interval, total
from ..ledger import Ledger
from ..model import Culprit, Fact
from ..rulebook import Rule
from ..verdicts import Draft, Field, Verdict, lowered, passed, skipped
from .joins import Key, doubt, inner, keyed, sides

__all__ = ["summing", "table_cells"]

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class _Cell:
    """One figure of the department and what each unit that prints it says; `holders` are these units."""

    key: Key
    whole: Fact
    parts: tuple[Fact, ...]
    holders: tuple[Ledger, ...]

    def agrees(self, house: Mapping[str, int] | None = None) -> bool:
        """Whether the sum can be what the department prints; `house` also reads dropped zeros."""
        units = (total([_read(p, h.house if house else None)]) for p, h in zip(self.parts, self.holders, strict=True))
        return total(units).meets(_read(self.whole, house))


def _read(fact: Fact, house: Mapping[str, int] | None) -> Interval:
    return refined(fact.quantity, dict(house)) if house else fact.quantity.interval


def summing(rule: Rule, ledger: Ledger, others: Sequence[Ledger]) -> Iterator[Verdict]:
    """Each cell of some tables, or each of some figures, is the sum of those of the units."""
    severity = doubt(rule.options, rule.severity, (ledger, *others))
    if severity is None:
        yield skipped("transfers between the units")
        return
    cells = list(_cells(ledger, others))
    wrong = [cell.whole for cell in cells if not cell.agrees()]
    roots = sum(not inner(fact, wrong) for fact in wrong)
    tables = frozenset(rule.options.get("tables", ()))
    wanted = [cell for cell in cells if cell.key[0] in tables] if tables else list(_figures(rule, ledger, others))
    if wanted and roots and roots >= len(cells) - len(wrong):
        yield skipped("units that make up the department")
        return
    said: set[tuple[str, ...]] = set()
    for cell in wanted:
        # One figure that is wrong in several tables is told once.
        told = not inner(cell.whole, wrong) and cell.whole.identity not in said
        verdict = _judged(rule, ledger, cell, told=told)
        if verdict.draft:
            said.add(cell.whole.identity)
        yield verdict


def _cells(ledger: Ledger, others: Sequence[Ledger]) -> Iterator[_Cell]:
    """The cells of tables that all units print too; a blank or absent row of a unit is nothing.

    Cells that are zero everywhere say nothing.
    """
    held = [_tables(unit) for unit in others]
    known = [table_cells(unit) for unit in others]
    own = _tables(ledger)
    for key, fact in table_cells(ledger).items():
        column = fact.span.column or ""
        if column not in own[key[0]] or not all(column in tables.get(key[0], ()) for tables in held):
            continue
        found = [(cells[key], unit) for cells, unit in zip(known, others, strict=True) if key in cells]
        if fact.quantity.value or any(part.quantity.value for part, _ in found):
            yield _Cell(key, fact, tuple(part for part, _ in found), tuple(unit for _, unit in found))


def _tables(ledger: Ledger) -> dict[str, frozenset[str]]:
    """The columns of each table, without those of which a cell could not be read."""
    found: dict[str, set[str]] = {}
    unread: dict[str, set[str]] = {}
    for row in ledger.rows:
        found.setdefault(row.table, set()).update(row.columns)
        unread.setdefault(row.table, set()).update(row.unread)
    return {table: frozenset(columns - unread[table]) for table, columns in found.items()}


def table_cells(ledger: Ledger) -> dict[Key, Fact]:
    """The amounts of all tables by table and identity; what stands twice in a table is left out."""
    found: dict[Key, Fact | None] = {}
    for fact in ledger.facts:
        table = fact.span.table
        if table and not fact.year and fact.quantity.dimension == "money" and _named(fact, table):
            key = (table, fact.span.column or "", *fact.identity)
            found[key] = None if key in found else fact
    return {key: fact for key, fact in found.items() if fact is not None}


def _named(fact: Fact, table: str) -> bool:
    """Whether a cell is a figure or subject of its table, not a row without a name of its own."""
    return (fact.topic in ("", "income") and bool(fact.figure or fact.path)) or fact.topic.startswith(f"{table}.")


def _figures(rule: Rule, ledger: Ledger, others: Sequence[Ledger]) -> Iterator[_Cell]:
    """Figures of the running text that every unit prints."""
    here, there = sides(rule.options)
    units = [keyed(unit, there) for unit in others]
    for key, facts in keyed(ledger, here).items():
        if all(key in unit for unit in units):
            yield _Cell(key, facts[0], tuple(unit[key][0] for unit in units), tuple(others))


def _judged(rule: Rule, ledger: Ledger, cell: _Cell, *, told: bool) -> Verdict:
    """`told` says whether a finding is made of a cell that is wrong."""
    facts = (cell.whole, *cell.parts)
    says = functools.partial(summed, cell.whole, cell.parts)
    if not cell.agrees():
        return Verdict("failed", facts, (), _draft(rule, ledger, cell, {}) if told else None, says)
    less = lowered(rule.severity)
    if cell.agrees(ledger.house) or less is None or not told:
        return passed(*facts, says=says)
    draft = _draft(rule, ledger, cell, {"certainty": "likely", "severity": less})
    return Verdict("failed", facts, (), draft, says)


def _draft(rule: Rule, ledger: Ledger, cell: _Cell, changed: Mapping[str, Any]) -> Draft:
    whole = cell.whole.quantity
    points = sum((part.quantity.point for part in cell.parts), Fraction(0))
    decimals = max(whole.decimals, ledger.house.get(whole.unit, 0))
    there = f"{format_value(points / whole.scale, decimals)}{whole.unit}"
    shown = [f"{_unit(h)}{p.quantity.shown}" for p, h in zip(cell.parts, cell.holders, strict=True)]
    more = "…" if len(shown) > _MOST_SHOWN else ""
    fields: dict[str, Field] = {
        "name": cell.whole.name, "here": whole.shown, "there": there, "place": cell.whole,
        "count": str(len(ledger.others[rule.options["with"]])), "parts": (*shown[:_MOST_SHOWN], *more),
    }  # fmt: skip
    difference = f"{format_value(abs(points - whole.point) / whole.scale, decimals)}{whole.unit}"
    culprits = (Culprit(whole.text, None, cell.whole.span),)
    return Draft((cell.whole,), cell.parts, fields, there, difference, culprits, **changed)


def _unit(ledger: Ledger) -> str:
    return ledger.entity or Path(ledger.document.name).stem
