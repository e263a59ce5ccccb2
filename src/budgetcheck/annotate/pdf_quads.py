"""Where on a PDF page the characters of a number stand, in the coordinates of the file itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model import Box
from ..readers.pdf_content import PageContent, Run, turned
from ..readers.pdf_lines import run_box
from .places import Region

__all__ = ["Quad", "corner", "quads"]

# Four corners as viewers expect them: upper left, upper right, lower left, lower right of the writing.
Quad = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Letter:
    char: str
    line: int
    box: Box


def quads(content: PageContent, region: Region) -> tuple[list[Quad], bool]:
    """The areas of the region's characters, one a line; the whole region and False where they are not found."""
    upright = _upright(region.box, content)
    letters = _letters(content.runs, upright)
    found = _meant(letters, region)
    if not found:
        return [_quad(upright, content)], False
    lines: dict[int, list[Box]] = {}
    for letter in found:
        lines.setdefault(letter.line, []).append(letter.box)
    return [_quad(_around(boxes), content) for boxes in lines.values()], True


def _upright(box: Box, content: PageContent) -> Box:
    """A box of the page as displayed on the page with its text upright."""
    width, height = content.width, content.height
    if content.turn % 2:
        width, height = height, width
    return turned(box, -content.turn % 4, width, height)


def _letters(runs: Iterable[Run], area: Box) -> list[_Letter]:
    """The characters whose middle lies in an area, line by line; one printed twice at one place counts once."""
    left, bottom, right, top = area
    inside = [run for run in runs if bottom <= run.base + 0.35 * run.size <= top and run.left <= right]
    letters: list[_Letter] = []
    line, base = 0, 0.0
    for run in sorted(inside, key=lambda each: -each.base):
        if abs(base - run.base) > 0.35 * run.size:
            line, base = line + 1, run.base
        _, low, _, high = run_box(run)
        letters += [_Letter(c, line, (x0, low, x1, high)) for c, x0, x1 in run.chars if left <= (x0 + x1) / 2 <= right]
    letters.sort(key=lambda letter: (letter.line, letter.box[0]))
    return [
        letter
        for n, letter in enumerate(letters)
        if not any(_again(letter, each) for each in letters[max(0, n - 4) : n])
    ]


def _again(letter: _Letter, before: _Letter) -> bool:
    left, bottom, right, top = letter.box
    near = 0.35 * max(right - left, 0.25 * (top - bottom))
    return letter.char == before.char and letter.line == before.line and left - before.box[0] < near


def _meant(letters: Sequence[_Letter], region: Region) -> Sequence[_Letter]:
    """The letters for the characters that a region means; none where the text is not found, or more than once."""
    start = len("".join(region.text[: region.start].split()))
    wanted = "".join(region.text[region.start : region.end].split())
    printed = "".join(letter.char for letter in letters)
    if printed != "".join(region.text.split()):
        if printed.count(wanted) != 1:
            return ()
        start = printed.index(wanted)
    return letters[start : start + len(wanted)]


def _around(boxes: Sequence[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _quad(box: Box, content: PageContent) -> Quad:
    left, bottom, right, top = box
    upper, lower = (
        (_inward(x, top, content) for x in (left, right)),
        (_inward(x, bottom, content) for x in (left, right)),
    )
    return (*upper, *lower)  # type: ignore[return-value]


def _inward(x: float, y: float, content: PageContent) -> tuple[float, float]:
    """A point of the upright page in the coordinates of the file."""
    across, up, _, _ = turned((x, y, x, y), -content.quarters % 4, content.width, content.height)
    return across + content.origin[0], up + content.origin[1]


def corner(content: PageContent, across: float, down: float) -> tuple[float, float]:
    """A point of the file from its distance to the upper left corner of the page as displayed."""
    width, height = content.width, content.height
    if content.turn % 2:
        width, height = height, width
    x, y, _, _ = _upright((across, height - down, across, height - down), content)
    return _inward(x, y, content)
