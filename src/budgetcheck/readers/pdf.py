"""PDF files to blocks, by PDFium: text by baselines, tables by their lines or by aligned numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from ..errors import ReadError
from ..model import Block
from .flow import Sheet, blocks_of
from .kinds import LOCKED
from .layout import Layout
from .page_items import sheet_of
from .pdf_content import PageContent, page_content

__all__ = ["read_pdf"]

_PAGES = 2_000
_CHARS = 20_000_000
_SHAPES = 20
_LISTED = 12
_ERRORS = {
    4: LOCKED,
    5: "the file is protected in a way that cannot be opened",
}


def read_pdf(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...], int]:
    """Blocks of a PDF file in reading order, remarks, and its number of pages.

    Raises ReadError for files that are locked, damaged or too large.
    """
    if b"%PDF-" not in data[:4096]:
        raise ReadError("not a PDF file")
    with _opened(data) as document:
        count = pdfium.FPDF_GetPageCount(document)
        if count < 1:
            raise ReadError("the file is damaged: no page can be found")
        if count > _PAGES:
            raise ReadError(f"{count:,} pages; at most {_PAGES:,} are read")
        reader = _Reader(layout)
        for number in range(1, count + 1):
            reader.take(document, number)
    if not reader.sheets:
        raise ReadError("the file is damaged: no page can be read")
    pictures = (Block("picture", "", page=number) for number in reader.pictures)
    return (*blocks_of(reader.sheets, layout), *pictures), tuple(reader.notes(data)), count


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        code = pdfium.FPDF_GetLastError()
        raise ReadError(_ERRORS.get(code, "the file is damaged: it cannot be read as PDF"))
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


class _Reader:
    """Takes page after page and remembers what could not be read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.sheets: list[Sheet] = []
        self.pictures: list[int] = []
        self._chars = 0
        self._odd: dict[str, list[int]] = {}

    def take(self, document: object, number: int) -> None:
        """Read one page."""
        page = pdfium.FPDF_LoadPage(document, number - 1)
        if not page:
            self._remark("damaged, not read", number)
            return
        try:
            content = page_content(page)
        finally:
            pdfium.FPDF_ClosePage(page)
        chars = sum(len(run.chars) for run in content.runs)
        self._chars += chars
        if self._chars > _CHARS:
            raise ReadError(f"more than {_CHARS:,} characters")
        self._remark_on(content, chars, number)
        sheet, complete = sheet_of(content, number, self._layout)
        if not complete:
            self._remark("too many ruled lines, tables not read", number)
        self.sheets.append(sheet)

    def _remark(self, what: str, number: int) -> None:
        self._odd.setdefault(what, []).append(number)

    def _remark_on(self, content: PageContent, chars: int, number: int) -> None:
        drawn = content.shapes >= _SHAPES
        if not chars and (content.pictures or drawn):
            self.pictures.append(number)
            self._remark(f"no text layer ({'a picture' if content.pictures else 'letters drawn as shapes'})", number)
        if content.sideways:
            self._remark("text at another angle, not read", number)
        if content.unknown:
            self._remark("characters without a meaning in the file's fonts", number)
        if content.capped:
            self._remark("too many drawn objects, not all were read", number)

    def notes(self, data: bytes) -> Iterator[str]:
        """One line for each kind of remark."""
        if b"%%EOF" not in data[-2048:]:
            yield "the end of the file is missing: what is read may be incomplete"
        for what, numbers in self._odd.items():
            shown = ", ".join(map(str, numbers[:_LISTED])) + (", …" if len(numbers) > _LISTED else "")
            yield f"page{'s' if len(numbers) > 1 else ''} {shown}: {what}"
