"""A run over many reports: what to check, checked by an engine, kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import BudgetcheckError
from ..pipeline import knowledge
from ..rulebook import select_rules
from .across import disagreeing
from .dataset import Dataset
from .frames import unpack
from .jobs import Job, Settings
from .sources import Found, find_jobs

__all__ = ["Tally", "carry_out", "check_beside", "hold_together", "prepare"]

Engine = Callable[[Iterator[Job]], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is: reports checked now, those that were as an earlier run left them, and the last of them."""

    checked: int = 0
    same: int = 0
    last: str = ""


def prepare(dataset: Dataset, sources: Sequence[str], settings: Settings) -> tuple[int, int]:
    """Find the reports and forget those that are not among them: how many there are, how many were dropped.

    Raises BudgetcheckError where there is none.
    """
    count = dataset.index.plan(map(_planned, find_jobs(sources, knowledge(settings.options)[0])))
    if not count:
        raise BudgetcheckError(f"no report in {', '.join(sources)}")
    return count, dataset.index.drop_unplanned()


def _planned(found: Found) -> Job | str:
    return found.job or found.passed


def carry_out(dataset: Dataset, engine: Engine) -> Iterator[Tally]:
    """Have all planned reports checked; each is on disk before its tally is told.

    Closing the iterator ends the engine. What was told is never lost, and never there twice.
    """
    tally = Tally()
    for packed in engine(dataset.index.jobs(dataset.version)):
        answer = unpack(packed)
        if answer.same:
            tally = replace(tally, same=tally.same + 1, last=answer.document)
        else:
            dataset.add([packed])
            tally = replace(tally, checked=tally.checked + 1, last=answer.document)
        yield tally
    dataset.flush()


def hold_together(dataset: Dataset, settings: Settings) -> list[str]:
    """Find which reports belong together, and those to read again because their pairs may disagree, or did before."""
    options = settings.options
    rules = select_rules(knowledge(options)[1], options.select, options.ignore, options.severity)
    return dataset.index.hold(disagreeing(dataset.folder, rules, settings.entities))


def check_beside(dataset: Dataset, engine: Engine, documents: Sequence[str]) -> Iterator[Tally]:
    """Have reports checked again beside those that they belong to; each is on disk before its tally is told."""
    tally = Tally()
    for packed in engine(dataset.index.held(documents)):
        dataset.add([packed])
        tally = replace(tally, checked=tally.checked + 1, last=unpack(packed).document)
        yield tally
    dataset.flush()
    dataset.compact()
