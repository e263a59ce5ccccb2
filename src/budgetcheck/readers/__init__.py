"""Bytes to documents: one reader a format, chosen by suffix and checked against the content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ..errors import ReadError
from ..model import Document
from .text import read_text, text_document

__all__ = ["SUFFIXES", "read_document", "text_document"]

SUFFIXES = (".txt", ".md", ".text", ".docx")
_LARGEST = 100 * 1024 * 1024


def read_document(path: Path, marks: Sequence[str]) -> Document:
    """Read a report; `marks` are words that a rightly decoded report contains.

    Raises ReadError with one line saying what is wrong with the file.
    """
    data = _bytes(path)
    suffix = path.suffix.lower()
    if suffix == ".docx":
        from .docx import read_docx

        blocks, notes = read_docx(data)
    elif suffix in SUFFIXES:
        blocks, notes = read_text(data, marks)
    else:
        raise ReadError(f"{suffix or 'a file without suffix'} is not read; known are {', '.join(SUFFIXES)}")
    return Document(str(path), hashlib.sha256(data).hexdigest(), blocks, notes=notes)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadError("is a folder, not a report")
        size = path.stat().st_size
        if size > _LARGEST:
            raise ReadError(f"larger than {_LARGEST // 1024 // 1024} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(error.strerror or str(error)) from None
    if not data:
        raise ReadError("the file is empty")
    return data
