"""Web pages to blocks: what a reader sees, tables with their spans written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..errors import ReadError
from ..model import Block
from .layout import Layout
from .text import decode

__all__ = ["Trace", "read_html", "trace_html"]

_DEPTH = 1_000
# Lexbor takes quadratic time on deep trees, so that tags are counted before it sees them.
_OPEN = 5_000
# Bytes beyond ASCII that are valid UTF-8 by chance in a page of another encoding: fewer than this.
_PROOF = 12
_COLUMNS, _ROWS, _CELLS = 1_000, 100_000, 5_000_000
_LARGEST = 30 * 2**20
_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_TAG = re.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SKIPPED = _names(
    "head script style nav template noscript iframe frame object embed svg math canvas audio video map datalist"
    " select button textarea title rp rt"
)
_FRAMES = _names("iframe frame object embed")
_UNREAD = _names("svg math textarea select")
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
# Elements whose end tag may be left out do not nest by it.
_LOOSE = _VOID | _names("p li td th tr tbody thead tfoot dt dd option optgroup colgroup rp rt body html head")
_BLOCKS = _names(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre section summary table"
    " tbody td tfoot th thead tr ul caption"
)
_ROW_GROUPS = frozenset(("tbody", "thead", "tfoot"))
_SPACE = re.compile("[ \t\r\n\f\xa0]+")


@dataclass(frozen=True, slots=True)
class Trace:
    """A page with the way back: its tree, its blocks, and the text nodes that were read, in reading order.

    But for white space, these nodes one after another are the blocks one after another, tables row by row.
    """

    tree: Any
    blocks: tuple[Block, ...]
    texts: tuple[Any, ...]


def read_html(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The headings, paragraphs and tables of a page.

    Reads .mht files of one part too. Raises `ReadError` where the page cannot be read.
    """
    _, reader = _walked(_unwrapped(data), layout)
    return tuple(reader.blocks), tuple(reader.notes())


def trace_html(data: bytes, layout: Layout) -> Trace:
    """A page as `read_html` reads it, with the way back; ReadError also for a web archive, which is no page itself."""
    if _unwrapped(data) is not data:
        raise ReadError("a web archive (.mht) cannot hold notes")
    tree, reader = _walked(data, layout)
    return Trace(tree, tuple(reader.blocks), tuple(reader.texts))


def _walked(data: bytes, layout: Layout) -> tuple[Any, _Reader]:
    from selectolax.lexbor import LexborHTMLParser

    if len(data) > _LARGEST:
        raise ReadError(f"{len(data) // 2**20} MB of HTML; at most {_LARGEST // 2**20} MB are read")
    text = _decoded(data, layout.marks).replace("\0", "")
    _check_nesting(text)
    tree = LexborHTMLParser(text)
    if tree.root is None:
        raise ReadError("not a web page: nothing in it")
    reader = _Reader()
    reader.read(tree.root)
    return tree, reader


def _unwrapped(data: bytes) -> bytes:
    """The page inside a MIME file (.mht); other bytes as they are."""
    head = data[:2048].lower()
    if not (b"mime-version:" in head and b"content-type:" in head) or data.lstrip().startswith(b"<"):
        return data
    from email import message_from_bytes

    if data.count(b"Content-Type:") > 10_000:
        raise ReadError("a web archive of more than 10,000 parts")
    try:
        for part in message_from_bytes(data).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                return page if isinstance(page, bytes) else b""
    except (ValueError, LookupError, RecursionError):
        raise ReadError("a damaged web archive") from None
    raise ReadError("a web archive without a page")


def _decoded(data: bytes, marks: Sequence[str]) -> str:
    """By BOM, by what the page says of itself if that fits, else by its bytes."""
    boms = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
    found = None if data.startswith(boms) else _CHARSET.search(data[:8192])
    if found:
        said = found[1].decode("ascii").lower()
        with suppress(UnicodeError, LookupError):
            text = data.decode(_ALIASES.get(said, said))
            return text if any(mark in text for mark in marks) else _as_utf8(data) or text
    try:
        return decode(data, marks)
    except ReadError:
        return _lenient(data, found)


def _as_utf8(data: bytes) -> str | None:
    """Text of a page that is UTF-8 whatever it says: its bytes pass for GBK too, the reverse hardly happens."""
    if sum(byte > 127 for byte in data[:4096]) < _PROOF and sum(byte > 127 for byte in data) < _PROOF:
        return None
    try:
        return data.decode()
    except UnicodeError:
        return None


