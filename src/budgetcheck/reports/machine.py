"""The JSON that other tools read (`budgetcheck.review/1`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any

from .. import __version__
from ..model import Acceptance, Culprit, Fact, Finding, Review, Span
from .run import Run

__all__ = ["failure", "schema_path", "to_dict", "write_json"]

SCHEMA = "budgetcheck.review/1"


def schema_path(name: str = "review") -> Path:
    """The JSON schema of what `write_json` writes (review), or of the JSON of `facts`.

    It is shipped with the package, or that of the checkout that it runs from.
    """
    here = Path(__file__).resolve().parents[1]
    shipped = here / "schema"
    return (shipped if shipped.is_dir() else here.parents[1] / "docs" / "schema") / f"{name}-1.schema.json"


def write_json(run: Run, stream: IO[str]) -> None:
    """One object for one document, an array for several."""
    objects = [
        failure(str(path), result, __version__) if isinstance(result, str) else to_dict(result, __version__)
        for path, result in run.results
    ]
    json.dump(objects[0] if len(objects) == 1 else objects, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def to_dict(review: Review, version: str) -> dict[str, Any]:
    """A review as plain data. Numbers that came from the page are strings, exactly as printed."""
    coverage = review.coverage
    severities = [finding.severity for finding in review.open]
    return {
        "schema": SCHEMA,
        "version": version,
        "document": {
            "path": review.document.name,
            "sha256": review.document.sha256,
            "kind": review.kind,
            "year": review.year,
            "entity": review.entity,
            "pages": review.document.pages,
            "notes": list(review.document.notes),
        },
        "summary": {
            **{severity: severities.count(severity) for severity in ("error", "warning", "info")},
            "accepted": len(review.findings) - len(review.open),
            "known": review.known,
        },
        "coverage": {
            "numbers": coverage.numbers,
            "checked": coverage.checked,
            "unconstrained": coverage.unconstrained,
            "unread": coverage.unread,
            "excluded": coverage.excluded,
            "gaps": [{"text": gap.text, "place": _place(gap.span)} for gap in coverage.gaps],
        },
        "outcomes": [
            {
                "rule": outcome.rule,
                "passed": outcome.passed,
                "failed": outcome.failed,
                "skipped": outcome.skipped,
                "missing": list(outcome.missing),
            }
            for outcome in review.outcomes
        ],
        "findings": [_finding(finding) for finding in review.findings],
    }


def failure(path: str, message: str, version: str) -> dict[str, Any]:
    """The object of a document that could not be read."""
    return {"schema": SCHEMA, "version": version, "document": {"path": path}, "error": message}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "kind": finding.kind,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "message": finding.message,
        "stated": [_side(side) for side in finding.stated],
        "computed": [_side(side) for side in finding.computed],
        "expected": finding.expected,
        "difference": finding.difference,
        "culprits": [_culprit(culprit) for culprit in finding.culprits],
        "root": finding.root,
        "located": finding.located,
        "accepted": _accepted(finding.accepted) if finding.accepted else None,
    }


def _accepted(accepted: Acceptance) -> dict[str, Any]:
    return {
        "reason": accepted.reason,
        "by": accepted.by,
        "on": accepted.on.isoformat(),
        "until": accepted.until.isoformat() if accepted.until else None,
    }


def _side(side: Fact | Span) -> dict[str, Any]:
    if isinstance(side, Span):
        return {"text": side.text, "value": None, "unit": None, "place": _place(side)}
    quantity = side.quantity
    return {
        "text": quantity.text,
        "value": str(quantity.value),
        "unit": quantity.unit,
        "place": _place(side.span),
    }


def _culprit(culprit: Culprit) -> dict[str, Any]:
    return {"text": culprit.text, "suggestion": culprit.suggestion, "place": _place(culprit.span)}


def _place(span: Span) -> dict[str, Any]:
    return {
        "page": span.page,
        "line": span.line,
        "section": span.section,
        "table": span.table,
        "row": span.row,
        "column": span.column,
        "quote": span.quote,
        "file": span.source,
        "box": list(span.box) if span.box else None,
    }
