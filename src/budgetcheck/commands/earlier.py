"""The results of a run held against what is accepted in them and against an earlier review."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .common import say
from .reviewing import settled
from .settings import Settings

if TYPE_CHECKING:
    from ..accepted import Compared, Entry, Settled
    from ..reports.run import Earlier, Result

__all__ = ["compared_with"]


def compared_with(
    results: Sequence[Result], entries: Sequence[Entry], baseline: Path | None, settings: Settings, *, talks: bool
) -> tuple[list[Result], dict[str, Earlier] | None]:
    """The results with what is accepted marked and what the baseline has left out, and how each document compares.

    The comparison is None where there is nothing to compare with. Raises BudgetcheckError where the baseline is wrong.
    """
    if not entries and baseline is None:
        return list(results), None
    from ..accepted import Compared, compared, read_baseline

    found = settled(results, entries, settings)
    if talks:
        _say_stale([entry for each in found if not isinstance(each, str) for entry in each.stale], settings)
    names = [each.review.document.name for each in found if not isinstance(each, str)]
    known = read_baseline(baseline, names) if baseline else None
    told: list[Result] = []
    earlier: dict[str, Earlier] = {}
    for (path, _), each in zip(results, found, strict=True):
        if isinstance(each, str):
            told.append((path, each))
            continue
        name = each.review.document.name
        one = compared(each.review, known[name]) if known is not None else Compared(each.review, (), ())
        told.append((path, one.review))
        earlier[name] = _earlier(one, each)
    return told, earlier


def _earlier(one: Compared, settled: Settled) -> Earlier:
    from ..reports.run import Absent, Earlier

    absent = tuple(Absent(each.id, each.rule, each.message, dict(each.place).get("section", "")) for each in one.absent)
    woken = {finding.id for finding in settled.review.findings if finding.accepted is None}
    return Earlier(one.unchanged, absent, frozenset(settled.earlier) & woken)


def _say_stale(stale: Sequence[Entry], settings: Settings) -> None:
    """Name the entries that match nothing any more."""
    if stale:
        named = ", ".join(f"{entry.mark.id} ({entry.mark.rule}, {entry.document})" for entry in stale)
        say(f"{settings.accepted}: no longer found: {named}; `budgetcheck accept --prune FILE` takes them out")
