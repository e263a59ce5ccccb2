"""A list of reports as a table: which files are one report, and where they belong."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BudgetcheckError
from ..wording import Wording
from .jobs import is_remote

__all__ = ["Entry", "is_manifest", "read_manifest"]

_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """A report of a manifest: its files in the order of the rows."""

    files: tuple[str, ...]
    region: str


def is_manifest(source: str, wording: Wording) -> bool:
    """Whether a file is a manifest rather than a report in CSV: its first row names a column of files."""
    if is_remote(source) or not source.lower().endswith(".csv") or not Path(source).is_file():
        return False
    with Path(source).open("rb") as stream:
        first = _decoded(stream.read(_HEAD).partition(b"\n")[0])
    return "file" in _columns(next(csv.reader([first]), []), wording)


def read_manifest(source: str, wording: Wording) -> Iterator[Entry]:
    """The reports of a manifest; paths in it are relative to its folder.

    Columns: `file`; `report`, the same for all files of one report (a file without it is one by itself); `region`.
    Raises BudgetcheckError with the line for a row without a file, or two regions of one report.
    """
    rows = csv.reader(io.StringIO(_decoded(Path(source).read_bytes()), newline=""))
    columns = _columns(next(rows), wording)
    folder = posixpath.dirname(source)
    reports: dict[str, tuple[list[str], str]] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        if not cells["file"]:
            raise BudgetcheckError(f"{source}, line {rows.line_num}: no file is named")
        file = cells["file"] if is_remote(cells["file"]) else posixpath.join(folder, cells["file"])
        region = cells.get("region", "")
        key = f"report {cells['report']}" if cells.get("report") else f"line {rows.line_num}"
        files, known = reports.setdefault(key, ([], region))
        if region != known:
            raise BudgetcheckError(f"{source}, line {rows.line_num}: {key} is in two regions")
        files.append(file)
    for files, region in reports.values():
        yield Entry(tuple(files), region)


def _columns(header: Sequence[str], wording: Wording) -> Mapping[str, int]:
    names: Mapping[str, list[str]] = wording.table("batch")["columns"]
    shown = [cell.strip().lower() for cell in header]
    return {
        name: next(shown.index(each) for each in known if each in shown)
        for name, known in names.items()
        if set(known) & set(shown)
    }


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
