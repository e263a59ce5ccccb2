"""What judging one rule on one binding gives: passed, failed with a draft of the finding, or skipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .model import Certainty, Culprit, Fact, Severity, Span

__all__ = ["Draft", "Verdict", "lowered", "passed", "skipped"]

_LOWER: Mapping[Severity, Severity | None] = {"error": "warning", "warning": "info", "info": None}


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before it has its message.

    `fields` fill the rule's template; a fact among them stands for the place where it is printed. A `difference` in %
    is one of percentage points.
    """

    stated: tuple[Fact | Span, ...]
    computed: tuple[Fact | Span, ...] = ()
    fields: Mapping[str, str | Fact] = field(default_factory=dict)
    expected: str | None = None
    difference: str | None = None
    culprits: tuple[Culprit, ...] = ()
    certainty: Certainty = "certain"
    severity: Severity | None = None
    kind: str | None = None
    relation: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`facts` are the printed numbers that took part; `missing` names what a skipped rule lacks."""

    status: str
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    draft: Draft | None = None


def passed(*facts: Fact) -> Verdict:
    """The relation holds for these facts."""
    return Verdict("passed", facts)


def skipped(*missing: str) -> Verdict:
    """The rule could not be judged for want of these."""
    return Verdict("skipped", missing=missing)


def lowered(severity: Severity) -> Severity | None:
    """One severity lower; None below info."""
    return _LOWER[severity]
