"""What makes a finding the same one in a later version of its document: rule, named place and printed values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model import Fact, Finding, Span, with_unit

__all__ = ["Mark", "document_key", "mark_of", "mark_of_json", "paired", "same_spot"]

_NUMBER = re.compile(r"\d[\d,，.]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding apart from line and page: `place` has section, table, row and column where these are known.

    `values` are all printed numbers and words that took part, with their units, the stated ones first. `quote` is the
    sentence or row of the first.
    """

    id: str
    rule: str
    place: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    quote: str = ""
    message: str = ""
    root: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What two marks of the same finding have in common."""
        return self.rule, self.place, self.values


def mark_of(finding: Finding) -> Mark:
    """The mark of a finding."""
    first = _span(finding.stated[0]) if finding.stated else Span("")
    place = {"section": first.section, "table": first.table, "row": first.row, "column": first.column}
    values = tuple(_value(side) for side in (*finding.stated, *finding.computed))
    return Mark(
        finding.id,
        finding.rule,
        _known(place),
        values,
        _one_line(first.quote),
        _one_line(finding.message),
        finding.root,
    )


def mark_of_json(finding: Mapping[str, Any]) -> Mark:
    """The mark of a finding in the JSON of `check`; KeyError, TypeError or IndexError where it is none."""
    sides = [*finding["stated"], *finding["computed"]]
    first = finding["stated"][0]["place"] if finding["stated"] else {}
    place = {name: first.get(name) for name in ("section", "table", "row", "column")}
    values = tuple(_one_line(with_unit(side["text"], side["unit"] or "")) for side in sides)
    quote, message = _one_line(first.get("quote") or ""), _one_line(finding["message"])
    return Mark(finding["id"], finding["rule"], _known(place), values, quote, message, finding["root"])


def paired(old: Sequence[Mark], new: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Places in both lists of marks that are the same finding: by id where that is the same, else in their order."""
    left: dict[tuple[object, ...], list[int]] = {}
    for number, mark in enumerate(old):
        left.setdefault(mark.key, []).append(number)
    rest = []
    for number, mark in enumerate(new):
        same = next((each for each in left.get(mark.key, ()) if old[each].id == mark.id), None)
        if same is None:
            rest.append(number)
        else:
            left[mark.key].remove(same)
            yield same, number
    for number in rest:
        waiting = left.get(new[number].key)
        if waiting:
            yield waiting.pop(0), number


def same_spot(one: Mark, other: Mark) -> bool:
    """Whether two marks stand at the same place, in the same words but for their numbers.

    Quotes are cut where a number of characters is full, which moves with the numbers: middle halves are compared.
    """
    if (one.rule, one.place) != (other.rule, other.place):
        return False
    here, there = (_NUMBER.sub("#", each.quote) for each in (one, other))
    return _middle(here) in there or _middle(there) in here


def document_key(name: str, folder: Path) -> str:
    """A document's name relative to a folder, with /; a report of several files keeps the names of all."""
    return " + ".join(_relative(part, folder) for part in name.split(" + "))


def _relative(name: str, folder: Path) -> str:
    try:
        return _one_line(Path(os.path.relpath(Path(name).resolve(), folder.resolve())).as_posix())
    except ValueError:  # another drive
        return _one_line(Path(name).resolve().as_posix())


def _middle(text: str) -> str:
    return text[len(text) // 4 : len(text) - len(text) // 4]


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side


def _value(side: Fact | Span) -> str:
    return _one_line(side.quantity.shown if isinstance(side, Fact) else side.text)


def _known(place: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _one_line(value)) for name, value in place.items() if value)


def _one_line(text: str) -> str:
    """Text as a file of UTF-8 can hold it in one line; half a character (an odd byte in a name) is spelt out."""
    return "".join(ascii(char)[1:-1] if "\ud800" <= char <= "\udfff" else char for char in " ".join(text.split("\n")))
