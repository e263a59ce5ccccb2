"""OFD files, the national layout format: text and ruled lines of each page to paragraphs and tables.

Coordinates are millimetres from the upper left corner in the file, points from the lower left in what is read.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator

from ..errors import ReadError
from ..model import Block
from .archive import Archive, Element, open_archive, parse_xml
from .flow import Sheet, blocks_of
from .layout import Layout
from .page_items import sheet_of
from .pdf_content import PageContent, Rule, Run

__all__ = ["read_ofd"]

_PAGES = 2_000
_CHARS = 5_000_000
_RULES = 20_000
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")
_STEP = re.compile(rf"[A-Z]|{_NUMBER.pattern}")
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_POINTS = 72 / 25.4
_CLOSE = 0.35
_STRAIGHT = 0.3
_THIN = 1.2
# Ten metres: numbers beyond are mistakes, and infinities would spread.
_FARTHEST = 10_000.0
_LOST = {"ImageObject": "pictures", "CompositeObject": "composite graphics", "VideoObject": "videos"}

_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1, 0, 0, 1, 0, 0)


def read_ofd(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of all pages in reading order, with pages and boxes, and notes on what could not be kept.

    Raises `ReadError` where the file is damaged, encrypted or no OFD.
    """
    archive = open_archive(data, "an OFD file")
    if "OFD.xml" not in archive:
        raise ReadError("not an OFD file: no OFD.xml")
    reader = _Reader(archive)
    sheets: list[Sheet] = []
    pictures: list[Block] = []
    for number, page in enumerate(reader.pages(), 1):
        sheet, complete = sheet_of(page, number, layout)
        sheets.append(sheet)
        reader.lost["tables of too many lines"] += not complete
        if not page.runs:
            pictures.append(Block("picture", "", page=number))
    if not sheets:
        raise ReadError("an OFD file without pages")
    return (*blocks_of(sheets, layout), *pictures), tuple(reader.notes())


