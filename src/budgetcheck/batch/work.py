"""What is done for one report, the same in every engine: read, check, hand back rows."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ReadError
from ..model import Document
from ..pipeline import judged, knowledge, merged, read_beside
from ..readers import Layout, layout_of, read_document
from ..rulebook import select_rules
from ..wording import messages
from .fetch import local_copies
from .frames import pack
from .jobs import Job, Settings
from .links import alone, link_rows
from .rows import Rows, failed, reviewed

__all__ = ["answer"]


class Unreadable(Exception):
    """A report beside the one that is checked can be read no longer."""


def answer(job: Job, settings: Settings) -> bytes:
    """The packed rows of a report, or word that its content is as it was (`Job.known`).

    Whatever the report does to the checker is its reason in `documents`; only what ends the process gets out.
    """
    start = time.perf_counter()
    digest = ""
    try:
        with local_copies(job, settings.largest) as paths:
            digest = _digest(paths)
            if digest and digest == job.known:
                return pack(job.document, {}, same=True)
            rows = _checked(job, paths, digest, settings)
    except ReadError as error:
        rows = failed(job, digest, "unreadable", str(error))
    except Unreadable as error:
        rows = failed(job, digest, "stopped", f"cannot be checked: {error}")
    except MemoryError:
        rows = failed(job, digest, "stopped", "cannot be checked: needs too much memory")
    except Exception as error:
        rows = failed(job, digest, "stopped", f"cannot be checked: {type(error).__name__}")
    return pack(job.document, rows, time.perf_counter() - start)


def _checked(job: Job, paths: Sequence[Path], digest: str, settings: Settings) -> Rows:
    options = settings.options
    wording, known = knowledge(options)
    rules = select_rules(known, options.select, options.ignore, options.severity)
    layout = layout_of(wording)
    document = _document(job, paths, layout)
    beside = [(role, _other(other, layout, settings)) for role, other in job.beside]
    ledger, notes = read_beside(document, beside, wording, messages(options.language), settings.entities)
    judging = rules if beside else alone(rules)
    review = judged(ledger, judging, options.language, notes, numbers=True)
    links = [row | {"document": job.document} for row in link_rows(ledger, rules)]
    return {**reviewed(job, digest, review), "links": links}


def _other(job: Job, layout: Layout, settings: Settings) -> Document:
    """A report beside the one that is checked; it was read before, so this one has no fault in its failing."""
    try:
        with local_copies(job, settings.largest) as paths:
            return _document(job, paths, layout)
    except ReadError as error:
        raise Unreadable(str(error)) from None


def _document(job: Job, paths: Sequence[Path], layout: Layout) -> Document:
    """A report under the names that the caller gave its files, wherever they were read from."""
    read = []
    for path, name in zip(paths, job.files, strict=True):
        try:
            read.append(replace(read_document(path, layout), name=name))
        except ReadError as error:
            raise ReadError(f"{name}: {error}") from None
    return read[0] if len(read) == 1 else merged(read)


def _digest(paths: Sequence[Path]) -> str:
    """The SHA-256 of a report as its document has it; "" where a file cannot be read, which the reader will explain."""
    found = []
    for path in paths:
        if not path.is_file():
            return ""
        try:
            with path.open("rb") as stream:
                found.append(hashlib.file_digest(stream, "sha256").hexdigest())
        except OSError:
            return ""
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()
