"""Checks inside tables: subjects against the items under them, the total row, blank tables, unknown tables, schemas."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from ..ledger import Ledger
from ..model import Culprit, Span
from ..rulebook import Rule
from ..table_facts import TableRow
from ..tables import Table
from ..verdicts import Draft, Verdict, passed, skipped
from .sums import cells_of, sum_verdict

__all__ = ["blank_note", "filled", "hierarchy", "schema", "unrecognised"]


def hierarchy(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Every subject of a table with codes against the sum of the subjects right under it, column by column.

    The total row (合计) is held against the classes. A column in which neither side has a number says nothing.
    """
    judged = False
    for rows in _joined(ledger.rows):
        for parent, children in _families(rows):
            for column in dict.fromkeys(name for row in (parent, *children) for name in row.cells):
                whole = parent.cells.get(column)
                parts = cells_of(children, column)
                name = " ".join(part for part in (parent.code, parent.label) if part)
                blanks = functools.partial(ledger.blanks, children, (column,))
                verdict = sum_verdict(name, parent.table, column, whole, parts, blanks)
                if verdict is not None:
                    judged = True
                    yield verdict
        for parent, children in _unit_families(rows) if rows[0].table in rule.options["units"] else ():
            for verdict in _vouched(parent, children):
                judged = True
                yield verdict
    if not judged:
        yield skipped("table with codes")


def _joined(rows: Sequence[TableRow]) -> list[list[TableRow]]:
    """The rows of each table; a table goes on in the next grid of its name that repeats no code and no total row."""
    joined: list[list[TableRow]] = []
    for _, grid in itertools.groupby(rows, key=lambda row: row.block):
        found = list(grid)
        last = joined[-1] if joined else []
        codes = {row.code for row in last if row.code}
        totals = sum(row.total for row in (*last, *found))
        if last and last[0].table == found[0].table and totals < 2 and codes.isdisjoint(row.code for row in found):
            last.extend(found)
        else:
            joined.append(found)
    return joined


def _families(rows: Sequence[TableRow]) -> Iterator[tuple[TableRow, list[TableRow]]]:
    coded = {row.code: row for row in rows if row.code}
    under: dict[str, list[TableRow]] = {}
    for code, row in coded.items():
        under.setdefault(code[:-2] if len(code) > 3 else "", []).append(row)
    for code, children in under.items():
        if code in coded:
            yield coded[code], children
    totals = [row for row in rows if row.total]
    if len(totals) == 1 and all(len(row.code) == 3 for row in under.get("", [])) and under.get(""):
        yield totals[0], under[""]
    listed = [row for row in rows if not row.total]
    if len(totals) == 1 and {len(row.code) for row in listed} in ({5}, {7}):  # the lowest subjects alone
        yield totals[0], listed


def _unit_families(rows: Sequence[TableRow]) -> Iterator[tuple[TableRow, list[TableRow]]]:
    """Departments (three digits) with their units (six), and a total over rows of one level: no table of subjects."""
    coded = [row for row in rows if row.code]
    lengths = {len(row.code) for row in rows if not row.total}
    totals = [row for row in rows if row.total]
    plain = [row for row in rows if not row.total]
    if lengths == {3, 6}:
        for parent in (row for row in coded if len(row.code) == 3):
            yield parent, [row for row in coded if len(row.code) == 6 and row.code.startswith(parent.code)]
    flat = lengths in ({0}, {6}) and len({(row.code, row.label) for row in plain}) == len(plain)
    if flat and len(totals) == 1:
        yield totals[0], plain


def _vouched(parent: TableRow, children: Sequence[TableRow]) -> Iterator[Verdict]:
    """The columns of a family, where one of them adds up: the rows are what they seem."""
    name = " ".join(part for part in (parent.code, parent.label) if part)
    found = []
    for column, whole in parent.cells.items():
        parts = cells_of(children, column)
        verdict = sum_verdict(name, parent.table, column, whole, parts)
        if verdict is not None and whole.quantity.value:
            found.append(verdict)
    if sum(verdict.status == "passed" for verdict in found) * 2 > len(found):
        yield from found


