"""Sentences with places for numbers, filled in: templates of a manner → paragraphs, and where each number stands.

In a template `{spent}` prints a figure with its unit, `{spent.basic / spent}` a share, `{a - b}` a difference,
`{a ~ b}` a change in per cent and `{# staff}` a count. `{change public}` expands to the phrase for a figure against the
year before, `{against general.@}` to the one for a figure against its plan; `@` stands for the element of a loop.
`{w 增加|减少}` takes the first word where the figure grew. `{label 207}` and `{year}` are plain text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .figures import Figures
from .habits import SCALE, Habit, rounded, scaled, shares
from .manners import Manner
from .report import Block, Place, Printing
from .truth import Truth

__all__ = ["Prose"]

_HOLE = re.compile(r"\{([^{}]*)\}")
_SHARE = re.compile(r"\{(\S+) / (\S+)\}")


@dataclass
class Prose:
    """Collects the blocks of a report and the places of its numbers."""

    truth: Truth
    figures: Figures
    manner: Manner
    habit: Habit
    blocks: list[Block] = field(default_factory=list)
    printings: list[Printing] = field(default_factory=list)
    balanced: dict[str, int] = field(default_factory=dict)
    reasons: int = 0

    def section(self, spec: Mapping[str, Any], number: str) -> None:
        """A section's heading and lines."""
        if "heading" in spec:
            self.paragraph([(spec["heading"].replace("{no}", number), "")])
        for line in spec["lines"]:
            self.entry(line)

    def entry(self, line: str | Mapping[str, Any]) -> None:
        """A line of a section: a paragraph, or one with a part or a paragraph for each element of a loop."""
        if isinstance(line, str):
            line = {"line": line}
        if ("if" in line and not self.stands(line["if"])) or ("unless" in line and self.stands(line["unless"])):
            return
        elements = self.elements(line["each"]) if "each" in line else [""]
        pieces = [(line["line"], element) for element in elements]
        self.balance(pieces)
        if "each" not in line:
            self.paragraph(pieces)
        elif "join" in line:
            joined = [(text + (line["join"] if n < len(pieces) - 1 else ""), e) for n, (text, e) in enumerate(pieces)]
            self.paragraph([(line.get("lead", ""), ""), *joined, (line.get("end", ""), "")])
        else:
            for n, (text, element) in enumerate(pieces, 1):
                self.paragraph([(text.replace("{n}", str(n)), element)])

    def stands(self, name: str) -> bool:
        """Whether a figure or a count is more than nothing."""
        return bool(self.figures[name] or self.figures.counts.get(name))

    def elements(self, name: str) -> list[str]:
        """What a loop runs over: subjects of a tree, projects, kinds of vehicles."""
        if name == "projects":
            return [str(n) for n in range(len(self.truth.projects))]
        if name == "vehicles":
            return [key.partition(".")[2] for key in self.figures.counts if key.startswith("vehicles.")]
        tree, level = name.split(" ")
        return self.figures.codes(tree, {"classes": 3, "items": 7}[level])

    def balance(self, pieces: Sequence[tuple[str, str]]) -> None:
        """Round the shares of one whole together, as a department that lets them make 100 % does."""
        found: dict[str, list[str]] = {}
        for text, element in pieces:
            for part, whole in _SHARE.findall(text.replace("@", element)):
                if part not in found.setdefault(whole, []):
                    found[whole].append(part)
        for whole, parts in found.items():
            if self.figures[whole]:
                done = shares([self.figures[part] for part in parts], self.figures[whole], self.habit)
                self.balanced |= {f"{part} / {whole}": units for part, units in zip(parts, done, strict=True)}

    def paragraph(self, pieces: Sequence[tuple[str, str]]) -> None:
        """A paragraph of template pieces, each with its element."""
        text = _Paragraph(self, len(self.blocks))
        for piece, element in pieces:
            text.fill(piece.replace("@", element), {})
        self.blocks.append(Block(self.habit.typed(text.text)))
        self.printings += text.printings

    def reason(self, grew: bool | None) -> str:
        """The next reason of the manner that fits a direction."""
        self.reasons += 1
        listed = self.manner.phrases["reasons"]["other" if grew is None else "up" if grew else "down"]
        return str(listed[(self.reasons * 7 + self.truth.seed) % len(listed)])


@functools.lru_cache(maxsize=4096)
def _parsed(template: str) -> tuple[tuple[str, str], ...]:
    """Literal text and the hole behind it, one after the other."""
    parts = _HOLE.split(template)
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))


