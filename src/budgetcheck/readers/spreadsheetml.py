"""Excel workbooks (.xlsx, .xlsm) to sheets, from their XML: what each cell shows.

Cells are kept by their place, not in a rectangle, so that one stray cell at XFD1048576 costs nothing.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator
from datetime import datetime

from ..errors import ReadError
from .archive import Archive, Element, parse_xml
from .numberformat import BUILTIN, display
from .sheets import CELLS, Merge, Sheet, address

__all__ = ["read_xlsx"]

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ROWS, _COLUMNS = 1_048_576, 16_384
_MERGES = 200_000
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_KEY = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_KEY = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?")


def read_xlsx(archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook in the order of their tabs, hidden ones too.

    Raises `ReadError` where the archive holds no workbook or a part of it is broken.
    """
    main = _related(archive, "", "officeDocument").get("", "xl/workbook.xml")
    if main not in archive:
        raise ReadError("not a workbook: no xl/workbook.xml")
    book = parse_xml(archive.read(main), main)
    if _local(book) != "workbook":
        raise ReadError(f"not a workbook: {main} holds none")
    parts = _related(archive, main, "")
    reader = _Reader(archive, main, book)
    budget = CELLS
    for each in _children(book, "sheets", "sheet"):
        part = parts.get(each.get(_KEY) or each.get(_STRICT_KEY) or "", "")
        hidden = each.get("state") in ("hidden", "veryHidden")
        sheet = Sheet((each.get("name") or "").strip(), hidden=hidden, part=part)
        if part not in archive:
            sheet.notes.append("its part is missing from the file")
        elif "sheets/" in part.replace("worksheets/", "") or not part.endswith(".xml"):
            sheet.notes.append("a chart or dialog, not read")
        else:
            budget -= reader.read(sheet, parse_xml(archive.read(part), part))
            if budget < 0:
                raise ReadError(f"more than {CELLS:,} cells")
        yield sheet


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Element | None, *path: str) -> Iterator[Element]:
    """All elements at a path of local names."""
    if element is None:
        return
    for each in element:
        if _local(each) == path[0]:
            if len(path) == 1:
                yield each
            else:
                yield from _children(each, *path[1:])


def _related(archive: Archive, part: str, kind: str) -> dict[str, str]:
    """Parts that `part` refers to: by relationship id, or with a `kind` the first one of it under ""."""
    folder, file = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{file}.rels")
    found: dict[str, str] = {}
    if relations in archive:
        for each in parse_xml(archive.read(relations), relations):
            target = posixpath.normpath(posixpath.join("/", folder, each.get("Target") or "")).lstrip("/")
            own = (each.get("Type") or "").rpartition("/")[2]
            if each.get("TargetMode") != "External" and kind in ("", own):
                found.setdefault("" if kind else each.get("Id") or "", target)
                found.setdefault(f"#{own}", target)
    return found


class _Reader:
    """What all sheets of a workbook share: strings, formats and the day that dates are counted from."""

    def __init__(self, archive: Archive, main: str, book: Element) -> None:
        parts = _related(archive, main, "")
        folder = posixpath.dirname(main)
        strings = parts.get("#sharedStrings", posixpath.join(folder, "sharedStrings.xml"))
        styles = parts.get("#styles", posixpath.join(folder, "styles.xml"))
        root = parse_xml(archive.read(strings), strings) if strings in archive else None
        self._strings = [_text(each) for each in _children(root, "si")]
        self._codes, self._ruled = _styles(parse_xml(archive.read(styles), styles) if styles in archive else None)
        early = any(each.get("date1904") in ("1", "true") for each in _children(book, "workbookPr"))
        self._base = datetime(1904, 1, 1) if early else datetime(1899, 12, 30)

    def read(self, sheet: Sheet, root: Element) -> int:
        """Fill a sheet from its XML; gives the number of cells seen."""
        hidden_columns = _hidden_columns(root)
        rows: list[int] = []
        without: list[str] = []
        columns: set[int] = set()
        count, row, errors = 0, -1, 0
        for line in _children(root, "sheetData", "row"):
            row = _whole(line.get("r"), row + 2) - 1
            _check(sheet, row, 0)
            if line.get("hidden") in ("1", "true"):
                rows.append(row)
            column, ruled = -1, 0
            for cell in line:
                count += 1
                row, column = _place(sheet, cell.get("r"), row, column + 1)
                style = _whole(cell.get("s"), 0)
                ruled += style in self._ruled
                text, formula, known = self._cell(cell, style)
                sheet.unread += [] if known else [(row, column)]
                errors += cell.get("t") == "e"
                if formula and not text and cell.get("t") != "str":
                    without.append(address(row, column))
                sheet.put(row, column, text)
                if text.strip() and column in hidden_columns:
                    columns.add(column)
            if ruled > 1:
                sheet.framed.add(row)
        shown = [row for row in rows if row in sheet.cells]
        sheet.notes += _remarks(without, shown, columns, errors)
        sheet.merges = list(_merges(sheet, root))
        return count

    def _cell(self, cell: Element, style: int) -> tuple[str, bool, bool]:
        """What a cell shows, whether it is a formula, and False where its value cannot be read."""
        raw, kind, formula = "", cell.get("t") or "n", False
        for part in cell:
            local = _local(part)
            if local == "v":
                raw = part.text or ""
            elif local == "is":
                raw, kind = _text(part), "inlineStr"
            formula = formula or local == "f"
        if not raw:
            return "", formula, True
        if kind == "s":
            place = _whole(raw, -1)
            known = 0 <= place < len(self._strings)
            return (self._strings[place] if known else ""), formula, known
        if kind == "n":
            number = _finite(raw)
            code = self._codes.get(style, "")
            return (raw if number is None else display(number, code, self._base)), formula, number is not None
        if kind == "b":
            return ("TRUE" if raw.strip() in ("1", "true") else "FALSE"), formula, True
        if kind == "d" and _ISO.match(raw):
            return self._iso(raw, self._codes.get(style, "")), formula, True
        return (_unescape(raw) if kind == "str" else raw), formula, True

    def _iso(self, raw: str, code: str) -> str:
        try:
            return display(datetime.fromisoformat(raw.rstrip("Z")), code, self._base)
        except ValueError:
            return raw