class _Reader:
    """Collects the text and lines of the pages, those of their templates included."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.lost: Counter[str] = Counter()
        self._chars = 0
        self._empty = 0
        self._templates: dict[str, str] = {}
        self._roots: dict[str, Element] = {}

    def notes(self) -> Iterator[str]:
        """One line for each kind of thing that is not in the blocks."""
        for kind, count in sorted((+self.lost).items()):
            yield f"{kind}: {count} left out"
        if self._empty:
            yield f"pages without text: {self._empty}; pictures are not read"

    def pages(self) -> Iterator[PageContent]:
        """The pages of every document in the file."""
        root = parse_xml(self._archive.read("OFD.xml"), "OFD.xml")
        count = 0
        for each in root.iter("{*}DocRoot"):
            main = _path("", each.text)
            document = parse_xml(self._archive.read(main), main)
            folder = posixpath.dirname(main)
            self._templates = {
                t.get("ID") or "": _path(folder, t.get("BaseLoc")) for t in document.iter("{*}TemplatePage")
            }
            size = _box(document)
            for page in document.iterfind("{*}Pages/{*}Page"):
                count += 1
                if count > _PAGES:
                    raise ReadError(f"more than {_PAGES:,} pages")
                yield self._page(_path(folder, page.get("BaseLoc")), size, count)

    def _page(self, part: str, size: tuple[float, float, float, float], number: int) -> PageContent:
        root = parse_xml(self._archive.read(part), part)
        _, _, width, height = _box(root, size)
        page = PageContent(width * _POINTS, height * _POINTS)
        for template in root.iterfind("{*}Template"):
            under = self._templates.get(template.get("TemplateID") or "", "")
            if under in self._archive:
                if under not in self._roots:
                    self._roots[under] = parse_xml(self._archive.read(under), under)
                self._content(page, self._roots[under], number)
        self._content(page, root, number)
        self._empty += not page.runs
        return page

    def _content(self, page: PageContent, root: Element, number: int) -> None:
        for each in root.iterfind("{*}Content//*"):
            kind = each.tag.rpartition("}")[2] if isinstance(each.tag, str) else ""
            if each.get("Visible") == "false":
                continue
            if kind == "TextObject":
                self._text(page, each)
            elif kind == "PathObject":
                page.rules.extend(_placed(rule, page.height) for rule in _rules(each))
                if len(page.rules) > _RULES:
                    raise ReadError(f"page {number}: more than {_RULES:,} lines")
            elif kind in _LOST:
                self.lost[_LOST[kind]] += 1

    def _text(self, page: PageContent, element: Element) -> None:
        matrix = _matrix(element)
        size = (_numbers(element.get("Size")) or [4.0])[0]
        # The printed height: text is often set at size 1 and scaled by its matrix.
        height = abs(size) * max(abs(matrix[3]), abs(matrix[1])) or 4.0
        for code in element.iterfind("{*}TextCode"):
            text = code.text or ""
            self._chars += len(text)
            if self._chars > _CHARS:
                raise ReadError(f"more than {_CHARS:,} characters")
            x, y = _first(code.get("X")), _first(code.get("Y"))
            xs = _steps(code.get("DeltaX"), len(text))
            ys = _steps(code.get("DeltaY"), len(text))
            for place, char in enumerate(text):
                step = xs[place] if place < len(xs) else 0.0
                width = step if step > 0 else size * (1 if char > "\u2e7f" else 0.5)
                ends = _moved(matrix, x, y), _moved(matrix, x + width, y)
                if char.strip() and char.isprintable():
                    _set(page, char, ends, height)
                # A missing step in text that goes down means that it does not go right.
                x += step if xs or ys else width
                y += ys[place] if place < len(ys) else 0.0


def _set(page: PageContent, char: str, ends: tuple[tuple[float, float], tuple[float, float]], height: float) -> None:
    """Put a character on the page: behind the last one where they stand close on one baseline."""
    (x, y), (end, _) = ends
    left, right = (_POINTS * each for each in sorted((x, end)))
    base, size = page.height - y * _POINTS, height * _POINTS
    last = page.runs[-1] if page.runs else None
    if last and abs(last.base - base) < 0.1 * size and abs(left - last.right) <= _CLOSE * size and last.size == size:
        last.chars.append((char, left, right))
    else:
        page.runs.append(Run([(char, left, right)], base, size))


def _placed(rule: Rule, height: float) -> Rule:
    """A line given from the upper left corner in millimetres, from the lower left in points."""
    left, top, right, bottom = (_POINTS * each for each in rule)
    return left, height - bottom, right, height - top


def _path(folder: str, location: str | None) -> str:
    location = (location or "").strip().replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, location)).lstrip("/")


def _numbers(text: str | None) -> list[float]:
    return [max(-_FARTHEST, min(_FARTHEST, float(each))) for each in _NUMBER.findall(text or "")]


def _first(text: str | None) -> float:
    return (_numbers(text) or [0.0])[0]


def _box(root: Element, otherwise: tuple[float, ...] = (0, 0, 210, 297)) -> tuple[float, float, float, float]:
    for key in ("PhysicalBox", "ApplicationBox"):
        for each in root.iter(f"{{*}}{key}"):
            numbers = _numbers(each.text)
            if len(numbers) >= 4 and 0 < numbers[3] < 100_000:
                return numbers[0], numbers[1], numbers[2], numbers[3]
    left, top, width, height = otherwise
    return left, top, width, height


def _matrix(element: Element) -> _Matrix:
    """From the coordinates inside an object to those of the page."""
    x, y, *_ = (*_numbers(element.get("Boundary")), 0.0, 0.0)
    own = _numbers(element.get("CTM"))
    a, b, c, d, e, f = own if len(own) == 6 else _SAME
    return a, b, c, d, e + x, f + y


def _moved(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _steps(text: str | None, longest: int) -> list[float]:
    """Distances between characters; "g 3 4.5" stands for 4.5 three times."""
    found: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if word == "g":
            count, step = int(_first(next(words, "0"))), _first(next(words, "0"))
            found.extend([step] * max(0, min(count, longest - len(found))))
        else:
            found.append(_first(word))
        if len(found) >= longest:
            break
    return found


def _rules(element: Element) -> Iterator[Rule]:
    """The horizontal and vertical lines that a path paints, from the upper left: strokes, or itself if a thin bar."""
    stroke, fill = element.get("Stroke") != "false", element.get("Fill") == "true"
    if not stroke and not fill:
        return
    matrix = _matrix(element)
    data = element.find("{*}AbbreviatedData")
    segments = list(_segments(data.text if data is not None else "", matrix))
    if not segments:
        return
    xs = [x for segment in segments for x in (segment[0], segment[2])]
    ys = [y for segment in segments for y in (segment[1], segment[3])]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if fill and min(wide, high) < _THIN < max(wide, high):
        if wide > high:
            y = (min(ys) + max(ys)) / 2
            yield min(xs), y, max(xs), y
        else:
            x = (min(xs) + max(xs)) / 2
            yield x, min(ys), x, max(ys)
    elif stroke:
        for x0, y0, x1, y1 in segments:
            if abs(y1 - y0) < _STRAIGHT < abs(x1 - x0):
                yield min(x0, x1), (y0 + y1) / 2, max(x0, x1), (y0 + y1) / 2
            elif abs(x1 - x0) < _STRAIGHT < abs(y1 - y0):
                yield (x0 + x1) / 2, min(y0, y1), (x0 + x1) / 2, max(y0, y1)


def _segments(text: str | None, matrix: _Matrix) -> Iterator[tuple[float, float, float, float]]:
    """The straight pieces of a path in page coordinates."""
    words = _STEP.findall((text or "")[:2_000_000])
    place = 0
    start = here = (0.0, 0.0)
    while place < len(words):
        step = words[place]
        count = _ARGUMENTS.get(step)
        place += 1
        if count is None:
            continue
        numbers = words[place : place + count]
        if len(numbers) < count or any(each.isalpha() for each in numbers):
            return
        place += count
        x, y = _numbers(" ".join(numbers[-2:])) if count else start
        there = (x, y)
        if step in "LC" and there != here:
            yield (*_moved(matrix, *here), *_moved(matrix, *there))
        start = there if step in "SM" else start
        here = there
