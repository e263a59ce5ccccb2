"""Word files to blocks: what a reader sees on the page, with the automatic numbers.

Tracked changes are read as if accepted. Everything is walked with explicit stacks, so that no nesting,
however deep, meets the recursion limit.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..errors import ReadError
from ..model import Block
from .archive import Archive, Element, attribute, child, name, open_archive, parse_xml, value
from .layout import Layout
from .numbering import Numbering, whole
from .traced import Traced, joined
from .wordstyles import OFF, Styles, outline_level

__all__ = ["Origin", "Trace", "characters", "read_docx", "related", "trace_docx"]

_MAIN = "word/document.xml"
_CELLS = 5_000_000

_BLOCKS = frozenset({"w:p", "w:tbl"})
_REFERENCES = {"w:footnoteReference": "footnotes", "w:endnoteReference": "endnotes"}
_CHARS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_ATOMS = frozenset({"w:t", "m:t", "w:txbxContent", "w:fldChar", *_CHARS, *_REFERENCES})
_SILENT = frozenset(
    {
        *("w:pPr", "w:rPr", "w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:smartTagPr", "w:customXmlPr"),
        *("w:tblPr", "w:tblGrid", "w:tblPrEx", "w:trPr", "w:tcPr", "w:instrText", "w:rt", "w:softHyphen"),
    }
)
_DELETED = "tracked deletions"
_LOST = {
    "w:del": _DELETED,
    "w:moveFrom": _DELETED,
    "w:sym": "symbols",
    ":pic": "pictures",
    ":imagedata": "pictures",
    ":chart": "charts",
    ":relIds": "diagrams",
    "w:object": "embedded objects",
    "w:altChunk": "embedded documents",
}


def read_docx(data: bytes, layout: Layout) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of a .docx file in reading order, and one-line notes on what could not be kept.

    `Block.line` counts the paragraphs and tables that are not empty, from 1. Footnotes and endnotes follow
    the text. Raises `ReadError` with one line where the file cannot be read.
    """
    reader = _read(_document(data), layout)
    return tuple(reader.blocks), tuple(reader.notes())


# The text of a paragraph, or of each cell of a table, with the elements it is written in.
Origin = Traced | Sequence[Sequence[Traced]]


@dataclass(frozen=True, slots=True)
class Trace:
    """A Word file as it was read: its archive, the name and root of its main part, and the origin of each block."""

    archive: Archive
    main: str
    root: Element
    origins: Sequence[Origin]


def trace_docx(data: bytes, layout: Layout) -> Trace:
    """The way back from the blocks of `read_docx` to the elements of the file; raises `ReadError` as that does."""
    document = _document(data)
    origins: list[Origin] = []
    _read(document, layout, origins)
    return Trace(*document, origins)


def _document(data: bytes) -> tuple[Archive, str, Element]:
    """The archive, and its main part by name and root."""
    archive = open_archive(data, "a Word file")
    main = related(archive, "").get("officeDocument", _MAIN)
    if main not in archive:
        raise ReadError(f"not a Word file: no {_MAIN}")
    root = parse_xml(archive.read(main), main)
    if name(root) != "w:document" or child(root, "w:body") is None:
        raise ReadError(f"not a Word file: {main} holds no Word document")
    return archive, main, root


def _read(document: tuple[Archive, str, Element], layout: Layout, origins: list[Origin] | None = None) -> _Reader:
    archive, main, root = document
    parts = _Parts(archive, main)
    reader = _Reader(Styles(parts.root("styles"), layout), Numbering(parts.root("numbering")), origins)
    body = child(root, "w:body")
    assert body is not None
    reader.read(body)
    for kind in ("footnotes", "endnotes"):
        reader.read_notes(kind, parts)
    return reader


def related(archive: Archive, part: str) -> dict[str, str]:
    """The parts that `part` ("" for the package) refers to, by the last word of the relationship's type."""
    folder, file = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{file}.rels")
    found: dict[str, str] = {}
    if relations in archive:
        for each in parse_xml(archive.read(relations), relations):
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, each.get("Target") or ""))
                found.setdefault((each.get("Type") or "").rpartition("/")[2], target.lstrip("/"))
    return found


class _Parts:
    """The parts beside the main one, found by its relationships or by their usual names."""

    def __init__(self, archive: Archive, main: str) -> None:
        self._archive = archive
        self._folder = posixpath.dirname(main)
        self._related = related(archive, main)

    def root(self, kind: str) -> Element | None:
        """The root of the styles, numbering, footnotes or endnotes; None where the file has none."""
        part = self._related.get(kind, posixpath.join(self._folder, f"{kind}.xml"))
        return parse_xml(self._archive.read(part), part) if part in self._archive else None


