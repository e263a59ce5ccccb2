"""Finds reports: walks folders, takes files and manifests, and puts the files of one report together."""

from __future__ import annotations

import functools
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ..readers import SUFFIXES, TABLES
from ..reports.plain import clean
from ..wording import Wording, alternation
from .fetch import remote_folders
from .jobs import Job, is_remote, location
from .manifest import is_manifest, read_manifest

if TYPE_CHECKING:
    from .manifest import Entry

__all__ = ["Found", "find_jobs", "group"]


@dataclass(frozen=True, slots=True)
class Found:
    """A report to check, or a file in a folder that no reader knows (`passed` is its name)."""

    job: Job | None = None
    passed: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the caller would name it, and its bytes."""

    name: str
    size: int


def find_jobs(sources: Sequence[str], wording: Wording) -> Iterator[Found]:
    """The reports in folders, among files and in manifests; folder by folder, never all of them in memory.

    Raises BudgetcheckError for a manifest that is wrong. A file that does not exist is a job: its row says so.
    """
    plain: dict[str, list[_File]] = {}
    for source in sources:
        if is_manifest(source, wording):
            yield from map(_listed, read_manifest(source, wording))
        elif _is_folder(source):
            yield from _walked(source, wording)
        else:
            plain.setdefault(posixpath.dirname(source), []).append(_File(source, _size(source)))
    for files in plain.values():
        yield from (Found(_job(each)) for each in group(files, wording))


def _is_folder(source: str) -> bool:
    if not is_remote(source):
        return os.path.isdir(source)
    from .fetch import is_folder

    return is_folder(source)


def _size(name: str) -> int:
    try:
        return 0 if is_remote(name) else os.stat(name).st_size
    except OSError:
        return 0


def _walked(root: str, wording: Wording) -> Iterator[Found]:
    """All reports below a folder; hidden files and those that office programs leave behind are none."""
    for folder, names in remote_folders(root) if is_remote(root) else _folders(root):
        below = posixpath.relpath(folder, root) if folder != root else ""
        files = [_File(posixpath.join(folder, name), size) for name, size in names if not name.startswith((".", "~$"))]
        read = [each for each in files if _suffix(each.name) in SUFFIXES]
        yield from (Found(passed=clean(each.name)) for each in files if _suffix(each.name) not in SUFFIXES)
        yield from (Found(_job(each, _region(below, wording), below)) for each in group(read, wording))


def _folders(root: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Each folder with names and sizes of its files, in the order of names; links to folders are not followed."""
    for folder, below, names in os.walk(root):
        below[:] = sorted(each for each in below if not each.startswith("."))
        shown = folder.replace(os.sep, "/")
        yield shown, [(name, _size(os.path.join(folder, name))) for name in sorted(names)]


def _region(below: str, wording: Wording) -> str:
    """The first folder below the one that was named that is no year or kind of report."""
    parts = (each for each in below.split("/") if each)
    return next((each for each in parts if not re.fullmatch(wording.table("batch")["no_region"], each)), "")


def _job(files: Sequence[_File], region: str = "", folder: str = "") -> Job:
    names = tuple(each.name for each in files)
    size = sum(each.size for each in files)
    paths = tuple(map(location, names))
    return Job(clean(" + ".join(names)), names, paths, clean(region), clean(folder), size)


def _listed(entry: Entry) -> Found:
    sized = [_File(name, _size(name)) for name in entry.files]
    return Found(_job(sized, entry.region, posixpath.dirname(entry.files[0])))


def _suffix(name: str) -> str:
    return posixpath.splitext(name)[1].lower()


def group(files: Iterable[_File], wording: Wording) -> Iterator[list[_File]]:
    """Files of one folder, put together where they are one report: one file of prose and its workbooks.

    Two files of prose of one name, or one table in two formats, are not put together: nothing says which is the report.
    """
    named: dict[str, list[_File]] = {}
    for each in files:
        named.setdefault(_stem(posixpath.basename(each.name), wording), []).append(each)
    for alike in named.values():
        tables = sorted((each for each in alike if _suffix(each.name) in TABLES), key=lambda each: each.name)
        prose = [each for each in alike if _suffix(each.name) not in TABLES]
        whole = {posixpath.splitext(each.name)[0] for each in tables}
        if len(prose) == 1 and len(whole) == len(tables):
            yield [*prose, *tables]
        else:
            yield from ([each] for each in chain(prose, tables))


def _stem(name: str, wording: Wording) -> str:
    """The name of a file without what says which part of the report it is."""
    table = wording.table("batch")
    lead, tail = _patterns(table["lead"], tuple(table["parts"]))
    return tail.sub("", lead.sub("", posixpath.splitext(name)[0].strip())).casefold()


@functools.lru_cache(maxsize=4)
def _patterns(lead: str, parts: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    apart = r"[\s._,，、:：()（）\[\]【】—－-]*"
    tail = rf"(?:{apart}(?:{alternation(parts)})(?:{apart}\d{{1,2}}(?!\d))?)*{apart}$"
    return re.compile(f"^{lead}"), re.compile(tail, re.IGNORECASE)
