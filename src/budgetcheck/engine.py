"""The engine: every rule on one ledger; what failed becomes findings, what could not be judged is skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Formatter
from typing import Any, get_args

from .checks import CHECKS
from .equations import judge_equation
from .errors import RuleError
from .intervals import Interval
from .ledger import Ledger
from .model import Fact, Finding, Outcome, Severity, Span
from .rulebook import Rule, nearest
from .verdicts import Draft, Field, Phrase, Says, Verdict
from .wording import load_wording

__all__ = ["Judged", "Judgement", "judge"]

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Judged:
    """One relation between printed numbers that a rule judged; `finding` is the id of what it found, if anything."""

    rule: str
    severity: Severity
    facts: tuple[Fact, ...]
    says: Says
    finding: str | None = None
    readings: tuple[tuple[Fact, Interval], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """All outcomes, all findings in reading order, and what was judged.

    `judged_by` has for the place (block and start of its span) of each number that took part in a rule the ids of these
    rules.
    """

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    judged_by: Mapping[tuple[int, int], tuple[str, ...]]
    judged: tuple[Judged, ...] = ()


def judge(ledger: Ledger, rules: Sequence[Rule], language: str = "zh") -> Judgement:
    """Run every rule that fits the document's kind on a ledger."""
    outcomes: list[Outcome] = []
    judged_by: dict[tuple[int, int], list[str]] = {}
    judged: list[Judged] = []
    for rule in rules:
        if rule.documents and ledger.kind and ledger.kind not in rule.documents:
            outcomes.append(Outcome(rule.id, 0, 0, 1, (f"document kind {'/'.join(rule.documents)}",)))
            continue
        verdicts = list(_verdicts(rule, ledger))
        for place in {(f.span.block, f.span.start) for v in verdicts if v.status != "skipped" for f in v.facts}:
            judged_by.setdefault(place, []).append(rule.id)
        found = _told_apart([None if v.draft is None else _finding(rule, v.draft, language) for v in verdicts])
        outcomes.append(_outcome(rule, verdicts, [finding for finding in found if finding is not None]))
        judged.extend(_judged(rule, verdicts, found))
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    blank = next((rule.id for rule in rules if rule.check == "filled"), None)
    template = next((finding for finding in findings if finding.rule == blank), None)
    if template is not None:
        findings = [_of_template(finding, template) for finding in findings]
    places = {place: tuple(ids) for place, ids in judged_by.items()}
    return Judgement(tuple(outcomes), tuple(sorted(findings, key=_place)), places, tuple(judged))


def _of_template(finding: Finding, template: Finding) -> Finding:
    """In a form that nobody has filled in, placeholders and instructions are as they should be."""
    return finding if finding is template else replace(finding, severity="info", root=template.id)


