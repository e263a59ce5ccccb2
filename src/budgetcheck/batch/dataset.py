"""Results on disk: parts of Parquet that the index calls valid, and a journal of what is not yet in a part.

An answer is first in the journal, synced. A full journal becomes a part: files are written under their final names,
then one transaction of the index makes them valid, then the journal is deleted. Whatever moment the process is killed
at, `Dataset` finds on opening a journal that is in no part, or is in one already, or files that no index knows; so no
report is lost or there twice.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BudgetcheckError
from .frames import TABLES, schemas, unpack
from .index import NAME, Index
from .journal import Journal, read_journal, sync_folder

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Dataset", "is_dataset", "part_path"]

# A part is made of so many reports or so many bytes of their rows, whichever comes first.
_REPORTS = 256
_BYTES = 32 * 2**20
_ROWS = 10_000


def is_dataset(folder: Path) -> bool:
    """Whether a folder holds results."""
    return (folder / NAME).is_file()


def part_path(folder: Path, table: str, part: str) -> Path:
    """The file that holds a part's rows of a table."""
    return folder / table / f"{part}.parquet"


class Dataset:
    """A results folder, open for the one run that may write to it."""

    def __init__(self, folder: Path, version: str, *, reports: int = _REPORTS) -> None:
        """Open or make a folder, and finish what a killed run has left.

        Raises BudgetcheckError where another run writes to it, or where it holds something else.
        """
        self.folder, self.version, self.reports = folder, version, reports
        for name in (*TABLES, "journal"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.lock = _locked(folder / "journal" / "lock.sqlite")
        self.index = Index(folder)
        self.journal: Journal | None = None
        self._recover()

    def add(self, answers: Sequence[bytes]) -> None:
        """Keep answers; on return they outlive the process."""
        if self.journal is None:
            self.journal = Journal(self._log(self._next()), self.version)
        self.journal.append(answers)
        if self.journal.count >= self.reports or self.journal.size >= _BYTES:
            self.flush()

    def flush(self) -> None:
        """Make a part of the journal."""
        if self.journal is not None:
            self.journal.close()
            self._roll(self.journal.path)
            self.journal = None

    def compact(self) -> None:
        """Write parts with dead rows, and parts that have become small, anew; then no file holds a dead row."""
        dead, parts = self.index.dead(), self.index.parts()
        alive = {part: count - len(dead.get(part, ())) for part, count in parts.items()}
        worn = [part for part in parts if part in dead or alive[part] < self.reports // 2]
        for group in _grouped(worn, alive, self.reports):
            if len(group) > 1 or group[0] in dead:
                self._merge(group)

    def close(self) -> None:
        """Let another run have the folder."""
        if self.journal is not None:
            self.journal.close()
        self.index.close()
        self.lock.close()

    def _recover(self) -> None:
        parts = self.index.parts()
        for table in TABLES:
            for path in (self.folder / table).iterdir():
                if path.name.removesuffix(".parquet") not in parts:
                    path.unlink()
        for path in sorted((self.folder / "journal").glob("*.log")):
            if path.stem in parts:
                path.unlink()
            else:
                self._roll(path)

    def _log(self, part: str) -> Path:
        return self.folder / "journal" / f"{part}.log"

    def _next(self) -> str:
        """A name that no part has had; counted in the index, where nothing takes it back."""
        number = int(self.index.recall("parts") or 0) + 1
        self.index.remember(parts=str(number))
        return f"part-{number:08d}"

    def _roll(self, path: Path) -> None:
        """The journal as a part. What a report has in it twice counts once, the last time."""
        version, packed = read_journal(path)
        answers = {unpack(each).document: each for each in packed}
        if answers:
            listed = [answers[name] for name in sorted(answers)]
            self._write(path.stem, ((table, _rows(listed, table)) for table in TABLES))
            self.index.add_part(path.stem, [unpack(each) for each in listed], version)
        path.unlink()

    def _merge(self, old: Sequence[str]) -> None:
        """Several parts as one without their dead rows."""
        new, dead = self._next(), self.index.dead()
        documents = [
            str(name)
            for part in old
            for rows in self._alive("documents", part, dead)
            for name in rows.column("document").to_pylist()
        ]
        if documents:
            batches = ((table, (rows for part in old for rows in self._alive(table, part, dead))) for table in TABLES)
            self._write(new, batches)
        self.index.replace_parts(old, new, documents)
        for part in old:
            for table in TABLES:
                part_path(self.folder, table, part).unlink(missing_ok=True)

    def _alive(self, table: str, part: str, dead: Mapping[str, set[str]]) -> Iterator[pa.RecordBatch]:
        """The rows of a part that are valid, some at a time."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        gone = pa.array(sorted(dead.get(part, ())), pa.string())
        with pq.ParquetFile(part_path(self.folder, table, part)) as source:
            for rows in source.iter_batches(_ROWS):
                yield rows.filter(pc.invert(pc.is_in(rows.column("document"), value_set=gone))) if len(gone) else rows

    def _write(self, part: str, tables: Iterable[tuple[str, Iterable[pa.RecordBatch]]]) -> None:
        """The files of a part, each complete under its name or not there."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for table, batches in tables:
            path = part_path(self.folder, table, part)
            draft = path.with_suffix(".draft")
            with pq.ParquetWriter(draft, schemas()[table], compression="zstd") as writer:
                for group in _groups(batches):
                    writer.write_table(pa.Table.from_batches(group), row_group_size=_ROWS)
            with draft.open("rb+") as stream:
                os.fsync(stream.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        # What the allocator would keep for a next part counts as memory of a run that is waiting for its processes.
        pa.default_memory_pool().release_unused()


def _rows(packed: Iterable[bytes], table: str) -> Iterator[pa.RecordBatch]:
    """The rows of a table in answers, of one after the other."""
    for each in packed:
        yield from unpack(each, table).tables.values()


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches to be written together: some ten thousand rows, so that memory holds no whole part."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(map(len, group)) >= _ROWS:
            yield group
            group = []
    if group:
        yield group


def _locked(path: Path) -> sqlite3.Connection:
    """A lock that the system takes back when the process dies, however it does."""
    lock = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError as error:
        why = "another run is writing there" if "locked" in str(error) else str(error)
        raise BudgetcheckError(f"{path.parents[1]}: {why}") from None
    return lock


def _grouped(parts: Iterable[str], alive: dict[str, int], most: int) -> Iterator[list[str]]:
    """Neighbours that together hold no more reports than one part may."""
    group: list[str] = []
    for part in parts:
        if group and sum(alive[each] for each in group) + alive[part] > most:
            yield group
            group = []
        group.append(part)
    if group:
        yield group
