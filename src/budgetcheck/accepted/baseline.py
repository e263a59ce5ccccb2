"""An earlier review as baseline: only what it did not have yet is told."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import BudgetcheckError
from ..model import Finding, Review
from .marks import Mark, mark_of, mark_of_json, paired

__all__ = ["Baseline", "Compared", "compared", "read_baseline", "read_reviews"]

Baseline = Mapping[str, Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Compared:
    """A review with only what is new; the findings that the baseline has too; what only the baseline has."""

    review: Review
    unchanged: tuple[Finding, ...]
    absent: tuple[Mark, ...]


def read_reviews(path: Path) -> Baseline:
    """The marks of all open findings in a file of `check --format json`, by document as named there.

    Raises BudgetcheckError where it is no such file.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BudgetcheckError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise BudgetcheckError(f"{path}: no JSON") from None
    try:
        return dict(_reviewed(each) for each in (raw if isinstance(raw, list) else [raw]))
    except (KeyError, TypeError, AttributeError):
        raise BudgetcheckError(f"{path}: not written by budgetcheck check --format json") from None


def _reviewed(review: Mapping[str, Any]) -> tuple[str, list[Mark]]:
    name = review["document"]["path"]
    if not isinstance(name, str) or not review["schema"].startswith("budgetcheck.review/"):
        raise TypeError
    return name, [] if "error" in review else [
        mark_of_json(finding) for finding in review["findings"] if not finding.get("accepted")
    ]


def read_baseline(path: Path, documents: Sequence[str]) -> Baseline:
    """What an earlier review had for each of these documents.

    A document is the same when its path is, or else its file's name where no other has it on either side. One document
    against one is the same however it is called. Raises BudgetcheckError as `read_reviews`.
    """
    earlier = {os.path.normpath(name): marks for name, marks in read_reviews(path).items()}
    if len(earlier) == len(documents) == 1:
        return {documents[0]: next(iter(earlier.values()))}
    return {name: earlier.get(_twin(name, documents, list(earlier)) or "", ()) for name in documents}


def _twin(name: str, documents: Sequence[str], earlier: Sequence[str]) -> str | None:
    if os.path.normpath(name) in earlier:
        return os.path.normpath(name)
    base = Path(name).name
    there = [each for each in earlier if Path(each).name == base]
    alone = sum(Path(each).name == base for each in documents) == 1
    return there[0] if alone and len(there) == 1 else None


def compared(review: Review, baseline: Sequence[Mark]) -> Compared:
    """A review without the open findings that the baseline has; these are counted in `known`.

    What the baseline has and the review has not is absent where its rule was asked.
    """
    pairs = list(paired(baseline, [mark_of(finding) for finding in review.findings]))
    known = {new for _, new in pairs if review.findings[new].accepted is None}
    findings = tuple(finding for number, finding in enumerate(review.findings) if number not in known)
    there, asked = {old for old, _ in pairs}, {outcome.rule for outcome in review.outcomes}
    return Compared(
        replace(review, findings=findings, known=review.known + len(known)),
        tuple(review.findings[number] for number in sorted(known)),
        tuple(mark for number, mark in enumerate(baseline) if number not in there and mark.rule in asked),
    )
