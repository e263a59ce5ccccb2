"""Bytes to documents: one reader a format, chosen by content; all but plain text in a child process of its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import ReadError
from ..model import Block, Document
from .bounds import refuse_endless
from .kinds import SUFFIXES, TABLES, Kind, called, told
from .layout import Layout, layout_of
from .sandbox import run_limited
from .text import UNNAMED, read_text, text_document

__all__ = ["SUFFIXES", "TABLES", "UNNAMED", "Layout", "file_bytes", "layout_of", "read_document", "text_document"]

_LARGEST = 100 * 1024 * 1024


def read_document(path: Path, layout: Layout) -> Document:
    """Read a report; a note says where its suffix belies its content.

    Raises ReadError with one line saying what is wrong with the file.
    """
    suffix = path.suffix.lower()
    own = called(suffix)
    data = file_bytes(path)
    if own is None:
        raise ReadError(f"{suffix or 'a file without suffix'} is not read; known are {', '.join(SUFFIXES)}")
    kind = told(data, own, suffix)
    blocks, notes = _read(data, kind, suffix, layout)
    if kind is not own and suffix not in kind.suffixes:
        notes = (f"{kind.name} in spite of its suffix", *notes)
    refuse_endless(blocks)
    pages = max((block.pages[-1] if block.pages else block.page or 0 for block in blocks), default=0) or None
    return Document(str(path), hashlib.sha256(data).hexdigest(), blocks, pages, notes)


def _read(data: bytes, kind: Kind, suffix: str, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    if kind.reader == "text:read_text":
        return read_text(data, layout)
    if kind.reader == "legacy:read_legacy":
        from .legacy import read_legacy

        # Where LibreOffice converts first, the reading of its result is sandboxed by the reader itself.
        return read_legacy(data, suffix if suffix in kind.suffixes else kind.suffixes[0], layout)
    return run_limited(f"{__name__}.{kind.reader}", data, layout)


def file_bytes(path: Path) -> bytes:
    """The bytes of a report; raises ReadError for what is no file, empty or too large."""
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
