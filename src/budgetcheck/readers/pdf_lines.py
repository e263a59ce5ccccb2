"""Runs of characters to lines and their text: by baseline, then from left to right, each character once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..model import Box
from .layout import Layout
from .pdf_content import Char, Run

__all__ = ["Line", "cell_text", "lines_of", "run_box"]

_AMOUNT = re.compile(r"[-−]?[\d,，]+\.\d+%?")


@dataclass(slots=True)
class Line:
    """Runs on one baseline from left to right."""

    runs: list[Run]
    base: float
    size: float
    _text: str | None = None

    @property
    def left(self) -> float:
        """Where the line begins."""
        return self.runs[0].left

    @property
    def right(self) -> float:
        """Where the line ends."""
        return self.runs[-1].right

    def text(self, wide: float = 0.9) -> str:
        """Its text; between Chinese characters only gaps of more than `wide` ems become a space."""
        if self._text is None:
            self._text = "".join([space + text for space, text, _ in self.pieces(wide)])
        return self._text

    def pieces(self, wide: float = 0.9) -> Iterable[tuple[str, str, Run]]:
        """The space before each run, its text, and the run."""
        before: Run | None = None
        for run in self.runs:
            text = "".join([char for char, _, _ in run.chars])
            yield (_space(before, run, wide) if before else ""), text, run
            before = run


def _space(before: Run, run: Run, wide: float) -> str:
    gap = run.left - before.right
    narrow = before.chars[-1][0].isascii() and run.chars[0][0].isascii()
    return " " if gap > (0.15 if narrow else wide) * max(before.size, run.size) else ""


def run_box(run: Run) -> Box:
    """The box around a run, from its baseline and size: boxes of characters may be as flat as 一."""
    low, high = run.base - 0.2 * run.size, run.base + 0.85 * run.size
    return round(run.left, 2), round(low, 2), round(run.right, 2), round(high, 2)


def lines_of(runs: Iterable[Run]) -> list[Line]:
    """Lines from the top of the page to its bottom."""
    lines: list[Line] = []
    for run in sorted(runs, key=lambda each: -each.base):
        if lines and abs(lines[-1].base - run.base) <= 0.35 * min(lines[-1].size, run.size):
            lines[-1].runs.append(run)
        else:
            lines.append(Line([run], run.base, run.size))
    for line in lines:
        if len(line.runs) > 1:
            _put_in_order(line)
    return lines


def _put_in_order(line: Line) -> None:
    line.runs.sort(key=lambda run: run.left)
    end = line.runs[0].right
    overlap = False
    for run in line.runs[1:]:
        overlap = overlap or run.left < end - 0.25 * run.size
        end = max(end, run.right)
    if overlap:
        line.runs = _each_once(line.runs)
    longest = max(line.runs, key=lambda run: len(run.chars))
    line.base, line.size = longest.base, longest.size


def _each_once(runs: Sequence[Run]) -> list[Run]:
    """Runs that overlap, taken apart and set again; a character printed twice at one place counts once."""
    chars = sorted(((char, run) for run in runs for char in run.chars), key=lambda each: each[0][1])
    kept: list[tuple[Char, Run]] = []
    for char, run in chars:
        near = 0.35 * max(char[2] - char[1], 0.3 * run.size)
        if not any(char[0] == old[0] and char[1] - old[1] < near for old, _ in kept[-4:]):
            kept.append((char, run))
    merged: list[Run] = []
    for char, run in kept:
        if merged and abs(char[1] - merged[-1].right) <= 0.35 * run.size:
            merged[-1].chars.append(char)
        else:
            merged.append(Run([char], run.base, run.size))
    return merged


def cell_text(runs: Sequence[Run], layout: Layout) -> str:
    """The text of a cell: lines of a wrapped name or code are joined without a space."""
    if len(runs) == 1:
        return "".join([char for char, _, _ in runs[0].chars])
    text = ""
    for line in lines_of(runs):
        text = _joined(text, line.text(99.0), layout)
    return text


def _joined(text: str, line: str, layout: Layout) -> str:
    if not text:
        return line
    if _AMOUNT.fullmatch(line) and _AMOUNT.fullmatch(text.rpartition("\n")[2]):
        return f"{text}\n{line}"
    if (text[-1].isdigit() or text[-1] in "%。；;") and layout.begins_item(line):
        return f"{text}\n{line}"
    both = text[-1].isascii() and line[0].isascii() and text[-1].isalpha() and line[0].isalpha()
    return f"{text} {line}" if both else text + line