def _finite(raw: str) -> float | None:
    """A number as stored; None for what is no decimal, or beyond what a spreadsheet can hold."""
    if not _NUMBER.fullmatch(raw.strip()):
        return None
    value: float = int(raw) if len(raw) < 16 and raw.isdigit() else float(raw)
    return value if math.isfinite(value) else None


def _remarks(without: list[str], rows: list[int], columns: set[int], errors: int) -> Iterator[str]:
    if without:
        yield f"formulas without a stored value: {len(without)}, the first in {without[0]}; read as empty"
    if rows:
        yield f"hidden rows: {len(rows)}, the first is row {rows[0] + 1}; read like the others"
    if columns:
        first = address(0, min(columns))[:-1]
        yield f"hidden columns: {len(columns)}, the first is column {first}; read like the others"
    if errors:
        yield f"cells that show an error: {errors}"


def _text(element: Element) -> str:
    """The text of a string: its runs without the reading aids that East Asian texts carry."""
    parts: list[str] = []
    for each in element:
        local = _local(each)
        if local == "t":
            parts.append(each.text or "")
        elif local == "r":
            parts.extend(inner.text or "" for inner in each if _local(inner) == "t")
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if not 0xD7FF < int(found[1], 16) < 0xE000 else "", text)


def _styles(root: Element | None) -> tuple[dict[int, str], set[int]]:
    """The number format of each cell style, and the styles that rule a cell off at its left or right."""
    codes = dict(BUILTIN)
    for each in _children(root, "numFmts", "numFmt"):
        codes[_whole(each.get("numFmtId"), -1)] = each.get("formatCode") or ""
    sides = [
        any(_local(side) in ("left", "right", "start", "end") and side.get("style", "none") != "none" for side in each)
        for each in _children(root, "borders", "border")
    ]
    formats: dict[int, str] = {}
    ruled: set[int] = set()
    for place, each in enumerate(_children(root, "cellXfs", "xf")):
        formats[place] = codes.get(_whole(each.get("numFmtId"), 0), "")
        border = _whole(each.get("borderId"), 0)
        if border < len(sides) and sides[border]:
            ruled.add(place)
    return formats, ruled


def _whole(text: str | None, otherwise: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _place(sheet: Sheet, reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of a cell; cells without a reference follow the one before."""
    if reference:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise ReadError(f"sheet {sheet.name[:80]!r}: impossible cell reference {reference[:20]!r}")
        row, column = int(found[2]) - 1, _column(found[1])
    _check(sheet, row, column)
    return row, column


def _check(sheet: Sheet, row: int, column: int) -> None:
    if not (0 <= row < _ROWS and 0 <= column < _COLUMNS):
        raise ReadError(f"sheet {sheet.name[:80]!r}: a cell beyond XFD1048576")


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _hidden_columns(root: Element) -> set[int]:
    found: set[int] = set()
    for each in _children(root, "cols", "col"):
        if each.get("hidden") in ("1", "true"):
            last = min(_whole(each.get("max"), 0), _COLUMNS)
            found.update(range(_whole(each.get("min"), 1) - 1, last))
    return found


def _merges(sheet: Sheet, root: Element) -> Iterator[Merge]:
    for count, each in enumerate(_children(root, "mergeCells", "mergeCell")):
        if count >= _MERGES:
            raise ReadError(f"sheet {sheet.name[:80]!r}: more than {_MERGES:,} merged areas")
        first, _, last = (each.get("ref") or "").partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if start and end:
            yield int(start[2]) - 1, _column(start[1]), int(end[2]) - 1, _column(end[1])
