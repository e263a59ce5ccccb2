"""The part of a workbook that holds the notes of one sheet, as it is or new."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from lxml import etree

from ..readers.archive import Element
from ..readers.sheets import address
from .package import OFFICE, STRICT, Package, serialised
from .wire import AUTHOR
from .xlsx_shapes import Drawings, Widths

__all__ = ["threads_of", "write_notes"]

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_STRICT_SHEET = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# In a workbook _x0041_ would be read as the letter A.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# What the standard wants behind the drawing of notes; controls may be wrapped for older programs.
_BEHIND = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")
) | {"AlternateContent"}


def threads_of(package: Package, sheet: str) -> Collection[str]:
    """The cells of a sheet with a conversation (a threaded comment)."""
    found: set[str] = set()
    for kind, part in package.related(sheet).values():
        if kind == "threadedComment" and part in package:
            found.update(each.get("ref") or "" for each in package.root(part))
    return found


def write_notes(package: Package, sheet: str, texts: Mapping[tuple[int, int], str], drawings: Drawings) -> None:
    """Add notes to cells; a cell that has one keeps it, and ours follows."""
    root = package.root(sheet)
    space = etree.QName(root).namespace or ""
    base = STRICT if space == _STRICT_SHEET else OFFICE
    related = {kind: part for kind, part in package.related(sheet).values() if part in package}
    part = related.get("comments") or _new(package, sheet, space, base)
    notes = package.root(part)
    fresh = _add(notes, space, texts)
    package.put(part, serialised(notes))
    drawing = next((each for each in root if each.tag == f"{{{space}}}legacyDrawing"), None)
    widths = Widths(root)
    if drawing is not None:
        targets = package.related(sheet)
        drawings.extend(targets[drawing.get(f"{{{base}}}id") or ""][1], fresh, widths)
    elif fresh:
        made = drawings.create(fresh, widths)
        key = package.relate(sheet, f"{base}/vmlDrawing", made)
        _insert(root, space, base, key)
        package.put(sheet, serialised(root))


def _new(package: Package, sheet: str, space: str, base: str) -> str:
    part = package.free("xl/comments{}.xml")
    root = etree.Element(f"{{{space}}}comments", nsmap={None: space})  # type: ignore[dict-item]
    for local in ("authors", "commentList"):
        etree.SubElement(root, f"{{{space}}}{local}")
    package.put(part, serialised(root))
    package.declare(part, _TYPE)
    package.relate(sheet, f"{base}/comments", part)
    return part


def _insert(root: Element, space: str, base: str, key: str) -> None:
    """Let the sheet refer to its drawing, at the place where the standard wants it."""
    drawing = etree.Element(f"{{{space}}}legacyDrawing")
    drawing.set(f"{{{base}}}id", key)
    behind = (n for n, each in enumerate(root) if isinstance(each.tag, str) and etree.QName(each).localname in _BEHIND)
    root.insert(next(behind, len(root)), drawing)


def _add(notes: Element, space: str, texts: Mapping[tuple[int, int], str]) -> list[tuple[int, int]]:
    """Put texts to their cells; gives the cells that had no note before."""
    authors, listed = (_child(notes, f"{{{space}}}{local}") for local in ("authors", "commentList"))
    names = [each.text for each in authors]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{space}}}author").text = AUTHOR
        names.append(AUTHOR)
    own = str(names.index(AUTHOR))
    known = {each.get("ref"): each for each in listed}
    fresh = []
    for cell, text in texts.items():
        note = known.get(address(*cell))
        if note is None:
            note = etree.SubElement(listed, f"{{{space}}}comment", ref=address(*cell), authorId=own)
            fresh.append(cell)
            _say(_child(note, f"{{{space}}}text"), space, text)
        else:
            _say(_child(note, f"{{{space}}}text"), space, f"\n\n{AUTHOR}:\n{text}")
    return fresh


def _child(parent: Element, tag: str) -> Element:
    found = parent.find(tag)
    return etree.SubElement(parent, tag) if found is None else found


def _say(held: Element, space: str, text: str) -> None:
    """Add a run to a text, behind those that are there; a text without runs becomes one."""
    plain = held.find(f"{{{space}}}t")
    if plain is not None:
        run = etree.Element(f"{{{space}}}r")
        plain.addprevious(run)
        run.append(plain)
    run = etree.Element(f"{{{space}}}r")
    inner = etree.SubElement(run, f"{{{space}}}t")
    inner.text = _ESCAPE.sub("_x005F_", text)
    inner.set(_SPACE, "preserve")
    runs = held.findall(f"{{{space}}}r")
    held.insert(held.index(runs[-1]) + 1 if runs else 0, run)
