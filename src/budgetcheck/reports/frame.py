"""Findings as a pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import Fact, Finding, Review, Span

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "to_frame"]

COLUMNS = (
    "id", "rule", "kind", "severity", "certainty", "message", "stated", "expected", "difference", "section", "line", "root",
)  # fmt: skip


def to_frame(review: Review) -> pd.DataFrame:
    """One row a finding, columns `COLUMNS`, all text but `line` (nullable integer)."""
    import pandas as pd

    frame = pd.DataFrame([_row(finding) for finding in review.findings], columns=list(COLUMNS))
    return frame.astype({"line": "Int64"})


def _row(finding: Finding) -> tuple[object, ...]:
    span = _span(finding.stated[0]) if finding.stated else Span("")
    stated = "；".join(_span(side).text for side in finding.stated)
    return (
        finding.id, finding.rule, finding.kind, finding.severity, finding.certainty, finding.message, stated,
        finding.expected, finding.difference, span.section, span.line, finding.root,
    )  # fmt: skip


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side
