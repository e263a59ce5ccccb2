"""A review as plain rows of the dataset's tables; nothing in them depends on when or where the report was checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Finding, Review
from ..reports.plain import clean
from ..reports.run import pairs, spot
from ..reports.tidy import fact_rows
from ..reports.tidy_files import fit
from .jobs import Job, company

__all__ = ["Rows", "failed", "reviewed"]

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]
_SEVERITIES = {"error": "errors", "warning": "warnings", "info": "infos"}
_COUNTS = ("numbers", "checked", "unconstrained", "unread", "excluded")


def failed(job: Job, digest: str, status: str, reason: str) -> Rows:
    """The only row of a report without a review: `unreadable` (a file is wrong) or `stopped` (checking it was)."""
    # The only file of a report is named in the same row.
    told = reason.removeprefix(f"{job.files[0]}: ") if len(job.files) == 1 else reason
    return {"documents": [_document(job, digest) | {"status": status, "reason": clean(told)}]}


def reviewed(job: Job, digest: str, review: Review) -> Rows:
    """The rows of a report that was checked; its review must have its numbers."""
    facts = [row | {"document": job.document} for row in fact_rows(review)]
    lost = sum(map(fit, facts))
    notes = [clean(note) for note in review.document.notes]
    if lost:
        notes.append(f"{lost} numbers are too long for the dataset; their text is in it")
    about = {
        "status": "checked", "kind": review.kind, "report_year": review.year,
        "entity": clean(review.entity) if review.entity else None, "pages": review.document.pages, "notes": notes,
    }  # fmt: skip
    found = {name: sum(f.severity == severity for f in review.findings) for severity, name in _SEVERITIES.items()}
    counted = {name: getattr(review.coverage, name) for name in _COUNTS}
    return {
        "documents": [_document(job, digest) | about | found | counted],
        "findings": [_finding(job, review, finding) for finding in review.findings],
        "outcomes": list(_outcomes(job, review)),
        "facts": facts,
    }


def _document(job: Job, digest: str) -> Row:
    """What is known of a report before it is read; its counts are empty, not 0: nothing was counted."""
    return {
        "document": job.document, "files": [clean(each) for each in job.files], "sha256": digest or None,
        "region": job.region, "folder": job.folder, "status": "", "reason": None, "kind": None, "report_year": None,
        "entity": None, "errors": None, "warnings": None, "infos": None, "numbers": None, "checked": None,
        "beside": [f"{role}: {clean(other.document)}" for role, other in job.beside],
        "company": company((role, other.known) for role, other in job.beside),
    }  # fmt: skip


def _finding(job: Job, review: Review, finding: Finding) -> Row:
    span = spot(finding)
    wrong = pairs(finding)
    told = {
        "id": finding.id, "rule": finding.rule, "kind": finding.kind, "severity": finding.severity,
        "certainty": finding.certainty, "message": finding.message, "section": span.section, "table": span.table,
        "row": span.row, "column": span.column, "file": span.source or review.document.name, "page": span.page,
        "line": span.line, "difference": finding.difference, "located": finding.located, "root": finding.root,
    }  # fmt: skip
    plain = {name: clean(value) or None if isinstance(value, str) else value for name, value in told.items()}
    return plain | {
        "document": job.document, "region": job.region, "entity": clean(review.entity) if review.entity else None,
        "report_year": review.year, "printed": [clean(printed) for printed, _ in wrong],
        "expected": [clean(right) for _, right in wrong if right],
    }  # fmt: skip


def _outcomes(job: Job, review: Review) -> Iterator[Row]:
    for outcome in review.outcomes:
        yield {
            "document": job.document, "rule": outcome.rule, "status": outcome.status, "passed": outcome.passed,
            "failed": outcome.failed, "skipped": outcome.skipped, "missing": [clean(each) for each in outcome.missing],
        }  # fmt: skip
