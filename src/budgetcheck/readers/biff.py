"""What calamine does not tell of .xls files (BIFF8): number formats, rulings, hidden rows and columns.

Values are not read here. A file that this scan cannot follow keeps its values and loses its formats.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import ReadError
from .kinds import LOCKED
from .numberformat import BUILTIN
from .sheets import CELLS, Sheet

__all__ = ["Formats", "scan"]

# The last sector numbers mean the end of a chain, free, and tables.
_END = 0xFFFFFFFE
_LARGEST = 100 * 2**20
_EOF, _SHEET, _FORMAT, _XF, _PASSWORD = 0x0A, 0x85, 0x41E, 0xE0, 0x2F
_ROW, _COLUMNS, _FORMULA, _MULTI_NUMBER, _MULTI_BLANK = 0x208, 0x7D, 0x06, 0xBD, 0xBE
# LABELSST, LABEL, NUMBER, RK, BOOLERR, BLANK: row, column and style come first.
_CELLS = frozenset({0xFD, 0x204, 0x203, 0x27E, 0x205, 0x201, _FORMULA})


@dataclass(slots=True)
class Formats:
    """One sheet: the number format code of each cell that has one, and the rows that are ruled off."""

    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    framed: set[int] = field(default_factory=set)
    rows: list[int] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)
    torn: list[int] = field(default_factory=list)

    def notes(self, sheet: Sheet) -> Iterator[str]:
        """Remarks on what is hidden but read, and on what is lost."""
        rows = [row for row in self.rows if row in sheet.cells]
        columns = self.columns & {column for cells in sheet.cells.values() for column in cells}
        if rows:
            yield f"hidden rows: {len(rows)}, the first is row {rows[0] + 1}; read like the others"
        if columns:
            yield f"hidden columns: {len(columns)}, the first is number {min(columns) + 1}; read like the others"
        if self.torn:
            yield f"rows that lack cells they say they hold: {len(self.torn)}, the first is row {self.torn[0] + 1}"


def scan(data: bytes) -> dict[str, Formats]:
    """The formats of each sheet by its name; empty where the file cannot be followed.

    Raises `ReadError` only for what is no workbook or an encrypted one.
    """
    try:
        streams = _streams(data)
        if "EncryptedPackage" in streams:
            raise ReadError(LOCKED)
        if "WordDocument" in streams:
            raise ReadError("not a workbook: a Word file (.doc) with the wrong suffix")
        if "Workbook" not in streams:
            return {}
        return _book(streams["Workbook"])
    except (struct.error, IndexError, ValueError, KeyError, UnicodeError):
        return {}


def _streams(data: bytes) -> dict[str, bytes]:
    """The named streams of an OLE container that matter here."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or small_shift != 6 or len(data) > _LARGEST:
        raise ValueError("odd sectors")
    size = 1 << shift
    first_directory, _, cutoff, first_small = struct.unpack_from("<4I", data, 48)
    table = _table(data, size)
    directory = _chain(data, table, first_directory, size, size)
    entries: dict[str, tuple[int, int]] = {}
    root = b""
    for place in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, place + 64)
        name = directory[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, count = struct.unpack_from("<II", directory, place + 116)
        if kind == 5:
            root = _chain(data, table, start, size, size)
        elif kind == 2:
            entries.setdefault(name, (start, count))
    wanted = {name: entries[name] for name in ("Workbook", "WordDocument", "EncryptedPackage") if name in entries}
    small = _chain(data, table, first_small, size, size)
    small_table = struct.unpack(f"<{len(small) // 4}I", small)
    return {
        name: (_chain(root, small_table, start, 64, 0) if count < cutoff else _chain(data, table, start, size, size))[
            :count
        ]
        for name, (start, count) in wanted.items()
    }


def _table(data: bytes, size: int) -> tuple[int, ...]:
    """The allocation table: for each sector the one that follows."""
    sectors = [each for each in struct.unpack_from("<109I", data, 76) if each < _END - 2]
    following, seen = struct.unpack_from("<I", data, 68)[0], 0
    while following < _END - 2 and seen < len(data) // size:
        block = struct.unpack_from(f"<{size // 4}I", data, size + following * size)
        sectors += [each for each in block[:-1] if each < _END - 2]
        following, seen = block[-1], seen + 1
    joined = b"".join(data[size + each * size : size + (each + 1) * size] for each in sectors)
    return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])


