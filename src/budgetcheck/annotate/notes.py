"""Findings to notes: one at each wrong number, with everything that is said about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ..model import Culprit, Document, Fact, Finding, Review, Severity, Span
from ..reports.plain import clean, shortened
from ..reports.run import Run, children, entry_of, pairs, spot
from .places import Place, place_of

__all__ = ["Note", "by_file", "findings_of", "notes_of"]

_ORDER: tuple[Severity, ...] = ("error", "warning", "info")
# What a spreadsheet's note may hold is 32 767 characters; nobody reads as many.
_LONGEST = 4_000
_NAMED = 5

_Key = tuple[Place | None, int | None, str | None]


@dataclass(frozen=True, slots=True)
class Note:
    """Lines of text for one place; None as a place is the top of the file, or of `page` where it is known.

    `source` is the file of a note without a place, where the report has several and it is known. `rules` and `findings`
    are the ids of what it tells, `severity` the gravest of them.
    """

    place: Place | None
    page: int | None
    source: str | None
    severity: Severity
    rules: tuple[str, ...]
    findings: tuple[str, ...]
    text: str


@dataclass(slots=True)
class _Part:
    """What one finding says at one place."""

    finding: Finding
    severity: Severity
    text: str


def findings_of(review: Review, minimum: Severity) -> list[tuple[Finding, list[Finding], Severity]]:
    """Findings with their symptoms and the gravest severity among them, from a severity upwards."""
    found = []
    for finding, symptoms in children(review.findings):
        gravest = min((each.severity for each in (finding, *symptoms)), key=_ORDER.index)
        if _ORDER.index(gravest) <= _ORDER.index(minimum):
            found.append((finding, symptoms, gravest))
    return found


def notes_of(review: Review, run: Run, minimum: Severity = "warning") -> list[Note]:
    """Notes in reading order, those without a place first; several findings at one number make one note."""
    held: dict[_Key, list[_Part]] = {}
    for finding, symptoms, severity in findings_of(review, minimum):
        for key, text in _said(review, finding, symptoms, run):
            parts = held.setdefault(key, [])
            if all(part.finding is not finding for part in parts):
                parts.append(_Part(finding, severity, text))
    return [_note(key, parts) for key, parts in sorted(held.items(), key=_reading_order)]


def by_file(notes: Sequence[Note], documents: Sequence[Document], holding: Sequence[bool]) -> list[list[Note]]:
    """The notes on a report made of these documents, for each of them in its own places.

    What has no place goes to its file where that is one of those `holding` notes, else to the first of these.
    """
    if len(documents) == 1:
        return [list(notes)]
    ends = [*accumulate(len(document.blocks) for document in documents)]
    names = {document.name: number for number, document in enumerate(documents) if holding[number]}
    usual = next(iter(names.values()), 0)
    found: list[list[Note]] = [[] for _ in documents]
    for note in notes:
        if note.place is None:
            own = names.get(note.source or "", usual)
            found[own].append(note if note.source in names else replace(note, page=None))
        else:
            own = bisect_right(ends, note.place.block)
            first = ends[own] - len(documents[own].blocks)
            found[own].append(replace(note, place=replace(note.place, block=note.place.block - first)))
    return found


def _reading_order(item: tuple[_Key, list[_Part]]) -> tuple[int, ...]:
    (place, page, _), _ = item
    if place is None:
        return (-1, page or 0)
    return (place.block, *(place.cell or (-1, -1)), place.start or 0, place.end or 0)


def _note(key: _Key, parts: Sequence[_Part]) -> Note:
    parts = sorted(parts, key=lambda part: _ORDER.index(part.severity))
    return Note(
        *key,
        parts[0].severity,
        tuple(dict.fromkeys(part.finding.rule for part in parts)),
        tuple(part.finding.id for part in parts),
        shortened("\n\n".join(part.text for part in parts), _LONGEST),
    )


def _said(review: Review, finding: Finding, symptoms: Sequence[Finding], run: Run) -> Iterator[tuple[_Key, str]]:
    """The places of a finding, and what to say there: at each number that is, or may be, wrong."""
    placed = [(place_of(culprit.span, review.document, culprit.text), culprit) for culprit in finding.culprits]
    found = [(place, culprit) for place, culprit in placed if place is not None]
    if not found:
        culprit = finding.culprits[0] if len(finding.culprits) == 1 else None
        yield _elsewhere(review, finding), _text(review, finding, culprit, symptoms, run)
    for place, culprit in found:
        yield (place, None, None), _text(review, finding, culprit, symptoms, run)


def _elsewhere(review: Review, finding: Finding) -> _Key:
    """The place of a finding that names no number: what it is about, else its page, else nothing."""
    sides = (each.span if isinstance(each, Fact) else each for each in (*finding.stated, *finding.computed))
    spans: list[Span] = [spot(finding), *sides]
    for span in spans:
        place = place_of(span, review.document)
        if place is not None:
            return place, None, None
    known = next((span for span in spans if span.page), None) or next((span for span in spans if span.source), Span(""))
    return None, known.page, known.source


def _text(review: Review, finding: Finding, culprit: Culprit | None, symptoms: Sequence[Finding], run: Run) -> str:
    words = run.words["annotate"]
    entry = entry_of(review.document.name, finding, run)
    lines = [words["head"].format(severity=words[finding.severity], rule=finding.rule, title=entry.title).strip()]
    lines.append(entry.message)
    lines.extend(_should(finding, culprit, words))
    if entry.basis:
        lines.append(words["basis"].format(basis=clean(entry.basis)))
    if symptoms:
        rules = list(dict.fromkeys(each.rule for each in symptoms))
        named = run.words["separator"].join(rules[:_NAMED]) + ("…" if len(rules) > _NAMED else "")
        lines.append(words["symptoms"].format(count=len(symptoms), rules=named))
    return "\n".join(lines)


def _should(finding: Finding, culprit: Culprit | None, words: dict[str, str]) -> Iterator[str]:
    """What should be printed; of several numbers only one of which is wrong, that too."""
    several = finding.located == "one-of" and len(finding.culprits) > 1
    if several:
        yield words["one_of"].format(count=len(finding.culprits))
    wrong = pairs(finding)
    expected = culprit.suggestion if culprit else None
    if expected is None and len(wrong) == 1:
        expected = wrong[0][1]
    if expected:
        yield words["if_wrong" if several else "should"].format(expected=clean(expected))
