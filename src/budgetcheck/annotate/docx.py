"""Comments in a Word file, each around exactly the characters it is about.

The way back from a finding to the file is the reader's own walk (`trace_docx`). Word shows no comments inside text
boxes and notes: there the comment stands at what holds them in the text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from ..errors import ReadError
from ..readers.archive import Element, attribute, child, name
from ..readers.docx import Trace, trace_docx
from ..readers.layout import Layout
from ..readers.traced import Traced
from .docx_runs import Runs, anchor_of
from .package import OFFICE, STRICT, Package, serialised
from .wire import AUTHOR, Answer, Mark, Standing, unpacked

__all__ = ["annotate_docx"]

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_STRICT_WORD = "http://purl.oclc.org/ooxml/wordprocessingml/main"
# Word opens no file with more.
_MOST = 32_767
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class _Target:
    """From where to where a comment goes: two atoms of runs, with the characters of them, or two whole elements."""

    first: Element
    last: Element
    standing: Standing
    cuts: tuple[int, int] | None = None


def annotate_docx(payload: bytes, layout: Layout) -> Answer:
    """The file with its comments, where each stands, and remarks.

    Raises ReadError for more comments than Word takes, and where the file is not complete.
    """
    marks, data = unpacked(payload)
    trace = trace_docx(data, layout)
    package = Package(data)
    comments = _Comments(package, trace)
    targets = [_target(mark, trace) for mark in marks]
    if comments.count + len(marks) > _MOST:
        raise ReadError(f"more than {_MOST:,} comments; Word opens no such file")
    runs = _parted(targets)
    for mark, target in zip(marks, targets, strict=True):
        _enclose(target, runs, comments, comments.add(mark))
    if marks:
        comments.put()
        package.put(trace.main, serialised(trace.root))
    return (package.bytes(), tuple(target.standing for target in targets)), package.remarks


def _parted(targets: Sequence[_Target]) -> Runs:
    runs = Runs()
    for target in targets:
        if target.cuts is not None:
            runs.cut(target.first, target.cuts[0])
            runs.cut(target.last, target.cuts[1])
    runs.part()
    return runs


def _enclose(target: _Target, runs: Runs, comments: _Comments, key: str) -> None:
    """Set the marks of a comment around its target, and its reference behind it."""
    if target.cuts is None:
        first, last = target.first, runs.last(target.last)
    else:
        first, last = runs.before(target.first, target.cuts[0]), runs.behind(target.last, target.cuts[1])
    first.addprevious(comments.made("commentRangeStart", key))
    reference = comments.made("r")
    reference.append(comments.made("commentReference", key))
    last.addnext(reference)
    last.addnext(comments.made("commentRangeEnd", key))


def _target(mark: Mark, trace: Trace) -> _Target:
    """Where a note goes; of one without a place the first text of the file."""
    text = _traced(mark, trace)
    if text is not None:
        found = _exact(mark, text, trace.root) or _whole(text, trace.root, "near")
        if found is not None:
            return found
    texts = (each for origin in trace.origins for each in _texts(origin))
    wholes = (_whole(each, trace.root, "top") for each in texts)
    found = next((each for each in wholes if each is not None), None)
    if found is None:
        raise ReadError("no text in it that a comment could stand at")
    return found


def _traced(mark: Mark, trace: Trace) -> Traced | None:
    """The paragraph or cell that a note is about; of a whole table, and of an empty cell's row, the first text."""
    if mark.block is None:
        return None
    origin = trace.origins[mark.block]
    if isinstance(origin, Traced) or mark.cell is None:
        return next((text for text in _texts(origin) if text.atoms), None)
    row, column = mark.cell
    return next((text for text in (*origin[row][column : column + 1], *origin[row]) if text.atoms), None)


def _texts(origin: Traced | Sequence[Sequence[Traced]]) -> Iterator[Traced]:
    if isinstance(origin, Traced):
        yield origin
        return
    for row in origin:
        yield from row


