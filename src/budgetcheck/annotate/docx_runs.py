"""Runs of a Word file taken apart, so that a comment can begin and end between any two characters."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree

from ..readers.archive import Element, attribute, child, name
from ..readers.docx import characters

__all__ = ["Runs", "anchor_of"]

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_Cut = tuple[int, int]
_WHOLE = frozenset({"w:r", "m:oMath", "m:oMathPara", "mc:AlternateContent"})
# A control whose text another program writes, or that takes one run only, keeps it in one piece.
_BOUND = frozenset({"w:text", "w:dataBinding", "w:date", "w:comboBox", "w:dropDownList"})
_NOTES = {"w:footnote": "w:footnoteReference", "w:endnote": "w:endnoteReference"}


def anchor_of(atom: Element, root: Element) -> Element | None:
    """The outermost element that holds an atom in a paragraph of the text: its run; a drawing's run for a text box.

    For a footnote it is the run that refers to it; None where nothing does.
    """
    path = [atom, *atom.iterancestors()]
    if path[-1] is not root:
        reference = _reference(path, root)
        return anchor_of(reference, root) if reference is not None else None
    outermost = max((n for n, each in enumerate(path) if name(each) == "w:p"), default=0)
    inside = reversed(path[1:outermost])
    return next((each for each in inside if name(each) in _WHOLE or _is_bound(each)), None)


def _is_bound(element: Element) -> bool:
    properties = child(element, "w:sdtPr") if name(element) == "w:sdt" else None
    return properties is not None and any(name(each) in _BOUND for each in properties)


def _reference(path: list[Element], root: Element) -> Element | None:
    """The mark in the text of the note that holds an atom."""
    note = next((each for each in path if name(each) in _NOTES), None)
    if note is None:
        return None
    wanted, key = _NOTES[name(note)], attribute(note, "id")
    return next((each for each in root.iter() if name(each) == wanted and attribute(each, "id") == key), None)


class Runs:
    """All cuts are asked for first, then made at once: until then places count the file's own characters."""

    def __init__(self) -> None:
        self._places: dict[tuple[Element, int], tuple[Element, _Cut]] = {}
        self._cuts: dict[Element, set[_Cut]] = {}
        # For each cut of a run the runs that end and begin there; for each run the last that is made of it.
        self._beside: dict[tuple[Element, _Cut], tuple[Element, Element]] = {}
        self._last: dict[Element, Element] = {}

    def cut(self, atom: Element, at: int) -> None:
        """Ask for a new run before a character of an atom that stands in a run."""
        run, cut = self._places[atom, at] = _place(atom, at)
        self._cuts.setdefault(run, set()).add(cut)

    def part(self) -> None:
        """Take the runs apart."""
        for run, cuts in self._cuts.items():
            self._part(run, cuts)

    def before(self, atom: Element, at: int) -> Element:
        """The run that begins at a cut."""
        return self._beside[self._places[atom, at]][1]

    def behind(self, atom: Element, at: int) -> Element:
        """The run that ends at a cut."""
        return self._beside[self._places[atom, at]][0]

    def last(self, run: Element) -> Element:
        """What has become of the end of an element."""
        return self._last.get(run, run)

    def _part(self, run: Element, cuts: set[_Cut]) -> None:
        """One run as several with the same properties."""
        properties = child(run, "w:rPr")
        held = [each for each in run if each is not properties]
        for each in held:
            run.remove(each)
        current = run
        for index, whole in enumerate(held):
            for at, piece in _pieces(whole, sorted(at for n, at in cuts if n == index and at)):
                before = current
                if (index, at) in cuts and len(current) > (properties is not None):
                    current = _another(current, properties)
                self._beside[run, (index, at)] = (before, current)
                current.append(piece)
        self._beside[run, (len(held), 0)] = (current, current)
        self._last[run] = current


def _place(atom: Element, at: int) -> tuple[Element, _Cut]:
    """The run of an atom, and a cut in it: the number of the child, and the character before which it is made."""
    run = atom.getparent()
    assert run is not None
    index = [each for each in run if name(each) != "w:rPr"].index(atom)
    size = len(characters(atom)) if name(atom) == "w:t" else 1
    return run, (index, at) if at < size else (index + 1, 0)


def _pieces(element: Element, cuts: list[int]) -> Iterator[tuple[int, Element]]:
    """An element of a run, a text in pieces, each with the character at which it begins."""
    if not cuts:
        yield 0, element
        return
    text = characters(element)
    for start, end in pairwise((0, *cuts, len(text))):
        piece = copy.copy(element)
        piece.text, piece.tail = text[start:end], None
        piece.set(_SPACE, "preserve")
        yield start, piece


def _another(run: Element, properties: Element | None) -> Element:
    """A run like another, right after it."""
    after = etree.Element(run.tag, {str(key): str(value) for key, value in run.attrib.items()})
    run.addnext(after)
    if properties is not None:
        after.append(copy.deepcopy(properties))
    return after
