"""A report set on pages: where each word and each line stands, for formats that know no paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..report import Block, Report

__all__ = ["HEIGHT", "WIDTH", "Page", "em", "pages"]

# A4 across, in points; tables are wide.
WIDTH, HEIGHT = 842, 595
_MARGIN, _SIZE = 50, 11
_LEADING = 19
_TALLEST = 9.0


@dataclass(slots=True)
class Page:
    """Texts as (x, baseline, size, text) and ruled lines as (x0, y0, x1, y1), in points from the top left."""

    texts: list[tuple[float, float, float, str]] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)


Measure = Callable[[str], float]


def em(text: str) -> float:
    """The width of a text in sizes of its letters."""
    return sum(1.0 if char > "⺀" or char in "“”" else 0.5 for char in text)


def pages(report: Report, width: Measure = em) -> list[Page]:
    """The pages of a report, set with letters as wide as a measure says."""
    setter = _Setter(width)
    for number, block in enumerate(report.blocks):
        if block.cells:
            setter.table(block)
        elif any(other.cells for other in report.blocks[number + 1 : number + 3]):
            setter.centred(block.text)
        else:
            setter.paragraph(block.text)
    return setter.pages


class _Setter:
    def __init__(self, width: Measure) -> None:
        self.width = width
        self.pages = [Page()]
        self.y = float(_MARGIN)

    def room(self, height: float) -> None:
        if self.y + height > HEIGHT - _MARGIN:
            self.pages.append(Page())
            self.y = float(_MARGIN)

    def line(self, x: float, text: str) -> None:
        self.room(_LEADING)
        self.y += _LEADING
        self.pages[-1].texts.append((x, self.y - 4, _SIZE, text))

    def centred(self, text: str) -> None:
        self.room(5 * _LEADING)
        self.line((WIDTH - self.width(text) * _SIZE) / 2, text)

    def paragraph(self, text: str) -> None:
        """Lines of full width, the first one indented."""
        x, rest = _MARGIN + 2.0 * _SIZE, text
        while rest:
            fits = len(rest)
            while self.width(rest[:fits]) * _SIZE > WIDTH - _MARGIN - x:
                fits -= 1
            while fits < len(rest) and _within_number(rest, fits):
                fits -= 1
            self.line(x, rest[:fits])
            x, rest = float(_MARGIN), rest[fits:]

    def table(self, block: Block) -> None:
        widths = [max(self.width(cell) for cell in column) + 1.2 for column in zip(*block.cells, strict=True)]
        size = min(_TALLEST, (WIDTH - 2 * _MARGIN) / sum(widths))
        edges = [float(_MARGIN)]
        for width in widths:
            edges.append(edges[-1] + width * size)
        top = self.y + 4
        for row in block.cells:
            if self.y + 16 > HEIGHT - _MARGIN:
                self.rule(edges, top)
                self.room(HEIGHT)
                top = self.y + 4
                for heading in block.cells[: block.header]:
                    self.row(heading, edges, size)
            self.row(row, edges, size)
        self.rule(edges, top)
        self.y += 12

    def row(self, row: Sequence[str], edges: Sequence[float], size: float) -> None:
        page = self.pages[-1]
        page.lines.append((edges[0], self.y + 4, edges[-1], self.y + 4))
        for edge, cell in zip(edges, row, strict=False):
            if cell:
                page.texts.append((edge + size / 2, self.y + 15, size, cell))
        self.y += 16

    def rule(self, edges: Sequence[float], top: float) -> None:
        page, bottom = self.pages[-1], self.y + 4
        page.lines.append((edges[0], bottom, edges[-1], bottom))
        page.lines += [(edge, top, edge, bottom) for edge in edges]


def _within_number(text: str, at: int) -> bool:
    """Whether a line break here would part a number."""
    parts = ".,%"
    return (text[at].isdigit() or text[at] in parts) and (text[at - 1].isdigit() or text[at - 1] in parts)
