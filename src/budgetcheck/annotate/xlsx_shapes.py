"""The boxes in which Excel, WPS and LibreOffice show the notes of cells: drawings in VML, one part a sheet.

An existing drawing is extended as text, not as XML: Excel itself writes drawings of form controls that are no XML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import ReadError
from ..readers.archive import Element
from .package import Package

__all__ = ["Drawings", "Widths"]

_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_ROOT = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{ids}"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>{shapes}</xml>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:300pt;height:150pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SPACES = {"v": "vml", "o": "office:office", "x": "office:excel"}
# Shapes are numbered in blocks of so many, and each drawing names the blocks that are its own.
_BLOCK = 1024
_IDS = re.compile(rb"(<o:idmap\b[^>]*\bdata=[\"'])([0-9,\s]*)")
_SHAPES = re.compile(rb"_x0000_s([0-9]{1,9})")
# How wide a note should be, in characters, how high, in rows, and how many columns it may span.
_WIDE, _HIGH, _SPAN = 52.0, 12, 40
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


class Widths:
    """The widths of a sheet's columns in characters."""

    def __init__(self, sheet: Element) -> None:
        self._default = 8.43
        self._stated: list[tuple[int, int, float]] = []
        for each in sheet:
            local = each.tag.rpartition("}")[2] if isinstance(each.tag, str) else ""
            if local == "sheetFormatPr":
                self._default = _number(each.get("defaultColWidth"), self._default)
            for column in each if local == "cols" else ():
                width = 0.0 if column.get("hidden") in ("1", "true") else _number(column.get("width"), self._default)
                low, high = _number(column.get("min"), 1), _number(column.get("max"), 1)
                self._stated.append((int(low) - 1, int(high) - 1, width))

    def right_of(self, column: int) -> int:
        """The column at which a note ends that begins at another."""
        filled = 0.0
        for right in range(column, min(column + _SPAN, _LAST_COLUMN)):
            filled += next((width for low, high, width in self._stated if low <= right <= high), self._default)
            if filled >= _WIDE:
                return right + 1
        return min(column + _SPAN, _LAST_COLUMN)


def _number(text: str | None, otherwise: float) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text or "") else otherwise  # type: ignore[arg-type]


class Drawings:
    """All drawings of a workbook, which share the numbers of shapes."""

    def __init__(self, package: Package) -> None:
        self._package = package
        used = [0]
        for part in package:
            if part.lower().endswith(".vml"):
                content = package.read(part)
                used += [int(each) for _, ids in _IDS.findall(content) for each in re.findall(rb"[0-9]{1,6}", ids)]
                used += [int(each) // _BLOCK for each in _SHAPES.findall(content)]
        self._next = max(used) + 1

    def create(self, cells: Sequence[tuple[int, int]], widths: Widths) -> str:
        """A new drawing with a box for each cell; its part."""
        part = self._package.free("xl/drawings/vmlDrawingNotes{}.vml")
        ids, shapes = self._shapes(cells, widths)
        self._package.declare_suffix("vml", _TYPE)
        self._package.put(part, _ROOT.format(ids=ids, shapes=shapes).encode("ascii"))
        return part

    def extend(self, part: str, cells: Sequence[tuple[int, int]], widths: Widths) -> None:
        """Add boxes to a drawing.

        Raises ReadError where it cannot be told where they belong.
        """
        content = self._package.read(part)
        end = content.rfind(b"</xml>")
        if end < 0 or not all(
            f'xmlns:{p}="urn:schemas-microsoft-com:{s}"'.encode() in content for p, s in _SPACES.items()
        ):
            raise ReadError(f"{part}: the boxes of its notes are written in an unknown way")
        ids, shapes = self._shapes(cells, widths)
        head = _IDS.sub(
            lambda found: found[0].rstrip() + (b"," if found[2].strip() else b"") + ids.encode(), content[:end], 1
        )
        if cells:
            self._package.put(part, head + shapes.encode("ascii") + content[end:])

    def _shapes(self, cells: Sequence[tuple[int, int]], widths: Widths) -> tuple[str, str]:
        """The blocks of numbers taken, and the boxes."""
        first = self._next
        shapes = []
        for place, (row, column) in enumerate(cells):
            number = first * _BLOCK + place // (_BLOCK - 1) * _BLOCK + place % (_BLOCK - 1) + 1
            shapes.append(_SHAPE.format(number=number, anchor=_anchor(row, column, widths), row=row, column=column))
            self._next = number // _BLOCK + 1
        return ",".join(map(str, range(first, max(self._next, first + 1)))), "".join(shapes)


def _anchor(row: int, column: int, widths: Widths) -> str:
    """From where to where a box goes: to the right of its cell, column and row with points in them."""
    left, top = min(column + 1, _LAST_COLUMN - 1), min(max(row - 1, 0), _LAST_ROW - _HIGH)
    return f"{left}, 10, {top}, 4, {widths.right_of(left)}, 10, {top + _HIGH}, 4"
