"""Worksheets as a reviewer expects them: title, header with filter, wrapped text, set up for print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from .plain import inert, shortened

if TYPE_CHECKING:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.format import Format  # type: ignore[import-untyped]

__all__ = ["Book", "Column", "Row", "Sheet", "open_book"]

_LAST_ROW = 1_048_575
_LONGEST = 32_000
_A4 = 9
_LINE, _HIGHEST = 13.5, 409
_BASE: Mapping[str, Any] = {"font_size": 10, "valign": "top", "border": 1, "border_color": "#BFBFBF"}
# Fills differ in lightness as much as in hue, so that a print without colours still tells them apart.
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "wrap": {"text_wrap": True},
    "small": {"text_wrap": True, "font_size": 9, "font_color": "#404040"},
    "strong": {"text_wrap": True, "bold": True},
    "right": {"align": "right", "indent": 1},
    "centre": {"align": "center", "text_wrap": True},
    "pale": {"font_color": "#7F7F7F", "font_size": 9},
    "entry": {"text_wrap": True, "bg_color": "#FFFDF0", "locked": False},
    "error": {"align": "center", "bold": True, "font_color": "#FFFFFF", "bg_color": "#9C1C1C"},
    "warning": {"align": "center", "bold": True, "bg_color": "#F4C76B"},
    "info": {"align": "center", "italic": True, "bg_color": "#EAF1F8"},
    "good": {"align": "center"},
    "none": {"align": "center", "italic": True, "font_color": "#6E6E6E"},
    "bad": {"align": "center", "bold": True, "font_color": "#FFFFFF", "bg_color": "#9C1C1C"},
    "header": {
        "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#DDE3EA", "bottom": 2,
    },
    "title": {"bold": True, "font_size": 13, "border": 0},
    "subtitle": {"border": 0, "font_color": "#404040"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, the style of its cells."""

    heading: str
    width: int
    style: str


@dataclass(frozen=True, slots=True)
class Row:
    """Cells (text or counts), outline level, and styles of single cells by their place; `struck` rows are settled."""

    cells: Sequence[Any]
    level: int
    styles: Mapping[int, str]
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook with its formats, each made once, and the words of its page set-up."""

    workbook: Workbook
    words: Mapping[str, Any]
    formats: dict[tuple[str, int, bool, bool], Format]

    def style(self, name: str, level: int = 0, *, quoted: bool = False, struck: bool = False) -> Format:
        """A format by name; rows below another are indented and lighter, `quoted` keeps = and the like text."""
        struck = struck and name not in ("entry", "pale")
        key = (name, level, quoted, struck)
        if key not in self.formats:
            extra: dict[str, Any] = {"quote_prefix": True} if quoted else {}
            extra |= {"font_strikeout": True} if struck else {}
            if level and name in ("wrap", "small", "strong"):
                extra |= {"indent": level, "bold": False, "font_color": "#404040"}
            self.formats[key] = self.workbook.add_format({**_BASE, **_STYLES[name], **extra})
        return self.formats[key]


@contextmanager
def open_book(stream: IO[bytes], words: Mapping[str, Any]) -> Iterator[Book]:
    """A workbook written to `stream` on leaving; rows go to disk as they come."""
    from xlsxwriter import Workbook

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(stream, options) as workbook:
        yield Book(workbook, words, {})


def _lines(text: str, column: Column) -> int:
    """How many lines a text takes in a column; Chinese characters are as wide as two Latin ones."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in text)
    usual: int = _BASE["font_size"]
    size: int = _STYLES[column.style].get("font_size", usual)
    return max(1, -(-(len(text) + wide) * size // (column.width * usual)))


class Sheet:
    """One worksheet, written from the top: titles, header, rows."""

    def __init__(
        self, book: Book, name: str, titles: Sequence[str], columns: Sequence[Column], hidden: int = 0
    ) -> None:
        """The last `hidden` columns are on the screen only, not in print."""
        self.book, self.columns = book, columns
        self.sheet = book.workbook.add_worksheet(name)
        self.first = len(titles) + 2
        self.next = self.first
        self.printed = len(columns) - hidden
        self._set_up(titles[0])
        for number, title in enumerate(titles):
            style = book.style("title" if not number else "subtitle")
            self.sheet.write_string(number, 0, shortened(title, _LONGEST), style)
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, column.width)
            self.sheet.write_string(self.first - 1, number, column.heading, book.style("header"))

    def _set_up(self, title: str) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(self.first - 1)
        sheet.freeze_panes(self.first, 0)
        sheet.hide_gridlines(2)
        sheet.outline_settings(symbols_below=False)
        footer = shortened(title, 80).replace("&", "&&")
        sheet.set_footer(f"&L&8{footer}&C&8{self.book.words['pages']}&R&8&A")

    def fill(self, rows: Iterable[Row]) -> None:
        """Write rows below the header; what a worksheet cannot hold is counted in its last row."""
        lost = 0
        for row in rows:
            if self.next >= _LAST_ROW:
                lost += 1
                continue
            self.sheet.set_row(self.next, self._height(row), None, {"level": row.level})
            for number, cell in enumerate(row.cells):
                style = row.styles.get(number, self.columns[number].style)
                self._write(number, cell, style, row.level, struck=row.struck)
            self.next += 1
        if lost:
            self._write(0, self.book.words["more_rows"].format(count=lost), "plain", 0)
            self.next += 1
        last = max(self.next - 1, self.first)
        self.sheet.autofilter(self.first - 1, 0, last, len(self.columns) - 1)
        self.sheet.print_area(0, 0, last, self.printed - 1)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def _height(self, row: Row) -> float:
        """Points for the cell with most lines: not every program works out the height of wrapped text itself."""
        lines = (
            sum(_lines(part, column) for part in cell.split("\n"))
            for cell, column in zip(row.cells, self.columns, strict=True)
            if isinstance(cell, str) and _STYLES[column.style].get("text_wrap")
        )
        return min(max(lines, default=1) * _LINE + 3, _HIGHEST)

    def _write(self, column: int, cell: Any, style: str, level: int, *, struck: bool = False) -> None:
        quoted = isinstance(cell, str) and inert(cell) != cell
        form = self.book.style(style, level, quoted=quoted, struck=struck)
        if isinstance(cell, int):
            self.sheet.write_number(self.next, column, cell, form)
        elif not cell:
            self.sheet.write_blank(self.next, column, None, form)
        else:
            self.sheet.write_string(self.next, column, shortened(cell, _LONGEST), form)

    def choose(self, heading: str, choices: Sequence[str], prompt: str) -> None:
        """A drop-down list in the cells below a heading; a row that has its choice turns grey."""
        column = next(number for number, each in enumerate(self.columns) if each.heading == heading)
        last = max(self.next - 1, self.first)
        rule = {"validate": "list", "source": list(choices), "input_title": heading, "input_message": prompt}
        self.sheet.data_validation(self.first, column, last, column, rule)
        letter = chr(ord("A") + column)
        done = {"type": "formula", "criteria": f'=${letter}{self.first + 1}<>""'}
        grey = self.book.workbook.add_format({"font_color": "#7F7F7F"})
        self.sheet.conditional_format(self.first, 3, last, len(self.columns) - 1, {**done, "format": grey})