class _Paragraph:
    """One paragraph while it is written."""

    def __init__(self, prose: Prose, block: int) -> None:
        self.prose, self.block = prose, block
        self.text = ""
        self.printings: list[Printing] = []

    def fill(self, template: str, bound: Mapping[str, str]) -> None:
        for literal, hole in _parsed(template):
            self.text += literal
            if hole:
                self.hole(bound.get(hole, hole), bound)

    def hole(self, hole: str, bound: Mapping[str, str]) -> None:
        head, _, rest = hole.partition(" ")
        if head in ("change", "against") or head.startswith(("change.", "against.")):
            self.phrase(head, rest)
        elif head == "w":
            self.word(rest, bound)
        elif head == "#":
            self.count(rest)
        elif head == "reason":
            self.text += self.prose.reason(self.grew(bound) if bound else None)
        elif (plain := self.plain(head, rest)) is not None:
            self.text += plain
        elif rest:
            self.expression(hole)
        else:
            self.amount(hole, Fraction(self.prose.figures[hole]))

    def plain(self, head: str, rest: str) -> str | None:
        """Text that is no number of the report."""
        year = self.prose.truth.year
        years = {"year": year, "last_year": year - 1, "next_year": year + 1}
        if head in years:
            return str(years[head])
        if head == "entity":
            return self.prose.truth.entity
        labels, words = self.prose.figures.labels, self.prose.manner.words
        if head == "project":
            return self.prose.truth.projects[int(rest)].name
        if head in ("class", "group", "item"):
            return labels[rest[: {"class": 3, "group": 5, "item": 7}[head]]]
        if head == "stem":
            return labels[rest].removesuffix(words["spending"])
        return str(words[rest]) if head == "word" else None

    def grew(self, bound: Mapping[str, str]) -> bool:
        figures = self.prose.figures
        return figures[bound["now"]] > figures[bound["before"]]

    def phrase(self, head: str, name: str) -> None:
        """A figure against the year before or against its plan, in the words for what became of it."""
        figures = self.prose.figures
        before = f"{name}.{'last' if head.startswith('change') else 'plan'}"
        bound = {"now": name, "before": before, "delta": f"{name} - {before}", "rate": f"{name} ~ {before}"}
        bound |= {"done": f"{name} / {before}", "closing": f"{name}.closing"}
        variants = self.prose.manner.phrases[head]
        now, then = figures[name], figures[before]
        moved = rounded(abs(Fraction(now - then, SCALE[self.prose.habit.prose])), 2)
        if not then:
            key = "new" if moved else "none"
        elif not moved:
            key = "same"
        else:
            key = "carried" if head.startswith("against") and figures[f"{name}.closing"] else "moved"
        self.fill(variants[key], bound)

    def word(self, pair: str, bound: Mapping[str, str]) -> None:
        up, _, down = pair.partition("|")
        right, wrong = (up, down) if self.grew(bound) else (down, up)
        self.mark(right, bound["now"], "word", Fraction(0), opposite=wrong)

    def count(self, name: str) -> None:
        value = self.prose.figures.counts[name]
        self.mark(str(value), name, "count", Fraction(value))

    def amount(self, name: str, value: Fraction) -> None:
        habit = self.prose.habit
        digits = scaled(rounded(value / SCALE[habit.prose], 2), 2, drop_zeros=habit.drop_zeros)
        self.mark(digits, name, "amount", value, unit=habit.prose, decimals=2)
        self.text += self.prose.manner.words[habit.prose]

    def expression(self, hole: str) -> None:
        left, sign, right = hole.split(" ")
        habit, figures = self.prose.habit, self.prose.figures
        one, other = figures[left], figures[right]
        if sign == "-":
            self.amount(hole, Fraction(abs(one - other)))
            return
        value = Fraction(100 * (one if sign == "/" else abs(one - other)), other) if other else Fraction(0)
        places = habit.percent_decimals
        units = self.prose.balanced.get(hole, rounded(value, places, cut=habit.shares == "truncated"))
        digits = scaled(units, places, drop_zeros=habit.drop_zeros or units in (0, 100 * 10**places))
        self.mark(digits, hole, "percent", value, decimals=places)
        self.text += "%"

    def mark(self, text: str, name: str, kind: Any, value: Fraction, **more: Any) -> None:
        self.printings.append(Printing(Place(self.block, len(self.text)), text, name, kind, value, **more))
        self.text += text


def numbered(order: Sequence[str], numerals: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Sections with their numbers, which begin anew under each part."""
    count = 0
    for key in order:
        count = 0 if key.startswith("#") else count + 1
        yield key, numerals[count - 1] if count else ""
