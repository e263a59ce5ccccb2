"""A workbook to work through: findings with their symptoms below, every number, every rule, every document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ..model import Finding, Number, Outcome, Review, Span
from .plain import clean, shortened
from .run import Entry, Run, children, coverage_line, entry_of, reason, rule_text, summary_line, unreadable, where
from .sheets import Column, Row, Sheet, open_book

__all__ = ["write_workbook"]

_FATES = {"checked": "good", "unconstrained": "plain", "unread": "bad", "excluded": "none"}
_AROUND = 24
_STATUSES = {"passed": "good", "failed": "bad", "skipped": "none"}


def write_workbook(run: Run, stream: IO[bytes]) -> None:
    """Write all sheets; every cell is text or a count, no cell is ever a formula.

    A column names the document where the run has several. Reviews without `numbers` leave that sheet empty.
    """
    words = run.words
    titles = _titles(run)
    with open_book(stream, words["list"]) as book:
        listed = words["list"]
        findings = Sheet(book, listed["findings"], titles, _columns(run, _FINDINGS), hidden=1)
        findings.fill(_finding_rows(run))
        findings.choose(listed["decision"], listed["decisions"], listed["choose"])
        Sheet(book, listed["numbers"], titles, _columns(run, _NUMBERS)).fill(_number_rows(run))
        Sheet(book, listed["rules"], titles, _columns(run, _RULES)).fill(_rule_rows(run))
        Sheet(book, listed["documents"], titles[:1], _columns(run, _DOCUMENTS)).fill(_document_rows(run))


# Name of the heading, width in characters of Latin text, style.
_FINDINGS = (
    ("no", 6, "right"), ("severity", 7, "centre"), ("section", 13, "wrap"), ("where", 11, "wrap"),
    ("printed", 14, "strong"), ("expected", 14, "strong"), ("difference", 13, "wrap"), ("rule", 8, "centre"),
    ("message", 52, "wrap"), ("basis", 24, "small"), ("decision", 11, "entry"), ("remark", 20, "entry"),
    ("id", 15, "pale"),
)  # fmt: skip
_NUMBERS = (
    ("no", 6, "right"), ("number", 16, "strong"), ("name", 32, "wrap"), ("section", 15, "wrap"), ("where", 20, "wrap"),
    ("fate", 17, "centre"), ("by", 24, "wrap"), ("quote", 56, "small"),
)  # fmt: skip
_RULES = (
    ("rule", 9, "centre"), ("title", 44, "wrap"), ("severity", 8, "centre"), ("status", 16, "centre"),
    ("times_passed", 9, "right"), ("times_failed", 9, "right"), ("times_skipped", 9, "right"),
    ("lacking", 40, "wrap"), ("basis", 44, "small"),
)  # fmt: skip
_DOCUMENTS = (
    ("document", 40, "wrap"), ("entity", 26, "wrap"), ("year", 8, "centre"), ("report", 12, "centre"),
    ("findings", 30, "wrap"), ("count", 52, "wrap"), ("notes", 44, "wrap"),
)  # fmt: skip


def _columns(run: Run, columns: Sequence[tuple[str, int, str]]) -> list[Column]:
    """The columns of a sheet, with the document's behind the first where there are several."""
    names = list(columns)
    if len(run.results) > 1 and columns is not _DOCUMENTS:
        names.insert(1, ("document", 18, "small"))
    return [Column(run.words["list"][name], width, style) for name, width, style in names]


def _titles(run: Run) -> list[str]:
    """What stands above the list: the document, or their number, with its counts and coverage."""
    if len(run.results) != 1:
        return [f"budgetcheck: {run.words['list']['several'].format(count=len(run.results))}"]
    path, result = run.results[0]
    if isinstance(result, str):
        return [clean(str(path)), clean(result)]
    about = [result.entity or "", str(result.year or ""), run.words.get(result.kind or "", "")]
    name = " · ".join(part for part in (result.document.name, *about) if part)
    said = (summary_line(result, run.words), coverage_line(result.coverage, run.words))
    return [clean(name), str(run.words["clause"]).join(said)]


