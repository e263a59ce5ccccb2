"""What a run is made of: the reports to check, and what is the same for all of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .. import __version__
from ..matching import Entities
from ..packs import installed_packs
from ..pipeline import Options
from ..wording import rules_folder

__all__ = ["Job", "Settings", "company", "is_remote", "location", "version_of"]


@dataclass(frozen=True, slots=True)
class Job:
    """One report: its files as the caller named them, the prose first; paths or fsspec URLs.

    `document` is its name in the dataset, `paths` where the files are opened (absolute), `size` their bytes. `known`
    is the digest of the content that an earlier run has checked by the same rules, "" where there is none. `beside`
    are the reports that it is held against, each with its role, and with the digest of its content as `known`.
    """

    document: str
    files: tuple[str, ...]
    paths: tuple[str, ...]
    region: str = ""
    folder: str = ""
    size: int = 0
    known: str = ""
    beside: tuple[tuple[str, Job], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What all reports of a run share. `wall` is seconds and `memory` bytes that one report may take.

    `largest` bounds the bytes of a remote file; `work` is the "module:function" that answers for a job. `entities` are
    the makers whose other names and units are known.
    """

    options: Options = field(default_factory=Options)
    wall: float = 300.0
    memory: int = 3 * 2**30
    largest: int = 100 * 2**20
    work: str = "budgetcheck.batch.work:answer"
    entities: Entities = field(default_factory=Entities)


def company(beside: Iterable[tuple[str, str]]) -> str:
    """A digest of what a report is held against: roles, and digests of contents; "" for nothing."""
    listed = sorted(beside)
    return hashlib.sha256(repr(listed).encode()).hexdigest() if listed else ""


def is_remote(name: str) -> bool:
    """Whether a name is a URL for fsspec rather than a path."""
    return "://" in name


def location(name: str) -> str:
    """Where a file is opened from any working directory."""
    return name if is_remote(name) else os.path.abspath(name)


def version_of(settings: Settings) -> str:
    """A digest of all that decides what is said of a report: package, rules, words, options (64 hex digits)."""
    options = settings.options
    chosen = (options.select, options.ignore, options.language, sorted(options.severity.items()))
    digest = hashlib.sha256(repr((__version__, chosen)).encode())
    packs = [pack.folder for pack in installed_packs()] if options.packs else []
    for number, folder in enumerate((rules_folder(), *packs, *options.rules, *options.wording)):
        for name, content in _files(folder):
            digest.update(repr((number, name, hashlib.sha256(content).digest())).encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder that rules and words are read from, by name; of a file, itself."""
    listed = [folder] if folder.is_file() else (each for each in folder.rglob("*") if each.suffix in (".toml", ".csv"))
    for path in sorted(listed):
        yield path.relative_to(folder).as_posix(), path.read_bytes()
