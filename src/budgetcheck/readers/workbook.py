"""Workbooks to blocks: .xlsx and .xlsm, .ods, .xls (BIFF8), .xlsb; chosen by content, not by suffix."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from ..errors import ReadError
from ..model import Block
from .archive import Archive, open_archive
from .csvfile import read_csv
from .kinds import LOCKED, OLE
from .layout import Layout
from .numberformat import display
from .sheets import CELLS, Sheet, sheets_document

__all__ = ["read_workbook"]

_XML_BOOK = b"urn:schemas-microsoft-com:office:spreadsheet"

_Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The sheets of a workbook in the order of their tabs, and one-line notes on what could not be kept.

    Numbers read as displayed where the file says how. `Block.line` is the row of the sheet where a block
    begins. Raises `ReadError` with one line where the file cannot be read.
    """
    if data.startswith(OLE):
        return _binary(data, layout)
    if not data.startswith(b"PK"):
        return _disguised(data, layout)
    archive = open_archive(data, "a workbook")
    if "xl/workbook.bin" in archive:
        return _xlsb(data, archive, layout)
    if "content.xml" in archive:
        from .opendocument import read_ods

        return sheets_document(read_ods(archive), layout)
    if "word/document.xml" in archive:
        raise ReadError("not a workbook: a Word file with the wrong suffix")
    from .spreadsheetml import read_xlsx

    blocks, notes = sheets_document(read_xlsx(archive), layout)
    macros = any(part.rpartition("/")[2] == "vbaProject.bin" for part in archive)
    return blocks, (*notes, *(["macros: not run"] if macros else []))


def _disguised(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """What many programs export as ".xls" is plain text."""
    head = data[:4096]
    if _XML_BOOK in head:
        raise ReadError("not a workbook: an XML spreadsheet of 2003; save it as .xlsx")
    try:
        blocks, notes = read_csv(data, layout)
    except ReadError:
        raise ReadError("not a workbook: neither a zip archive nor an OLE file") from None
    if not any(block.kind == "grid" for block in blocks):
        raise ReadError("not a workbook: plain text without a table")
    return blocks, (*notes, "plain text in spite of its suffix")


def _binary(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    from .biff import scan

    formats = scan(data)
    sheets = _sheets(data)
    for sheet, rows, merges in sheets:
        extra = formats.get(sheet.name)
        for row, column, value in _values(rows, sheet):
            code = extra.codes.get((row, column), "") if extra else ""
            sheet.put(row, column, display(value, code) if value != "" else "")
        sheet.merges = merges
        if extra:
            sheet.framed = extra.framed
            sheet.notes += extra.notes(sheet)
        else:
            sheet.notes.append("number formats not found: decimals as stored, not as displayed")
    return sheets_document((sheet for sheet, _, _ in sheets), layout)


def _xlsb(data: bytes, archive: Archive, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    for part in archive:
        if part.startswith("xl/worksheets/") and part.endswith(".bin"):
            _check_xlsb(archive.read(part), part)
    sheets = _sheets(data)
    for sheet, rows, merges in sheets:
        for row, column, value in _values(rows, sheet):
            sheet.put(row, column, display(value, ""))
        sheet.merges = merges
    blocks, notes = sheets_document((sheet for sheet, _, _ in sheets), layout)
    return blocks, (*notes, "number formats of .xlsb are not read: decimals as stored, not as displayed")


def _check_xlsb(data: bytes, part: str) -> None:
    """Refuse a sheet whose cells span too large an area: calamine would abort the whole process."""
    place, row = 0, 0
    low, high, widest = 2**32, 0, 0
    while place < len(data):
        kind, place = _varint(data, place, 2)
        size, place = _varint(data, place, 4)
        head = int.from_bytes(data[place : place + 4], "little")
        if kind == 0:
            row = head
        elif 1 < kind <= 11:
            low, high, widest = min(low, row), max(high, row), max(widest, head)
        place += size
    if high and (high - low + 1) * (widest + 1) > CELLS:
        raise ReadError(f"{part}: its cells span more than {CELLS:,}")


def _varint(data: bytes, place: int, longest: int) -> tuple[int, int]:
    value = 0
    for shift in range(longest):
        byte = data[place] if place < len(data) else 0
        place += 1
        value |= (byte & 0x7F) << 7 * shift
        if not byte & 0x80:
            break
    return value, place


_Rows = list[list[_Value]]
_Merges = list[tuple[int, int, int, int]]


def _sheets(data: bytes) -> list[tuple[Sheet, _Rows, _Merges]]:
    """All worksheets as calamine reads them."""
    import python_calamine as calamine

    found: list[tuple[Sheet, _Rows, _Merges]] = []
    budget = CELLS
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for place, meta in enumerate(book.sheets_metadata):
            sheet = Sheet(meta.name.strip(), hidden=meta.visible != calamine.SheetVisibleEnum.Visible)
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                sheet.notes.append("a chart, dialog or macro sheet, not read")
                found.append((sheet, [], []))
                continue
            page = book.get_sheet_by_index(place)
            budget -= page.total_height * page.total_width
            if budget < 0:
                raise ReadError(f"more than {CELLS:,} cells")
            merges = [(*first, *last) for first, last in page.merged_cell_ranges or ()]
            found.append((sheet, page.to_python(skip_empty_area=False), merges))
    except calamine.PasswordError:
        raise ReadError(LOCKED) from None
    except (calamine.CalamineError, ValueError, OSError, IndexError) as error:
        raise ReadError(f"not a workbook: {' '.join(str(error).split())[:120]}") from None
    except BaseException as error:
        # A Rust panic is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise ReadError("not a workbook: damaged") from None
    return found


def _values(rows: _Rows, sheet: Sheet) -> Iterator[tuple[int, int, _Value]]:
    for row, line in enumerate(rows):
        for column, value in enumerate(line):
            if value != "":
                if isinstance(value, float) and not math.isfinite(value):
                    sheet.unread.append((row, column))
                yield row, column, value
