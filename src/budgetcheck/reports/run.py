"""One run of `check` as all formats see it: results in the order of the arguments, and findings in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..amounts import format_value
from ..model import Acceptance, Coverage, Fact, Finding, Review, Severity, Span
from ..rulebook import Rule
from ..wording import messages
from .plain import clean

__all__ = [
    "Absent",
    "Earlier",
    "Entry",
    "Result",
    "RuleText",
    "Run",
    "acceptance_line",
    "children",
    "coverage_line",
    "entries",
    "entry_of",
    "pairs",
    "reason",
    "rule_text",
    "side_name",
    "spot",
    "summary_line",
    "unreadable",
    "where",
]

Result = tuple[Path, Review | str]
_MOST = 6


@dataclass(frozen=True, slots=True)
class Absent:
    """A finding of an earlier review that is no longer found."""

    id: str
    rule: str
    message: str
    section: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a document compares with an earlier review of it, or with what was accepted in it.

    `unchanged` findings were there already and are not in the review, `absent` ones are there no longer, `updated` are
    the ids of those that were accepted until something of them changed.
    """

    unchanged: tuple[Finding, ...] = ()
    absent: tuple[Absent, ...] = ()
    updated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """Results (a review, or the line that says why there is none), all rules by id, and what makes the run fail.

    `earlier` is by document, None where nothing was compared.
    """

    results: Sequence[Result]
    rules: Mapping[str, Rule] = field(default_factory=dict)
    language: str = "zh"
    failing: tuple[str, ...] = ("error",)
    earlier: Mapping[str, Earlier] | None = None

    @property
    def reviews(self) -> list[Review]:
        """The documents that could be read."""
        return [result for _, result in self.results if not isinstance(result, str)]

    @property
    def words(self) -> Mapping[str, Any]:
        """What the program itself says in the language of the run."""
        return messages(self.language)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in one language. `relation` is its equation, "" for a rule that has none."""

    title: str
    why: str
    basis: str
    relation: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding in words, every field one line; `rule` and `id` are "" for a file that could not be read.

    `printed` and `expected` are pairs: what stands there, and what it should be ("—" where that is not known).
    `accepted` says who accepts it and why, "" where nobody does.
    """

    document: str
    severity: Severity
    message: str
    id: str = ""
    rule: str = ""
    kind: str = ""
    certainty: str = ""
    root: str = ""
    section: str = ""
    where: str = ""
    page: int | None = None
    line: int | None = None
    printed: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    difference: str = ""
    title: str = ""
    basis: str = ""
    accepted: str = ""


def entries(run: Run) -> Iterator[Entry]:
    """All findings, and a line for each unreadable file, in the order of the JSON."""
    for path, result in run.results:
        if isinstance(result, str):
            yield unreadable(path, result)
            continue
        name = clean(result.document.name)
        for finding in result.findings:
            yield entry_of(name, finding, run)


def unreadable(path: Path, message: str) -> Entry:
    """The line of a file that could not be read."""
    return Entry(clean(str(path)), "error", clean(message))


def entry_of(document: str, finding: Finding, run: Run) -> Entry:
    """A finding of a document in words."""
    words = run.words
    rule = run.rules.get(finding.rule)
    text = rule_text(rule, run.language) if rule else None
    span = spot(finding)
    wrong = pairs(finding)
    return Entry(
        document, finding.severity, clean(finding.message), finding.id, finding.rule, finding.kind,
        words[f"{finding.certainty}_word"], finding.root or "", clean(span.section or span.table or ""),
        clean(where(span, words)), span.page, span.line,
        tuple(clean(printed) for printed, _ in wrong),
        tuple(clean(right or "—") for _, right in wrong) if any(right for _, right in wrong) else (),
        clean(finding.difference or ""), text.title if text else "", text.basis if text else "",
        acceptance_line(finding.accepted, words) if finding.accepted else "",
    )  # fmt: skip


def acceptance_line(accepted: Acceptance, words: Mapping[str, Any]) -> str:
    """Why, by whom, since when and until when a difference is accepted."""
    form = words["accepted"]["because_until" if accepted.until else "because"]
    return clean(form.format(reason=accepted.reason, by=accepted.by, on=accepted.on, until=accepted.until))


def summary_line(review: Review, words: Mapping[str, Any]) -> str:
    """How many errors, warnings and infos; how many more are accepted, or known from the baseline."""
    counts = {f"{s}s": sum(f.severity == s for f in review.open) for s in ("error", "warning", "info")}
    said = [str(words["summary"]).format(**counts)]
    if accepted := len(review.findings) - len(review.open):
        said.append(words["accepted"]["count"].format(count=accepted))
    if review.known:
        said.append(words["accepted"]["known"].format(count=review.known))
    return str(words["clause"]).join(said)


