"""Sums that a table's own layout promises: rows of items, columns under one header, lists and their total, points."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from ..amounts import format_value
from ..constraints import Constraint, summed
from ..intervals import total
from ..ledger import Ledger
from ..model import Culprit, Fact
from ..rulebook import Rule
from ..table_facts import TableRow
from ..verdicts import Draft, Field, Verdict, passed, skipped

__all__ = ["cells_of", "items", "listing", "panel", "points", "sum_verdict", "under"]


def cells_of(rows: Sequence[TableRow], column: str) -> list[Fact]:
    """The numbers that rows have in a column; none where one of them prints there what is no number."""
    if any(column in row.unread for row in rows):
        return []
    return [row.cells[column] for row in rows if column in row.cells]


def sum_verdict(
    name: str,
    table: str,
    column: str,
    whole: Fact | None,
    parts: Sequence[Fact],
    blanks: Callable[[], Sequence[Fact]] = tuple,
) -> Verdict | None:
    """A printed total against its printed parts; None where either is blank or the total is no money or count.

    `blanks` gives the parts that are printed as empty cells.
    """
    if not parts or whole is None or whole.quantity.dimension not in ("money", "count"):
        return None
    everything = total(fact.quantity.interval for fact in parts)
    facts = (whole, *parts)

    def says() -> Constraint:
        return summed(whole, (*parts, *blanks()))

    if everything.meets(whole.quantity.interval):
        return passed(*facts, says=says)
    return Verdict("failed", facts, (), _draft(name, table, column, whole, parts), says)


def _draft(name: str, table: str, column: str, whole: Fact, parts: Sequence[Fact]) -> Draft:
    quantity = whole.quantity
    everything = total(fact.quantity.interval for fact in parts)
    decimals = max(fact.quantity.decimals for fact in (whole, *parts))
    points = sum((fact.quantity.point for fact in parts), Fraction(0))
    right = f"{format_value(points / quantity.scale, decimals)}{quantity.unit}"
    gap = abs(points - quantity.point)
    touching = everything.closed().meets(quantity.interval.closed())
    near = quantity.dimension == "money" and (touching or gap <= quantity.scale / 10**decimals * len(parts) / 2)
    fields: dict[str, Field] = {
        "name": name, "column": column, "table": table, "left": quantity.shown, "right": right,
        "count": str(len(parts)), "difference": f"{format_value(gap / quantity.scale, decimals)}{quantity.unit}",
        "parts": tuple(f"{fact.name}{fact.quantity.shown}" for fact in parts),
    }  # fmt: skip
    return Draft(
        (whole,), tuple(parts), fields, right, str(fields["difference"]), (Culprit(quantity.text, right, whole.span),),
        severity="info" if near else None, kind="rounding" if near else None,
    )  # fmt: skip


def items(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """An item of a table with items one below the other against the items that make it up, column by column.

    A part that has no row may be what is missing: less than the total is no finding unless all that are `needed` (by
    default all) have one.
    """
    judged = False
    wanted: list[str] = rule.options["parts"]
    for rows in _runs(ledger.rows, rule.options["total"]):
        whole, parts = rows[0], [row for row in rows[1:] if row.figure in wanted]
        needed = set(rule.options.get("needed", wanted))
        complete = bool(needed) and needed <= {row.figure for row in parts}
        if len(parts) < min(2, len(wanted)):
            continue
        for column, stated in whole.cells.items():
            present = cells_of(parts, column)
            blanks = functools.partial(ledger.blanks, parts, (column,))
            verdict = sum_verdict(whole.label, whole.table, _plain(whole, column), stated, present, blanks)
            if verdict is None:
                continue
            judged = True
            strange = rule.options.get("strict") and any(_stray(row, column) for row in rows[1:])
            less = total(f.quantity.interval for f in present).below(stated.quantity.interval)
            less = less or any(f.quantity.value < 0 for f in (stated, *present))
            yield Verdict("passed", verdict.facts) if less and (strange or not complete) else verdict
    if not judged:
        yield skipped(rule.options["total"])


def under(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """An item of a panel against the rows right under it that say by their labels what it is made of.

    Less than the item is no finding where fewer than two of them are printed.
    """
    judged = False
    for _, grid in itertools.groupby(sorted(ledger.rows, key=_panel_of), key=_panel_of):
        rows = list(grid)
        for place, whole in enumerate(rows):
            if whole.figure not in rule.options["totals"]:
                continue
            parts = list(itertools.takewhile(lambda row: _is_part(rule, row), rows[place + 1 :]))
            for column, stated in whole.cells.items():
                blanks = functools.partial(ledger.blanks, parts, (column,))
                name = _plain(whole, column)
                verdict = sum_verdict(whole.label, whole.table, name, stated, cells_of(parts, column), blanks)
                if verdict is not None:
                    judged = True
                    short = total(f.quantity.interval for f in verdict.facts[1:]).below(stated.quantity.interval)
                    yield Verdict("passed", verdict.facts) if short and len(parts) < 2 else verdict
    if not judged:
        yield skipped(*rule.options["totals"])


def _is_part(rule: Rule, row: TableRow) -> bool:
    return not row.figure and row.label in rule.options["labels"]


def panel(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """All rows above a panel's total against it, column by column.

    Another column of the panel vouches for that sum, or the names of the rows: all of them subjects or all of them
    sources, in a table that is whole in one grid.
    """
    judged = False
    blocks = Counter(table for table, _ in {(row.table, row.block) for row in ledger.rows})
    for _, grid in itertools.groupby(sorted(ledger.rows, key=_panel_of), key=_panel_of):
        rows = list(grid)
        place = next((n for n, row in enumerate(rows) if row.figure in rule.options["totals"]), 0)
        whole, above = rows[place], rows[:place]
        found = {c: v for c in whole.cells if above and (v := _above(rule, ledger, whole, above, c))}
        vouched = len(found) > 1 and any(v.status == "passed" and v.facts[0].quantity.value for v in found.values())
        for column, verdict in found.items():
            if vouched or (blocks[whole.table] == 1 and _named(rule, above, column)):
                judged = True
                yield verdict
    if not judged:
        yield skipped("panel of several columns")


def _panel_of(row: TableRow) -> tuple[int, int]:
    return row.block, row.group


def _above(rule: Rule, ledger: Ledger, whole: TableRow, above: Sequence[TableRow], column: str) -> Verdict | None:
    inside: list[str] = rule.options["inside"].get(next((r.figure for r in above if _inside(rule, r)), ""), [])
    rows = [row for row in above if row.figure not in inside]
    blanks = functools.partial(ledger.blanks, rows, (column,))
    name, stated = _plain(whole, column), whole.cells[column]
    return sum_verdict(whole.label, whole.table, name, stated, cells_of(rows, column), blanks)


def _inside(rule: Rule, row: TableRow) -> bool:
    return row.figure in rule.options["inside"] and bool(row.cells)


def _named(rule: Rule, rows: Sequence[TableRow], column: str) -> bool:
    """Whether all rows that have an amount in a column are classes, or all are sources."""
    facts = [row.cells[column] for row in rows if column in row.cells and row.cells[column].quantity.value]
    return all(len(fact.path) == 1 for fact in facts) or all(fact.figure in rule.options["sources"] for fact in facts)


def _plain(row: TableRow, column: str) -> str:
    """What the report calls a column."""
    return row.headers.get(column, column).rpartition("|")[2]


def _stray(row: TableRow, column: str) -> bool:
    """A row that is no known item and has an amount: it may be a part too."""
    return not row.figure and column in row.cells and bool(row.cells[column].quantity.value)


def _runs(rows: Sequence[TableRow], start: str) -> Iterator[list[TableRow]]:
    """A row that states a figure, then the other rows of its table, or those up to the next row that states it."""
    for _, grouped in itertools.groupby(rows, key=lambda row: row.block):
        grid = list(grouped)
        first = [row for row in grid if row.figure == start]
        if len(first) == 1:
            yield [*first, *(row for row in grid if row is not first[0])]
            continue
        run: list[TableRow] = []
        for row in grid:
            if row.figure == start:
                if run:
                    yield run
                run = [row]
            elif run:
                run.append(row)
        if run:
            yield run


def listing(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """The total row of a list against what is listed, where no row is the subtotal of others."""
    judged = False
    for rows in _lists(ledger.rows):
        totals = [row for row in rows if row.total]
        listed = [row for row in rows if not row.total]
        if rows[0].table not in rule.options["tables"] or len(totals) != 1 or not listed:
            continue
        wanted: list[str] = rule.options.get("columns", list(totals[0].cells))
        for column, stated in totals[0].cells.items():
            if column not in wanted:
                continue
            parts = cells_of(listed, column)
            blanks = functools.partial(ledger.blanks, listed, (column,))
            verdict = sum_verdict(totals[0].label, rows[0].table, _plain(totals[0], column), stated, parts, blanks)
            if verdict is not None and (verdict.status == "passed" or not _nested(listed, column, stated)):
                judged = True
                yield verdict
    if not judged:
        yield skipped("list with a total")


def _lists(rows: Sequence[TableRow]) -> Iterator[list[TableRow]]:
    """The rows of each list; one goes on in the next grid of its name until a total has been seen twice."""
    last: list[TableRow] = []
    for _, grouped in itertools.groupby(rows, key=lambda row: row.block):
        grid = list(grouped)
        same = last and last[0].table == grid[0].table and last[0].headers.keys() == grid[0].headers.keys()
        if same and sum(row.total for row in (*last, *grid)) < 2:
            last.extend(grid)
            continue
        if last:
            yield last
        last = grid
    if last:
        yield last


def _nested(rows: Sequence[TableRow], column: str, stated: Fact) -> bool:
    """Whether some row may be the subtotal of others: it has no name of its own, or is the sum of rows beside it."""
    values = [row.cells[column].quantity.point for row in rows if column in row.cells]
    if any(not row.label for row in rows) or len({row.label for row in rows}) < len(rows) / 2:
        return True
    whole = stated.quantity.point
    return any(value == whole for value in values) or any(
        value and any(sum(values[n + 1 : end]) == value for end in range(n + 3, len(values) + 1))
        for n, value in enumerate(values)
    )


def points(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """The points of a form against the hundred that they make, and its score against the scores of its rows."""
    judged = False
    column, full = rule.options["column"], Fraction(str(rule.options["full"]))
    for grid in _lists(ledger.rows):
        rows = [row for row in grid if row.table in rule.options["tables"]]
        ended = any(row.total for row in rows)  # else it may go on where nothing was recognised
        facts = cells_of([row for row in rows if not row.total], column)
        if len(facts) < int(rule.options["at_least"]):
            continue
        judged = True
        everything = total(fact.quantity.interval for fact in facts)
        if everything.low is not None and everything.high is not None and everything.low <= full <= everything.high:
            yield Verdict("passed", tuple(facts))
            continue
        said = sum((fact.quantity.point for fact in facts), Fraction(0))
        if said < full and not ended:
            yield Verdict("passed", tuple(facts))
            continue
        decimals = max(fact.quantity.decimals for fact in facts)
        fields: dict[str, str | Fact] = {
            "table": rows[0].table, "column": column, "count": str(len(facts)),
            "right": format_value(said, decimals), "full": format_value(full, 0),
            "difference": format_value(abs(said - full), decimals),
        }  # fmt: skip
        yield Verdict(
            "failed",
            tuple(facts),
            (),
            Draft((facts[0],), tuple(facts[1:]), fields, None, str(fields["difference"]), (), "likely"),
        )
    if not judged:
        yield skipped(column)
