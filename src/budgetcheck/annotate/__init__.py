"""A report's own file with notes at the wrong numbers; the file itself is only read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ..errors import ReadError
from ..model import Document
from ..readers import Layout, file_bytes
from ..readers.kinds import called, told
from ..readers.sandbox import run_limited
from .deliver import deliver, refused
from .notes import Note, by_file, findings_of, notes_of
from .places import regions
from .wire import Answer, Mark, Standing, packed

__all__ = [
    "KINDS",
    "Annotated",
    "Note",
    "annotate",
    "by_file",
    "deliver",
    "findings_of",
    "notes_of",
    "refused",
    "writer_of",
]

# The first suffix of each kind of file that can hold notes, and what writes them.
_WRITERS = {
    ".pdf": "pdf:annotate_pdf",
    ".docx": "docx:annotate_docx",
    ".xlsx": "xlsx:annotate_xlsx",
    ".html": "html:annotate_html",
}
KINDS = ("PDF", "Word (.docx)", "Excel (.xlsx, .xlsm)", "web pages (.html)")


@dataclass(frozen=True, slots=True)
class Annotated:
    """A file with notes: its bytes, where each note stands (in their order), one-line remarks."""

    data: bytes
    standing: tuple[Standing, ...]
    remarks: tuple[str, ...]


def writer_of(path: Path) -> str:
    """What writes notes into a file, by its content.

    Raises ReadError for a kind of file that cannot hold notes, naming those that can.
    """
    suffix = path.suffix.lower()
    own = called(suffix)
    possible = f"cannot hold notes; {', '.join(KINDS)} can"
    if own is None:
        raise ReadError(f"{suffix or 'a file without suffix'} {possible}")
    data = file_bytes(path)
    kind = told(data, own, suffix)
    binary = b"xl/workbook.bin" in data
    writer = None if binary else _WRITERS.get(kind.suffixes[0])
    if writer is None:
        name = "an Excel workbook (.xlsb)" if binary else kind.name
        raise ReadError(f"{name} {possible}. For this file use: budgetcheck check --format html")
    return writer


def annotate(path: Path, document: Document, notes: Sequence[Note], layout: Layout) -> Annotated:
    """The file that a document was read from, with notes; written in a process of its own, as it was read.

    Raises ReadError where the file has changed since, or cannot be written into.
    """
    writer = writer_of(path)
    data = file_bytes(path)
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise ReadError("the file has changed since it was checked")
    payload = packed([_mark(note, document) for note in notes], data)
    answer = cast("Answer", run_limited(f"{__name__}.{writer}", payload, layout))
    (written, standing), remarks = answer
    return Annotated(written, standing, remarks)


def _mark(note: Note, document: Document) -> Mark:
    subject, place = ", ".join(note.rules), note.place
    if place is None:
        return Mark(note.text, note.severity, subject, page=note.page)
    block = document.blocks[place.block]
    text = block.text if place.cell is None else block.cells[place.cell[0]][place.cell[1]]
    return Mark(
        note.text, note.severity, subject, place.block, place.cell, place.start, place.end,
        "" if place.start is None else text[place.start : place.end], note.page, regions(place, document),
    )  # fmt: skip