def coverage_line(coverage: Coverage, words: Mapping[str, Any]) -> str:
    """What became of the numbers; where none was found, that this is no pass."""
    share = f"{format_value(coverage.share_checked * 100, 1)}%"
    fields = {name: getattr(coverage, name) for name in ("numbers", "checked", "unconstrained", "unread")}
    said = [str(words["coverage"]).format(share=share, **fields) if coverage.numbers else str(words["nothing"])]
    if coverage.excluded:
        said.append(words["excluded"].format(count=coverage.excluded))
    return str(words["clause"]).join(said)


def rule_text(rule: Rule, language: str) -> RuleText:
    """A rule's words; in English "" for what the rule does not say in it."""
    relation = rule.relation.source if rule.relation else ""
    if language == "zh":
        return RuleText(rule.title, rule.why, rule.basis, relation)
    english = rule.english
    # The names in an equation are those of the tables: they tell an English reader nothing.
    shown = relation if relation.isascii() else ""
    return RuleText(english["title"], english.get("why", ""), english.get("basis", ""), shown)


def spot(finding: Finding) -> Span:
    """The place to look at first: the wrong number where it is known, else what the finding is about."""
    if finding.culprits and finding.located in ("certain", "likely"):
        return finding.culprits[0].span
    return _span(finding.stated[0]) if finding.stated else Span("")


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side


def pairs(finding: Finding) -> list[tuple[str, str | None]]:
    """What is printed and what it should be: the culprits where there are any, else what the finding is about."""
    if finding.culprits:
        wrong = [(_shown(finding, each.text), each.suggestion) for each in finding.culprits]
    else:
        wrong = [(side.quantity.shown if isinstance(side, Fact) else side.text, None) for side in finding.stated]
    distinct = list(dict.fromkeys(wrong))
    if len(distinct) == 1 and distinct[0][1] is None and finding.expected:
        distinct = [(distinct[0][0], finding.expected)]
    return distinct if len(distinct) <= _MOST else [*distinct[:_MOST], ("…", None)]


def _shown(finding: Finding, text: str) -> str:
    """A culprit with the unit that stands elsewhere on the page."""
    sides = (side for side in (*finding.stated, *finding.computed) if isinstance(side, Fact))
    return next((side.quantity.shown for side in sides if side.quantity.text == text), text)


def where(span: Span, words: Mapping[str, Any]) -> str:
    """Page or line, row and column of a table, and the file where a report has several."""
    parts = [Path(span.source).name] if span.source else []
    if span.page:
        parts.append(words["page"].format(page=span.page))
    elif span.line:
        parts.append(words["line"].format(line=span.line))
    if span.row or span.column:
        parts.append(" / ".join(part for part in (span.row, span.column) if part))
    return " ".join(parts)


def side_name(fact: Fact, words: Mapping[str, Any]) -> str:
    """What a figure is called; in a rule's own name for one (name.measure) the measure is said in words."""
    name, _, measure = fact.name.rpartition(".")
    return f"{name}{words['measures'][measure]}" if name and measure in words["measures"] else fact.name


def children(findings: Sequence[Finding]) -> Iterator[tuple[Finding, list[Finding]]]:
    """Each root finding with its symptoms; a finding whose root is not among them stands for itself."""
    known = {finding.id: finding for finding in findings}
    below: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.root in known:
            below.setdefault(_top(finding, known), []).append(finding)
    for finding in findings:
        if finding.root not in known or _top(finding, known) == finding.id:
            yield finding, [each for each in below.get(finding.id, ()) if each is not finding]


def _top(finding: Finding, known: Mapping[str, Finding]) -> str:
    """The id of the finding at the end of the chain of roots; of a ring, the smallest id in it."""
    seen = [finding.id]
    root = finding.root
    while root is not None and root in known and root not in seen:
        seen.append(root)
        root = known[root].root
    return min(seen[seen.index(root) :]) if root in seen else seen[-1]


def reason(missing: Iterable[str], words: Mapping[str, Any]) -> str:
    """Why a rule could not be judged: what the report lacks, in words."""
    lacks = words["lacks"]
    named = []
    for each in missing:
        kind, _, name = each.partition(".")
        named.append(lacks.get(each) or (lacks["row"].format(table=name) if kind == "row" else each))
    return clean(str(words["separator"]).join(dict.fromkeys(named)))
