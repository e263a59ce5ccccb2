"""Paragraph styles of a Word file: heading levels and lists, with what a style inherits."""

from __future__ import annotations

from .archive import Element, attribute, child, name, value
from .layout import Layout
from .numbering import Numbering, whole

__all__ = ["OFF", "Styles", "outline_level"]

# Word allows eleven styles in a row; more is a mistake or an attack.
_CHAIN = 50
OFF = ("0", "false", "off")


class Styles:
    """Paragraph styles, with what they inherit."""

    def __init__(self, root: Element | None, layout: Layout) -> None:
        self._layout = layout
        self._styles: dict[str, Element] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._levels: dict[str, int | None] = {}
        self.default = ""
        for each in () if root is None else root:
            key = attribute(each, "styleId")
            if name(each) == "w:style" and key and attribute(each, "type") in (None, "paragraph"):
                self._styles[key] = each
                if attribute(each, "default") not in (None, *OFF):
                    self.default = key

    def chain(self, key: str) -> tuple[str, ...]:
        """A style and those it is based on, the nearest first."""
        if key not in self._chains:
            chain: list[str] = []
            step: str | None = key
            while step in self._styles and step not in chain and len(chain) < _CHAIN:
                chain.append(step)
                step = value(self._styles[step], "w:basedOn")
            self._chains[key] = tuple(chain)
        return self._chains[key]

    def level(self, key: str) -> int | None:
        """The heading level of a style, from its outline level or its name; None for body text."""
        if key not in self._levels:
            found = (_level(self._styles[each], self._layout) for each in self.chain(key))
            self._levels[key] = next((each for each in found if each is not None), 0) or None
        return self._levels[key]

    def numbered(self, key: str) -> str | None:
        """The list a style belongs to."""
        found = (value(self._styles[each], "w:pPr", "w:numPr", "w:numId") for each in self.chain(key))
        return next((each for each in found if each is not None), None)

    def depth(self, key: str, number: str, numbering: Numbering) -> int:
        """The list level of a style: the one linked to it before the one it states."""
        for each in self.chain(key):
            linked = numbering.level(number, (each,))
            stated = value(self._styles[each], "w:pPr", "w:numPr", "w:ilvl")
            if linked is not None or stated is not None:
                return whole(stated, 0) if linked is None else linked
        return 0


def _level(style: Element, layout: Layout) -> int | None:
    """1 to 9; 0 where the style says that it is body text; None where it says nothing."""
    stated = outline_level(child(style, "w:pPr"))
    if stated is not None:
        return stated
    return layout.heading_level(value(style, "w:name") or "")


def outline_level(properties: Element | None) -> int | None:
    """The level that a paragraph or style states: 1 to 9, 0 for body text, None where it states none."""
    stated = whole(value(properties, "w:outlineLvl"), -1)
    return None if stated < 0 else stated + 1 if stated < 9 else 0
