"""Annotations of a PDF page with all that viewers need: appearance, pop-up, author."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .pdf_quads import Quad
from .wire import AUTHOR, Mark

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import IndirectObject

__all__ = ["Shape", "highlight", "pin"]

_COLOURS = {"error": (1.0, 0.62, 0.58), "warning": (1.0, 0.86, 0.35), "info": (0.67, 0.85, 1.0)}
# To be printed; a pop-up is neither zoomed nor turned with the page.
_PRINT, _POPUP = 4, 28
_WIDE, _HIGH = 240.0, 140.0


@dataclass(frozen=True, slots=True)
class Shape:
    """One note: a highlight over areas, or a pin without any; `drawn` are the operators of its appearance."""

    kind: str
    rect: tuple[float, float, float, float]
    areas: Sequence[Quad]
    drawn: str
    mark: Mark
    number: int

    def put(self, writer: PdfWriter, page: IndirectObject, edges: Sequence[float]) -> list[IndirectObject]:
        """Add the note and its pop-up, within the edges of the page, to a file; gives what the page must list."""
        from pypdf.generic import TextStringObject as Text

        note = {
            "/Type": "/Annot", "/Subtype": f"/{self.kind}", "/Rect": self.rect, "/P": page, "/F": _PRINT,
            "/Contents": Text(self.mark.text), "/T": Text(AUTHOR), "/Subj": Text(self.mark.subject),
            "/NM": Text(f"{AUTHOR}-{self.number + 1}"), "/C": _COLOURS[self.mark.severity],
            "/AP": {"/N": self._appearance(writer)},
        }  # fmt: skip
        corners = [each for area in self.areas for point in area for each in point]
        made = _made(note | ({"/QuadPoints": corners} if corners else {"/Name": "/Comment"}))
        placed = writer._add_object(made)
        left, low = min(self.rect[2], edges[2] - _WIDE), max(self.rect[3] - _HIGH, edges[1])
        popup = {
            "/Type": "/Annot", "/Subtype": "/Popup", "/Rect": (left, low, left + _WIDE, low + _HIGH),
            "/Parent": placed, "/P": page, "/Open": False, "/F": _POPUP,
        }  # fmt: skip
        shown = writer._add_object(_made(popup))
        made.update(_made({"/Popup": shown}))
        return [placed, shown]

    def _appearance(self, writer: PdfWriter) -> IndirectObject:
        """A form of the note's size; a highlight darkens what is under it and hides nothing."""
        from pypdf.generic import DecodedStreamObject

        state = {"/Type": "/ExtGState", "/BM": "/Multiply"}
        head = {
            "/Type": "/XObject", "/Subtype": "/Form", "/BBox": self.rect,
            "/Group": {"/Type": "/Group", "/S": "/Transparency"}, "/Resources": {"/ExtGState": {"/G": state}},
        }  # fmt: skip
        form = DecodedStreamObject()
        form.set_data(f"/G gs {self.drawn}".encode("ascii"))
        form.update(_made(head))
        return writer._add_object(form)


def _made(value: Any) -> Any:
    """Plain values as objects of a PDF: names are strings, texts are given as objects."""
    from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, FloatObject, NameObject, NumberObject
    from pypdf.generic import PdfObject as Made

    if isinstance(value, Made):
        return value
    if isinstance(value, dict):
        return DictionaryObject({NameObject(key): _made(each) for key, each in value.items()})
    if isinstance(value, (list, tuple)):
        return ArrayObject(map(_made, value))
    if isinstance(value, str):
        return NameObject(value)
    if isinstance(value, bool):
        return BooleanObject(value)
    return FloatObject(f"{value:.2f}") if isinstance(value, float) else NumberObject(value)


def highlight(areas: Sequence[Quad], mark: Mark, number: int) -> Shape:
    """A note over areas of the page."""
    xs = [x for area in areas for x, _ in area]
    ys = [y for area in areas for _, y in area]
    # Along the border of each area: its corners are upper left, upper right, lower left, lower right.
    paths = (_path([area[0], area[1], area[3], area[2]]) for area in areas)
    drawn = f"{_told(_COLOURS[mark.severity])} rg {' '.join(paths)} f"
    return Shape("Highlight", (min(xs), min(ys), max(xs), max(ys)), areas, drawn, mark, number)


def pin(one: tuple[float, float], other: tuple[float, float], mark: Mark, number: int) -> Shape:
    """A note between two corners: a sheet with lines."""
    left, right = sorted((one[0], other[0]))
    bottom, top = sorted((one[1], other[1]))
    ups = (bottom + (top - bottom) * share for share in (0.3, 0.5, 0.7))
    lines = " ".join(f"{_told((left + 4, up))} m {_told((right - 4, up))} l S" for up in ups)
    frame = f"{_told((left + 1, bottom + 1, right - left - 2, top - bottom - 2))} re B"
    drawn = f"{_told(_COLOURS[mark.severity])} rg 0.3 G 1 w {frame} {lines}"
    return Shape("Text", (left, bottom, right, top), (), drawn, mark, number)


def _path(points: Sequence[tuple[float, float]]) -> str:
    first, *others = points
    return f"{_told(first)} m {' '.join(f'{_told(point)} l' for point in others)} h"


def _told(numbers: Sequence[float]) -> str:
    return " ".join(f"{each:.2f}" for each in numbers)
