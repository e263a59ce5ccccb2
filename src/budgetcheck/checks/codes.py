"""Checks of subject codes in tables against the classification (政府收支分类科目) of the report's year."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from ..amounts import fold
from ..ledger import Ledger
from ..model import Culprit, Fact, Span
from ..rulebook import Rule
from ..subjects import Subject, subjects
from ..table_facts import TableRow
from ..verdicts import Draft, Verdict, passed, skipped

__all__ = ["code_name", "code_year"]

_CLASSIFICATIONS = ("functions", "economics")


def code_name(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A row whose name is, in the report's year, the name of another code alone, and never was that of its own.

    Names that the classification does not know, or that several codes share (行政运行), say nothing.
    """
    year = ledger.year
    for row in _rows(rule, ledger):
        own, others = _named(row.code), _holders(len(row.code)).get(_key(row.label), ())
        if not own or year is None or not others:
            continue
        current = [subject for subject in others if subject.in_force(year)]
        official = [subject for subject in own if subject.in_force(year)]
        if any(subject.code == row.code for subject in others) or len(current) != 1 or not official:
            yield passed()
            continue
        fields = {"code": row.code, "name": row.label, "official": official[-1].name, "other": current[0].code}
        yield _failed(row, {**fields, "year": str(year)}, official[-1].name)
    if not _judged(rule, ledger):
        yield skipped("table with codes")


def code_year(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A row with a code's former or later name: what the code is called in the report's year is another name.

    A name is called out of force only `years` years off, since a year's report may follow either classification.
    """
    year, far = ledger.year, int(rule.options["years"])
    for row in _rows(rule, ledger):
        own = _named(row.code)
        printed = [subject for subject in own if _key(subject.name) == _key(row.label)]
        official = [subject for subject in own if year is not None and subject.in_force(year)]
        if year is None or not printed or not official:
            continue
        if any(subject.in_force(near) for subject in printed for near in range(year - far, year + far + 1)):
            yield passed()
            continue
        fields = {"code": row.code, "name": row.label, "official": official[-1].name, "year": str(year)}
        yield _failed(row, fields, official[-1].name)
    if not _judged(rule, ledger):
        yield skipped("table with codes")


def _judged(rule: Rule, ledger: Ledger) -> bool:
    return ledger.year is not None and any(_named(row.code) for row in _rows(rule, ledger))


def _rows(rule: Rule, ledger: Ledger) -> Iterator[TableRow]:
    lengths = set(rule.options["digits"])
    return (row for row in ledger.rows if row.label and len(row.code) in lengths)


def _failed(row: TableRow, fields: Mapping[str, str], expected: str) -> Verdict:
    cell = next(iter(row.cells.values()), None)
    place = cell.span if cell else Span("", block=row.block)
    text = f"{row.code} {row.label}"
    span = Span(
        text, text, place.line, place.page, table=row.table, section=place.section, block=row.block, start=place.start,
    )  # fmt: skip
    shown: dict[str, str | Fact] = {**fields, "table": row.table}
    draft = Draft((span,), (), shown, expected, None, (Culprit(row.label, expected, span),), "likely")
    return Verdict("failed", (), (), draft)


def _key(name: str) -> str:
    return "".join(fold(name).folded.split())


@functools.lru_cache(maxsize=1)
def _by_code() -> Mapping[str, tuple[Subject, ...]]:
    found: dict[str, tuple[Subject, ...]] = {}
    for classification in _CLASSIFICATIONS:
        for subject in subjects(classification):
            found[subject.code] = (*found.get(subject.code, ()), subject)
    return found


def _named(code: str) -> tuple[Subject, ...]:
    return _by_code().get(code, ())


@functools.lru_cache(maxsize=4)
def _holders(digits: int) -> Mapping[str, tuple[Subject, ...]]:
    """Subjects of codes with so many digits, by name."""
    found: dict[str, tuple[Subject, ...]] = {}
    for code, named in _by_code().items():
        for subject in named if len(code) == digits else ():
            found[_key(subject.name)] = (*found.get(_key(subject.name), ()), subject)
    return found
