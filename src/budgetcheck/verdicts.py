"""What judging one rule on one binding gives: passed, failed with a draft of the finding, or skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .constraints import Constraint
from .intervals import Interval
from .model import Certainty, Culprit, Fact, Severity, Span

__all__ = ["Draft", "Field", "Phrase", "Says", "Verdict", "lowered", "passed", "skipped"]

Says = Callable[[], Constraint | None]
_LOWER: Mapping[Severity, Severity | None] = {"error": "warning", "warning": "info", "info": None}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of the rule's own, by its name under `[options]` (in English under `[en]`), and what fills it."""

    name: str
    fields: Mapping[str, str]


Field = str | Fact | Phrase | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before it has its message.

    `fields` fill the rule's template; a fact among them stands for the place where it is printed, a phrase and a tuple
    (a list of items) for their words in the language of the message. A `difference` in % is one of percentage points.
    """

    stated: tuple[Fact | Span, ...]
    computed: tuple[Fact | Span, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    expected: str | None = None
    difference: str | None = None
    culprits: tuple[Culprit, ...] = ()
    certainty: Certainty = "certain"
    severity: Severity | None = None
    kind: str | None = None
    readings: tuple[tuple[Fact, Interval], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`facts` are the printed numbers that took part; `missing` names what a skipped rule lacks.

    `says` gives what was judged as a constraint, for reasoning over all of them; it is only worked out where needed.
    """

    status: str
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    draft: Draft | None = None
    says: Says | None = None


def passed(*facts: Fact, says: Says | None = None) -> Verdict:
    """The relation holds for these facts."""
    return Verdict("passed", facts, says=says)


def skipped(*missing: str) -> Verdict:
    """The rule could not be judged for want of these."""
    return Verdict("skipped", missing=missing)


def lowered(severity: Severity) -> Severity | None:
    """One severity lower; None below info."""
    return _LOWER[severity]