def _on(properties: Element | None, *path: str) -> bool:
    """Whether a switch such as `w:vanish` is there and not turned off."""
    found = child(properties, *path)
    return found is not None and attribute(found, "val") not in OFF


class _Field:
    """Which part of a paragraph's fields is on the page: results are, instructions are not.

    A field that began in an earlier paragraph (a table of contents) is in its result by now.
    """

    def __init__(self) -> None:
        self._open: list[bool] = []
        self.hidden = 0

    def step(self, mark: Element) -> None:
        """Take one `w:fldChar`."""
        kind = attribute(mark, "fldCharType")
        if kind == "begin":
            self._open.append(True)
            self.hidden += 1
        elif self._open and kind in ("separate", "end"):
            self.hidden -= self._open.pop()
            if kind == "separate":
                self._open.append(False)


class _Reader:
    """Walks the parts of one document and collects its blocks."""

    def __init__(self, styles: Styles, numbering: Numbering, origins: list[Origin] | None = None) -> None:
        self.blocks: list[Block] = []
        # Kept only for those who ask: for a large table they cost a quarter of the time to read it.
        self._origins = origins
        self._styles = styles
        self._numbering = numbering
        self._lost: Counter[str] = Counter()
        self._moved: Counter[str] = Counter()
        self._references: dict[str, dict[str, None]] = {"footnotes": {}, "endnotes": {}}
        self._carried: list[Traced] = []
        self._cells = 0

    def read(self, container: Element) -> None:
        """Append the blocks of a body or a note."""
        pending = list(self._flow(container, _BLOCKS))[::-1]
        while pending:
            element = pending.pop()
            inner = self._paragraph(element) if name(element) == "w:p" else self._table(element)
            pending.extend(reversed(inner))
        self._flush()

    def read_notes(self, kind: str, parts: _Parts) -> None:
        """Append the notes of one kind that the text refers to, in the order of reference."""
        wanted = self._references[kind]
        root = parts.root(kind) if wanted else None
        known = {} if root is None else {attribute(each, "id"): each for each in root}
        for key in wanted:
            if key in known:
                self.read(known[key])
                self._moved[kind] += 1
            else:
                self._lost[f"missing {kind}"] += 1

    def notes(self) -> Iterator[str]:
        """One line for each kind of thing that is not where, or as, it was printed."""
        for kind, count in sorted(self._lost.items()):
            yield f"{kind}: {count} left out"
        for kind, count in sorted(self._moved.items()):
            yield f"{kind}: {count} put after the text"
        for style in sorted(self._numbering.unknown):
            yield f"automatic numbers in the format {style[:40]!r}: written as 1, 2, 3"

    def _flow(self, parent: Element, wanted: frozenset[str]) -> Iterator[Element]:
        """The `wanted` elements below `parent` in order, each without what is inside it.

        Passes through anything else (content controls, links, insertions, smart tags), except what is not
        on the page, which is counted.
        """
        stack = list(parent)[::-1]
        while stack:
            element = stack.pop()
            kind = name(element)
            if kind in wanted:
                yield element
            elif kind in _LOST:
                self._lost[_LOST[kind]] += 1
            elif kind == "w:r" and _on(element, "w:rPr", "w:vanish"):
                self._lost["hidden passages"] += 1
            elif kind == "mc:AlternateContent":
                stack.extend(_chosen(element))
            elif kind not in _SILENT:
                stack.extend(reversed(element))

    def _paragraph(self, element: Element) -> list[Element]:
        text, inner = self._line(element)
        if text.text:
            level = self._level(child(element, "w:pPr"))
            self._add(text, level)
        return inner

    def _line(self, element: Element) -> tuple[Traced, list[Element]]:
        """The text of a paragraph with its number, and the blocks of its text boxes.

        Where the paragraph's end is a tracked deletion, its text waits for the next paragraph.
        """
        text, inner = self._text(element)
        properties = child(element, "w:pPr")
        mark = child(properties, "w:rPr")
        if child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None:
            self._carried.append(text)
            return Traced(), inner
        number = self._number(properties)
        line = self._take(text).stripped()
        return (joined((Traced(number), line)).stripped() if number else line), inner

    def _text(self, paragraph: Element) -> tuple[Traced, list[Element]]:
        parts: list[str] = []
        atoms: list[tuple[int, int, Element]] = []
        size = 0
        inner: list[Element] = []
        fields = _Field()
        for atom in self._flow(paragraph, _ATOMS):
            kind = name(atom)
            if kind == "w:txbxContent":
                inner.extend(self._flow(atom, _BLOCKS))
            elif kind == "w:fldChar":
                fields.step(atom)
            elif kind in _REFERENCES:
                self._references[_REFERENCES[kind]][attribute(atom, "id") or ""] = None
            elif not fields.hidden:
                text = _CHARS[kind] if kind in _CHARS else characters(atom)
                parts.append(text)
                if self._origins is not None:
                    atoms.append((size, len(text), atom))
                    size += len(text)
        if fields.hidden:
            self._lost["unfinished fields"] += 1
        return Traced("".join(parts), tuple(atoms)), inner

    def _number(self, properties: Element | None) -> str:
        """The automatic number of a paragraph, "" where it has none; counting it moves its list on."""
        style = value(properties, "w:pStyle") or self._styles.default
        direct = child(properties, "w:numPr")
        number = value(direct, "w:numId") or self._styles.numbered(style)
        if not number or number == "0":
            return ""
        stated = value(direct, "w:ilvl")
        styled = self._styles.depth(style, number, self._numbering) if stated is None else 0
        return self._numbering.mark(number, whole(stated, styled))

    def _level(self, properties: Element | None) -> int | None:
        stated = outline_level(properties)
        if stated is not None:
            return stated or None
        return self._styles.level(value(properties, "w:pStyle") or self._styles.default)

    def _add(self, text: Traced, level: int | None = None) -> None:
        line = len(self.blocks) + 1
        self.blocks.append(Block("paragraph" if level is None else "heading", text.text, line=line, level=level))
        if self._origins is not None:
            self._origins.append(text)

    def _take(self, *texts: Traced) -> Traced:
        if not self._carried:
            return texts[0] if texts else Traced()
        carried, self._carried = self._carried, []
        return joined((*carried, *texts))

    def _flush(self) -> None:
        text = self._take().stripped()
        if text.text:
            self._add(text)

    def _table(self, table: Element) -> list[Element]:
        """Append a table; gives the tables and text boxes inside it, to follow it."""
        self._flush()
        inner: list[Element] = []
        rows: list[list[Traced]] = []
        for row in self._flow(table, frozenset({"w:tr"})):
            if child(row, "w:trPr", "w:del") is not None:
                self._lost[_DELETED] += 1
            else:
                rows.append(self._row(row, inner))
        width = max(map(len, rows), default=0)
        self._grow(width * len(rows) - sum(map(len, rows)))
        if width:
            cells = tuple(tuple([cell.text for cell in row] + [""] * (width - len(row))) for row in rows)
            if self._origins is not None:
                self._origins.append(rows)
            self.blocks.append(Block("grid", "", line=len(self.blocks) + 1, cells=cells))
        return inner

    def _row(self, row: Element, inner: list[Element]) -> list[Traced]:
        """The cells of a row; where cells are merged the text is in the first, the others are empty."""
        skipped = child(row, "w:trPr")
        cells = self._blank(whole(value(skipped, "w:gridBefore"), 0))
        for cell in self._flow(row, frozenset({"w:tc"})):
            properties = child(cell, "w:tcPr")
            cells.append(Traced() if _covered(properties) else self._cell(cell, inner))
            cells += self._blank(whole(value(properties, "w:gridSpan"), 1) - 1)
            self._grow(1)
        return cells + self._blank(whole(value(skipped, "w:gridAfter"), 0))

    def _cell(self, cell: Element, inner: list[Element]) -> Traced:
        lines: list[Traced] = []
        for block in self._flow(cell, _BLOCKS):
            if name(block) == "w:tbl":
                inner.append(block)
                continue
            text, boxes = self._line(block)
            if text.text:
                lines.append(text)
            inner.extend(boxes)
        rest = self._take().stripped()
        if rest.text:
            lines.append(rest)
        return joined(lines, "\n") if lines else Traced("", ((0, 0, cell),))

    def _blank(self, count: int) -> list[Traced]:
        self._grow(max(count, 0))
        return [Traced()] * count

    def _grow(self, count: int) -> None:
        self._cells += count
        if self._cells > _CELLS:
            raise ReadError(f"more than {_CELLS:,} table cells")


def _chosen(alternatives: Element) -> Iterable[Element]:
    """The first choice, last element first; the fallback holds the same content for older programs."""
    choices = [each for each in alternatives if name(each) == "mc:Choice" and len(each)]
    fallback = [each for each in alternatives if name(each) == "mc:Fallback"]
    return list((choices or fallback)[0])[::-1] if choices or fallback else []


def _covered(properties: Element | None) -> bool:
    """Whether a cell lies under a merged one, or is deleted with tracking."""
    if child(properties, "w:cellDel") is not None:
        return True
    merges = (child(properties, "w:vMerge"), child(properties, "w:hMerge"))
    return any(each is not None and attribute(each, "val") != "restart" for each in merges)


def characters(element: Element) -> str:
    """What an atom with text shows: white space at its ends only where the file says that it counts."""
    text = element.text or ""
    space = element.get("{http://www.w3.org/XML/1998/namespace}space")
    return text if space == "preserve" else text.strip(" \t\r\n")
