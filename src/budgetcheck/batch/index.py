"""Which reports there are, what is known of each, and which parts of the dataset hold its rows: SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import BudgetcheckError
from .frames import Answer
from .jobs import Job, company

__all__ = ["NAME", "Index"]

NAME = "index.sqlite"
_FORMAT = "2"
_PAGE = 500
# Seconds to wait for another reader.
_PATIENCE = 60
_TABLES = """
begin immediate;
create table if not exists meta (name text primary key, value text not null);
create table if not exists plan (
  document text primary key, files text not null, paths text not null, region text not null, folder text not null,
  size integer not null
) without rowid;
create index if not exists plan_by_size on plan (size desc, document);
create table if not exists passed_over (file text primary key) without rowid;
create table if not exists parts (part text primary key, documents integer not null) without rowid;
create table if not exists documents (
  document text primary key, part text not null, version text not null, sha256 text, region text, status text not null,
  reason text, kind text, report_year integer, entity text, errors integer, warnings integer, infos integer,
  numbers integer, checked integer, company text, seconds real not null
) without rowid;
create index if not exists documents_by_part on documents (part);
create table if not exists beside (document text, role text, other text, primary key (document, role, other))
without rowid;
create table if not exists dead (part text, document text, primary key (part, document)) without rowid;
commit;
"""
_COLUMNS = (
    "document", "part", "version", "sha256", "region", "status", "reason", "kind", "report_year", "entity", "errors",
    "warnings", "infos", "numbers", "checked", "company", "seconds",
)  # fmt: skip

_JOBS = """
select p.*, coalesce(d.sha256, '') from plan p left join documents d
on d.document = p.document and d.version = ?1 and d.status <> 'stopped' and d.region = p.region
where p.size < ?2 or (p.size = ?2 and p.document > ?3)
order by p.size desc, p.document limit ?4
"""
_JOB = "select document, files, paths, region, folder, size, '' from plan where document = ?"
_WITH_OTHERS = """
select p.document, coalesce(d.company, '') from plan p join documents d on d.document = p.document
where d.status = 'checked' and (d.company <> '' or p.document in (select document from beside))
order by p.size desc, p.document
"""
_BESIDE = """
select b.role, p.document, p.files, p.paths, p.region, p.folder, p.size, d.sha256 from beside b
join plan p on p.document = b.other join documents d on d.document = b.other
where b.document = ? order by b.role, p.document
"""


class Index:
    """The index of a results folder, open for one run. Every method that writes is one transaction."""

    def __init__(self, folder: Path) -> None:
        """Raises BudgetcheckError where another version of the program wrote the index, or it is none."""
        self.path = folder / NAME
        self.base = sqlite3.connect(self.path, isolation_level=None, timeout=_PATIENCE)
        try:
            self.base.executescript(_TABLES)
            self.base.execute("insert or ignore into meta values ('format', ?)", (_FORMAT,))
            found = self.base.execute("select value from meta where name = 'format'").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise BudgetcheckError(f"{folder / NAME}: {error}") from None
        if found != _FORMAT:
            raise BudgetcheckError(f"{folder / NAME}: of another version of budgetcheck")

    def plan(self, jobs: Iterable[Job | str]) -> int:
        """Set what the run is about: jobs, and names of files that nothing reads; how many jobs there are."""
        with self.base:
            self.base.execute("begin immediate")
            self.base.execute("delete from plan")
            self.base.execute("delete from passed_over")
            for job in jobs:
                if isinstance(job, str):
                    self.base.execute("insert or ignore into passed_over values (?)", (job,))
                else:
                    self._add(job)
        return self.number("select count(*) from plan")

    def _add(self, job: Job) -> None:
        """Names that differ only in what cannot be shown get a number; the same file named twice is one job."""
        paths = json.dumps(job.paths)
        document, number = job.document, 1
        while found := self.base.execute("select paths from plan where document = ?", (document,)).fetchone():
            if found[0] == paths:
                return
            number += 1
            document = f"{job.document} #{number}"
        row = (document, json.dumps(job.files), paths, job.region, job.folder, job.size)
        self.base.execute("insert into plan values (?, ?, ?, ?, ?, ?)", row)

    def jobs(self, version: str) -> Iterator[Job]:
        """All jobs, the largest first, with what is known of their content by the same version of the rules."""
        # A connection of its own: jobs are drawn from the threads of the engine, one at a time.
        with closing(sqlite3.connect(self.path, check_same_thread=False, timeout=_PATIENCE)) as base:
            size, document = 2**62, ""
            while page := base.execute(_JOBS, (version, size, document, _PAGE)).fetchall():
                yield from map(_job, page)
                size, document = page[-1][5], page[-1][0]

    def hold(self, pairs: Iterable[tuple[str, str, str]]) -> list[str]:
        """Set which reports are held against which (document, role, other).

        Those whose rows are of another company than that, or of one that has changed.
        """
        with self.base:
            self.base.execute("begin immediate")
            self.base.execute("delete from beside")
            self.base.executemany("insert into beside values (?, ?, ?)", pairs)
        return [
            document
            for document, known in self.base.execute(_WITH_OTHERS).fetchall()
            if known != company((role, other.known) for role, other in self._beside(self.base, document))
        ]

    def held(self, documents: Iterable[str]) -> Iterator[Job]:
        """Jobs for some reports, each with the reports beside it."""
        with closing(sqlite3.connect(self.path, check_same_thread=False, timeout=_PATIENCE)) as base:
            for document in documents:
                for row in base.execute(_JOB, (document,)).fetchall():
                    yield replace(_job(row), beside=tuple(self._beside(base, document)))

    def _beside(self, base: sqlite3.Connection, document: str) -> Iterator[tuple[str, Job]]:
        for role, *row in base.execute(_BESIDE, (document,)).fetchall():
            yield role, _job(row)

    def number(self, query: str, *values: object) -> int:
        """The only number that a query gives."""
        found: int = self.base.execute(query, values).fetchone()[0]
        return found

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        return iter(self.base.execute(query, values))

    def parts(self) -> dict[str, int]:
        """The valid parts with the number of reports in each, oldest first."""
        return dict(self.base.execute("select part, documents from parts order by part"))

    def dead(self) -> Mapping[str, set[str]]:
        """For each part the documents in it whose rows are valid no longer."""
        found: dict[str, set[str]] = {}
        for part, document in self.base.execute("select part, document from dead"):
            found.setdefault(part, set()).add(document)
        return found

    def add_part(self, part: str, answers: Sequence[Answer], version: str) -> None:
        """Make a part valid; what earlier parts hold on its documents is dead from then on."""
        with self.base:
            self.base.execute("begin immediate")
            self.base.execute("insert into parts values (?, ?)", (part, len(answers)))
            for each in answers:
                self.base.execute(
                    "insert into dead select part, document from documents where document = ?", (each.document,)
                )
                told = {**each.row, "part": part, "version": version, "seconds": each.seconds}
                marks = ", ".join("?" * len(_COLUMNS))
                self.base.execute(
                    f"insert or replace into documents values ({marks})", [told.get(name) for name in _COLUMNS]
                )

    def drop_unplanned(self) -> int:
        """Forget the documents that the run is not about; how many."""
        with self.base:
            self.base.execute("begin immediate")
            absent = "document not in (select document from plan)"
            self.base.execute(f"insert into dead select part, document from documents where {absent}")
            return self.base.execute(f"delete from documents where {absent}").rowcount

    def replace_parts(self, old: Sequence[str], new: str, documents: Sequence[str]) -> None:
        """Make one part valid in place of others; `documents` are all that it holds ("" for `new`: none)."""
        with self.base:
            self.base.execute("begin immediate")
            for part in old:
                self.base.execute("delete from parts where part = ?", (part,))
                self.base.execute("delete from dead where part = ?", (part,))
                self.base.execute("update documents set part = ? where part = ?", (new, part))
            if documents:
                self.base.execute("insert into parts values (?, ?)", (new, len(documents)))

    def remember(self, **values: str) -> None:
        """Keep facts about the run by name."""
        with self.base:
            self.base.execute("begin immediate")
            self.base.executemany("insert or replace into meta values (?, ?)", values.items())

    def recall(self, name: str) -> str:
        """A fact about the run, "" where it is not known."""
        found = self.base.execute("select value from meta where name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def statuses(self) -> Counter[str]:
        """How many documents have each status."""
        return Counter(dict(self.base.execute("select status, count(*) from documents group by status")))

    def close(self) -> None:
        """Close the file."""
        self.base.close()


def _job(row: Sequence[Any]) -> Job:
    name, files, paths, region, folder, size, known = row
    return Job(name, tuple(json.loads(files)), tuple(json.loads(paths)), region, folder, size, known)