def _chain(data: bytes, table: tuple[int, ...], start: int, size: int, offset: int) -> bytes:
    parts: list[bytes] = []
    while start < len(table) and len(parts) <= len(table):
        parts.append(data[offset + start * size : offset + (start + 1) * size])
        start = table[start]
    return b"".join(parts)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place up to the end of its part."""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        if kind == _EOF and not size:
            return
        place += 4 + size
    raise ReadError("not a workbook: damaged")


def _book(stream: bytes) -> dict[str, Formats]:
    codes = dict(BUILTIN)
    styles: list[tuple[int, bool]] = []
    places: list[tuple[str, int]] = []
    for kind, record in _records(stream, 0):
        if kind == _PASSWORD:
            raise ReadError(LOCKED)
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", record)[0]] = _string(record[2:], 2)
        elif kind == _XF:
            number = struct.unpack_from("<H", record, 2)[0]
            styles.append((number, bool(struct.unpack_from("<H", record, 10)[0] & 0xFF)))
        elif kind == _SHEET:
            places.append((_string(record[6:], 1), struct.unpack_from("<I", record)[0]))
    formats = [(codes.get(number, ""), ruled) for number, ruled in styles]
    budget = [CELLS]
    return {name.strip(): _sheet(stream, place, formats, budget) for name, place in places}


def _string(record: bytes, width: int) -> str:
    count = int.from_bytes(record[:width], "little")
    wide = record[width] & 1
    body = record[width + 1 : width + 1 + count * (1 + wide)]
    return body.decode("utf-16-le" if wide else "latin-1")


def _sheet(stream: bytes, place: int, formats: list[tuple[str, bool]], budget: list[int]) -> Formats:
    found = Formats()
    ruled: dict[int, int] = {}
    ends: dict[int, int] = {}
    held: dict[int, int] = {}
    for kind, record in _records(stream, place):
        if kind == _ROW:
            row, _, behind, *_, options = struct.unpack_from("<7H", record)
            ends[row] = behind - 1
            found.rows += [row] if options & 0x20 else []
        elif kind == _COLUMNS:
            first, last, _, _, options = struct.unpack_from("<5H", record)
            found.columns.update(range(first, min(last, 255) + 1) if options & 1 else ())
        for row, column, style in _cells(kind, record):
            code, framed = formats[style] if style < len(formats) else ("", False)
            if code:
                found.codes[row, column] = code
            held[row] = max(held.get(row, 0), column)
            ruled[row] = ruled.get(row, 0) + framed
            budget[0] -= 1
        if budget[0] < 0:
            raise ReadError(f"more than {CELLS:,} cells")
    found.framed = {row for row, count in ruled.items() if count > 1}
    found.torn = _torn(ends, held)
    return found


def _torn(ends: dict[int, int], held: dict[int, int]) -> list[int]:
    """Rows without the last cell that they say they hold."""
    torn = [row for row, last in ends.items() if last > held.get(row, -1)]
    # Some programs say of every row that it holds all columns.
    return torn if len(torn) * 2 < len(ends) else []


def _cells(kind: int, record: bytes) -> Iterator[tuple[int, int, int]]:
    if kind in _CELLS:
        yield struct.unpack_from("<3H", record)
    elif kind in (_MULTI_NUMBER, _MULTI_BLANK):
        row, column = struct.unpack_from("<2H", record)
        step = 6 if kind == _MULTI_NUMBER else 2
        for n in range((len(record) - 6) // step):
            yield row, column + n, struct.unpack_from("<H", record, 4 + n * step)[0]
