"""The cheapest explanation of several failed relations at once, as a mixed-integer program.

One variable per printed number, how far its true value lies from it: within its rounding, unless a 0/1 variable says
that it is wrong; further 0/1 variables for figures wrong in all their places, for words, and for doubted relations.
HiGHS minimises their weighted sum (Huangfu and Hall 2018, Parallelizing the dual revised simplex method). Every answer
is checked again in exact arithmetic: one that floating point let through is cut off and the program solved again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .repairs import Values, consistent
from .rows import FIGURE, NUMBER, Key, Row
from .web import Web

if TYPE_CHECKING:
    import highspy

__all__ = ["Explanation", "explanations"]

_MOST_NUMBERS = 3000
_MOST_RINGS = 6
_MOST_TIES = 3
_MOST_CUTS = 12
_MOST_NODES = 1500
_SECONDS = 5.0
# Percentages and counts that no broken relation measures: more than a hundred of each.
_LEAST_REACH = 200


@dataclass(frozen=True, slots=True)
class Explanation:
    """Numbers and words taken as wrong with the values that remain for them, and relations taken as not applying."""

    wrong: tuple[Key, ...]
    values: Values = field(default_factory=dict)
    dropped: tuple[Row, ...] = ()


def explanations(web: Web, failed: Sequence[Row]) -> list[Explanation] | None:
    """All cheapest explanations of the failed rows; None where the solver could not prove that they are.

    The program holds the failed rows and what lies around them; it is widened by a ring of relations as long as an
    answer blames a number at its rim. Failed rows of other cases share no number with this one and are left to them.
    """
    own = set(map(id, failed))
    inner = dict.fromkeys(key for row in failed for key in row.keys)
    nodes = _MOST_NODES
    for _ in range(_MOST_RINGS):
        around = (row for key in inner for row in web.at(key) if id(row) in own or not web.broken(row))
        rows = list({id(row): row for row in (*failed, *around)}.values())
        rim = dict.fromkeys(key for row in rows for key in row.keys if key not in inner)
        if len(inner) + len(rim) > _MOST_NUMBERS:
            return None
        program = _Program(web, rows, failed, frozenset(rim), nodes)
        found = program.ties()
        if not program.at_rim:
            return found
        nodes = program.nodes
        inner |= rim
    return None


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure in several places, wrong in all of them."""

    keys: tuple[Key, ...]


_Decision = Key | Row | _Figure


def _cost(what: _Decision) -> int:
    if isinstance(what, Row):
        return what.weight
    return FIGURE if isinstance(what, _Figure) else NUMBER


def _wrong(chosen: Sequence[_Decision]) -> tuple[Key, ...]:
    """The numbers and words of an answer, a figure as all its places."""
    found: dict[Key, None] = {}
    for what in chosen:
        if isinstance(what, _Figure):
            found |= dict.fromkeys(what.keys)
        elif not isinstance(what, Row):
            found[what] = None
    return tuple(found)


