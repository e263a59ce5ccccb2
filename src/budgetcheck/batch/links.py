"""What rules across reports may compare in a report, as rows of the dataset: a join of them finds what disagrees.

The join only chooses: pairs of reports that may have something to say are read again, and judged as `check` does it.
So a row may be too strict about a number (then a pair is read for nothing), never too lenient.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..checks.across import finer
from ..checks.comings import subjects
from ..checks.joins import keyed, sides
from ..checks.units import table_cells
from ..intervals import Interval
from ..ledger import Ledger
from ..model import Fact
from ..reports.tidy import decimal
from ..reports.tidy_files import SCALE
from ..rulebook import Rule

__all__ = ["alone", "compared", "link_rows"]

Row = dict[str, Any]
# What a sum of many numbers may hold without leaving 38 digits; a larger number agrees with none.
_LARGEST = 10**20


def compared(rules: Iterable[Rule]) -> list[Rule]:
    """The rules that need another report."""
    return [rule for rule in rules if "with" in rule.options]


def alone(rules: Iterable[Rule]) -> list[Rule]:
    """The rules that a report is judged by where no other is beside it."""
    return [rule for rule in rules if "with" not in rule.options]


def link_rows(ledger: Ledger, rules: Sequence[Rule]) -> Iterator[Row]:
    """The rows of a report: figures by rule and side, cells and subjects of the tables that any rule names."""
    tables: dict[str, set[str]] = {"cell": set(), "subject": set()}
    for rule in compared(rules):
        named = rule.options.get("tables", ())
        if named:
            tables["cell" if rule.options["relation"] == "sum" else "subject"].update(named)
        else:
            yield from _figures(rule, ledger)
    yield from _cells(ledger, tables["cell"])
    yield from _subjects(ledger, sorted(tables["subject"]))


def _figures(rule: Rule, ledger: Ledger) -> Iterator[Row]:
    for name, side in zip(("here", "there"), sides(rule.options), strict=True):
        if name == "here" and rule.documents and ledger.kind not in rule.documents:
            continue
        for key, facts in keyed(ledger, side).items():
            for fact in {(f.quantity.point, f.quantity.decimals, f.quantity.unit): f for f in facts}.values():
                yield {"rule": rule.id, "side": name, "key": _text(key), **_number(fact, ledger)}


def _cells(ledger: Ledger, tables: set[str]) -> Iterator[Row]:
    for key, fact in table_cells(ledger).items():
        if key[0] in tables:
            yield {"side": "cell", "table": key[0], "key": _text(key[1:]), **_number(fact, ledger)}


def _subjects(ledger: Ledger, tables: Iterable[str]) -> Iterator[Row]:
    for table in tables:
        for each in subjects(ledger, table):
            yield {"side": "subject", "table": table, "code": each.code, "key": _text(each.fact.path)}


def _text(key: Sequence[str]) -> str:
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))


def _number(fact: Fact, ledger: Ledger) -> Mapping[str, Any]:
    quantity, fine = fact.quantity, finer(fact, ledger)
    return {
        "unit": quantity.unit, "decimals": quantity.decimals, "derived": bool(fact.derived),
        "point": _held(quantity.point), **_bounds(quantity.interval, ""), **_bounds(fine, "fine_"),
    }  # fmt: skip


def _bounds(interval: Interval, name: str) -> Mapping[str, Any]:
    return {f"{name}low": _held(interval.low), f"{name}high": _held(interval.high)}


def _held(value: Fraction | None) -> Any:
    """A bound that the dataset holds exactly, else None."""
    if value is None or abs(value) >= _LARGEST or 10**SCALE % value.denominator:
        return None
    return decimal(value)
