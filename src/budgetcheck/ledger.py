"""The ledger: everything a document says, by name. What rules see, and all they see."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .intervals import exact
from .model import Claim, Document, Fact
from .outline import Passage
from .statements import Statement
from .table_facts import TableRow
from .tables import Table

__all__ = ["Ledger"]


@dataclass(frozen=True)
class Ledger:
    """Facts, claims and passages of one document. `house` are the decimals it usually prints, by unit.

    `others` are the ledgers of the reports beside it, by what they are to this one: "previous", "budget", "units".
    """

    document: Document
    kind: str | None
    year: int | None
    entity: str | None
    passages: tuple[Passage, ...]
    statements: tuple[Statement, ...]
    facts: tuple[Fact, ...]
    claims: tuple[Claim, ...]
    house: Mapping[str, int]
    names: tuple[str, ...] = ()
    funded: frozenset[str] = field(default_factory=frozenset)
    rows: tuple[TableRow, ...] = ()
    tables: tuple[Table, ...] = ()
    combined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of_fund: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    others: Mapping[str, tuple[Ledger, ...]] = field(default_factory=dict)

    @functools.cached_property
    def _figures(self) -> dict[tuple[str, str, int], tuple[Fact, ...]]:
        grouped: dict[tuple[str, str, int], list[Fact]] = {}
        for fact in self.facts:
            if fact.figure and not fact.topic and not fact.path:
                for figure in (*self.meant(fact.figure), *self._of_fund(fact)):
                    grouped.setdefault((figure, fact.measure, fact.year), []).append(fact)
        return {key: tuple(facts) for key, facts in grouped.items()}

    def meant(self, figure: str) -> tuple[str, ...]:
        """The figures that a name stands for: 收支总计 is 收入总计 and 支出总计 at once."""
        return self.combined.get(figure, (figure,))

    def _of_fund(self, fact: Fact) -> tuple[str, ...]:
        """The figure that is what a fund has of another: 财政拨款的年末结转和结余."""
        named = self.of_fund.get(fact.figure or "", {}).get(fact.fund)
        return (named,) if named else ()

    def figure(self, name: str, measure: str, year: int = 0, fund: str | None = None) -> tuple[Fact, ...]:
        """All printings of a standard figure of the whole report; `fund` None takes any."""
        found = self._figures.get((name, measure, year), ())
        return tuple(fact for fact in found if fund is None or fact.fund == fund or name not in self.funded)

    def joined(self, roles: tuple[str, ...]) -> str:
        """The folded text of all passages of some roles, a line each."""
        if roles not in self._joined:
            texts = (s.passage.text.folded for s in self.statements if s.passage.section.role in roles)
            self._joined[roles] = "\n".join(texts)
        return self._joined[roles]

    @functools.cached_property
    def _joined(self) -> dict[tuple[str, ...], str]:
        return {}

    @functools.cached_property
    def _claims(self) -> dict[str, tuple[Claim, ...]]:
        grouped: dict[str, list[Claim]] = {}
        for claim in self.claims:
            grouped.setdefault(claim.kind, []).append(claim)
        return {kind: tuple(claims) for kind, claims in grouped.items()}

    def claims_of(self, kind: str) -> tuple[Claim, ...]:
        """All claims of a kind, in reading order."""
        return self._claims.get(kind, ())

    def blank(self, row: TableRow, column: str) -> Fact | None:
        """The empty cell of a row in a printed column, as a figure of exactly nothing; None where it holds a number.

        It may be where a number was left out.
        """
        if column in row.cells or column in row.unread or column not in row.columns:
            return None
        # In a table of one row nothing else stands in the column.
        money = (fact for fact in row.cells.values() if fact.quantity.dimension == "money")
        like = self._columns.get((row.block, row.group, column)) or next(money, None)
        if like is None:
            return None
        quantity = replace(like.quantity, text="", value=Decimal(0), interval=exact(0))
        name = " ".join(part for part in (row.code, row.label) if part)
        quote = " ".join((name, *(fact.span.text for fact in row.cells.values())))
        start = (row.number + self._header[row.block]) * 1000 + row.places[column]
        span = replace(like.span, text="", quote=quote[:120], row=name or None, column=column, start=start, box=None)
        return Fact(row.label, quantity, span, measure=like.measure)

    def blanks(self, rows: Iterable[TableRow], columns: Iterable[str]) -> tuple[Fact, ...]:
        """The empty cells where some rows and columns meet."""
        columns = tuple(columns)
        found = (self.blank(row, column) for row in rows for column in columns)
        return tuple(fact for fact in found if fact is not None)

    @functools.cached_property
    def _header(self) -> dict[int, int]:
        """How many lines of each grid stand above its first row."""
        rows = ((row, fact) for row in self.rows for fact in row.cells.values())
        return {row.block: fact.span.start // 1000 - row.number for row, fact in rows}

    @functools.cached_property
    def _columns(self) -> dict[tuple[int, int, str], Fact]:
        """A number of each column of each panel of each grid."""
        found: dict[tuple[int, int, str], Fact] = {}
        for row in self.rows:
            for name, fact in row.cells.items():
                if fact.quantity.dimension == "money":
                    found.setdefault((row.block, row.group, name), fact)
        return found

    @property
    def measure(self) -> str:
        """The measure of a figure that names none: a budget's is the plan, a final account's the actual."""
        return "budget" if self.kind == "budget" else "actual"
