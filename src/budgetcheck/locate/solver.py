"""The cheapest explanation of several failed relations at once, as a mixed-integer program.

One variable per printed number, free to leave its printed interval where its 0/1 variable says that it is wrong; one
0/1 variable per word and per doubted relation. HiGHS minimises their weighted sum (Huangfu and Hall 2018,
Parallelizing the dual revised simplex method). Every answer is checked again in exact arithmetic: one that floating
point let through is cut off and the program solved again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .repairs import Values, consistent
from .rows import Key, Row, Web

if TYPE_CHECKING:
    import highspy

__all__ = ["Explanation", "explanations"]

_MOST_NUMBERS = 3000
_MOST_RINGS = 6
_MOST_TIES = 3
_MOST_CUTS = 40
_MOST_NODES = 20_000
_SECONDS = 5.0
_ROOM = 12


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
    for _ in range(_MOST_RINGS):
        around = (row for key in inner for row in web.at(key) if id(row) in own or not web.broken(row))
        rows = list({id(row): row for row in (*failed, *around)}.values())
        rim = dict.fromkeys(key for row in rows for key in row.keys if key not in inner)
        if len(inner) + len(rim) > _MOST_NUMBERS:
            return None
        program = _Program(web, rows, failed, frozenset(rim))
        found = program.ties()
        if not program.at_rim:
            return found
        inner |= rim
    return None


class _Program:
    """One mixed-integer program: columns for numbers and for 0/1 decisions, rows for relations."""

    def __init__(self, web: Web, rows: Sequence[Row], failed: Sequence[Row], rim: frozenset[Key]) -> None:
        import highspy

        self.web, self.rows, self.failed, self.rim = web, rows, failed, rim
        self.at_rim = False
        self.keys = list(dict.fromkeys(key for row in rows for key in row.keys))
        self.words = list(dict.fromkeys(row.word for row in rows if row.word is not None))
        self.units, self.limits = _scales(web, self.keys)
        self.infinity: float = highspy.kHighsInf
        self.model = _silent_model()
        for name, value in (
            ("threads", 1), ("random_seed", 0), ("time_limit", _SECONDS),
            ("mip_max_nodes", _MOST_NODES), ("mip_feasibility_tolerance", 1e-9), ("mip_rel_gap", 0.0),
        ):  # fmt: skip
            self.model.setOptionValue(name, value)
        self.decisions: list[Key | Row] = []
        self.columns: dict[Any, int] = {}
        self._build()

    def _build(self) -> None:
        for key in self.keys:
            limit = self.limits[self._dimension(key)]
            self.columns["value", key] = self._column(-limit, limit, 0)
        for key in self.keys:
            self._decision(key, 1)
        for word in self.words:
            self._decision(word, 1)
        for row in self.rows:
            self._decision(row, row.weight)
        for key in self.keys:
            self._printed(key)
        for row in self.rows:
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

    def _decision(self, what: Key | Row, cost: int) -> None:
        self.columns[what] = self._column(0, 1, cost, whole=True)
        self.decisions.append(what)

    def _row(self, low: float, high: float, terms: dict[int, float]) -> None:
        self.model.addRow(low, high, len(terms), list(terms), list(terms.values()))

    def _printed(self, key: Key) -> None:
        """low <= value <= high, unless the number is wrong."""
        printed = self.web.printed(key)
        value, wrong = self.columns["value", key], self.columns[key]
        unit, limit = self.units[self._dimension(key)], self.limits[self._dimension(key)]
        if printed.low is not None:
            low = float(printed.low / unit)
            self._row(low, self.infinity, {value: 1.0, wrong: limit + abs(low)})
        if printed.high is not None:
            high = float(printed.high / unit)
            self._row(-self.infinity, high, {value: 1.0, wrong: -limit - abs(high)})

    def _relation(self, row: Row, turned: int, owner: Row | None = None) -> None:
        """A row holds unless it is doubted, its rate is wrong, or its word says otherwise."""
        free = [self.columns[owner or row]]
        if row.rate is not None:
            free.append(self.columns[row.rate])
        word = (owner or row).word
        dimension = self._dimension(next(iter(row.terms)))
        constant = float(row.constant / self.units[dimension])
        for factors, upper, lower in self._bounds(row):
            reach = sum(abs(factor) for factor in factors.values()) * self.limits[dimension] + abs(constant)
            terms = {self.columns["value", key]: factor for key, factor in factors.items()}
            sign = -1.0 if turned else 1.0
            shift = reach if turned else 0.0
            if upper:
                loose = dict.fromkeys(free, -reach)
                if word is not None:
                    loose[self.columns[word]] = -sign * reach
                self._row(-self.infinity, -constant + shift, terms | loose)
            if lower:
                loose = dict.fromkeys(free, reach)
                if word is not None:
                    loose[self.columns[word]] = sign * reach
                self._row(-constant - shift, self.infinity, terms | loose)

    def _bounds(self, row: Row) -> Iterator[tuple[dict[Key, float], bool, bool]]:
        """The row at both ends of its rate, and which side bounds it there: between them some rate satisfies it."""
        if row.rate is None:
            yield {key: float(factor) for key, (factor, _) in row.terms.items()}, True, row.operator == "=="
            return
        rate = self.web.printed(row.rate)
        times = sum(by * self.web.numbers[key].quantity.point for key, (_, by) in row.terms.items())
        ends = (rate.low, rate.high) if times >= 0 else (rate.high, rate.low)
        for end, upper, lower in ((ends[0], True, False), (ends[1], False, row.operator == "==")):
            if end is not None and (upper or lower):
                yield {key: float(factor + by * end) for key, (factor, by) in row.terms.items()}, upper, lower

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
            cost = sum(what.weight if isinstance(what, Row) else 1 for what in chosen)
            if best is not None and cost > best:
                return found
            self.at_rim = any(what in self.rim for what in chosen)
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

    def _solve(self) -> list[Key | Row] | None:
        import highspy

        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = self.model.getSolution().col_value
        return [what for what in self.decisions if values[self.columns[what]] > 1 / 2]

    def _verified(self, chosen: Sequence[Key | Row]) -> Explanation | None:
        wrong = tuple(what for what in chosen if not isinstance(what, Row))
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


def _scales(web: Web, keys: Sequence[Key]) -> tuple[dict[str, Fraction], dict[str, float]]:
    """For each dimension half the finest last place that is printed, and in it a bound on all values."""
    units: dict[str, Fraction] = {}
    largest: dict[str, Fraction] = {}
    for key in keys:
        number = web.numbers[key].quantity
        place = number.scale / 10**number.decimals / 2
        units[number.dimension] = min(units.get(number.dimension, place), place)
        largest[number.dimension] = max(largest.get(number.dimension, place), abs(number.point))
    return units, {dimension: float(largest[dimension] / units[dimension] * _ROOM) for dimension in units}
