"""Which number is wrong, and what it should be: all relations of a report weighed together.

Failed relations that share a printed number are one case. A case is explained by the fewest wrong numbers, words or
doubtful relations that leave everything else consistent: by one number alone where exact propagation finds such
numbers, else by the cheapest sets (Felfernig et al. 2012, An efficient diagnosis algorithm for inconsistent constraint
sets, gives the setting: diagnoses as minimal hitting sets of conflicts).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ..amounts import cut_off, refined
from ..engine import Judgement
from ..intervals import Interval
from ..model import Finding, Quantity
from .cases import Case, Diagnosis, diagnose
from .rows import Key, Row
from .tell import retold
from .web import Web

__all__ = ["locate"]


def locate(judgement: Judgement, words: Mapping[str, Any], house: Mapping[str, int]) -> tuple[Finding, ...]:
    """The findings in their order: roots name their culprits and what these should be, symptoms point to their root.

    `words` are the messages of one language, `house` the decimals that the document prints by unit.
    """
    everything = {finding.id for finding in judgement.findings}
    findings = _located(judgement.findings, everything, Web(judgement.judged, _as_printed, house), words, house)
    likely = {f.id for f in findings if f.certainty == "likely" and f.located is None and f.root is None}
    if likely:
        finer = Web(judgement.judged, lambda n: refined(n, dict(house)), house)
        findings = _located(findings, likely, finer, words, house)
    return findings


def _located(
    findings: Sequence[Finding], wanted: Collection[str], web: Web, words: Mapping[str, Any], house: Mapping[str, int]
) -> tuple[Finding, ...]:
    """The findings, the wanted ones that fail in one reading of the numbers located."""
    cases = list(_cases([row for row in web.failed() if any(each in wanted for each in row.findings)]))
    return retold(findings, list(_diagnosed(web, cases)), web, words, house)


def _diagnosed(web: Web, cases: list[Case]) -> Iterator[Diagnosis]:
    """The diagnosis of each case; cases of which one blames a number that failed in another one too are one case."""
    done: list[Diagnosis] = []
    while cases:
        case = cases.pop(0)
        diagnosis = diagnose(web, case)
        own = {id(row) for row in case.rows}
        touched = {id(row) for key in diagnosis.suspected for row in web.at(key)} - own
        joined = [c for c in (*(each.case for each in done), *cases) if any(id(row) in touched for row in c.rows)]
        if joined:
            done = [each for each in done if each.case not in joined]
            cases = [other for other in cases if other not in joined]
            cases.insert(0, Case((*case.rows, *(row for other in joined for row in other.rows))))
        else:
            done.append(diagnosis)
    yield from done


def _as_printed(number: Quantity) -> Interval:
    """As printed; a percentage may also have been cut off, which is no error in itself."""
    return cut_off(number)


def _cases(failed: Sequence[Row]) -> Iterator[Case]:
    """Failed rows grouped so that no number or word is in two groups."""
    owner: dict[Key, int] = {}
    groups: dict[int, list[Row]] = {}
    for index, row in enumerate(failed):
        joined = {owner[key] for key in row.suspects if key in owner}
        groups[index] = [row, *(each for other in sorted(joined) for each in groups.pop(other))]
        for each in groups[index]:
            owner.update(dict.fromkeys(each.suspects, index))
    for rows in groups.values():
        yield Case(tuple(rows))
