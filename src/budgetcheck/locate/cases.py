"""One case, failed relations that share numbers, and the blame for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..intervals import Interval
from .repairs import Values, consistent, figure_repairs, shared_suspects, single_repairs
from .rows import SURE, Key, Row, satisfiable, solved
from .solver import Explanation, explanations
from .web import Web

__all__ = ["Blame", "Case", "Diagnosis", "diagnose"]


@dataclass(frozen=True, slots=True)
class Case:
    """Failed relations, each sharing a number or a word with another one of them."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Blame:
    """What some failed relations are due to: one of `choices`, each alone enough, the likeliest first.

    `picked` says that a common slip explains the first choice and no other; `sure` that there is one choice only, and
    that any other explanation would take at least two more wrong numbers. `copies` repeat the one choice and its error;
    `company` is what else must be wrong in the case.
    """

    choices: tuple[Key, ...]
    rows: tuple[Row, ...]
    values: Values
    picked: bool = False
    sure: bool = False
    copies: tuple[Key, ...] = ()
    company: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The blames of a case and the relations that may not apply; `proved` is False where no cheapest answer was.

    `suspected` is every number and word of any cheapest explanation.
    """

    case: Case
    blames: tuple[Blame, ...]
    suspected: tuple[Key, ...] = ()
    doubted: tuple[Row, ...] = ()
    proved: bool = True


def diagnose(web: Web, case: Case) -> Diagnosis:
    """The diagnosis of one case: by one number or word alone where that is possible, else by the cheapest set."""
    alone = single_repairs(web, case.rows)
    if alone:
        values = {key: found[key] for key, found in alone.items() if key in found}
        return Diagnosis(case, (_blame(web, tuple(alone), case.rows, values),), tuple(alone))
    figures = figure_repairs(web, case.rows)
    if figures:
        return _figures(web, case, figures)
    found = explanations(web, case.rows)
    if not found:
        return Diagnosis(case, (), proved=False)
    wrong = tuple(dict.fromkeys(key for each in found for key in each.wrong))
    return Diagnosis(case, tuple(_blames(web, case, found)), wrong, found[0].dropped)


def _as_one(web: Web, blames: list[Blame]) -> Iterator[Blame]:
    """The blames, those for printings of one figure with the same wrong digits put together."""
    while blames:
        first = blames.pop(0)
        copies = [other for other in blames if _copied(web, first, other)] if len(first.choices) == 1 else []
        blames = [other for other in blames if other not in copies]
        rows = (*first.rows, *(row for other in copies for row in other.rows))
        values = {key: left for each in (first, *copies) for key, left in each.values.items()}
        sure = first.sure or any(other.sure for other in copies)
        keys = tuple(key for other in copies for key in other.choices)
        yield replace(first, rows=rows, values=values, sure=sure, copies=keys)


def _copied(web: Web, one: Blame, other: Blame) -> bool:
    """Whether two blames are for the same printed value, and leave the same value for it."""
    if len(other.choices) != 1:
        return False
    key, copy = one.choices[0], other.choices[0]
    if key not in one.values or copy not in other.values:
        return False
    same = web.numbers[key].quantity.point == web.numbers[copy].quantity.point
    return same and bool(one.values[key].meets(other.values[copy]))


def _figures(web: Web, case: Case, found: Mapping[tuple[Key, ...], Values]) -> Diagnosis:
    """A case that one figure explains, wrong wherever it is printed, named by a place that a broken relation reads."""
    read = {key for row in case.rows for key in row.keys}
    firsts = {next(key for key in figure if key in read): figure for figure in found}
    values = {key: left for each in found.values() for key, left in each.items()}
    blame = _blame(web, tuple(firsts), case.rows, values)
    if len(firsts) == 1 or blame.picked:
        first = blame.choices[0]
        blame = replace(blame, copies=tuple(key for key in firsts[first] if key != first), sure=False)
    return Diagnosis(case, (blame,), tuple(key for figure in found for key in figure))


def _blames(web: Web, case: Case, found: Sequence[Explanation]) -> list[Blame]:
    """For each number of the first explanation the rows that need it, and what could be wrong in its place."""
    first = found[0]
    others = {key: each.values.get(key) for each in found[1:] for key in each.wrong if key not in first.wrong}
    taken: set[int] = set(map(id, first.dropped))
    silent: list[Key] = []
    blames: list[Blame] = []
    for key in first.wrong:
        rest = tuple(other for other in first.wrong if other != key)
        rows = tuple(row for row in case.rows if id(row) not in taken and not _holds(web, row, rest, first.values))
        if not rows:
            silent.append(key)
            continue
        taken.update(map(id, rows))
        choices: dict[Key, Interval | None] = {key: first.values.get(key)}
        for swap in shared_suspects(rows):
            values = consistent(web, (*rest, swap), case.rows, first.dropped) if swap not in first.wrong else None
            if values is not None:
                choices[swap] = values.get(swap)
        for other, left in others.items():
            if any(other in row.suspects for row in rows):
                choices.setdefault(other, left)
        known = {choice: values for choice, values in choices.items() if values is not None}
        blames.append(replace(_blame(web, tuple(choices), rows, known), company=rest))
    blames = list(_as_one(web, blames))
    if blames and silent:
        # What is wrong without breaking anything itself repeats the error of something that does.
        values = {**blames[0].values, **{key: first.values[key] for key in silent if key in first.values}}
        blames[0] = replace(blames[0], values=values, copies=(*blames[0].copies, *silent))
    return blames


def _holds(web: Web, row: Row, wrong: Sequence[Key], values: Values) -> bool:
    """Whether a row can hold with some numbers at their repaired values and the others as printed."""
    if any(word in wrong for word in row.words):
        return True
    return satisfiable(row, lambda key: values[key] if key in wrong and key in values else web.printed(key))


def _blame(web: Web, choices: Sequence[Key], rows: Sequence[Row], values: Values) -> Blame:
    odds = [key for key in choices if key in values and web.odd(key)]
    slips = [key for key in choices if _likely(web, key, rows, values)]
    ordered = tuple(dict.fromkeys((*odds, *slips, *choices)))
    alone = len(choices) == 1
    sure = alone and all(row.weight >= SURE for row in rows) and not _nearly(web, choices[0], rows)
    picks = odds or slips
    picked = not alone and len(picks) == 1 and not _rivalled(web, picks[0], choices, rows)
    return Blame(ordered, tuple(rows), values, picked=picked, sure=sure)


def _likely(web: Web, key: Key, rows: Sequence[Row], values: Values) -> bool:
    """Whether a common slip explains a choice: of the hand, of the line, or of a word into its opposite."""
    if key not in values:
        return _turns(key, rows)
    return bool(web.numbers[key].quantity.text) and (web.slipped(key, values[key]) or web.borrowed(key))


def _rivalled(web: Web, picked: Key, choices: Sequence[Key], rows: Sequence[Row]) -> bool:
    """Whether a number that rows merely bound stands beside a word that would be right with its opposite."""
    given = any(row.operator == "==" for row in (*rows, *web.at(picked)) if picked in row.keys)
    return not given and any(web.words[key].should for key in choices if len(key) == 3 and key != picked)


def _turns(word: Key, rows: Sequence[Row]) -> bool:
    """Whether a word has one opposite, which the rows then ask for."""
    return all(row.turned is not None for row in rows if word in row.words)


def _nearly(web: Web, culprit: Key, rows: Sequence[Row]) -> bool:
    """Whether two other numbers, or one figure printed several times, explain the rows as well."""
    if any(culprit not in figure for figure in figure_repairs(web, rows)):
        return True
    return any(other != culprit and any(_pairs(web, culprit, other, rows)) for other in rows[0].suspects)


def _pairs(web: Web, culprit: Key, other: Key, rows: Sequence[Row]) -> Iterator[bool]:
    """True for each number that, wrong together with the other one, explains the rows without the culprit."""
    values: Interval | None = None
    for row in rows:
        if other in row.keys:
            left = solved(row, other, web.printed)
            values = left if values is None else values.both(left)
            if values is None:
                return
    stuck = [row for row in rows if other not in row.suspects]
    if values is not None:
        domain = {other: values}
        stuck += [
            row for row in web.at(other)
            if row not in rows and not satisfiable(row, lambda key: domain.get(key) or web.printed(key))
        ]  # fmt: skip
    if not stuck:
        return
    for second in shared_suspects(stuck):
        if second not in (culprit, other) and consistent(web, (other, second), rows) is not None:
            yield True
