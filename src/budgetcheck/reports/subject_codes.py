"""Subjects of facts by code: as their table prints it, or as the names in a sentence tell."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Fact
from ..naming import Namer
from ..subjects import Subject, subjects
from ..wording import load_wording

__all__ = ["Found", "subject_of"]


@dataclass(frozen=True, slots=True)
class Found:
    """A subject: its code, and where the classifications know it which of them, its name in the year, and its level."""

    code: str | None = None
    classification: str | None = None
    name: str | None = None
    level: str | None = None


def subject_of(fact: Fact, year: int | None) -> Found | None:
    """The subject of a fact; None where it has none, or its names do not tell which."""
    table = load_wording().table("facts")
    code = fact.code or _by_names(fact.path)
    if len(code) not in table["digits"]:
        return None
    for classification, levels in table["levels"].items():
        called = _called(classification).get(code)
        if called:
            valid = [subject for subject in called if year is not None and subject.in_force(year)]
            level = levels[table["digits"].index(len(code))]
            return Found(code, classification, (valid or called)[-1].name, level)
    return Found(code)


def _by_names(path: tuple[str, ...]) -> str:
    """The code of a path of names; of (economics, code) the code; "" where several or none have these names."""
    if not path:
        return ""
    if path[0] in load_wording().table("facts")["classifications"]:
        return path[-1]
    found = _codes().get(path, ())
    return found[0] if len(found) == 1 else ""


@functools.cache
def _called(classification: str) -> Mapping[str, tuple[Subject, ...]]:
    """All names of each code."""
    found: dict[str, tuple[Subject, ...]] = {}
    for subject in subjects(classification):
        found[subject.code] = (*found.get(subject.code, ()), subject)
    return found


@functools.cache
def _codes() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The codes of the functional classification by the names from their class down, as sentences compare them."""
    namer = Namer(load_wording(), None, (), None)
    digits = load_wording().table("facts")["digits"]
    keys = {code: {namer.key(each.name) for each in named} for code, named in _called("functions").items()}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for code in keys:
        above = [code[:size] for size in digits if size <= len(code)]
        paths: list[tuple[str, ...]] = [()]
        for each in above:
            paths = [(*path, key) for path in paths for key in sorted(keys.get(each, ()))]
        for path in paths:
            full = (*namer.path(path[0]), *path[1:])
            found[full] = tuple(dict.fromkeys((*found.get(full, ()), code)))
    return found
