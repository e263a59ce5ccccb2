"""The values that flow through the pipeline: frozen, without behaviour that reads or writes anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from .intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Acceptance", "Block", "Box", "Claim", "Coverage", "Culprit", "Document", "Fact", "Fate", "Finding", "Gap",
    "Located", "Number", "Outcome", "Quantity", "Review", "Section", "Severity", "Span", "Text", "with_unit",
]  # fmt: skip

Severity = Literal["error", "warning", "info"]
Certainty = Literal["certain", "likely"]
Located = Literal["certain", "likely", "one-of"]
Status = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Span:
    """Where something is printed: `text` exactly, `quote` with up to 120 characters around it.

    `page` and `line` count from 1, None where the format has none; `section` is as in `Section.label`; `row` and
    `column` are names, for cells of a table. `mark` is the place of `text` in `quote`; `block` and `start` are its
    place in the document, for programs: the number of the block and the offset in its text, or 1000 × row + column in
    its cells. `source` is the file where a report has several, `box` (left, bottom, right, top) in points from the
    page's lower left corner.
    """

    text: str
    quote: str = ""
    line: int | None = None
    page: int | None = None
    section: str | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None
    block: int = -1
    start: int = -1
    mark: int = -1
    source: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A printed number: `value` in `unit`, and the `interval` of what its digits stand for, in the base unit.

    `scale` is the factor from `unit` to the base unit of its `dimension`: 元 for money, 1 for count, one per cent for
    percent and points, yyyymmdd for date. `decimals` are those printed. `approximate` numbers have an interval widened
    by their own words.
    """

    text: str
    value: Decimal
    unit: str
    dimension: str
    scale: Fraction
    decimals: int
    interval: Interval
    approximate: bool = False

    @property
    def shown(self) -> str:
        """What is printed, with the unit where it stands elsewhere on the page (a table's heading)."""
        return with_unit(self.text, self.unit)

    @property
    def point(self) -> Fraction:
        """The printed value in the base unit."""
        return Fraction(self.value) * self.scale


