"""Hypothesis strategies over the seeds of reports: a failing example shrinks to a small seed, which says it all."""

from __future__ import annotations

from hypothesis import strategies as st

from .compose import report
from .report import Report
from .tampering import Tampering, tamper
from .truth import Kind

__all__ = ["reports", "tampered"]

_SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def reports(kind: Kind | None = None, manner: str | None = None) -> st.SearchStrategy[Report]:
    """Consistent reports: of a kind (final or budget) and in a manner (`manners()`), or of any.

    Raises RuleError, when an example is drawn, for a manner in which no report of the kind is written.
    """
    return st.builds(report, _SEEDS, st.just(kind), st.just(manner))


@st.composite
def tampered(
    draw: st.DrawFn, kind: Kind | None = None, manner: str | None = None, how: str | None = None
) -> tuple[Report, Report, Tampering]:
    """A consistent report, the same with one thing wrong in it, and what; `how` is one of `KINDS`."""
    good = draw(reports(kind, manner).filter(lambda drawn: how is None or _can(drawn, how)))
    return (good, *tamper(good, how, draw(st.integers(0, 2**16))))


def _can(good: Report, how: str) -> bool:
    try:
        tamper(good, how)
    except ValueError:
        return False
    return True
