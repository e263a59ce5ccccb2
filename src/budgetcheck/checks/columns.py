"""Columns that their headers declare to be the sum of others: 小计 beside its siblings, 合计 before all of them.

A header does not say whether its parts are all there. So the other rows of the table vouch for a sum: it is judged
where more rows keep it than break it, and where each column that a breaking row fills is filled in one that keeps it.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..amounts import format_value
from ..constraints import Constraint, summed
from ..intervals import exact, total
from ..ledger import Ledger
from ..model import Culprit, Fact
from ..rulebook import Rule
from ..table_facts import TableRow
from ..verdicts import Draft, Verdict, passed, skipped
from .sums import sum_verdict

__all__ = ["beside", "columns"]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sum:
    """A column and the columns that make it up."""

    whole: str
    parts: tuple[str, ...]


def columns(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Every 小计 and 合计 of a header with the columns under the same header, row by row."""
    judged = False
    for _, grid in itertools.groupby(ledger.rows, key=lambda row: (row.block, row.group)):
        rows = list(grid)
        for each in _sums(rows[0].headers, rule):
            for verdict in _vouched(ledger, rows, each):
                judged = True
                yield verdict
    if not judged:
        yield skipped("table with subtotals")


def _sums(headers: Mapping[str, str], rule: Rule) -> Iterator[_Sum]:
    left_out = re.compile(rule.options["left_out"])
    paths = {name: tuple(chain.split("|")) for name, chain in headers.items() if chain and not left_out.search(chain)}
    for parent in dict.fromkeys(path[:depth] for path in paths.values() for depth in range(len(path))):
        whole = _total(paths, parent, rule)
        parts = [column for part in _under(paths, parent) for column in _value(paths, part, rule) if column != whole]
        if whole and len(parts) > 1:
            yield _Sum(whole, tuple(parts))


def _total(paths: Mapping[str, Path], parent: Path, rule: Rule) -> str | None:
    """The column right under a header that is called its total; directly under none, the first of the table."""
    wanted = re.compile(rule.options["inner" if parent else "outer"])
    size = len(parent) + 1
    found = (n for n, p in paths.items() if len(p) == size and p[:-1] == parent and wanted.fullmatch(p[-1]))
    return next(found, None)


def _under(paths: Mapping[str, Path], parent: Path) -> list[Path]:
    size = len(parent)
    return list(dict.fromkeys(p[: size + 1] for p in paths.values() if p[:size] == parent and len(p) > size))


def _value(paths: Mapping[str, Path], node: Path, rule: Rule) -> list[str]:
    """The columns whose sum is what stands under a header: itself, its own total, or all that is below it."""
    own = [name for name, path in paths.items() if path == node]
    inner = _total(paths, node, rule)
    if own or inner:
        return own or [str(inner)]
    return [name for name, path in paths.items() if path[: len(node)] == node]


def _vouched(ledger: Ledger, rows: Sequence[TableRow], each: _Sum) -> Iterator[Verdict]:
    kept: list[TableRow] = []
    broken: list[tuple[TableRow, Verdict]] = []
    verdicts: list[Verdict] = []
    for row in rows:
        if any(name in row.unread for name in each.parts):
            continue
        whole, parts = row.cells.get(each.whole), [row.cells[name] for name in each.parts if name in row.cells]
        label = " ".join(part for part in (row.code, row.label) if part)
        blanks = functools.partial(ledger.blanks, (row,), each.parts)
        verdict = sum_verdict(label, row.table, _plain(row, each.whole), whole, parts, blanks)
        if verdict is None or whole is None or not (whole.quantity.value or any(f.quantity.value for f in parts)):
            continue
        if _meets(whole, parts):
            kept.append(row)
            verdicts.append(verdict)
        else:
            broken.append((row, verdict))
    if len(kept) < 2 or len(kept) <= len(broken):
        return
    yield from verdicts
    filled = {name for row in kept for name in each.parts if _filled(row, name)}
    yield from (v for row, v in broken if all(name in filled for name in each.parts if _filled(row, name)))


def _meets(whole: Fact, parts: Sequence[Fact]) -> bool:
    return total(fact.quantity.interval for fact in parts).meets(whole.quantity.interval)


def _filled(row: TableRow, name: str) -> bool:
    return name in row.cells and bool(row.cells[name].quantity.value)


def _plain(row: TableRow, column: str) -> str:
    return row.headers.get(column, column).replace("|", "/")


def beside(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Columns of the change on last year, in amount and in percent, against the columns of both years."""
    judged = False
    for _, grid in itertools.groupby(ledger.rows, key=lambda row: (row.block, row.group)):
        rows = list(grid)
        for verdict in _changes(rows, rule):
            judged = True
            yield verdict
    if not judged:
        yield skipped("columns of two years")


def _changes(rows: Sequence[TableRow], rule: Rule) -> Iterator[Verdict]:
    change, rate = re.compile(rule.options["change"]), re.compile(rule.options["rate"])
    now = next(iter(rows[0].headers), None)
    last = [name for name in rows[0].beside if not change.search(name) and not rate.search(name)]
    if now is None or len(last) != 1:
        return
    for name in rows[0].beside:
        if name in last:
            continue
        found = [v for row in rows if (v := _change(row, now, last[0], name, percent=bool(rate.search(name))))]
        kept = sum(verdict.status == "passed" for verdict in found)
        if kept > 1 and kept > len(found) - kept:
            yield from found


def _change(row: TableRow, now: str, last: str, name: str, *, percent: bool) -> Verdict | None:
    """One row; None where one of the three numbers is blank, or last year was nothing and a percentage says no more."""
    facts = [row.cells[column] for column in (name, now, last) if column in row.cells]
    if len(facts) < 3 or (percent and not facts[2].quantity.value):
        return None
    stated, current, before = facts
    gap = current.quantity.interval - before.quantity.interval
    point = current.quantity.point - before.quantity.point
    if percent:
        gap = exact(100) * current.quantity.interval / before.quantity.interval - exact(100)
        point = 100 * point / before.quantity.point
    unsigned = not gap.meets(stated.quantity.interval) and (-gap).meets(stated.quantity.interval)
    says = None if percent else functools.partial(_moved, stated, current, before, unsigned=unsigned)
    if unsigned or gap.meets(stated.quantity.interval):  # a decline may lack its sign
        return passed(stated, current, before, says=says)
    decimals = max(stated.quantity.decimals, 0 if percent else current.quantity.decimals)
    right = f"{format_value(point / stated.quantity.scale, decimals)}{stated.quantity.unit}"
    fields: dict[str, str | Fact] = {
        "table": row.table, "name": " ".join(part for part in (row.code, row.label) if part),
        "column": name.replace("|", "/"), "left": stated.quantity.shown, "right": right,
        "now": current.quantity.shown, "before": before.quantity.shown,
    }  # fmt: skip
    culprit = Culprit(stated.quantity.text, right, stated.span)
    near = abs(point - stated.quantity.point) <= stated.quantity.scale / 10**decimals
    draft = Draft(
        (stated,), (current, before), fields, right, None, (culprit,),
        severity="info" if near else None, kind="rounding" if near else None,
    )  # fmt: skip
    return Verdict("failed", (stated, current, before), (), draft, says)


def _moved(stated: Fact, current: Fact, before: Fact, *, unsigned: bool) -> Constraint:
    """current == before + stated; where the sign of a decline is left out, current == before − stated."""
    return summed(before, (current, stated)) if unsigned else summed(current, (before, stated))
