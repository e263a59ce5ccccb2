"""How a province words its reports: sentences with places for numbers, from `rules/manners/*.toml`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import RuleError
from ..wording import read_toml, rules_folder
from .truth import Kind

__all__ = ["Manner", "manner", "manners", "table_specs"]

_NO_MANNERS = ("names", "tables", "national")


@dataclass(frozen=True, eq=False)
class Manner:
    """One province's reports of one kind: what stands in which order, its sections, phrases and words."""

    name: str
    kind: Kind
    title: str
    order: tuple[str, ...]
    sections: Mapping[str, Mapping[str, Any]]
    phrases: Mapping[str, Any]
    words: Mapping[str, Any]


@functools.cache
def manners(kind: Kind = "final") -> tuple[str, ...]:
    """The manners in which reports of a kind are written, by name."""
    folder = rules_folder() / "manners"
    names = sorted(path.stem for path in folder.glob("*.toml") if path.stem not in _NO_MANNERS)
    return tuple(name for name in names if kind in read_toml(folder / f"{name}.toml"))


@functools.cache
def manner(name: str, kind: Kind = "final") -> Manner:
    """One manner, over what is the same in the whole country.

    Raises RuleError where there is none of that name and kind.
    """
    if name not in manners(kind):
        raise RuleError(f"no manner is called {name}; of {kind} reports there are {', '.join(manners(kind))}")
    national, own = (read_toml(rules_folder() / "manners" / f"{file}.toml") for file in ("national", name))
    base, mine = national[kind], own[kind]
    sections = base["sections"] | mine.get("sections", {})
    phrases = national["phrases"] | base.get("phrases", {}) | own.get("phrases", {}) | mine.get("phrases", {})
    return Manner(
        name,
        kind,
        mine.get("title", base["title"]),
        tuple(mine.get("order", base["order"])),
        sections,
        phrases,
        national["words"] | own.get("words", {}),
    )


@functools.cache
def table_specs(kind: Kind) -> tuple[Mapping[str, Any], ...]:
    """The public tables of a kind of report."""
    return tuple(read_toml(rules_folder() / "manners" / "tables.toml")[kind])
