"""Whose report it is, of which year, and whether it is a budget or a final account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .outline import Passage
from .wording import Wording

__all__ = ["Identity", "identify"]

_FIRST = 60
_YEAR = re.compile(r"((?:19|20)\d\d)年")


@dataclass(frozen=True, slots=True)
class Identity:
    """Kind (`final`, `budget` or None), year, maker's name, and all names the maker goes by."""

    kind: str | None
    year: int | None
    entity: str | None
    names: tuple[str, ...]


def identify(passages: Sequence[Passage], wording: Wording) -> Identity:
    """Read kind, year and maker off the headings and the first lines."""
    table = wording.table("document")
    texts = [passage.text.folded for passage in passages]
    headings = [p.text.folded for p in passages if p.heading or (p.level in (1, 2) and len(p.text.folded) < 45)]
    kind = _kind(texts[:_FIRST] + headings, table["final"], table["budget"])
    year = _year(texts, headings, kind, table)
    full, names = _names(texts, table)
    return Identity(kind, year, full, names)


def _kind(texts: Sequence[str], final: Sequence[str], budget: Sequence[str]) -> str | None:
    """The kind whose whole words appear most in headings and first lines."""
    counts = Counter[str]()
    for text in texts:
        if len(text) <= 60:
            counts["final"] += any(word in text for word in final)
            counts["budget"] += any(word in text for word in budget) and not any(word in text for word in final)
    if not counts["final"] and not counts["budget"]:
        joined = "".join(texts)
        counts["final"], counts["budget"] = joined.count(final[-1]), joined.count(budget[-1])
        if counts["final"]:
            return "final"
        return "budget" if counts["budget"] else None
    return "final" if counts["final"] >= counts["budget"] else "budget"


def _year(
    texts: Sequence[str], headings: Sequence[str], kind: str | None, table: dict[str, list[str]] | object
) -> int | None:
    """The year that headings name most; else the one that the text names most."""
    assert isinstance(table, dict)
    words = table["final"] if kind == "final" else table["budget"]
    titled = Counter(
        int(year)
        for text in (*texts[:10], *headings)
        if any(w in text for w in words) and len(text) <= 60
        for year in _YEAR.findall(text)
    )
    if titled:
        best = max(titled.values())
        return max(year for year, count in titled.items() if count == best)
    every = Counter(int(year) for text in texts for year in _YEAR.findall(text))
    if not every:
        return None
    common = [year for year, count in every.items() if count * 3 >= max(every.values())]
    return max(common)


def _names(texts: Sequence[str], table: object) -> tuple[str | None, tuple[str, ...]]:
    assert isinstance(table, dict)
    entity, abbreviation = re.compile(table["entity"]), re.compile(table["abbreviation"])
    names: Counter[str] = Counter()
    short: list[str] = []
    full: str | None = None
    for text in texts:
        found = entity.match(text)
        if found and full is None:
            full = found[1]
        for each in abbreviation.finditer(text):
            short.append(each[1])
            before = re.search(r"[一-鿿]{4,40}$", text[: each.start()])
            full = full or (before.group() if before else None)
    if full:
        names[full] += 1
    ordered = [*names, *short]
    return full, tuple(dict.fromkeys(ordered))
