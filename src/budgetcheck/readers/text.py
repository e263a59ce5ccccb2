"""Plain text and Markdown: encodings as found in the wild, hard-wrapped lines joined to paragraphs."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Sequence

from ..errors import ReadError
from ..model import Block, Document
from .bounds import refuse_endless
from .layout import Layout

__all__ = ["UNNAMED", "decode", "read_text", "text_document"]

# The name of a document that was given as a string.
UNNAMED = "<text>"
_LARGEST = 20 * 1024 * 1024
_LONGEST_LINE = 200_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDEST = 180
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13})
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_JOIN = "\0"
_END = "。；！？：;!?:"
_MARKDOWN = re.compile(r"\s*[-*#|>]")


def text_document(text: str, layout: Layout, name: str = UNNAMED) -> Document:
    """A document from text already decoded; ReadError for a paragraph or number without end."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    blocks = _blocks(text, layout)
    refuse_endless(blocks)
    return Document(name, digest, blocks)


def read_text(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Paragraphs of a text file.

    Raises ReadError for binary, undecodable or oversized content.
    """
    if len(data) > _LARGEST:
        raise ReadError(f"{len(data) // 1024 // 1024} MB of text; at most {_LARGEST // 1024 // 1024} MB are read")
    return _blocks(decode(data, layout.marks), layout), ()


def decode(data: bytes, marks: Sequence[str]) -> str:
    """Text of unknown encoding: BOM, then strict UTF-8, then strict GB18030, then a detector's best guess.

    Raises ReadError where the bytes are no text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data, encoding)
    _refuse_binary(data)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(mark in text for mark in marks) or data.isascii():
            return text
        return _detected(data, marks) or _printable(text)
    guess = _detected(data, marks)
    if guess is None:
        raise ReadError("neither UTF-8 nor GB18030 nor any encoding that can be told")
    return guess


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(f"says it is {encoding} but is not, at byte {error.start}") from None


def _refuse_binary(data: bytes) -> None:
    head = data[:65536]
    if b"\x00" in head:
        raise ReadError("binary content, not text")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls * 50 > len(head):
        raise ReadError("binary content, not text")


def _detected(data: bytes, marks: Sequence[str]) -> str | None:
    """A detector's reading, taken only when it shows a word that such reports contain."""
    from charset_normalizer import from_bytes

    for match in from_bytes(data[:262144], cp_isolation=["big5", "big5hkscs", "utf_16", "gb18030", "utf_8", "euc_jp"]):
        try:
            text = data.decode(match.encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if any(mark in text for mark in marks):
            return text
    return None


def _printable(text: str) -> str:
    """Text that decoded strictly but says nothing known: kept unless it is mostly unassigned characters."""
    odd = sum(not char.isprintable() and not char.isspace() for char in text[:20000])
    if odd * 20 > min(len(text), 20000):
        raise ReadError("binary content, not text")
    return text


def _blocks(text: str, layout: Layout) -> tuple[Block, ...]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "").split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE:
            raise ReadError(f"line {number} is {len(line)} characters long; at most {_LONGEST_LINE} are read")
    width = _wrap_width(lines)
    lines = _without_double_spacing(lines, width)
    blocks: list[Block] = []
    held: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        if line is _JOIN:
            continue
        piped = bool(held) and _piped(held[-1][1])
        goes_on = _piped(line) if piped else bool(width and held and _continues(held[-1][1], line, width, layout))
        if held and not goes_on:
            blocks.append(_block(held))
            held = []
        if line.strip():
            held.append((number, line))
    if held:
        blocks.append(_block(held))
    return tuple(blocks)


def _grid(held: Sequence[tuple[int, str]]) -> Block:
    """A Markdown table, or one of web text: its rows without the line of dashes."""
    bare = (line.strip().removeprefix("|").removesuffix("|") for _, line in held)
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in bare]
    kept = tuple(row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row))
    width = max(map(len, kept), default=0)
    return Block("grid", "", line=held[0][0], cells=tuple(row + ("",) * (width - len(row)) for row in kept))


def _piped(line: str) -> bool:
    """Whether a line is a row of cells; web pages copied as text have a stroke only behind each cell."""
    bare = line.strip()
    return len(bare) > 2 and bare[-1] == "|" and (bare[0] == "|" or bare.count("|") > 1)


def _block(held: Sequence[tuple[int, str]]) -> Block:
    if _piped(held[0][1]):
        return _grid(held)
    if len(held) == 1 and _PICTURE.fullmatch(held[0][1].strip()):
        return Block("picture", "", line=held[0][0])
    text, places = "", []
    for number, line in held:
        places.append((len(text), number))
        text += line.rstrip() if len(held) > 1 else line
    heading = re.match(r"\s*(#{1,6})\s+", text)
    if heading:
        blank = " " * heading.end()
        return Block(
            "paragraph",
            blank + text[heading.end() :],
            line=held[0][0],
            lines=tuple(places),
            level=len(heading[1]),
        )
    return Block("paragraph", text, line=held[0][0], lines=tuple(places))


def _wrap_width(lines: Sequence[str]) -> int:
    """The width at which a text was wrapped by hand or by a converter; 0 where lines are paragraphs."""
    widths = list(map(_columns, lines))
    lengths = sorted(width for width in widths if width >= 24)
    if len(lengths) < 8:
        return 0
    longest = lengths[int(len(lengths) * 0.95)]
    full = [line.strip() for line, width in zip(lines, widths, strict=True) if width >= longest * 0.85]
    broken = sum(line[-1] not in _END for line in full)
    return longest if longest <= _WIDEST and len(full) >= 6 and broken * 10 >= len(full) * 7 else 0


def _columns(line: str) -> int:
    """Columns that a line takes where Chinese characters take two."""
    bare = line.strip()
    return len(bare.encode("gb18030", "replace")) if len(bare) < _WIDEST else _WIDEST + 1


def _without_double_spacing(lines: Sequence[str], width: int) -> list[str]:
    """Lines of a text set with a blank line behind each line lose their blanks; numbers of lines stay."""
    if not width:
        return list(lines)
    full = [n for n, line in enumerate(lines[:-1]) if _columns(line) >= width * 0.85]
    spaced = sum(not lines[n + 1].strip() for n in full)
    if spaced * 10 < len(full) * 8:
        return list(lines)
    return [line if line.strip() else _JOIN for line in lines]


def _continues(line: str, following: str, width: int, layout: Layout) -> bool:
    """Whether `following` goes on with a line that was wrapped."""
    bare = line.strip()
    return (
        bool(following.strip())
        and (_columns(bare) >= width * 0.75 or len(bare) * 2 >= width * 0.9)
        and bare[-1] not in _END
        and not _MARKDOWN.match(following)
        and not layout.begins_item(following)
    )