def _table_span(table: Table) -> Span:
    block = table.passage.block
    return Span(
        text=table.title[:60], quote=table.title[:120], line=block.line, page=block.page, table=table.name or None,
        section=table.passage.section.label or None, block=table.passage.index, start=0,
    )  # fmt: skip


def unrecognised(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Grids with amounts that are no known table: listed with their first row, never dropped."""
    if not ledger.tables:
        yield skipped("table")
    for table in ledger.tables:
        amounts = table.loose_amounts
        if table.spec or amounts < int(rule.options["at_least"]):
            yield passed()
            continue
        first = " ".join(cell for cell in table.passage.block.cells[0] if cell)[:60]
        span = _table_span(table)
        fields = {"title": table.title[:40], "first": first, "count": str(amounts)}
        yield Verdict("failed", (), (), Draft((span,), (), fields, None, None, (), "likely"))


def blank_note(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A note that a table is blank under one that is filled."""
    import re

    wanted = re.compile(rule.options["note"])
    judged = False
    for table in ledger.tables:
        follower = next((p for p in ledger.passages if p.index == table.passage.index + 1), None)
        note = (
            wanted.search(follower.text.folded) if table.spec and follower and follower.block.kind != "grid" else None
        )
        if follower is None or note is None:
            continue
        judged = True
        if table.blank:
            yield passed()
            continue
        quote = follower.block.text.strip()[:120]
        span = Span(quote[:60], quote, follower.block.line, follower.block.page, block=follower.index, start=0)
        facts = tuple(
            f for row in ledger.rows if row.block == table.passage.index for f in row.cells.values() if f.quantity.value
        )
        fields = {"table": table.name, "note": note.group(), "amount": facts[0].quantity.shown if facts else ""}
        yield Verdict(
            "failed", facts[:1], (), Draft((span,), facts[:1], fields, None, None, (Culprit(span.text, None, span),))
        )
    if not judged:
        yield skipped("note under a table")


def schema(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Cells that do not fit their column, by the table's pandera model; tables without odd cells need no frame."""
    judged = False
    for table in ledger.tables:
        if not table.spec or not table.rows:
            continue
        judged = True
        if not any(row.odd for row in table.rows):
            yield passed()
            continue
        yield from _misfits(table)
    if not judged:
        yield skipped("table")


def _misfits(table: Table) -> Iterator[Verdict]:
    from ..schemas import failures

    frame = table.frame()
    for number, column, text, _ in failures(table.name, frame):
        if column not in frame.columns:
            continue
        row = table.rows[number]
        cell = row.cells.get(column)
        printed = cell.printed if cell else text
        quote = " ".join(part for part in (row.code, row.label, *(c.printed for c in row.cells.values())) if part)
        span = Span(
            text=printed, quote=quote[:120], line=table.passage.block.line, page=cell.page if cell else None,
            table=table.name, row=f"{row.code} {row.label}".strip(), column=column, block=table.passage.index,
            start=row.number * 1000 + (cell.column if cell else 0), box=cell.box if cell else None,
        )  # fmt: skip
        fields = {"table": table.name, "row": span.row or "", "column": column, "text": printed}
        yield Verdict("failed", (), (), Draft((span,), (), fields, None, None, (Culprit(printed, None, span),)))


def filled(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A report all of whose tables are blank: a template, not a report."""
    standard = [table for table in ledger.tables if table.spec]
    if len(standard) < int(rule.options["at_least"]):
        yield skipped("tables")
        return
    if not all(table.blank for table in standard):
        yield passed()
        return
    span = _table_span(standard[0])
    yield Verdict("failed", (), (), Draft((span,), (), {"count": str(len(standard))}))