class _Program:
    """One mixed-integer program: columns for numbers and for 0/1 decisions, rows for relations."""

    def __init__(self, web: Web, rows: Sequence[Row], failed: Sequence[Row], rim: frozenset[Key], nodes: int) -> None:
        import highspy

        self.web, self.rows, self.failed, self.rim = web, rows, failed, rim
        self.at_rim, self.nodes = False, nodes
        self.keys = list(dict.fromkeys(key for row in rows for key in row.keys))
        self.words = list(dict.fromkeys(word for row in rows for word in row.words))
        figures = {frozenset(figure): figure for key in self.keys if len(figure := web.figure(key)) > 1}
        self.figures = [_Figure(figure) for figure in figures.values()]
        self.units = _units(web, self.keys)
        self.limits = {name: float(_reach(web, failed, name) / unit) for name, unit in self.units.items()}
        self.infinity: float = highspy.kHighsInf
        self.model = _silent_model()
        for name, value in (
            ("threads", 1), ("random_seed", 0), ("time_limit", _SECONDS),
            ("mip_feasibility_tolerance", 1e-9), ("mip_rel_gap", 0.0),
        ):  # fmt: skip
            self.model.setOptionValue(name, value)
        self.decisions: list[_Decision] = []
        self.columns: dict[Any, int] = {}
        self._build()

    def _build(self) -> None:
        for key in self.keys:
            limit = self.limits[self._dimension(key)]
            self.columns["value", key] = self._column(-limit, limit, 0)
        for key in (*self.keys, *self.words):
            self._decision(key, NUMBER)
        for figure in self.figures:
            self._decision(figure, FIGURE)
        for row in self.rows:
            self._decision(row, row.weight)
        for key in self.keys:
            self._printed(key)
        for row in self.rows:
            if not row.terms:
                self._agreement(row)
                continue
            self._relation(row, 0)
            if row.turned is not None:
                self._relation(row.turned, 1, row)

    def _column(self, low: float, high: float, cost: float, *, whole: bool = False) -> int:
        import highspy

        index = int(self.model.getNumCol())
        self.model.addCol(cost, low, high, 0, [], [])
        if whole:
            self.model.changeColIntegrality(index, highspy.HighsVarType.kInteger)
        return index

    def _decision(self, what: _Decision, cost: int) -> None:
        self.columns[what] = self._column(0, 1, cost, whole=True)
        self.decisions.append(what)

    def _row(self, low: float, high: float, terms: dict[int, float]) -> None:
        self.model.addRow(low, high, len(terms), list(terms), list(terms.values()))

    def _printed(self, key: Key) -> None:
        """The deviation stays within the rounding, unless the number, or the figure, is wrong."""
        printed = self.web.printed(key)
        point = self.web.numbers[key].quantity.point
        value = self.columns["value", key]
        wrong = [self.columns[key], *(self.columns[figure] for figure in self.figures if key in figure.keys)]
        unit, limit = self.units[self._dimension(key)], self.limits[self._dimension(key)]
        if printed.low is not None:
            low = float((printed.low - point) / unit)
            self._row(low, self.infinity, {value: 1.0} | dict.fromkeys(wrong, limit + abs(low)))
        if printed.high is not None:
            high = float((printed.high - point) / unit)
            self._row(-self.infinity, high, {value: 1.0} | dict.fromkeys(wrong, -limit - abs(high)))

    def _agreement(self, row: Row) -> None:
        """Two words that agree are both right or both wrong; of two that do not, one is wrong; unless it is doubted."""
        doubted = self.columns[row]
        words = [self.columns[word] for word in row.words]
        if row.constant:
            self._row(1, self.infinity, dict.fromkeys((*words, doubted), 1.0))
            return
        for one, other in itertools.permutations(words, 2):
            self._row(-self.infinity, 0, {one: 1.0, other: -1.0, doubted: -1.0})

    def _relation(self, row: Row, turned: int, owner: Row | None = None) -> None:
        """A row holds unless it is doubted, its rate is wrong, or its word says otherwise."""
        free = [self.columns[owner or row]]
        if row.rate is not None:
            free.append(self.columns[row.rate])
        words = [self.columns[word] for word in (owner or row).words]
        dimension = self._dimension(next(iter(row.terms)))
        for exact_factors, upper, lower in self._bounds(row):
            constant = float(_gap(self.web, row, exact_factors) / self.units[dimension])
            factors = {key: float(factor) for key, factor in exact_factors.items()}
            reach = sum(abs(factor) for factor in factors.values()) * self.limits[dimension] + abs(constant)
            terms = {self.columns["value", key]: factor for key, factor in factors.items()}
            sign = -1.0 if turned else 1.0
            shift = reach if turned else 0.0
            if upper:
                loose = dict.fromkeys(free, -reach)
                loose |= dict.fromkeys(words, -sign * reach)
                self._row(-self.infinity, -constant + shift, terms | loose)
            if lower:
                loose = dict.fromkeys(free, reach)
                loose |= dict.fromkeys(words, sign * reach)
                self._row(-constant - shift, self.infinity, terms | loose)

    def _bounds(self, row: Row) -> Iterator[tuple[dict[Key, Fraction], bool, bool]]:
        """The row at both ends of its rate, and which side bounds it there: between them some rate satisfies it."""
        if row.rate is None:
            yield {key: factor for key, (factor, _) in row.terms.items()}, True, row.operator == "=="
            return
        rate = self.web.printed(row.rate)
        times = sum(by * self.web.numbers[key].quantity.point for key, (_, by) in row.terms.items())
        ends = (rate.low, rate.high) if times >= 0 else (rate.high, rate.low)
        for end, upper, lower in ((ends[0], True, False), (ends[1], False, row.operator == "==")):
            if end is not None and (upper or lower):
                yield {key: factor + by * end for key, (factor, by) in row.terms.items()}, upper, lower

    def _dimension(self, key: Key) -> str:
        return self.web.numbers[key].quantity.dimension

    def ties(self) -> list[Explanation] | None:
        """All answers of the lowest cost, each verified exactly; none where one blames a number at the rim."""
        found: list[Explanation] = []
        best: int | None = None
        for _ in range(_MOST_CUTS):
            chosen = self._solve()
            if chosen is None:
                return found or None
            cost = sum(_cost(what) for what in chosen)
            if best is not None and cost > best:
                return found
            self.at_rim = any(key in self.rim for key in _wrong(chosen))
            if self.at_rim:
                return None
            explanation = self._verified(chosen)
            if explanation is None:
                # Nothing inside this choice is enough: something else must be wrong.
                others = [self.columns[what] for what in self.decisions if what not in chosen]
                self._row(1, self.infinity, dict.fromkeys(others, 1.0))
                continue
            best = cost
            found.append(explanation)
            if len(found) == _MOST_TIES:
                return found
            self._row(-self.infinity, len(chosen) - 1, {self.columns[what]: 1.0 for what in chosen})
        return found or None

    def _solve(self) -> list[_Decision] | None:
        import highspy

        self.model.setOptionValue("mip_max_nodes", max(self.nodes, 0))
        self.model.run()
        self.nodes -= int(self.model.getInfo().mip_node_count)
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = self.model.getSolution().col_value
        return [what for what in self.decisions if values[self.columns[what]] > 1 / 2]

    def _verified(self, chosen: Sequence[_Decision]) -> Explanation | None:
        wrong = _wrong(chosen)
        dropped = tuple(what for what in chosen if isinstance(what, Row))
        values = consistent(self.web, wrong, self.failed, dropped)
        return None if values is None else Explanation(wrong, values, dropped)


