"""Which of many reports belong together: a join of all makers, kinds and years.

A report is paired with those of its maker, of the kind and year that a role asks for (`matching.ROLES`); a maker is
known by the one name that `matching.canonical` gives. Reports of two regions are not paired. Of several that fit, one
of the same format is taken; where there are still several, none is, and the pair says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..matching import ROLES, Entities, canonical

if TYPE_CHECKING:
    import duckdb

__all__ = ["find_pairs", "given"]

_DOCUMENTS = """
select document, entity, kind, report_year, sha256, region, regexp_extract(files[1], '[^./]*$')
from documents where status = 'checked'
"""
_MAKERS = {
    "document": "text", "maker": "text", "department": "text", "kind": "text", "year": "count", "sha256": "text",
    "region": "text", "suffix": "text",
}  # fmt: skip
_ROLES = {"role": "text", "here": "text", "there": "text", "distance": "count"}
_FITTING = """
create temp table fitting as
with found as (
  {of_maker} union all {of_department}
), best as (
  select document, role, there, theirs, max(alike) as alike from found group by all
)
select document, role, min(other) as other, count(distinct sha256) as fit
from found join best using (document, role, there, theirs, alike) group by document, role, there, theirs
"""
_FOUND = """
select a.document, r.role, r.there, b.document as other, b.sha256, b.maker as theirs, a.suffix = b.suffix as alike
from makers a join roles r on r.here = a.kind and (r.role = 'units') = {units}
join makers b on b.{name} = a.maker and b.kind = r.there and b.year = a.year + r.distance
where b.sha256 <> a.sha256 and (a.region = b.region or a.region = '' or b.region = '')
"""
_PAIRS = """
create temp table paired as
select document, role, other, null::text as reason from fitting where fit = 1
union all
select a.document, r.role, null, case when max(f.fit) > 1 then 'several'
  when any_value(a.maker) is null or any_value(a.year) is null then 'unnamed' else 'none' end
from makers a join roles r on r.here = a.kind
left join fitting f on f.document = a.document and f.role = r.role
where r.role <> 'units' or a.maker in (select department from makers)
group by a.document, r.role having coalesce(min(f.fit), 2) > 1
union all
select document, 'previous', null, 'unnamed' from makers where kind is null
"""


def find_pairs(base: duckdb.DuckDBPyConnection, entities: Entities) -> None:
    """Make the table `paired`: document, role, other; without an other the reason: none, several or unnamed.

    `unnamed` is a report whose maker, kind or year is not known. Only departments of `entities` have units.
    """
    documents = base.execute(_DOCUMENTS).fetchall()
    given(base, "makers", _MAKERS, (_maker(*row, entities=entities) for row in documents))
    given(base, "roles", _ROLES, ((role, *each) for role, listed in ROLES.items() for each in listed))
    of_maker = _FOUND.format(units="false", name="maker")
    base.execute(_FITTING.format(of_maker=of_maker, of_department=_FOUND.format(units="true", name="department")))
    base.execute(_PAIRS)


def _maker(document: str, entity: str | None, *rest: Any, entities: Entities) -> tuple[Any, ...]:
    name = canonical(entity, entities) if entity else None
    return (document, name, entities.departments.get(name or ""), *rest)


def given(base: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Make a table of rows that the program knows."""
    import pyarrow as pa

    types = {"text": pa.string(), "count": pa.int64()}
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist(listed, pa.schema([(each, types[kind]) for each, kind in columns.items()]))
    base.register(name, table)
