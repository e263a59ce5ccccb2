"""The figures of a summary: counts by region, department, rule and severity, and what was not checked."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...amounts import format_value
from ...pipeline import Options, knowledge
from ...reports.run import rule_text
from ...wording import messages
from ..index import Index
from ..query import connect

if TYPE_CHECKING:
    import duckdb

__all__ = ["Figures", "Table", "read_figures"]

_SUMS = """
    count(*), count(*) filter (where status <> 'checked'), count(*) filter (where errors > 0),
    coalesce(sum(errors), 0), coalesce(sum(warnings), 0), coalesce(sum(infos), 0)"""
_REGIONS = f"select nullif(region, ''), {_SUMS} from documents group by 1 order by 5 desc, 6 desc, 7 desc, 1"
_ENTITIES = (
    f"select entity, {_SUMS} from documents where status = 'checked' group by entity order by 5 desc, 6 desc, 7 desc, 1"
)
_RULES = """
    select rule, rule, severity, count(*), count(distinct document) from findings
    group by rule, severity order by 4 desc, rule, severity"""
_TOP = """
    select rule, rule, count(*), count(distinct document) from findings group by rule order by 3 desc, rule limit 10"""
_LOST = "select document, status, reason from documents where status <> 'checked' order by document"
_TOTALS = """
    select count(*), count(*) filter (where status = 'checked'), count(*) filter (where status = 'unreadable'),
    count(*) filter (where status = 'stopped'), count(*) filter (where errors > 0), coalesce(sum(errors), 0),
    coalesce(sum(warnings), 0), coalesce(sum(infos), 0), coalesce(sum(numbers), 0),
    coalesce(sum(documents.checked), 0) from documents"""
_ROLES = ("previous", "budget", "units")
_BESIDE = """
    select count(distinct document) filter (where role = 'previous' and other is not null),
    count(distinct document) filter (where role = 'budget' and other is not null),
    count(distinct document) filter (where role = 'units' and other is not null),
    count(distinct document) - count(distinct document) filter (where other is not null) from pairs"""
_UNPAIRED = "select document, role, reason from pairs where other is null order by document, role"
_NAMES = (
    "reports", "checked", "unreadable", "stopped", "with_errors", "errors", "warnings", "infos", "numbers",
    "numbers_checked", *_ROLES, "nothing",
)  # fmt: skip
_RULE = ("rule", "rule_title")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `total` counts those there are, of which at most 100 000 are kept."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a summary says; `totals` by name, `top` the ten most frequent rules with their titles."""

    language: str
    totals: Mapping[str, int]
    regions: Table
    entities: Table
    rules: Table
    top: Table
    lost: Table
    passed_over: Table
    unpaired: Table

    @property
    def words(self) -> Mapping[str, Any]:
        """What the program says, in the language of the summary."""
        return messages(self.language)

    @property
    def line(self) -> str:
        """The counts in one line."""
        return str(self.words["batch"]["line"]).format(**self.totals)

    @property
    def beside(self) -> str:
        """How many reports were held against others."""
        return str(self.words["batch"]["beside"]).format(**self.totals)

    @property
    def coverage(self) -> str:
        """How many of all numbers were checked."""
        numbers, checked = self.totals["numbers"], self.totals["numbers_checked"]
        share = f"{format_value(Fraction(checked * 100, numbers), 1)}%" if numbers else "—"
        return str(self.words["batch"]["coverage"]).format(numbers=numbers, checked=checked, share=share)


def read_figures(folder: Path, options: Options) -> Figures:
    """The figures of a results folder, in the language of the options."""
    language = options.language
    words = messages(language)
    said = words["batch"]
    titles = {rule.id: rule_text(rule, language).title for rule in knowledge(options)[1]}
    levels = {level: words[f"{level}s"] for level in ("error", "warning", "info")}
    counted = ("reports", "lost", "with_errors", "errors", "warnings", "infos")
    with closing(connect(folder)) as base:
        totals = [number for query in (_TOTALS, _BESIDE) for number in base.execute(query).fetchone() or ()]
        listed = {
            "regions": _table(base, words, ("regions", "region", *counted), _REGIONS, {0: {None: said["no_region"]}}),
            "entities": _table(
                base, words, ("entities", "entity", *counted), _ENTITIES, {0: {None: said["no_entity"]}}
            ),
            "rules": _table(
                base, words, ("rules", *_RULE, "severity", "findings", "reports"), _RULES, {1: titles, 2: levels}
            ),
            "top": _table(base, words, ("top_rules", *_RULE, "findings", "reports"), _TOP, {1: titles}),
            "lost": _table(base, words, ("lost", "document", "status", "reason"), _LOST, {1: said}),
            "unpaired": _table(
                base,
                words,
                ("unpaired", "document", "role", "reason"),
                _UNPAIRED,
                {1: words["across"]["roles"], 2: said},
            ),
        }
    passed = tuple(_passed_over(folder))
    over = Table(said["passed_over"], (said["suffix"], said["files"]), passed, len(passed))
    return Figures(language, dict(zip(_NAMES, totals, strict=True)), **listed, passed_over=over)


def _table(
    base: duckdb.DuckDBPyConnection, words: Mapping[str, Any], names: Sequence[str], query: str,
    told: Mapping[int, Mapping[Any, str]],
) -> Table:  # fmt: skip
    """A query's rows under a title and headings, by their names; `told` are words for the values of a column."""
    title, *headings = (words["batch"].get(name) or words[name] for name in names)
    total = (base.execute(f"select count(*) from ({query})").fetchone() or (0,))[0]
    rows = base.execute(f"select * from ({query}) limit {_MOST}").fetchall()
    shown = (tuple(told.get(place, {}).get(cell, cell) for place, cell in enumerate(row)) for row in rows)
    return Table(title, tuple(headings), tuple(shown), total)


def _passed_over(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Suffixes of the files that nothing reads, with their number."""
    with closing(Index(folder)) as index:
        names = (str(row[0]) for row in index.rows("select file from passed_over"))
        found = Counter(posixpath.splitext(name)[1].lower() or "—" for name in names)
    yield from found.most_common()
