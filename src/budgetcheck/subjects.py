"""Subject classifications from `rules/subjects/*.csv`: code, name, and the years a name was in force."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass

from .wording import rules_folder

__all__ = ["Subject", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One name of one code; `since` and `until` are years, None where the period is open."""

    code: str
    name: str
    since: int | None
    until: int | None

    def in_force(self, year: int) -> bool:
        """Whether the name was in force in a year."""
        return (self.since is None or self.since <= year) and (self.until is None or year <= self.until)


@functools.lru_cache(maxsize=4)
def subjects(name: str) -> tuple[Subject, ...]:
    """All rows of `functions` (支出功能分类) or `economics` (支出经济分类), by code."""
    path = rules_folder() / "subjects" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Subject(row["code"], row["name"], int(row["since"] or 0) or None, int(row["until"] or 0) or None)
            for row in csv.DictReader(lines)
        )
