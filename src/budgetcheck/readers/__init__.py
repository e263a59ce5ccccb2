"""Bytes to documents: one reader a format, chosen by suffix; all but plain text in a child process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import ReadError
from ..model import Block, Document
from .bounds import refuse_endless
from .sandbox import run_limited
from .text import read_text, text_document

__all__ = ["SUFFIXES", "read_document", "text_document"]

_TEXT = (".txt", ".md", ".text")
# Where LibreOffice converts first, the reading of its result is sandboxed by the reader itself.
_LEGACY = (".doc", ".wps", ".et", ".rtf")
# The reader's function in this package, and whether it wants the words that tell a right decoding.
_READERS: Mapping[str, tuple[str, bool]] = {
    ".docx": ("docx:read_docx", False),
    ".pdf": ("pdf:read_pdf", False),
    ".ofd": ("ofd:read_ofd", False),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), ("workbook:read_workbook", False)),
    **dict.fromkeys((".csv", ".tsv"), ("csvfile:read_csv", True)),
    **dict.fromkeys((".html", ".htm", ".mht", ".xhtml"), ("html:read_html", True)),
}
SUFFIXES = (*_TEXT, *_READERS, *_LEGACY)
_LARGEST = 100 * 1024 * 1024


def read_document(path: Path, marks: Sequence[str]) -> Document:
    """Read a report; `marks` are words that a rightly decoded report contains.

    Raises ReadError with one line saying what is wrong with the file.
    """
    data = _bytes(path)
    blocks, notes = _read(data, path.suffix.lower(), tuple(marks))
    refuse_endless(blocks)
    pages = max((block.pages[-1] if block.pages else block.page or 0 for block in blocks), default=0) or None
    return Document(str(path), hashlib.sha256(data).hexdigest(), blocks, pages, notes)


def _read(data: bytes, suffix: str, marks: tuple[str, ...]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    if suffix in _TEXT:
        return read_text(data, marks)
    if suffix in _LEGACY:
        from .legacy import read_legacy

        return read_legacy(data, suffix)
    if suffix not in _READERS:
        raise ReadError(f"{suffix or 'a file without suffix'} is not read; known are {', '.join(SUFFIXES)}")
    target, wants_marks = _READERS[suffix]
    return run_limited(f"{__name__}.{target}", data, *((marks,) if wants_marks else ()))


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadError("is a folder, not a report")
        size = path.stat().st_size
        if not path.is_file():
            raise ReadError("is no regular file")
        if size > _LARGEST:
            raise ReadError(f"larger than {_LARGEST // 1024 // 1024} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(error.strerror or str(error)) from None
    if not data:
        raise ReadError("the file is empty")
    return data
