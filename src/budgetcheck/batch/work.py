"""What is done for one report, the same in every engine: read, check, hand back rows."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import ReadError
from ..model import Document
from ..pipeline import knowledge, merged, review
from ..readers import Layout, layout_of, read_document
from ..rulebook import select_rules
from .fetch import local_copies
from .frames import pack
from .jobs import Job, Settings
from .rows import Rows, failed, reviewed

__all__ = ["answer"]


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
    except MemoryError:
        rows = failed(job, digest, "stopped", "cannot be checked: needs too much memory")
    except Exception as error:
        rows = failed(job, digest, "stopped", f"cannot be checked: {type(error).__name__}")
    return pack(job.document, rows, time.perf_counter() - start)


def _checked(job: Job, paths: Sequence[Path], digest: str, settings: Settings) -> Rows:
    options = settings.options
    wording, known = knowledge(options)
    rules = select_rules(known, options.select, options.ignore, options.severity)
    document = _document(job, paths, layout_of(wording))
    return reviewed(job, digest, review(document, wording, rules, options.language, numbers=True))


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
