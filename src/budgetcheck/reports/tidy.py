"""The numbers of a report as a tidy table: one row a printed number, with what it is and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import BudgetcheckError
from ..model import Block, Claim, Culprit, Fact, Finding, Located, Number, Quantity, Review, Span
from ..readers.sheets import address
from ..wording import load_wording
from .plain import clean
from .subject_codes import Found, subject_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "columns", "decimal", "fact_rows", "facts_frame"]

Place = tuple[int, int]
# The part of a claim that is a number of its own, the measure it has, and the part whose figure it is about.
_ABOUT = {
    ("share", "percent"): ("share", "part"),
    ("change", "delta"): ("change", "current"),
    ("change", "percent"): ("change", "current"),
    ("completion", "percent"): ("completion", "actual"),
    ("direction", "percent"): ("completion", "actual"),
    ("carried", "percent"): ("completion", "actual"),
    ("carried", "carried"): ("carried", "actual"),
    ("partial", "percent"): ("rate", ""),
    ("indicator", "expected"): ("expected", ""),
    ("indicator", "actual"): ("reached", ""),
}
_RANK: tuple[Located | None, ...] = ("certain", "likely", "one-of", None)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `type` is text, word, integer, decimal or truth; what it holds, in both languages."""

    name: str
    type: str
    meaning: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Named:
    """A number that was understood: as printed, and the fact that it states or, as part of a claim, is about.

    A part of a claim has the measure and the direction that the claim gives it.
    """

    printed: Fact
    about: Fact | None
    measure: str
    direction: str | None = None
    name: str | None = None


def columns() -> tuple[Column, ...]:
    """The columns in their order, from `rules/wording/facts.toml`."""
    listed = load_wording().table("facts")["columns"]
    return tuple(Column(each["name"], each["type"], {"zh": each["zh"], "en": each["en"]}) for each in listed)


def facts_frame(review: Review, *, derived: bool = False) -> pd.DataFrame:
    """All numbers of a report as a pandas frame, one row a number in reading order (docs/facts.md has the columns).

    Shape: numbers by 41. `value`, `low` and `high` are exact `Decimal`, money in 元; there is no float. `derived` adds
    the figures that are not printed but follow from others. Raises BudgetcheckError for a review that was made without
    `Options(numbers=True)`, which has not kept the numbers.
    """
    import pandas as pd

    types = {"text": "string", "word": "string", "integer": "Int64", "decimal": "object", "truth": "boolean"}
    rows = list(fact_rows(review, derived=derived))
    return pd.DataFrame(
        {each.name: pd.Series([row[each.name] for row in rows], dtype=types[each.type]) for each in columns()}
    )


def fact_rows(review: Review, *, derived: bool = False) -> Iterator[dict[str, Any]]:
    """The rows of `facts_frame` as plain values: str, int, Decimal, bool or None."""
    coverage = review.coverage
    if not review.numbers and coverage.numbers + coverage.excluded:
        raise BudgetcheckError(
            f"{review.document.name}: reviewed without its numbers; use check(…, Options(numbers=True))"
        )
    table = _Table(review)
    numbers = {_place(number.span): number for number in review.numbers}
    for place in sorted({*table.named, *numbers}):
        yield table.row(place, numbers.get(place))
    for fact in review.facts if derived else ():
        if fact.derived:
            yield table.describe(fact.span, fact.quantity, _stated(fact), {"derived": True})


