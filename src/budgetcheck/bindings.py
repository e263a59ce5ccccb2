"""Which facts a rule's names stand for: a claim's parts, the cells of a row or a subject, or printings of figures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .amounts import refined
from .intervals import Interval, exact
from .ledger import Ledger
from .model import Claim, Fact, Span
from .rulebook import Rule
from .table_facts import TableRow
from .verdicts import Verdict, skipped

__all__ = ["Binding", "bindings"]

_MOST_READINGS = 400
# So many rows with several numbers show that a row with one has lost the others.
_WITNESSES = 2


@dataclass(frozen=True, slots=True)
class Binding:
    """Facts for a relation's names. `absent` names are optional and count as exactly zero."""

    parts: Mapping[str, Fact]
    groups: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    explicit: bool = True
    marks: Mapping[str, Span] = field(default_factory=dict)
    cells: Mapping[str, tuple[TableRow, str]] = field(default_factory=dict)

    def facts(self, names: Sequence[str]) -> tuple[Fact, ...]:
        """The facts behind some names, in their order."""
        found: list[Fact] = []
        for name in names:
            found.extend((self.parts[name],) if name in self.parts else self.groups.get(name, ()))
        return tuple(found)

    def intervals(self, house: Mapping[str, int] | None) -> dict[str, Interval | tuple[Interval, ...]]:
        """Each name's interval: as printed, or refined to the decimals of the house."""
        read = (lambda f: f.quantity.interval) if house is None else (lambda f: refined(f.quantity, dict(house)))
        env: dict[str, Interval | tuple[Interval, ...]] = {name: read(fact) for name, fact in self.parts.items()}
        env |= {name: tuple(map(read, facts)) for name, facts in self.groups.items()}
        return env | dict.fromkeys(self.absent, exact(0))

    def points(self) -> dict[str, Interval | tuple[Interval, ...]]:
        """Each name's printed value as an exact interval."""
        env: dict[str, Interval | tuple[Interval, ...]] = {n: exact(f.quantity.point) for n, f in self.parts.items()}
        env |= {name: tuple(exact(f.quantity.point) for f in facts) for name, facts in self.groups.items()}
        return env | dict.fromkeys(self.absent, exact(0))


def bindings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """Alternative readings for each instance of a rule, or a skipped verdict naming what is missing."""
    if rule.each.startswith("claim."):
        for claim in ledger.claims_of(rule.each.removeprefix("claim.")):
            if _where(rule, claim):
                yield _claim_readings(rule, claim)
    elif rule.each.startswith("row."):
        yield from _row_readings(rule, ledger, rule.each.removeprefix("row."))
    elif rule.each == "codes":
        yield from _code_readings(rule, ledger)
    else:
        yield from _figure_readings(rule, ledger)


def _where(rule: Rule, claim: Claim) -> bool:
    return all(claim.words.get(key, "") in values for key, values in rule.where.items())


def _claim_readings(rule: Rule, claim: Claim) -> list[Binding] | Verdict:
    wanted = _wanted(rule)
    missing = [n for n in wanted if n not in claim.parts and n not in claim.groups and n not in rule.optional]
    if missing:
        return skipped(*missing)
    single = [name for name in wanted if name in claim.parts]
    absent = tuple(n for n in wanted if n not in claim.parts and n not in claim.groups)
    choices = itertools.islice(itertools.product(*(claim.parts[name] for name in single)), _MOST_READINGS)
    return [
        Binding(dict(zip(single, choice, strict=True)), claim.groups, absent, claim.words, claim.explicit, claim.marks)
        for choice in choices
    ]


def _wanted(rule: Rule) -> tuple[str, ...]:
    assert rule.relation is not None
    return tuple(dict.fromkeys((*rule.relation.names, *(n for when in rule.when for n in when.names))))


