"""Comma- and tab-separated files: one nameless sheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from ..errors import ReadError
from ..model import Block
from .layout import Layout
from .sheets import CELLS, Sheet, sheets_document
from .text import decode, read_text

__all__ = ["read_csv"]

_DELIMITERS = ",\t;|，"
_SAMPLE = 65_536
_LONGEST_FIELD = 1_000_000


def read_csv(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The tables and lines of a .csv or .tsv file.

    Raises `ReadError` where the bytes are no text or hold too many cells.
    """
    text = decode(data, layout.marks).replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    told = first.strip().lower()
    if told.startswith("sep=") and len(told) == 5:
        return _read(rest, told[-1], 1, layout)
    delimiter = _delimiter(text[:_SAMPLE])
    if delimiter == "，" and _is_prose(text):
        blocks, notes = read_text(data, layout)
        return blocks, ("running text, no table of separated values", *notes)
    return _read(text, delimiter, 0, layout)


def _delimiter(sample: str) -> str:
    """The mark that parts the most lines into equally many fields, the commoner ones first.

    csv.Sniffer is not used: amounts with thousands separators mislead it.
    """
    scores: dict[str, tuple[int, int]] = {}
    for mark in _DELIMITERS:
        try:
            widths = [len(row) for row in _rows(sample, mark) if len(row) > 1]
        except csv.Error:
            widths = []
        usual = max(set(widths), key=widths.count, default=0)
        scores[mark] = (widths.count(usual), usual)
    best = max(scores, key=lambda mark: scores[mark])
    return best if scores[best][1] else ","


def _is_prose(text: str) -> bool:
    """Whether most lines end as sentences do."""
    lines = [line.rstrip() for line in text[:_SAMPLE].split("\n") if line.strip()]
    return sum(line[-1] in "。；：" for line in lines) * 2 >= len(lines)


def _rows(text: str, delimiter: str) -> csv.Reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)


def _read(text: str, delimiter: str, skipped: int, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    sheet = Sheet("")
    count = 0
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        for row, fields in enumerate(_rows(text.replace("\0", ""), delimiter), skipped):
            count += len(fields)
            if count > CELLS:
                raise ReadError(f"more than {CELLS:,} cells")
            for column, field in enumerate(fields):
                sheet.put(row, column, field)
    except csv.Error as error:
        raise ReadError(f"not a table of separated values: {error}") from None
    blocks, notes = sheets_document([sheet], layout)
    unnamed = tuple(replace(block, sheet=None) for block in blocks)
    return unnamed, tuple(note.replace("sheet  is", "the file is") for note in notes)
