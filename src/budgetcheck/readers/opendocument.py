"""OpenDocument spreadsheets (.ods) to sheets, from their XML: cells keep the text that is displayed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..errors import ReadError
from .archive import Archive, Element, parse_xml
from .kinds import LOCKED
from .sheets import CELLS, Sheet

__all__ = ["read_ods"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_GROUPS = frozenset(f"{_TABLE}table-{each}" for each in ("header-rows", "row-group", "rows"))
_ROWS, _COLUMNS = 1_048_576, 16_384


def read_ods(archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook in order. Raises `ReadError` where it is encrypted, broken or too large."""
    manifest = "META-INF/manifest.xml"
    if manifest in archive and b"encryption-data" in archive.read(manifest):
        raise ReadError(LOCKED)
    root = parse_xml(archive.read("content.xml"), "content.xml")
    book = root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if book is None:
        raise ReadError("not a workbook: an OpenDocument file of another kind")
    reader = _Reader(root)
    for table in book.iterchildren(f"{_TABLE}table"):
        yield reader.read(table)


class _Reader:
    """Styles shared by the sheets, and the count of cells so far."""

    def __init__(self, root: Element) -> None:
        self._hidden: set[str] = set()
        self._ruled: set[str] = set()
        self._count = 0
        for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style"):
            name = style.get(f"{_STYLE}name") or ""
            for properties in style:
                if properties.get(f"{_TABLE}display") == "false":
                    self._hidden.add(name)
                sides = (properties.get(_FO + key) for key in ("border", "border-left", "border-right"))
                if any(side not in (None, "none", "") for side in sides):
                    self._ruled.add(name)

    def read(self, table: Element) -> Sheet:
        """One sheet. Repeated rows and cells are written out only where they hold something."""
        hidden = table.get(f"{_TABLE}style-name") in self._hidden
        sheet = Sheet((table.get(f"{_TABLE}name") or "").strip(), hidden=hidden)
        row, unseen, without = 0, 0, 0
        for line in _lines(table):
            repeat = _whole(line.get(f"{_TABLE}number-rows-repeated"), 1)
            cells, ruled, bare = self._cells(sheet, line, row)
            self._count += len(cells) * repeat
            if self._count > CELLS:
                raise ReadError(f"more than {CELLS:,} cells")
            filled = range(row, min(row + repeat, _ROWS)) if cells else range(0)
            for place in filled:
                for column, text in cells:
                    sheet.put(place, column, text)
            if ruled > 1 and repeat < 10_000:
                sheet.framed.update(range(row, row + repeat))
            without += bare
            unseen += len(filled) * (line.get(f"{_TABLE}visibility") in ("collapse", "filter"))
            row += repeat
        if unseen:
            sheet.notes.append(f"hidden rows: {unseen}; read like the others")
        if without:
            sheet.notes.append(f"formulas without a stored value: {without}; read as empty")
        if any(each.get(f"{_TABLE}visibility") == "collapse" for each in table.iter(f"{_TABLE}table-column")):
            sheet.notes.append("hidden columns; read like the others")
        return sheet

    def _cells(self, sheet: Sheet, line: Element, row: int) -> tuple[list[tuple[int, str]], int, int]:
        """The filled cells of a row, the number of ruled ones, and that of formulas without a value."""
        cells: list[tuple[int, str]] = []
        column, ruled, without = 0, 0, 0
        for cell in line:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            repeat = _whole(cell.get(f"{_TABLE}number-columns-repeated"), 1)
            ruled += min(repeat, 2) * (cell.get(f"{_TABLE}style-name") in self._ruled)
            text = "\n".join(_line(each) for each in cell.iterchildren(f"{_TEXT}p")) if len(cell) else ""
            text = text or cell.get(f"{_OFFICE}value") or cell.get(f"{_OFFICE}string-value") or ""
            without += bool(cell.get(f"{_TABLE}formula")) and not text and not cell.get(f"{_OFFICE}value-type")
            if _odd(cell):
                sheet.unread.append((row, column))
            if text.strip() and not cell.tag.endswith("covered-table-cell"):
                cells += [(at, text) for at in range(column, min(column + repeat, _COLUMNS))]
                wide = _whole(cell.get(f"{_TABLE}number-columns-spanned"), 1)
                high = _whole(cell.get(f"{_TABLE}number-rows-spanned"), 1)
                if wide > 1 or high > 1:
                    sheet.merges.append((row, column, row + high - 1, column + wide - 1))
            column += repeat
        return cells, ruled, without


def _odd(cell: Element) -> bool:
    """Whether a cell is said to hold a number and holds none that is finite."""
    value = cell.get(f"{_OFFICE}value")
    try:
        return value is not None and not math.isfinite(float(value))
    except ValueError:
        return True


def _lines(table: Element) -> Iterator[Element]:
    stack = list(table)[::-1]
    while stack:
        each = stack.pop()
        if each.tag == f"{_TABLE}table-row":
            yield each
        elif each.tag in _GROUPS:
            stack.extend(reversed(each))


def _line(paragraph: Element) -> str:
    parts: list[str] = []
    stack: list[Element | str] = [paragraph]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            parts.append(each)
            continue
        if each.tag == f"{_OFFICE}annotation":
            continue
        if each.tag == f"{_TEXT}s":
            parts.append(" " * min(_whole(each.get(f"{_TEXT}c"), 1), 100))
        elif each.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            parts.append("\n" if each.tag.endswith("break") else "\t")
        else:
            parts.append(each.text or "")
            for inner in reversed(each):
                stack.append(inner.tail or "")
                stack.append(inner)
    return "".join(parts)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
