"""Notes in a PDF file: highlights with pop-ups over the numbers.

They are appended to the file as it is (an incremental update): nothing of it is rewritten, so that outline, tags,
forms and earlier notes stay as they are, and a signature still vouches for the part that was signed. Only where that
does not work (the file is damaged, or encrypted with an empty password) PDFium writes the file anew first.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from ..errors import ReadError
from ..readers.layout import Layout
from ..readers.pdf_content import PageContent, page_content
from .pdf_quads import Quad, corner, quads
from .pdf_shapes import Shape, highlight, pin
from .wire import Answer, Mark, Standing, unpacked

__all__ = ["annotate_pdf"]

_ANNOTATE = 0x20
_REMOVE_SECURITY = 3
# From the edges of the page, from note to note, and their side, in points.
_MARGIN, _STEP, _SIDE = 12.0, 26.0, 20.0


def annotate_pdf(payload: bytes, layout: Layout) -> Answer:
    """The file with its notes, where each note stands, and remarks; `layout` is not needed.

    Raises ReadError where the file's owner allows no notes, or the notes cannot be written.
    """
    marks, data = unpacked(payload)
    remarks = ["signed: its signature does not cover the notes"] if b"/ByteRange" in data else []
    with _opened(data) as document:
        locked = pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0
        if locked and not pdfium.FPDF_GetDocPermissions(document) & _ANNOTATE:
            raise ReadError("its owner's permissions allow no notes")
        shapes, standing = _shapes(document, marks)
        counts = _counts(document)
        fresh = _rewritten(document) if locked else b""
    if locked:
        remarks.append("encrypted without a password: the copy with notes is not encrypted")
    written = _tried(fresh or data, shapes, counts)
    if written is None and not locked:
        remarks.append("damaged: it was mended while the notes were written")
        with _opened(data) as document:
            written = _tried(_rewritten(document), shapes, counts)
    if written is None:
        raise ReadError("the file is damaged: notes cannot be written into it")
    return (written, standing), tuple(remarks)


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise ReadError("the file is damaged: it cannot be read as PDF")
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


@contextmanager
def _page(document: object, number: int) -> Iterator[Any]:
    page = pdfium.FPDF_LoadPage(document, number)
    try:
        yield page
    finally:
        if page:
            pdfium.FPDF_ClosePage(page)


def _shapes(document: object, marks: Sequence[Mark]) -> tuple[dict[int, list[Shape]], tuple[Standing, ...]]:
    """For each page its notes, and where each of them stands."""
    held: dict[int, list[int]] = {}
    for number, mark in enumerate(marks):
        page = mark.regions[0].page if mark.regions else mark.page or 1
        held.setdefault(page - 1, []).append(number)
    shapes: dict[int, list[Shape]] = {}
    standing: list[Standing] = ["top"] * len(marks)
    for page, numbers in sorted(held.items()):
        with _page(document, page) as handle:
            content = page_content(handle)
        pins = 0
        for number in numbers:
            shape, standing[number] = _shape(content, marks[number], number, pins)
            pins += standing[number] == "top"
            shapes.setdefault(page, []).append(shape)
    return shapes, tuple(standing)


def _shape(content: PageContent, mark: Mark, number: int, pins: int) -> tuple[Shape, Standing]:
    # A sentence that goes on over the page is marked as far as the page goes: a note belongs to one page.
    own = [region for region in mark.regions if region.page == mark.regions[0].page]
    if not own:
        left = _MARGIN + pins * _STEP
        corners = corner(content, left, _MARGIN), corner(content, left + _SIDE, _MARGIN + _SIDE)
        return pin(*corners, mark, number), "top"
    found = [quads(content, region) for region in own]
    areas: list[Quad] = [quad for each, _ in found for quad in each]
    exact = mark.start is not None and all(known for _, known in found)
    return highlight(areas, mark, number), "exact" if exact else "near"


def _counts(document: object) -> list[int]:
    """The number of annotations of each page."""
    counts = []
    for number in range(pdfium.FPDF_GetPageCount(document)):
        with _page(document, number) as page:
            counts.append(pdfium.FPDFPage_GetAnnotCount(page) if page else 0)
    return counts


def _rewritten(document: object) -> bytes:
    """The file as PDFium writes it anew, without encryption."""
    buffer = io.BytesIO()

    def write(_: object, data: Any, size: int) -> int:
        buffer.write(ctypes.string_at(data, size))
        return 1

    writer = pdfium.FPDF_FILEWRITE(version=1)
    writer.WriteBlock = type(writer.WriteBlock)(write)
    if not pdfium.FPDF_SaveAsCopy(document, ctypes.byref(writer), _REMOVE_SECURITY):
        raise ReadError("the file is damaged: it cannot be written anew")
    return buffer.getvalue()


def _tried(data: bytes, shapes: Mapping[int, Sequence[Shape]], counts: Sequence[int]) -> bytes | None:
    """The file with its notes; None where they cannot be read back."""
    try:
        written = _updated(data, shapes)
        with _opened(written) as document:
            after = _counts(document)
    except MemoryError:
        raise
    except Exception:
        # A damaged file can make the library raise anything; that it cannot be written to is all that matters.
        return None
    # A highlight and its pop-up.
    added = [2 * len(shapes.get(number, ())) for number in range(len(counts))]
    return written if after == [a + b for a, b in zip(counts, added, strict=True)] else None


def _updated(data: bytes, shapes: Mapping[int, Sequence[Shape]]) -> bytes:
    from pypdf import PdfWriter
    from pypdf.generic import ArrayObject, NameObject

    writer = PdfWriter(io.BytesIO(data), incremental=True)
    for number, wanted in shapes.items():
        page = writer.pages[number]
        if page.indirect_reference is None or page.indirect_reference.generation:
            raise ValueError("a page of a later generation cannot be updated")
        if "/Annots" not in page:
            page[NameObject("/Annots")] = ArrayObject()
        listed = page["/Annots"].get_object()
        assert isinstance(listed, ArrayObject)
        for shape in wanted:
            listed.extend(shape.put(writer, page.indirect_reference, [float(edge) for edge in page.cropbox]))
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
