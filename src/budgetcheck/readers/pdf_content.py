"""What stands on one PDF page: runs of characters with their baselines, ruled lines, the number of pictures.

PDFium is called through narrow ctypes prototypes: plain integers for handles and buffers filled in place take half
the time of its own bindings, and the calls are most of the time.
"""

from __future__ import annotations

import ctypes
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from ctypes import c_double, c_float, c_int, c_void_p
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

__all__ = ["Char", "PageContent", "Rule", "Run", "page_content", "turned"]

Char = tuple[str, float, float]  # character, left, right
Rule = tuple[float, float, float, float]  # left, bottom, right, top; one of its sides is (nearly) nothing
_Matrix = tuple[float, float, float, float, float, float]

_OBJECTS = 50_000
_SEGMENTS = 20_000
_NESTED = 8
_THIN = 3.0
_SKIPPED = frozenset(" \r\n\t\xa0\u3000\u200b\u200c\u200d\ufeff\x00\x0b\x0c")
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}
_PATH, _IMAGE, _FORM = 2, 3, 5
_SLANTED = 4


def _prototype(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(getattr(pdfium, name), c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


_loose_box = _prototype("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)
_char_box = _prototype("FPDFText_GetCharBox", c_int, c_void_p, c_int, c_void_p, c_void_p, c_void_p, c_void_p)
_origin = _prototype("FPDFText_GetCharOrigin", c_int, c_void_p, c_int, c_void_p, c_void_p)
_char_matrix = _prototype("FPDFText_GetMatrix", c_int, c_void_p, c_int, c_void_p)
_font_size = _prototype("FPDFText_GetFontSize", c_double, c_void_p, c_int)
_unicode = _prototype("FPDFText_GetUnicode", ctypes.c_uint, c_void_p, c_int)
_get_object = _prototype("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
_form_object = _prototype("FPDFFormObj_GetObject", c_void_p, c_void_p, ctypes.c_ulong)
_object_type = _prototype("FPDFPageObj_GetType", c_int, c_void_p)
_bounds = _prototype("FPDFPageObj_GetBounds", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_object_matrix = _prototype("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
_draw_mode = _prototype("FPDFPath_GetDrawMode", c_int, c_void_p, c_void_p, c_void_p)
_count_segments = _prototype("FPDFPath_CountSegments", c_int, c_void_p)
_segment = _prototype("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
_segment_point = _prototype("FPDFPathSegment_GetPoint", c_int, c_void_p, c_void_p, c_void_p)
_segment_type = _prototype("FPDFPathSegment_GetType", c_int, c_void_p)
_segment_close = _prototype("FPDFPathSegment_GetClose", c_int, c_void_p)


@dataclass(slots=True)
class Run:
    """Characters that follow each other closely on one baseline."""

    chars: list[Char]
    base: float
    size: float

    @property
    def left(self) -> float:
        """Where the first character begins."""
        return self.chars[0][1]

    @property
    def right(self) -> float:
        """Where the last character ends."""
        return self.chars[-1][2]

    def stretch(self, right: float) -> None:
        """Let the last character, of which only the ink is known, end where the next one begins."""
        char, left, ink = self.chars[-1]
        if abs(right - ink) <= 0.35 * self.size and right > left:
            self.chars[-1] = char, left, right


@dataclass(slots=True)
class PageContent:
    """One page, upright: its size in points, runs and ruled lines, and what was left out.

    `turn` is by how many quarters the upright page must be turned to lie as it is displayed, `quarters` by how many its
    text is turned in the file; `origin` is the lower left corner of what is displayed, in the file's coordinates.
    """

    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    pictures: int = 0
    shapes: int = 0
    sideways: int = 0
    unknown: int = 0
    turn: int = 0
    quarters: int = 0
    origin: tuple[float, float] = (0.0, 0.0)
    capped: bool = False


def page_content(page: object) -> PageContent:
    """Everything on a loaded page that matters for reading it."""
    left, bottom, width, height = _page_box(page)
    content = PageContent(width, height, origin=(left, bottom))
    groups: dict[int, list[Run]] = {}
    text = pdfium.FPDFText_LoadPage(page)
    if text:
        try:
            groups = _runs(ctypes.cast(text, c_void_p).value or 0, text, content)
        finally:
            pdfium.FPDFText_ClosePage(text)
    _Objects(content).walk(page)
    shown = pdfium.FPDFPage_GetRotation(page) % 4
    sizes = {quarter: sum(len(run.chars) for run in runs) for quarter, runs in groups.items()}
    straight = [quarter for quarter in sizes if quarter != _SLANTED]
    upright = max(straight, key=lambda quarter: sizes[quarter], default=shown)
    content.sideways = sum(sizes.values()) - sizes.get(upright, 0)
    content.runs = groups.get(upright, [])
    content.turn = (shown - upright) % 4
    content.quarters = upright
    _set_upright(content, upright, left, bottom)
    return content


def _page_box(page: object) -> tuple[float, float, float, float]:
    box = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box)):
        return 0.0, 0.0, 595.0, 842.0
    left, right = sorted((float(box.left), float(box.right)))
    bottom, top = sorted((float(box.bottom), float(box.top)))
    if not math.isfinite(left + bottom + right + top):
        return 0.0, 0.0, 595.0, 842.0
    return left, bottom, right - left, top - bottom


def turned(box: Rule, quarters: int, width: float, height: float) -> Rule:
    """A box on a page of this size after the page was turned clockwise by so many quarters."""
    left, bottom, right, top = box
    if quarters == 1:
        return bottom, width - right, top, width - left
    if quarters == 2:
        return width - right, height - top, width - left, height - bottom
    if quarters == 3:
        return height - top, left, height - bottom, right
    return box


def _set_upright(content: PageContent, quarters: int, left: float, bottom: float) -> None:
    """Move the origin to the lower left corner of the upright page; runs already run to the right."""
    if not quarters and not left and not bottom:
        return
    width, height = content.width, content.height
    content.rules = [
        turned((x0 - left, y0 - bottom, x1 - left, y1 - bottom), quarters, width, height)
        for x0, y0, x1, y1 in content.rules
    ]
    right, up = ((-left, -bottom), (-bottom, width + left), (width + left, height + bottom),
                 (height + bottom, -left))[quarters]  # fmt: skip
    for run in content.runs:
        run.base += up
        run.chars = [(char, x0 + right, x1 + right) for char, x0, x1 in run.chars]
    if quarters % 2:
        content.width, content.height = height, width


def _text(handle: int, text: object, count: int) -> list[str]:
    """The characters by index; one call where every character is one unit of UTF-16."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text, 0, count, buffer)
    units = buffer[:count]
    if written - 1 == count and not any(0xD800 <= unit < 0xE000 for unit in units):
        return [_HYPHENS.get(unit) or chr(unit) for unit in units]
    codes = [_unicode(handle, index) for index in range(count)]
    return [_HYPHENS.get(code) or (chr(code) if _is_character(code) else "\ufffd") for code in codes]


def _is_character(code: int) -> bool:
    return code < 0x110000 and not 0xD800 <= code < 0xE000


def _runs(handle: int, text: object, content: PageContent) -> dict[int, list[Run]]:
    """Runs by the quarter turn of their writing, in the order of the file."""
    count = max(0, pdfium.FPDFText_CountChars(text))
    chars = _text(handle, text, count)
    content.unknown = chars.count("\ufffd")
    wanted = [index for index, char in enumerate(chars) if char not in _SKIPPED]
    boxes = array("f", bytes(16 * count))
    start = boxes.buffer_info()[0]
    for index in wanted:
        _loose_box(handle, index, start + 16 * index)
    edges = boxes.tolist()
    groups: dict[int, list[Run]] = {0: []}
    pen = _Pen(handle)
    run, runs, before, last_top, last_bottom = None, groups[0], -9, math.nan, math.nan
    for index in wanted:
        left, top, right, bottom = edges[4 * index : 4 * index + 4]
        # The same top and bottom mean the same font, size and baseline as before.
        if top != last_top or bottom != last_bottom:
            last_top, last_bottom = top, bottom
            if pen.move(index):
                run, runs = None, groups.setdefault(pen.quarter, [])
        if pen.quarter or not right > left:
            left, right = pen.extent(index, chars[index])
            last_top = math.nan
            if run is not None and index == before + 1:
                run.stretch(left)
        if run is None or index != before + 1 or not abs(left - run.right) <= 0.35 * pen.size:
            run = Run([], pen.base, pen.size)
            runs.append(run)
        if math.isfinite(left + right):
            run.chars.append((chars[index], left, right))
            before = index
    found = {quarter: [run for run in runs if run.chars] for quarter, runs in groups.items()}
    return {quarter: runs for quarter, runs in found.items() if runs}


class _Pen:
    """Baseline, size and direction of the character it stands on."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._numbers = (c_double * 4)()
        self._matrix = (c_float * 6)()
        at = ctypes.addressof(self._numbers)
        self._at = (at, at + 8, at + 16, at + 24)
        self.base = self.size = self._along = 0.0
        self.quarter = 0

    def move(self, index: int) -> bool:
        """Stand on a character; whether it begins another line, size or direction."""
        before = self.base, self.size, self.quarter
        _origin(self._handle, index, self._at[0], self._at[1])
        _char_matrix(self._handle, index, ctypes.addressof(self._matrix))
        x, y, *_ = self._numbers
        a, b, c, d, _, _ = self._matrix
        self.size = abs(_font_size(self._handle, index) * math.hypot(c, d)) or 1.0
        quarters = math.atan2(b, a) / (math.pi / 2)
        straight = math.isfinite(x + y + self.size + quarters) and abs(quarters - round(quarters)) < 0.1
        self.quarter = round(quarters) % 4 if straight else _SLANTED
        self._along, self.base = ((x, y), (y, -x), (-x, -y), (-y, x), (x, y))[self.quarter]
        return before != (self.base, self.size, self.quarter)

    def extent(self, index: int, char: str) -> tuple[float, float]:
        """From where to where the character goes along its own direction of writing."""
        size = self.size * (1.0 if char > "\u2e7f" else 0.5)
        if not _char_box(self._handle, index, *self._at):
            return self._along, self._along + size
        left, right, bottom, top = self._numbers
        low, high = ((left, right), (bottom, top), (-right, -left), (-top, -bottom), (left, right))[self.quarter]
        return min(low, self._along), max(high, self._along + 0.8 * size)


class _Objects:
    """Walks the objects of a page, and of the forms on it, once."""

    def __init__(self, content: PageContent) -> None:
        self._content = content
        self._left = _OBJECTS
        self._box = (c_float * 6)()
        at = ctypes.addressof(self._box)
        self._at = (at, at + 4, at + 8, at + 12)
        self._mode = (c_int * 2)()
        self._mode_at = (ctypes.addressof(self._mode), ctypes.addressof(self._mode) + 4)

    def walk(self, page: object) -> None:
        """Collect lines and pictures."""
        handle = ctypes.cast(page, c_void_p).value  # type: ignore[arg-type]
        for index in range(pdfium.FPDFPage_CountObjects(page)):
            item = _get_object(handle, index)
            kind = _object_type(item)
            if kind != 1 and not self._take(item, kind, (), 0):
                return

    def _take(self, item: int, kind: int, outer: tuple[_Matrix, ...], depth: int) -> bool:
        self._left -= 1
        if self._left < 0:
            self._content.capped = True
            return False
        if kind == _PATH:
            self._path(item, outer)
        elif kind == _IMAGE:
            self._content.pictures += 1
        elif kind == _FORM and depth < _NESTED:
            return self._form(item, outer, depth)
        return True

    def _form(self, form: int, outer: tuple[_Matrix, ...], depth: int) -> bool:
        inner = (self._matrix_of(form), *outer)
        for index in range(pdfium.FPDFFormObj_CountObjects(ctypes.cast(form, pdfium.FPDF_PAGEOBJECT))):
            item = _form_object(form, index)
            if not self._take(item, _object_type(item), inner, depth + 1):
                return False
        return True

    def _matrix_of(self, item: int) -> _Matrix:
        _object_matrix(item, self._at[0])
        a, b, c, d, e, f = self._box
        return a, b, c, d, e, f

    def _path(self, path: int, outer: tuple[_Matrix, ...]) -> None:
        _draw_mode(path, *self._mode_at)
        filled, stroked = self._mode
        if not filled and not stroked:
            return
        count = _count_segments(path)
        if count > 5 or (stroked and count > 2):
            self._pieces(path, min(count, _SEGMENTS), outer, bool(stroked))
            return
        if _bounds(path, *self._at):
            left, bottom, right, top, _, _ = self._box
            self._rule(_boxed(((left, bottom), (right, top)), outer))

    def _rule(self, box: Rule) -> None:
        left, bottom, right, top = box
        if min(right - left, top - bottom) <= _THIN and all(map(math.isfinite, box)):
            self._content.rules.append(box)

    def _pieces(self, path: int, count: int, outer: tuple[_Matrix, ...], stroked: bool) -> None:
        """Lines of a path with many parts: each straight piece that is drawn, each thin area that is filled."""
        matrices = (self._matrix_of(path), *outer)
        for points, curved in self._subpaths(path, count):
            if curved:
                self._content.shapes += 1
            whole = _boxed(points, matrices)
            if not stroked or min(whole[2] - whole[0], whole[3] - whole[1]) <= _THIN:
                self._rule(whole)
            elif not curved:
                for piece in pairwise(points):
                    self._rule(_boxed(piece, matrices))

    def _subpaths(self, path: int, count: int) -> Iterator[tuple[list[tuple[float, float]], bool]]:
        points: list[tuple[float, float]] = []
        curved = False
        for index in range(count):
            segment = _segment(path, index)
            kind = _segment_type(segment)
            _segment_point(segment, self._at[0], self._at[1])
            if kind == 2 and points:
                yield points, curved
                points, curved = [], False
            points.append((self._box[0], self._box[1]))
            curved = curved or kind == 1
            if _segment_close(segment):
                points.append(points[0])
        if points:
            yield points, curved


def _boxed(points: Sequence[tuple[float, float]], matrices: tuple[_Matrix, ...]) -> Rule:
    for a, b, c, d, e, f in matrices:
        points = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
