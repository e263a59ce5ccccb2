"""Which reports belong together: last year's of the same maker, the budget of the year, the units of a department.

Plain functions of maker, kind and year, so that thousands of reports can be matched by a join: `canonical` gives the
one name of a maker, `ROLES` the kinds and the distance in years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .amounts import fold
from .errors import RuleError
from .wording import read_toml

__all__ = ["ROLES", "Entities", "Maker", "canonical", "mismatch", "read_entities"]

# For each role of another report: kind of this one, kind of the other, the other's year less this one's.
ROLES: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "previous": (("final", "final", -1), ("budget", "budget", -1), ("budget", "final", -1)),
    "budget": (("final", "budget", 0),),
    "units": (("final", "final", 0), ("budget", "budget", 0)),
}
_MARKS = str.maketrans("", "", ' "()-·.、，')


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose report it is, of which kind and year; None where the report does not say."""

    entity: str | None
    kind: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Entities:
    """Other and former names of makers (`names`: normalised name → the one name), and the department of each unit."""

    names: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)


def read_entities(path: Path) -> Entities:
    """Makers from a TOML file: `[[entity]]` with `name`, and perhaps `aliases` and `units`, lists of names.

    Raises RuleError in one line where the file is wrong, or gives one name to two makers.
    """
    names: dict[str, str] = {}
    departments: dict[str, str] = {}
    for number, each in enumerate(_tables(path), 1):
        name = _text(each, path, number)
        for alias in (name, *each.get("aliases", ())):
            if names.setdefault(_plain(alias), name) != name:
                raise RuleError(f"{path}: {alias} is a name of {names[_plain(alias)]} and of {name}")
        departments |= {_plain(unit): name for unit in each.get("units", ())}
    return Entities(names, {names.get(unit, unit): department for unit, department in departments.items()})


def _tables(path: Path) -> list[Mapping[str, Any]]:
    raw = read_toml(path)
    tables = raw.get("entity", [])
    unknown = [key for key in raw if key != "entity"]
    if unknown or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise RuleError(f"{path}: [[entity]] tables are wanted{', not ' + unknown[0] if unknown else ''}")
    return tables


def _text(each: Mapping[str, Any], path: Path, number: int) -> str:
    lists = [each.get(key, []) for key in ("aliases", "units")]
    texts = all(isinstance(found, list) and all(isinstance(text, str) for text in found) for found in lists)
    if not isinstance(each.get("name"), str) or not texts or set(each) - {"name", "aliases", "units"}:
        raise RuleError(f"{path}: entity {number} has a name, and perhaps aliases and units, lists of names")
    return str(each["name"])


def canonical(entity: str, entities: Entities | None = None) -> str:
    """The one name of a maker, without marks and spaces where the file does not know it."""
    plain = _plain(entity)
    return entities.names.get(plain, plain) if entities else plain


def _plain(name: str) -> str:
    return fold(name).folded.translate(_MARKS)


def mismatch(role: str, this: Maker, other: Maker, entities: Entities | None = None) -> str | None:
    """Why another report is not what it was given for: "kind", "year" or "entity"; None where it may be.

    A maker that one of the reports does not name is taken on trust, and so is a name that ends like the other one.
    """
    known = [each for each in ROLES[role] if each[:2] == (this.kind, other.kind)]
    if not known:
        return "kind"
    if this.year is None or other.year is None or other.year - this.year != known[0][2]:
        return "year"
    if role == "units" or not this.entity or not other.entity:
        return None
    one, two = _plain(canonical(this.entity, entities)), _plain(canonical(other.entity, entities))
    return None if one.endswith(two) or two.endswith(one) else "entity"
