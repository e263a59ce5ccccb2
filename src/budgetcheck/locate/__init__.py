"""Which number is wrong, and what it should be: all relations of a report weighed together.

Failed relations that share a printed number are one case. A case is explained by the fewest wrong numbers, words or
doubtful relations that leave everything else consistent: by one number alone where exact propagation finds such
numbers, else by the cheapest answers of a mixed-integer program (Felfernig et al. 2012, An efficient diagnosis
algorithm for inconsistent constraint sets, gives the setting: diagnoses as minimal hitting sets of conflicts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..engine import Judgement
from ..model import Finding
from .cases import Case, diagnose
from .rows import Key, Row, Web
from .tell import retold

__all__ = ["locate"]


def locate(judgement: Judgement, words: Mapping[str, Any], house: Mapping[str, int]) -> tuple[Finding, ...]:
    """The findings in their order: roots name their culprits and what these should be, symptoms point to their root.

    `words` are the messages of one language, `house` the decimals that the document prints by unit.
    """
    web = Web(judgement.judged)
    diagnoses = [diagnose(web, case) for case in _cases(list(web.failed()))]
    return retold(judgement.findings, diagnoses, web, words, house)


def _cases(failed: Sequence[Row]) -> Iterator[Case]:
    """Failed rows grouped so that no number or word is in two groups."""
    owner: dict[Key, int] = {}
    groups: dict[int, list[Row]] = {}
    for index, row in enumerate(failed):
        keys = (*row.keys, row.word) if row.word else row.keys
        joined = {owner[key] for key in keys if key in owner}
        groups[index] = [row, *(each for other in sorted(joined) for each in groups.pop(other))]
        for each in groups[index]:
            owner.update(dict.fromkeys((*each.keys, each.word) if each.word else each.keys, index))
    for rows in groups.values():
        yield Case(tuple(rows))
