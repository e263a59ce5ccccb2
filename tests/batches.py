"""Folders of small reports for the tests of many reports, and their datasets as plain rows."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import budgetcheck

from .test_command import BAD, GOOD

SOURCE = Path(budgetcheck.__file__).parents[1]
TESTS = Path(__file__).parent


def text(number: int) -> str:
    """A report unlike all others; every third has an error."""
    return (BAD if number % 3 == 0 else GOOD) + "本单位的职责是管理。\n" * (number % 7) + f"附注：第{number}号。\n"


def folder_of(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / f"区{number % 3}" / f"单位{number:03d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(number), encoding="utf-8")
    return folder


def rows(results: Path) -> dict[str, list[str]]:
    """All rows of all tables, sorted, as the views show them."""
    from budgetcheck.batch.frames import TABLES
    from budgetcheck.batch.query import connect

    with closing(connect(results)) as base:
        return {name: sorted(map(repr, base.execute(f"select * from {name}").fetchall())) for name in TABLES}


def files(results: Path) -> dict[str, list[str]]:
    """All rows of all Parquet files, sorted, as a tool finds them that knows of no index."""
    import pyarrow.parquet as pq

    from budgetcheck.batch.frames import TABLES

    return {
        name: sorted(
            repr(tuple(row.values())) for path in (results / name).iterdir() for row in pq.read_table(path).to_pylist()
        )
        for name in TABLES
    }


def documents(results: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found = [row for path in (results / "documents").iterdir() for row in pq.read_table(path).to_pylist()]
    return sorted(found, key=lambda row: str(row["document"]))


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "budgetcheck", *map(str, arguments)]


def started(*arguments: object) -> subprocess.Popen[str]:
    """A command in a process of its own; it finds this source and the tests."""
    found = os.pathsep.join((str(SOURCE), str(TESTS.parent)))
    return subprocess.Popen(
        command(*arguments), env={**os.environ, "PYTHONPATH": found}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