def _verdicts(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    if rule.relation is not None:
        return judge_equation(rule, ledger)
    check = CHECKS.get(rule.check or "")
    if check is None:
        raise RuleError(f"{rule.source}: no check is called {rule.check}{nearest(rule.check or '', CHECKS)}")
    return check(rule, ledger)


def _place(finding: Finding) -> tuple[int, int, str]:
    spans = [_span(side) for side in (*finding.stated, *finding.computed)]
    first = spans[0] if spans else Span("")
    return first.block, first.start, finding.rule


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side


def _judged(rule: Rule, verdicts: Sequence[Verdict], found: Sequence[Finding | None]) -> Iterator[Judged]:
    for verdict, finding in zip(verdicts, found, strict=True):
        if verdict.says is not None and verdict.status != "skipped":
            severity = (verdict.draft and verdict.draft.severity) or rule.severity
            yield Judged(
                rule.id,
                severity,
                verdict.facts,
                verdict.says,
                finding.id if finding else None,
                verdict.draft.readings if verdict.draft else (),
            )


def _outcome(rule: Rule, verdicts: Sequence[Verdict], found: Sequence[Finding]) -> Outcome:
    counts = {status: sum(v.status == status for v in verdicts) for status in ("passed", "failed", "skipped")}
    missing = tuple(dict.fromkeys(name for v in verdicts for name in v.missing))
    findings: dict[str, Finding] = {}
    for finding in found:
        findings.setdefault(finding.id, finding)
    skipped = counts["skipped"] or int(not verdicts)
    if not verdicts:
        missing = (rule.each,)
    return Outcome(rule.id, counts["passed"], counts["failed"], skipped, missing, tuple(findings.values()))


def _finding(rule: Rule, draft: Draft, language: str) -> Finding:
    template = rule.message if language == "zh" else rule.english["message"]
    words = load_wording().table("messages")[language]
    difference = _difference(draft.difference, words)
    phrases = rule.options if language == "zh" else rule.english
    fields = {name: _said(value, words, phrases) for name, value in draft.fields.items()}
    fields["difference"] = difference or ""
    message = Formatter().vformat(template, (), _Fields(fields))
    return Finding(
        id=_fingerprint(rule, draft),
        rule=rule.id,
        kind=draft.kind or rule.kind,
        severity=_severity(rule, draft),
        certainty=draft.certainty,
        message=message,
        stated=draft.stated,
        computed=draft.computed,
        expected=draft.expected,
        difference=difference,
        culprits=draft.culprits,
    )


def _severity(rule: Rule, draft: Draft) -> Severity:
    """As the rule is written; where another was chosen, as many steps below that as the draft is below the rule."""
    written = draft.severity or rule.severity
    if rule.chosen is None or draft.kind == "rounding":
        return written
    below = max(_SEVERITIES.index(written) - _SEVERITIES.index(rule.severity), 0)
    return _SEVERITIES[min(_SEVERITIES.index(rule.chosen) + below, len(_SEVERITIES) - 1)]


def _difference(difference: str | None, words: Mapping[str, Any]) -> str | None:
    if difference is None or not difference.endswith("%"):
        return difference
    return difference.removesuffix("%") + str(words["points"])


def _said(value: Field, words: Mapping[str, Any], phrases: Mapping[str, Any]) -> str:
    """A field as text: a fact is the place where it is printed, a phrase the rule's own, a tuple a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return str(words["separator"]).join(value)
    if isinstance(value, Phrase):
        return str(phrases.get(value.name, "")).format(**value.fields)
    span, place = value.span, _where(value.span, words)
    return str(words["in_file"]).format(file=Path(span.source).name, place=place) if span.source else place


def _where(span: Span, words: Mapping[str, Any]) -> str:
    if span.table:
        column, _, measure = (span.column or "").partition(".")
        column = f"{column}{words['measures'].get(measure, '')}"
        return str(words["cell" if span.row else "column"]).format(table=span.table, row=span.row, column=column)
    name = "page" if span.page else "line"
    number = span.page or span.line
    where = str(words[name]).format(**{name: number}) if number else ""
    return str(words["place"]).format(where=where, section=span.section) if span.section else where


class _Fields(dict[str, Any]):
    """Template fields; one that a reading does not have stays visible by name."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(fields)

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _fingerprint(rule: Rule, draft: Draft) -> str:
    """Twelve hex digits of rule, named place and values: paragraphs added elsewhere in a document leave it as it is."""
    spans = [_span(side) for side in (*draft.stated, *draft.computed)]
    sides = [(each.section, each.table, each.row, each.column, each.quote, each.text) for each in spans]
    return _digest(rule.id, len(draft.stated), sides)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _told_apart(found: Sequence[Finding | None]) -> list[Finding | None]:
    """Findings of one rule; those that say the same of several places get ids of their own in reading order."""
    places: dict[str, set[tuple[tuple[int, int], ...]]] = {}
    for finding in found:
        if finding is not None:
            places.setdefault(finding.id, set()).add(_spots(finding))
    order = {(id, spot): n for id, spots in places.items() for n, spot in enumerate(sorted(spots))}
    return [finding and _numbered(finding, order[finding.id, _spots(finding)]) for finding in found]


def _numbered(finding: Finding, number: int) -> Finding:
    return replace(finding, id=_digest(finding.id, number)) if number else finding


def _spots(finding: Finding) -> tuple[tuple[int, int], ...]:
    return tuple((_span(side).block, _span(side).start) for side in finding.stated)
