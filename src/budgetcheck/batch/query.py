"""SQL over a results folder: DuckDB reads the valid parts and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BudgetcheckError
from .dataset import is_dataset, part_path
from .frames import TABLES, WHOLE, schemas
from .index import Index

if TYPE_CHECKING:
    import duckdb

__all__ = ["TOP", "connect", "select", "whole_path"]

TOP: Mapping[str, str] = {
    "rules": """
        select rule, any_value(severity) as severity, count(*) as findings, count(distinct document) as reports
        from findings group by rule order by findings desc, rule limit 10""",
    "entities": """
        select entity, count(*) as reports, sum(errors) as errors, sum(warnings) as warnings, sum(infos) as infos
        from documents where status = 'checked' group by entity
        order by errors desc, warnings desc, infos desc, entity limit 10""",
    "unreadable": """
        select document, status, reason from documents where status <> 'checked' order by document""",
}


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with a view for each table; what the index calls dead is in none, nor is anything but the results.

    Raises BudgetcheckError where the folder holds no results.
    """
    import duckdb

    if not is_dataset(folder):
        raise BudgetcheckError(f"{folder}: no results of a batch")
    base = duckdb.connect(":memory:")
    with closing(Index(folder)) as index:
        parts, dead = list(index.parts()), index.dead()
    for table in TABLES:
        _view(base, folder, table, parts, dead)
    paths = [str(part_path(folder, table, part).absolute()) for table in TABLES for part in parts]
    paths += [str(whole_path(folder, table).absolute()) for table in WHOLE if _whole(base, folder, table)]
    base.execute(f"set allowed_paths = {_listed(paths)}")
    base.execute("set enable_external_access = false")
    base.execute("set lock_configuration = true")
    return base


def whole_path(folder: Path, table: str) -> Path:
    """The file of a table that a run writes anew when it ends; there is none before."""
    return folder / f"{table}.parquet"


def _whole(base: duckdb.DuckDBPyConnection, folder: Path, table: str) -> bool:
    """Show a whole table, empty where there is none; whether there is one."""
    path = whole_path(folder, table)
    if path.exists():
        base.execute(f"create view {table} as select * from read_parquet({_quoted(str(path.absolute()))})")
    else:
        base.register(table, schemas()[table].empty_table())
    return path.exists()


def _view(
    base: duckdb.DuckDBPyConnection, folder: Path, table: str, parts: list[str], dead: Mapping[str, set[str]]
) -> None:
    """A table's rows of all valid parts; those of a dead document in its old part are left out."""
    if not parts:
        base.register(table, schemas()[table].empty_table())
        return
    paths = {part: str(part_path(folder, table, part).absolute()) for part in parts}
    whole = [path for part, path in paths.items() if part not in dead]
    selects = [f"select * from read_parquet({_listed(whole)})"] if whole else []
    selects += [
        f"select * from read_parquet({_quoted(paths[part])}) where document not in {_listed(sorted(dead[part]))}"
        for part in parts
        if part in dead
    ]
    base.execute(f"create view {table} as {' union all '.join(selects)}")


def _listed(values: list[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def select(base: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyConnection:
    """The result of one query, to be fetched; BudgetcheckError where it is not one, or is wrong."""
    import duckdb

    try:
        statements = base.extract_statements(query)
        if len(statements) != 1 or statements[0].type not in (
            duckdb.StatementType.SELECT,
            duckdb.StatementType.EXPLAIN,
        ):
            raise BudgetcheckError("one SELECT statement is what a query is")
        return base.execute(statements[0])
    except duckdb.Error as error:
        raise BudgetcheckError(str(error).strip().splitlines()[0]) from None
