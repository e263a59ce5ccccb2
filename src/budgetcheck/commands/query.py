"""`budgetcheck query`: SQL over the results of a batch."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import click

from ..errors import BudgetcheckError
from .common import stop

__all__ = ["query_command"]

_TOP = ("rules", "entities", "unreadable")
_ROWS = 1000
# A spreadsheet that opens a file without this takes Chinese for Latin letters.
_BOM = "\ufeff"


@click.command("query")
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("sql", required=False)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--top", type=click.Choice(_TOP), help="A ready-made question instead of SQL.")
def query_command(results: Path, sql: str | None, form: str, top: str | None) -> None:
    """Ask the RESULTS of a batch: SELECT from documents, findings, facts and outcomes. Nothing is ever changed."""
    if (sql is None) == (top is None):
        raise stop("name a SELECT statement or --top, one of them")
    try:
        from ..batch.query import TOP, connect, select

        found = select(connect(results), sql if sql is not None else TOP[str(top)])
    except ImportError:
        raise stop("query needs pyarrow and duckdb: pip install 'budgetcheck[batch]'") from None
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    names = [column[0] for column in found.description or ()]
    rows = iter(found.fetchone, None)
    text = sys.stdout
    {"table": _print, "csv": _write_csv, "json": _write_json}[form](names, rows, text)


def _print(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: IO[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in names:
        table.add_column(Text(name), overflow="fold")
    left = 0
    for number, row in enumerate(rows):
        left += number >= _ROWS
        if number < _ROWS:
            table.add_row(*(Text(_plain(cell)) for cell in row))
    wide = max(200, *(len(name) for name in names)) if not stream.isatty() else None
    console = Console(file=stream, width=wide)
    console.print(table)
    if left:
        console.print(f"… and {left} rows more: --format csv has them all", markup=False)


def _write_csv(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: IO[str]) -> None:
    from ..reports.plain import inert

    table = csv.writer(stream, lineterminator="\n")
    stream.write(_BOM)
    table.writerow(names)
    table.writerows([inert(cell) if isinstance(cell, str) else _plain(cell) for cell in row] for row in rows)


def _write_json(names: Sequence[str], rows: Iterable[Sequence[Any]], stream: IO[str]) -> None:
    """An array with one object a line; exact decimals are strings."""
    mark = "["
    for row in rows:
        stream.write(f"{mark}\n{json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)}")
        mark = ","
    stream.write("[]\n" if mark == "[" else "\n]\n")


def _plain(cell: Any) -> str:
    """A cell as characters: nothing for null, decimals without exponent, lists with commas between."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    return "；".join(map(_plain, cell)) if isinstance(cell, list) else str(cell)