class _Table:
    """What is the same for all rows of a report."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.named = _named(review)
        self.wrong = _wrong(review.findings)
        document = review.document
        self.common = {
            "document": clean(document.name), "sha256": document.sha256, "kind": review.kind,
            "entity": None if review.entity is None else clean(review.entity), "report_year": review.year,
        }  # fmt: skip

    def row(self, place: Place, number: Number | None) -> dict[str, Any]:
        """The row of the number printed at a place."""
        named = self.named.get(place)
        printed = named.printed if named else None
        span = printed.span if printed else number.span if number else Span("")
        quantity = printed.quantity if printed else number.quantity if number else None
        rules = self.review.judged_by.get(place, ())
        fate = number.fate if number else "checked" if rules else "unconstrained"
        return self.describe(span, quantity, named, {"state": fate, "rules": " ".join(rules), "derived": False})

    def describe(
        self, span: Span, quantity: Quantity | None, named: _Named | None, more: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A whole row; what is not known of it is None."""
        block = self.review.document.blocks[span.block]
        cells = {
            "file": span.source or self.review.document.name, "section": span.section, "table": span.table,
            "sheet": block.sheet, "row": span.row, "column": span.column, "cell": _cell(block, span.start),
            "text": span.text, "page": span.page, "line": span.line, "block": span.block, "start": span.start,
        }  # fmt: skip
        row = dict.fromkeys(each.name for each in columns()) | self.common | cells
        row |= (_amount(quantity) if quantity else {}) | (self._meaning(named) if named else {})
        row.update(more)
        if not more["derived"]:
            row |= self._judged((span.block, span.start), span.text)
        return {name: clean(value) or None if isinstance(value, str) else value for name, value in row.items()}

    def _meaning(self, named: _Named) -> dict[str, Any]:
        said = {"measure": named.measure, "direction": named.direction, "name": named.name}
        fact = named.about
        if fact is None:
            return said
        year = None if self.review.year is None else self.review.year + fact.year
        found = subject_of(fact, year) or Found()
        return said | {
            "name": fact.name, "figure": fact.figure, "fund": fact.fund, "topic": fact.topic, "year": year,
            "classification": found.classification, "subject_code": found.code, "subject_name": found.name,
            "subject_level": found.level,
        }  # fmt: skip

    def _judged(self, place: Place, text: str) -> dict[str, Any]:
        """Whether findings name the number as wrong, the surest of them first."""
        told = [(finding, each) for finding, each in self.wrong.get(place, ()) if text in (each.text, each.span.text)]
        told.sort(key=lambda pair: _RANK.index(pair[0].located))
        if not told:
            return {}
        ids = dict.fromkeys(finding.id for finding, _ in told)
        suggestion = next((each.suggestion for _, each in told if each.suggestion), None)
        return {"wrong": told[0][0].located, "findings": " ".join(ids), "suggestion": suggestion}


def _place(span: Span) -> Place:
    return span.block, span.start


def _stated(fact: Fact) -> _Named:
    return _Named(fact, fact, fact.measure)


def _named(review: Review) -> dict[Place, _Named]:
    """What the number at each place is: a figure by itself, or else the part of a claim."""
    found: dict[Place, _Named] = {}
    for fact in review.facts:
        if not fact.derived and (fact.name != fact.quantity.text or fact.topic or fact.figure or fact.path):
            found[_place(fact.span)] = _stated(fact)
    for claim in review.claims:
        for named in _claimed(claim):
            found.setdefault(_place(named.printed.span), named)
    return found


def _claimed(claim: Claim) -> Iterator[_Named]:
    """The numbers of a claim that are no figures by themselves, each as what the claim says of its figure."""
    if claim.kind == "shares":
        pairs = zip(claim.groups["percents"], claim.groups["parts"], strict=True)
        yield from (_Named(percent, part, "share") for percent, part in pairs)
    for slot, facts in (*claim.parts.items(), *claim.groups.items()):
        measure, about = _ABOUT.get((claim.kind, slot), ("claimed", ""))
        way = claim.words.get("direction") if measure == "change" else None
        for fact in facts:
            if fact.measure == "claimed":
                yield _Named(fact, _only(claim.parts.get(about, ())), measure, way, claim.words.get("name"))


def _only(readings: tuple[Fact, ...]) -> Fact | None:
    """The figure that a claim is about, where all its readings agree on it."""
    return readings[0] if len({fact.identity for fact in readings}) == 1 else None


def _wrong(findings: Sequence[Finding]) -> dict[Place, list[tuple[Finding, Culprit]]]:
    """For each place the findings that name what is printed there as wrong."""
    found: dict[Place, list[tuple[Finding, Culprit]]] = {}
    for finding in findings:
        for each in finding.culprits:
            found.setdefault(_place(each.span), []).append((finding, each))
    return found


def _amount(quantity: Quantity) -> dict[str, Any]:
    interval = quantity.interval
    known = quantity.dimension if quantity.unit or quantity.dimension != "count" else None
    return {
        "dimension": known, "unit": quantity.unit, "decimals": quantity.decimals,
        "approximate": quantity.approximate, "value": decimal(quantity.point), "low": decimal(interval.low),
        "high": decimal(interval.high),
    }  # fmt: skip


def decimal(value: Fraction | None) -> Decimal | None:
    """A fraction as the same decimal, without zeros behind its last digit; printed numbers and units have no other."""
    if value is None:
        return None
    places, denominator = 0, value.denominator
    while 10**places % denominator:
        places += 1
    digits = value.numerator * 10**places // denominator
    sign = int(digits < 0)
    return Decimal((sign, tuple(map(int, str(abs(digits)))), -places))


def _cell(block: Block, start: int) -> str | None:
    """The address of a cell on its sheet."""
    rows, places = block.at
    row, column = divmod(start, 1000)
    known = block.kind == "grid" and 0 <= row < len(rows) and column < len(places)
    return address(rows[row], places[column]) if known else None
