"""What many reports say of each other: joins that find which pairs disagree, and which reports to read again.

Figures are joined by key, as `checks.joins` makes it, and compared by the bounds of what their digits may stand for:
two agree that are equal or whose bounds overlap. Whatever a rule forgives beyond that, it forgives when the pair is
read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..matching import Entities
from ..rulebook import Rule
from .frames import WHOLE, schemas
from .journal import sync_folder
from .links import compared
from .pairs import find_pairs, given
from .query import connect, whole_path

if TYPE_CHECKING:
    import duckdb

__all__ = ["disagreeing", "join_reports"]

_ASKED = {"rule": "text", "role": "text", "relation": "text", "about": "text", "side": "text", "other_side": "text"}
_LINKED = """
create temp view linked as select document, coalesce(rule, "table") as about, side, code, key, unit, decimals, derived,
point, low, high, fine_low, fine_high from links
"""
# Touching bounds do not count, nor do bounds that the dataset does not hold.
_MEET = "(({0}low < {1}high and {1}low < {0}high) or ({0}low = {1}low and {0}high = {1}high))"
_EQUAL = f"""
select document, rule, count(*), count(*) filter (where not agrees) from (
  select p.document, p.other, a.rule, h.key, h.unit, h.decimals, h.derived, h.point, coalesce(bool_or(
    case when h.unit = t.unit and h.decimals = t.decimals and not h.derived and not t.derived then h.point = t.point
    else {_MEET.format("h.", "t.")} end and {_MEET.format("h.fine_", "t.fine_")}), false) as agrees
  from paired p join asked a on a.role = p.role and a.relation = 'equal'
  join linked h on h.document = p.document and h.about = a.about and h.side = a.side
  join linked t on t.document = p.other and t.about = a.about and t.side = a.other_side and t.key = h.key
  group by all
) group by document, rule
"""
_SUM = f"""
select document, rule, count(*), count(*) filter (
  where not coalesce({_MEET.format("", "all_")} and {_MEET.format("fine_", "all_fine_")}, false)) from (
  select h.document, a.rule, a.about, h.key, h.point, h.low, h.high, h.fine_low, h.fine_high, sum(u.low) as all_low,
    sum(u.high) as all_high, sum(u.fine_low) as all_fine_low, sum(u.fine_high) as all_fine_high,
    max(abs(u.point)) as most
  from paired p join asked a on a.role = p.role and a.relation = 'sum'
  join linked h on h.document = p.document and h.about = a.about and h.side = a.side
  join linked u on u.document = p.other and u.about = a.about and u.side = a.other_side and u.key = h.key
  group by all
) where point <> 0 or most <> 0 group by document, rule
"""
_SUBJECTS = """
with turned as (
  select p.document, a.rule, a.about, case a.relation when 'appears' then p.document else p.other end as holder,
  case a.relation when 'appears' then p.other else p.document end as opposite
  from paired p join asked a on a.role = p.role and a.side = 'subject' where p.other is not null
), subjects as (select distinct document, about, code, key from linked where side = 'subject'
), with_any as (select distinct document, about from subjects)
select document, rule, count(*), count(*) filter (where unknown) from (
  select o.document, o.rule, o.opposite, s.about, s.code, s.key, max(c.code) is null and max(k.key) is null as unknown
  from turned o join subjects s on s.document = o.holder and s.about = o.about
  join with_any w on w.document = o.opposite and w.about = o.about
  left join subjects c on c.document = o.opposite and c.about = s.about and c.code = s.code
  left join subjects k on k.document = o.opposite and k.about = s.about and k.key = s.key
  group by all
) group by document, rule
"""
_FILES = {
    "pairs": "select document, role, other, reason from paired order by document, role, other",
    "across": "select document, rule, compared, apart from across_found order by document, rule",
}
_HELD = """
select document, role, other from paired
where other is not null and document in (select document from across_found where apart > 0)
"""


def disagreeing(folder: Path, rules: Sequence[Rule], entities: Entities) -> list[tuple[str, str, str]]:
    """Pair all reports of a results folder and write `pairs` and `across`.

    Returns (document, role, other) for each report that something in its pairs may be wrong with.
    """
    for name in WHOLE:
        whole_path(folder, name).unlink(missing_ok=True)
    with closing(connect(folder)) as base:
        join_reports(base, rules, entities)
        for name, query in _FILES.items():
            _written(folder, name, base.sql(query))
        return base.execute(_HELD).fetchall()


def join_reports(base: duckdb.DuckDBPyConnection, rules: Sequence[Rule], entities: Entities) -> None:
    """Make `paired` and `across_found` of the documents and links that a connection shows."""
    find_pairs(base, entities)
    base.execute(_LINKED)
    given(base, "asked", _ASKED, _asked(rules))
    base.execute("create temp table across_found (document text, rule text, compared bigint, apart bigint)")
    for query in (_EQUAL, _SUM, _SUBJECTS):
        base.execute(f"insert into across_found {query}")


def _asked(rules: Sequence[Rule]) -> Iterator[tuple[str, ...]]:
    """What each rule joins: figures by its own id, cells and subjects by their table."""
    for rule in compared(rules):
        role, relation = rule.options["with"], rule.options["relation"]
        tables = rule.options.get("tables", ())
        side = "cell" if relation == "sum" else "subject"
        yield from ((rule.id, role, relation, table, side, side) for table in tables)
        if not tables:
            yield (rule.id, role, relation, rule.id, "here", "there")


def _written(folder: Path, name: str, found: duckdb.DuckDBPyRelation) -> None:
    """A whole table as a file, complete under its name or not there."""
    import pyarrow.parquet as pq

    path = whole_path(folder, name)
    draft = path.with_suffix(".draft")
    pq.write_table(found.to_arrow_table().cast(schemas()[name]), draft, compression="zstd")
    draft.replace(path)
    sync_folder(folder)