def with_unit(text: str, unit: str) -> str:
    """A printed number with its unit where that is not printed with it."""
    printed = unicodedata.normalize("NFKC", text)
    return text if unit in ("", "date") or unit[-1] in printed else f"{text}{unit}"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the numbers above it: path ("二", "五", "（三）"), its titles, and its role."""

    path: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    role: str = "statement"

    @property
    def label(self) -> str:
        """The section as reviewers write it: 二/五（三）."""
        if not self.path:
            return ""
        head, rest = self.path[0], "".join(self.path[1:])
        return f"{head}/{rest}" if rest else head


@dataclass(frozen=True, slots=True)
class Text:
    """Folded text with the way back: character i was printed at `offsets[i]` of `raw`."""

    raw: str
    folded: str
    offsets: Sequence[int]

    def printed(self, start: int, end: int) -> str:
        """What stands on the page for folded[start:end]."""
        if start >= end:
            return ""
        return self.raw[self.offsets[start] : self.offsets[end - 1] + 1]


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or table in reading order; a "picture" stands for a page or line without any character.

    `lines` are (offset, line number) where a paragraph's source lines begin, `words` (start, end, page, box) of its
    words; `cells` are text, row by row (covered cells of a merge are ""), with `boxes` in the same shape and the page
    of each row in `pages`. Boxes are (left, bottom, right, top) in points from the page's lower left corner. `sheet`
    names the worksheet a block stands on, `source` its file where a report has several. `at` are the
    sheet's own numbers of a grid's rows and of its columns, from 0.
    """

    kind: Literal["heading", "paragraph", "grid", "picture"]
    text: str
    line: int | None = None
    page: int | None = None
    level: int | None = None
    lines: tuple[tuple[int, int], ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    words: tuple[tuple[int, int, int, Box], ...] = ()
    boxes: tuple[tuple[Box | None, ...], ...] = ()
    pages: tuple[int, ...] = ()
    sheet: str | None = None
    source: str | None = None
    at: tuple[Sequence[int], Sequence[int]] = ((), ())


@dataclass(frozen=True, slots=True)
class Document:
    """A report as read. `notes` are one-line remarks on what could not be kept or used.

    `first` is the number of its first block: documents that are reasoned over together number theirs one after another.
    """

    name: str
    sha256: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    notes: tuple[str, ...] = ()
    first: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One printed figure and what it is. Two facts are the same figure when all of `identity` agrees.

    `name` is what the report calls it, `figure` its standard name (None where it has none), `measure` actual, budget,
    initial, adjusted, carried, rate, claimed or implied, `year` the distance from the report's year (-1: last year),
    `fund` the fund it is of, `topic` what else tells it apart, `path` its subject from the class down.

    A figure that is not printed but follows from others is `derived`: the sum of times·fact over its pairs. `code` is
    that of its row, where a table has codes.
    """

    name: str
    quantity: Quantity
    span: Span
    figure: str | None = None
    measure: str = "actual"
    year: int = 0
    fund: str = ""
    topic: str = ""
    path: tuple[str, ...] = ()
    derived: tuple[tuple[int, Fact], ...] = ()
    code: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """Everything that must agree before two printings are called the same figure."""
        named = (self.figure or "") if self.path else self.figure or self.name
        return (*self.path, named, self.measure, str(self.year), self.fund, self.topic)


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion of a sentence.

    Each part lists the facts it may mean, the likeliest first: a claim is broken only when no reading holds.
    `words` are its non-numeric parts (direction, compare, base, …) and `marks` where these are printed. `explicit` says
    that the sentence itself names every part; otherwise some were filled in from what stands around it.
    """

    kind: str
    parts: Mapping[str, tuple[Fact, ...]]
    words: Mapping[str, str]
    span: Span
    groups: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    explicit: bool = True
    marks: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Culprit:
    """A printed number or word that is wrong, with what it should be where that is known.

    `values` are all that the other numbers leave for it, in the base unit.
    """

    text: str
    suggestion: str | None
    span: Span
    values: Interval | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a finding need not be mended: the reason, who says so since which day, and the last day that it holds."""

    reason: str
    by: str
    on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A relation that no true values can satisfy: both sides, the difference, and where each is printed.

    `located` says how far the culprits are known: one that all relations point to, one that a common slip singles out,
    one of several; None where the finding was not weighed against others. `root` is the id of the finding that names
    the number this one is a symptom of. `accepted` says who accepts the difference and why; None where nobody does.
    """

    id: str
    rule: str
    kind: str
    severity: Severity
    certainty: Certainty
    message: str
    stated: tuple[Fact | Span, ...]
    computed: tuple[Fact | Span, ...]
    expected: str | None = None
    difference: str | None = None
    culprits: tuple[Culprit, ...] = ()
    root: str | None = None
    located: Located | None = None
    accepted: Acceptance | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule on one document: how often it was judged, and what it found.

    A rule without its facts is skipped, and `missing` names them.
    """

    rule: str
    passed: int
    failed: int
    skipped: int
    missing: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def status(self) -> Status:
        """`failed` if anything failed, `passed` if anything passed, else `skipped`."""
        return "failed" if self.failed else "passed" if self.passed else "skipped"


@dataclass(frozen=True, slots=True)
class Gap:
    """A number of the report that was not understood."""

    text: str
    span: Span


Fate = Literal["checked", "unconstrained", "unread", "excluded"]


@dataclass(frozen=True, slots=True)
class Number:
    """A printed amount or percentage and what became of it: `rules` are the ids of those it took part in.

    `name` says what it is, None where that was not understood; `quantity` is None where even its unit was not.
    """

    span: Span
    fate: Fate
    name: str | None = None
    rules: tuple[str, ...] = ()
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of amounts and percentages by what became of them; `excluded` are in no statement, the others `numbers`.

    `gaps` are the unread ones of sentences and known tables.
    """

    numbers: int
    checked: int
    unconstrained: int
    unread: int
    excluded: int
    gaps: tuple[Gap, ...] = ()

    @property
    def share_checked(self) -> Fraction:
        """Checked numbers over all numbers; 0 where there are none."""
        return Fraction(self.checked, self.numbers) if self.numbers else Fraction(0)


@dataclass(frozen=True, slots=True)
class Review:
    """The answer for one document: `kind` is final (决算), budget (预算) or None; `findings` stand in reading order.

    `facts` are the figures as understood and `claims` what sentences say of them.

    Where the caller asked for it, `numbers` lists every number in reading order, and `judged_by` has for the place
    (block and start of its span) of each number that took part in a rule the ids of these rules. `known` counts the
    findings that an earlier review already had and that were therefore left out of `findings`.
    """

    document: Document
    kind: str | None
    year: int | None
    entity: str | None
    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    facts: tuple[Fact, ...] = ()
    numbers: tuple[Number, ...] = ()
    known: int = 0
    claims: tuple[Claim, ...] = ()
    judged_by: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody has accepted: those that count."""
        return tuple(finding for finding in self.findings if finding.accepted is None)

    @property
    def ok(self) -> bool:
        """No error, and something was checked: a report that could not be read is not a pass."""
        return self.coverage.checked > 0 and not any(f.severity == "error" for f in self.open)

    def to_frame(self) -> pd.DataFrame:
        """Findings as a pandas frame, one row each, text columns (shape: findings by 13, `line` a nullable integer)."""
        import pandas as pd

        frame = pd.DataFrame([_row(finding) for finding in self.findings], columns=list(_COLUMNS))
        return frame.astype({"line": "Int64"})


_COLUMNS = (
    "id", "rule", "kind", "severity", "certainty", "message", "stated", "expected", "difference", "section",
    "line", "root", "accepted",
)  # fmt: skip


def _row(finding: Finding) -> tuple[object, ...]:
    spans = [side.span if isinstance(side, Fact) else side for side in finding.stated] or [Span("")]
    return (
        finding.id, finding.rule, finding.kind, finding.severity, finding.certainty, finding.message,
        "；".join(span.text for span in spans), finding.expected, finding.difference, spans[0].section,
        spans[0].line, finding.root, finding.accepted.reason if finding.accepted else None,
    )  # fmt: skip