def _exact(mark: Mark, text: Traced, root: Element) -> _Target | None:
    """The characters that are meant, where all of them are written in runs of the text."""
    if mark.start is None or mark.end is None or text.text[mark.start : mark.end] != mark.wanted:
        return None
    start, end = mark.start, mark.end
    inside = [atom for atom in text.atoms if atom[1] and atom[0] < end and start < atom[0] + atom[1]]
    if not inside or inside[0][0] > start or inside[-1][0] + inside[-1][1] < end:
        return None
    (begin, _, first), (tail, _, last) = inside[0], inside[-1]
    if any(anchor_of(atom, root) is not atom.getparent() for _, _, atom in inside):
        return None
    return _Target(first, last, "exact", (start - begin, end - tail))


def _whole(text: Traced, root: Element, standing: Standing) -> _Target | None:
    """All of a text, or what holds it where it is not in the text itself."""
    found = (anchor_of(atom, root) for _, length, atom in text.atoms if length)
    anchors = [anchor for anchor in found if anchor is not None] or [*_seat(text)]
    return _Target(anchors[0], anchors[-1], standing) if anchors else None


def _seat(text: Traced) -> Iterator[Element]:
    """A run for the comment on an empty cell of the text, which has none."""
    for _, _, cell in text.atoms[:1]:
        paragraph = child(cell, "w:p")
        if paragraph is not None and not any(name(each) == "w:p" for each in cell.iterancestors()):
            yield etree.SubElement(paragraph, etree.QName(etree.QName(paragraph).namespace, "r"))


class _Comments:
    """The part of the file that holds comments, as it is or new."""

    def __init__(self, package: Package, trace: Trace) -> None:
        self._package, self._main = package, trace.main
        self._space = etree.QName(trace.root).namespace or ""
        related = package.related(trace.main).values()
        self._part = next((part for kind, part in related if kind == "comments" and part in package), "")
        self._root = package.root(self._part) if self._part else etree.Element(
            self._tag("comments"), nsmap={"w": self._space}
        )  # fmt: skip
        listed = [each for each in self._root if name(each) == "w:comment"]
        self.count = len(listed)
        # Also the marks of comments that are no more: a new comment must not come to stand there.
        used = (*listed, *(each for each in trace.root.iter() if name(each).startswith("w:comment")))
        keys = (attribute(each, "id") or "" for each in used)
        self._next = max((int(key) for key in keys if key.isascii() and key.isdigit()), default=-1) + 1

    def _tag(self, local: str) -> str:
        return f"{{{self._space}}}{local}"

    def made(self, local: str, key: str = "") -> Element:
        """An element of the text, with the id of a comment."""
        element = etree.Element(self._tag(local))
        if key:
            element.set(self._tag("id"), key)
        return element

    def add(self, mark: Mark) -> str:
        """A comment with the text of a note; its id."""
        key, self._next = str(self._next), self._next + 1
        comment = etree.SubElement(self._root, self._tag("comment"))
        for attribute_name, value in (("id", key), ("author", AUTHOR), ("initials", "bc")):
            comment.set(self._tag(attribute_name), value)
        for number, line in enumerate(mark.text.split("\n")):
            paragraph = etree.SubElement(comment, self._tag("p"))
            if number == 0:
                etree.SubElement(etree.SubElement(paragraph, self._tag("r")), self._tag("annotationRef"))
            text = etree.SubElement(etree.SubElement(paragraph, self._tag("r")), self._tag("t"))
            text.text = line
            text.set(_SPACE, "preserve")
        return key

    def put(self) -> None:
        """Put the part into the file, and make it known there where it is new."""
        if not self._part:
            base = STRICT if self._space == _STRICT_WORD else OFFICE
            folder = posixpath.dirname(self._main)
            usual = posixpath.join(folder, "comments.xml")
            self._part = (
                self._package.free(posixpath.join(folder, "comments{}.xml")) if usual in self._package else usual
            )
            self._package.declare(self._part, _TYPE)
            self._package.relate(self._main, f"{base}/comments", self._part)
        self._package.put(self._part, serialised(self._root))