def _silent_model() -> highspy.Highs:
    """An empty model that prints nothing: the constructor of `highspy.Highs` would print a banner to stdout."""
    import highspy

    class Silent(highspy.Highs):
        def __init__(self) -> None:
            super(highspy.Highs, self).__init__()
            self.setOptionValue("output_flag", False)

    return Silent()


def _units(web: Web, keys: Sequence[Key]) -> dict[str, Fraction]:
    """For each dimension half the finest last place that is printed."""
    units: dict[str, Fraction] = {}
    for key in keys:
        number = web.numbers[key].quantity
        place = number.scale / 10**number.decimals / 2
        units[number.dimension] = min(units.get(number.dimension, place), place)
    return units


def _reach(web: Web, failed: Sequence[Row], dimension: str) -> Fraction:
    """How far a wrong number of a dimension may lie from the truth: no further than all gaps together, twice over."""
    reach = Fraction(_LEAST_REACH)
    for row in failed:
        rate = web.numbers[row.rate].quantity.point if row.rate else Fraction(0)
        factors = {key: factor + by * rate for key, (factor, by) in row.terms.items()}
        gap = abs(_gap(web, row, factors))
        own = [abs(f) for key, f in factors.items() if f and web.numbers[key].quantity.dimension == dimension]
        reach += 2 * gap / min(own) if own else 0
    return reach


def _gap(web: Web, row: Row, factors: Mapping[Key, Fraction]) -> Fraction:
    """By how much a row misses when every number is exactly as printed."""
    return sum((factor * web.numbers[key].quantity.point for key, factor in factors.items()), row.constant)