def _named(run: Run, cells: list[Any], document: str) -> list[Any]:
    """Cells with the document's name behind the first, without its folder where it is the only one of that name."""
    if len(run.results) == 1:
        return cells
    base = Path(document).name
    alone = sum(path.name == base for path, _ in run.results) == 1
    return [cells[0], base if alone else document, *cells[1:]]


def _finding_rows(run: Run) -> Iterator[Row]:
    number = 0
    for path, result in run.results:
        if isinstance(result, str):
            number += 1
            yield _finding_row(run, unreadable(path, result), str(number), 0)
            continue
        for root, symptoms in children(result.findings):
            number += 1
            yield _finding_row(run, _entry(run, result, root), str(number), 0)
            for place, symptom in enumerate(symptoms, 1):
                yield _finding_row(run, _entry(run, result, symptom), f"{number}.{place}", 1)


def _entry(run: Run, review: Review, finding: Finding) -> Entry:
    return entry_of(clean(review.document.name), finding, run)


def _finding_row(run: Run, entry: Entry, number: str, level: int) -> Row:
    words = run.words
    message = f"↳ {words['symptom']}: {entry.message}" if level else entry.message
    cells = [
        number, words[f"{entry.severity}s"], entry.section, entry.where, "\n".join(entry.printed),
        "\n".join(entry.expected), entry.difference, entry.rule or words["unreadable"], message, entry.basis,
        words["accepted"]["accepted"] if entry.accepted else "", entry.accepted, entry.id,
    ]  # fmt: skip
    cells = _named(run, cells, entry.document)
    return Row(cells, level, {len(cells) - len(_FINDINGS) + 1: entry.severity}, struck=bool(entry.accepted))


def _number_rows(run: Run) -> Iterator[Row]:
    count = 0
    for review in run.reviews:
        name = clean(review.document.name)
        for number in review.numbers:
            count += 1
            cells = _named(run, _number_cells(run, count, number), name)
            yield Row(cells, 0, {len(cells) - 3: _FATES[number.fate]})


def _number_cells(run: Run, count: int, number: Number) -> list[Any]:
    span = number.span
    section = " ".join(part for part in (span.section, span.table) if part)
    return [
        count, clean(span.text), clean(number.name or ""), clean(section), clean(where(span, run.words)),
        run.words["fates"][number.fate], " ".join(number.rules), _around(span),
    ]  # fmt: skip


def _around(span: Span) -> str:
    """A number with some characters to either side of it."""
    quote, begin, end = span.quote, span.mark - _AROUND, span.mark + len(span.text) + _AROUND
    if span.mark < 0:
        return clean(shortened(quote, 3 * _AROUND))
    return clean(("…" if begin > 0 else "") + quote[max(begin, 0) : end] + ("…" if end < len(quote) else ""))


def _rule_rows(run: Run) -> Iterator[Row]:
    for review in run.reviews:
        name = clean(review.document.name)
        for outcome in review.outcomes:
            cells = _named(run, _rule_cells(run, outcome), name)
            yield Row(cells, 0, {len(cells) - 6: _STATUSES[outcome.status]})


def _rule_cells(run: Run, outcome: Outcome) -> list[Any]:
    words = run.words
    rule = run.rules.get(outcome.rule)
    text = rule_text(rule, run.language) if rule else None
    lacking = reason(outcome.missing, words) if outcome.skipped else ""
    return [
        outcome.rule, clean(text.title) if text else "", words[f"{rule.severity}s"] if rule else "",
        words["statuses"][outcome.status], outcome.passed, outcome.failed, outcome.skipped, lacking,
        clean(text.basis) if text else "",
    ]  # fmt: skip


def _document_rows(run: Run) -> Iterator[Row]:
    for path, result in run.results:
        if isinstance(result, str):
            yield Row([clean(str(path)), "", "", "", run.words["unreadable"], "", clean(result)], 0, {4: "error"})
            continue
        document = result.document
        cells = [
            document.name, result.entity or "", str(result.year or ""), run.words.get(result.kind or "", ""),
            summary_line(result, run.words), coverage_line(result.coverage, run.words), "; ".join(document.notes),
        ]  # fmt: skip
        yield Row([clean(str(cell)) for cell in cells], 0, {})