def _row_readings(rule: Rule, ledger: Ledger, table: str) -> Iterator[list[Binding] | Verdict]:
    """One binding for each row of a table that holds a number; a blank cell of a printed column is zero.

    What holds one number of those wanted is judged where it alone of its grid does: another may have been left out.
    """
    wanted = _wanted(rule)
    rows = [row for row in ledger.rows if row.table == table and row.cells]
    alone = _alone(rows, wanted) if rule.relation is not None and rule.relation.operator == "==" else frozenset()
    for row in rows:
        missing = [name for name in wanted if name not in row.columns and name not in rule.optional]
        if rule.relation is not None and rule.relation.operator == "==" and not missing:
            # A column that was not recognised may belong to the sum.
            missing = [name for name in row.strange if name in row.cells and row.cells[name].quantity.value]
        parts = {name: row.cells[name] for name in wanted if name in row.cells}
        lone = (row.block, row.group, row.number) in alone
        if missing or (len(parts) < 2 and not lone):
            yield skipped(*(missing or wanted))
            continue
        words = {"row": " ".join(part for part in (row.code, row.label) if part), "table": row.table}
        absent = tuple(n for n in wanted if n not in parts)
        yield [Binding(parts, {}, absent, words, explicit=not lone, cells={n: (row, n) for n in wanted})]
    if not rows:
        yield skipped(table)


def _alone(rows: Sequence[TableRow], wanted: Sequence[str]) -> frozenset[tuple[int, int, int]]:
    """Block, group and number of each row that alone of its panel has but one of the numbers wanted."""
    grids: dict[tuple[int, int], list[TableRow]] = {}
    for row in rows:
        if any(name in row.cells for name in wanted):
            grids.setdefault((row.block, row.group), []).append(row)
    found = []
    for key, grid in grids.items():
        few = [row for row in grid if sum(name in row.cells for name in wanted) == 1]
        if len(few) == 1 and len(grid) > _WITNESSES:
            found.append((*key, few[0].number))
    return frozenset(found)


def _code_readings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """One binding for each subject that stands in all the tables that a rule's names (表.列) point to."""
    wanted = _wanted(rule)
    tables = {name.partition(".")[0] for name in wanted}
    rows = {(row.table, row.code): row for row in ledger.rows if row.code and row.table in tables}
    missing = sorted(tables - {table for table, _ in rows})
    if missing:
        yield skipped(*missing)
        return
    for code in dict.fromkeys(code for _, code in rows):
        cells = {name: rows.get((name.partition(".")[0], code)) for name in wanted}
        if any(row is None or name.partition(".")[2] not in row.columns for name, row in cells.items()):
            continue
        parts = {
            n: row.cells[n.partition(".")[2]] for n, row in cells.items() if row and n.partition(".")[2] in row.cells
        }
        if len(parts) > 1 or (parts and len(wanted) > 1):
            words = {"row": next(f"{row.code} {row.label}" for row in cells.values() if row)}
            places = {n: (row, n.partition(".")[2]) for n, row in cells.items() if row}
            absent = tuple(n for n in wanted if n not in parts)
            yield [Binding(parts, absent=absent, words=words, cells=places)]


def _figure_readings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """One binding for each fund whose figures the report prints."""
    names = _wanted(rule)
    anchors = _printings(names[0], rule, ledger, rule.options.get("fund"))
    if not anchors:
        yield skipped(names[0])
        return
    for anchor in anchors:
        fund = anchor.fund if names[0].rpartition(".")[2] in ledger.funded else None
        parts: dict[str, Fact] = {names[0]: anchor}
        for name in names[1:]:
            funded = name.rpartition(".")[2] in ledger.funded
            if fund and not funded:
                continue
            found = _printings(name, rule, ledger, fund)
            if found:
                parts[name] = min(
                    found,
                    key=lambda f: (bool(f.fund) and fund is None, abs(f.span.block - anchor.span.block)),
                )
        missing = [n for n in names if n not in parts and n not in rule.optional]
        if missing or len({id(fact) for fact in parts.values()}) < 2:
            yield skipped(*(missing or names[1:]))
            continue
        yield [Binding(parts, absent=tuple(n for n in names if n not in parts))]


def _printings(name: str, rule: Rule, ledger: Ledger, fund: str | None = None) -> list[Fact]:
    """Distinct printings of a figure: the first of each value and fund. `上年.` in front of a name is last year."""
    prefix, _, figure = name.rpartition(".")
    year = int(rule.options.get("prefixes", {}).get(prefix, 0))
    measure = "implied" if prefix and year else rule.options.get("measure", ledger.measure)
    firsts: dict[tuple[Fraction, str], Fact] = {}
    dimension = rule.options.get("dimension", "money")
    for fact in ledger.figure(figure, measure, year, fund):
        if fact.quantity.dimension != dimension:
            continue
        firsts.setdefault((fact.quantity.point, fact.fund), fact)
    return list(firsts.values())