def _lenient(data: bytes, found: re.Match[bytes] | None) -> str:
    """One broken character must not lose a page that says its charset, as browsers have it."""
    if not found:
        raise ReadError("neither UTF-8 nor GB18030 nor any encoding that can be told")
    said = found[1].decode("ascii").lower()
    try:
        text = data.decode(_ALIASES.get(said, said), "replace")
    except (UnicodeError, LookupError):
        raise ReadError(f"its encoding {said!r} is not known") from None
    if text.count("\ufffd") * 100 > len(text):
        raise ReadError(f"says it is {said} but is not")
    return text


def _check_nesting(text: str) -> None:
    depth = 0
    for closing, tag in _TAG.findall(text):
        if tag.lower() in _LOOSE:
            continue
        depth = max(0, depth + (-1 if closing else 1))
        if depth > _OPEN:
            raise ReadError(f"nested deeper than {_OPEN} elements")


@dataclass(slots=True)
class _Line:
    """The paragraph being gathered."""

    parts: list[str] = field(default_factory=list)
    level: int | None = None


class _Reader:
    """Walks a page in reading order with an explicit stack."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.texts: list[Any] = []
        self._line = _Line()
        self._hidden = 0
        self._pictures = 0
        self._frames = 0
        self._unread = 0
        self._cells = 0
        self._clamped = False

    def notes(self) -> Iterator[str]:
        """Remarks on what is not in the blocks."""
        if self._hidden:
            yield f"hidden passages: {self._hidden} left out"
        if self._frames:
            yield f"pages in frames: {self._frames} left out"
        if self._unread:
            yield f"drawings and fields with text: {self._unread} left out"
        if self._pictures:
            yield f"pictures: {self._pictures} left out"
        if self._clamped:
            yield f"a table reaches beyond {_COLUMNS:,} columns or {_ROWS:,} rows; the rest is left out"

    def read(self, root: Any) -> None:
        """Append the blocks below an element. Entries of the stack: (node, depth, leaving it)."""
        stack: list[tuple[Any, int, bool]] = [(root, 0, False)]
        while stack:
            node, depth, leaving = stack.pop()
            if leaving:
                self._flush()
                continue
            if depth > _DEPTH:
                raise ReadError(f"nested deeper than {_DEPTH} elements")
            if not self._enter(node):
                continue
            tag = node.tag
            inner = self._table(node) if tag == "table" else None
            if inner is not None:
                stack.extend((each, depth + 4, False) for each in reversed(inner))
                continue
            if tag in _BLOCKS:
                self._flush()
                self._line.level = int(tag[1]) if len(tag) == 2 and tag[1] in "123456" else None
                stack.append((node, depth, True))
            stack.extend((each, depth + 1, False) for each in reversed(_children(node)))
        self._flush()

    def _enter(self, node: Any) -> bool:
        """Take text and breaks; whether to go into the node."""
        tag = node.tag
        if tag == "-text":
            self.texts.append(node)
            text = node.text_content or ""
            kept = node.parent is not None and node.parent.tag == "pre"
            self._line.parts.append(text if kept else _SPACE.sub(" ", text))
            return False
        if tag == "br":
            self._line.parts.append("\n")
            return False
        if tag == "img":
            self._pictures += 1
            return False
        if tag == "wbr" or tag in _SKIPPED or tag.startswith(("-", "!")):
            self._frames += tag in _FRAMES
            self._unread += tag in _UNREAD and bool((node.text() or "").strip())
            return False
        if _is_hidden(node):
            self._hidden += bool((node.text() or "").strip())
            return False
        return True

    def _flush(self) -> None:
        """End the paragraph; each of its lines is one."""
        line, self._line = self._line, _Line()
        for each in "".join(line.parts).split("\n"):
            text = _SPACE.sub(" ", each).strip(" \u3000")
            place = len(self.blocks) + 1
            if text and line.level is None:
                self.blocks.append(Block("paragraph", text, line=place))
            elif text:
                self.blocks.append(Block("heading", text, line=place, level=line.level))

    def _table(self, table: Any) -> list[Any] | None:
        """Append a table of data and give those inside it; None for one that only lays out the page."""
        self._flush()
        rows = [[cell for cell in _children(row) if cell.tag in ("td", "th")] for row in _rows(table)]
        rows = [row for row in rows if row]
        if _is_layout(rows):
            return None
        inner: list[Any] = []
        for caption in (each for each in _children(table) if each.tag == "caption"):
            self._line.parts.append(self._text(caption, inner))
            self._flush()
        cells = self._grid(rows, inner)
        if any(map(any, cells)):
            self.blocks.append(Block("grid", "", line=len(self.blocks) + 1, cells=cells))
        return inner

    def _grid(self, rows: list[list[Any]], inner: list[Any]) -> tuple[tuple[str, ...], ...]:
        """Rows of equal width; the text of a spanning cell is in its first place, the others are empty."""
        taken: dict[int, int] = {}
        lines: list[list[str]] = []
        if len(rows) > _ROWS:
            self._clamped, rows = True, rows[:_ROWS]
        for number, row in enumerate(rows):
            line: list[str] = []
            for cell in row:
                while taken.get(len(line), 0) > number:
                    line.append("")
                if len(line) >= _COLUMNS:
                    self._clamped = True
                    break
                wide = min(_span(cell, "colspan"), _COLUMNS - len(line))
                # 0 means: to the end of the row group.
                high = min(_span(cell, "rowspan") or len(rows), len(rows) - number)
                if high > 1:
                    taken.update(dict.fromkeys(range(len(line), len(line) + wide), number + high))
                line += [self._text(cell, inner), *[""] * (wide - 1)]
            self._cells += len(line)
            if self._cells > _CELLS:
                raise ReadError(f"more than {_CELLS:,} table cells")
            lines.append(line)
        return _squared(lines)

    def _text(self, cell: Any, inner: list[Any]) -> str:
        """The text of a cell, lines parted by line ends; tables inside go to `inner`."""
        outer, self._line = self._line, _Line()
        stack: list[tuple[Any, int, bool]] = [(each, 0, False) for each in reversed(_children(cell))]
        while stack:
            node, depth, leaving = stack.pop()
            if depth > _DEPTH:
                raise ReadError(f"nested deeper than {_DEPTH} elements")
            if leaving:
                self._line.parts.append("\n")
            elif node.tag == "table":
                inner.append(node)
            elif self._enter(node):
                if node.tag in _BLOCKS:
                    self._line.parts.append("\n")
                    stack.append((node, depth, True))
                stack.extend((each, depth + 1, False) for each in reversed(_children(node)))
        line, self._line = self._line, outer
        lines = (" ".join(each.split()) for each in "".join(line.parts).split("\n"))
        return "\n".join(filter(None, lines))


def _squared(lines: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    width = max(map(len, lines), default=0)
    if width * len(lines) > _CELLS:
        raise ReadError(f"more than {_CELLS:,} table cells")
    full = [line + [""] * (width - len(line)) for line in lines]
    while width and not any(line[width - 1] for line in full):
        width -= 1
    return tuple(tuple(line[:width]) for line in full)


def _children(node: Any) -> list[Any]:
    found: list[Any] = []
    child = node.child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def _rows(table: Any) -> Iterator[Any]:
    for each in _children(table):
        if each.tag in _ROW_GROUPS:
            yield from (row for row in _children(each) if row.tag == "tr" and not _is_hidden(row))
        elif each.tag == "tr" and not _is_hidden(each):
            yield each


def _is_layout(rows: list[list[Any]]) -> bool:
    """Whether a table holds no data: one cell, one column of prose, or cells with tables or long text."""
    cells = [cell for row in rows for cell in row]
    if len(cells) < 2:
        return True
    holders = sum(cell.css_first("table") is not None for cell in cells[:200])
    if holders and (len(cells) < 6 or holders * 3 >= len(cells[:200])):
        return True
    if max(map(len, rows)) == 1 or len(rows) == 1:
        prose = sum(cell.css_first("p + p, h1, h2, h3, ul, ol") is not None for cell in cells[:200])
        return prose * 2 >= len(cells[:200]) or (max(map(len, rows)) == 1 and len(rows) < 3)
    return False


def _is_hidden(node: Any) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return True
    return bool(node.tag == "input" or attributes.get("role") == "navigation")


def _span(cell: Any, key: str) -> int:
    """A span as browsers read it: leading digits, at least 1, "0" only for rows."""
    found = re.match(r"\s*(\d{1,9})", cell.attributes.get(key) or "1")
    number = int(found[1]) if found else 1
    return number if number or key == "rowspan" else 1
