"""What is printed where, and every judged relation that it takes part in, made into rows as they are asked for."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ..constraints import Constraint, Word
from ..engine import Judged
from ..intervals import Interval
from ..model import Fact, Quantity
from ..slips import odd, slipped
from .rows import DOUBTFUL, SURE, Key, Row, added_up, satisfiable, solved

__all__ = ["Web"]

# The surer a rule, the more it takes to doubt that its relation applies; a mere hint vouches for nothing.
_WEIGHTS = {"error": SURE, "warning": DOUBTFUL}
_Signature = tuple[object, ...]


class Web:
    """All judged relations of a document, made into rows as they are asked for, and what is printed where.

    `read` gives what a printed number stands for: as printed, or as the house that drops trailing zeros means it.
    """

    def __init__(
        self, judged: Sequence[Judged], read: Callable[[Quantity], Interval], house: Mapping[str, int]
    ) -> None:
        self._read, self._house = read, house
        self.numbers: dict[Key, Fact] = {}
        self.words: dict[Key, Word] = {}
        self.readings: dict[Key, Interval] = {
            (fact.span.block, fact.span.start): values for each in judged for fact, values in each.readings
        }
        self._judged = judged
        self._rows: dict[int, Row | None] = {}
        self._printed: dict[Key, Interval] = {}
        self._at: dict[Key, tuple[Row, ...]] = {}
        self._broken: dict[int, bool] = {}
        self._figures: dict[Key, tuple[Key, ...]] = {}
        self._left: dict[tuple[Row, Key], Interval] = {}
        self._added: dict[tuple[Row, tuple[Key, ...]], Row] = {}
        self._touching: dict[Key, list[int]] = {}
        self._places = [tuple(sorted({_place(fact) for fact in _printed(each.facts)})) for each in judged]
        self._groups: dict[tuple[Key, ...], list[int]] = {}
        for index, places in enumerate(self._places):
            self._groups.setdefault(places, []).append(index)
            for place in places:
                self._touching.setdefault(place, []).append(index)

    def failed(self) -> Iterator[Row]:
        """The rows of findings that no true values inside the printed intervals can satisfy."""
        seen: set[int] = set()
        for index, each in enumerate(self._judged):
            row = self._row(index) if each.finding else None
            if row is not None and id(row) not in seen and self.broken(row):
                seen.add(id(row))
                yield row

    def broken(self, row: Row) -> bool:
        """Whether a row cannot hold for what is printed."""
        if id(row) not in self._broken:
            self._broken[id(row)] = not satisfiable(row, self.printed)
        return self._broken[id(row)]

    def at(self, key: Key) -> tuple[Row, ...]:
        """The rows that a number or word takes part in."""
        if len(key) == 3:
            # What rests on a word is known once the relations of the numbers beside it have been made into rows.
            for index in tuple(self._touching.get((key[0], key[1]), ())):
                for fact in _printed(self._judged[index].facts):
                    self.at(_place(fact))
            return self._with(key)
        if key not in self._at:
            self._at[key] = self._with(key)
        return self._at[key]

    def _with(self, key: Key) -> tuple[Row, ...]:
        place = (key[0], key[1])
        found = (self._row(index) for index in dict.fromkeys(self._touching.get(place, ())))
        return tuple(row for row in found if row is not None and key in row.suspects and self._usable(row))

    def _usable(self, row: Row) -> bool:
        """A relation that no rule found broken but that cannot hold in this reading was let pass for its rounding."""
        return bool(row.findings) or not self.broken(row)

    def figure(self, key: Key) -> tuple[Key, ...]:
        """The number and all that must be, and is, printed like it: one figure in several places."""
        if key not in self._figures:
            found: dict[Key, None] = {key: None}
            for each in _growing(found):
                for row in self.at(each) if len(each) == 2 else ():
                    if _says_equal(row) and not self.broken(row):
                        found |= dict.fromkeys(row.terms)
            self._figures |= dict.fromkeys(found, tuple(found))
        return self._figures[key]

    def borrowed(self, key: Key) -> bool:
        """Whether a percentage is also printed elsewhere, as the share or rate of something else."""
        number = self.numbers[key].quantity
        usual = not number.value or number.value == 100
        if number.dimension != "percent" or usual:
            return False
        return len(self._percentages.get(number.value, ())) > 1

    @functools.cached_property
    def _percentages(self) -> dict[Decimal, set[Key]]:
        """The places of each printed percentage."""
        places: dict[Decimal, set[Key]] = {}
        for each in self._judged:
            for fact in _printed(each.facts):
                if fact.quantity.dimension == "percent":
                    places.setdefault(fact.quantity.value, set()).add(_place(fact))
        return places

    def slipped(self, key: Key, values: Interval) -> bool:
        """Whether a common slip turns one of the values into what is printed."""
        number = self.numbers[key].quantity
        return slipped(number, values, self._house.get(number.unit, number.decimals))

    def odd(self, key: Key) -> bool:
        """Whether no other number of its unit is printed in this way."""
        number = self.numbers[key].quantity
        return odd(number, self._decimals[number.unit] - Counter((number.decimals,)))

    @functools.cached_property
    def _decimals(self) -> dict[str, Counter[int]]:
        """How many numbers of each unit are printed with how many decimals."""
        places: dict[Key, Quantity] = {}
        for each in self._judged:
            places.update(((fact.span.block, fact.span.start), fact.quantity) for fact in _printed(each.facts))
        counts: dict[str, Counter[int]] = {}
        for number in places.values():
            counts.setdefault(number.unit, Counter())[number.decimals] += 1
        return counts

    def printed(self, key: Key) -> Interval:
        """What a printed number stands for."""
        if key not in self._printed:
            self._printed[key] = self._read(self.numbers[key].quantity)
        return self._printed[key]

    def left(self, row: Row, key: Key) -> Interval:
        """What a row leaves for one of its numbers, the others being as printed."""
        if (row, key) not in self._left:
            self._left[row, key] = solved(row, key, self.printed)
        return self._left[row, key]

    def added_up(self, row: Row, free: tuple[Key, ...]) -> Row:
        """A row with all its numbers but the free ones added up as they are printed."""
        if (row, free) not in self._added:
            self._added[row, free] = added_up(row, free, self.printed)
        return self._added[row, free]

    def _row(self, index: int) -> Row | None:
        if index not in self._rows:
            self._make(self._groups[self._places[index]])
        return self._rows[index]

    def _make(self, group: Sequence[int]) -> None:
        """The rows of relations between the same numbers; two that say the same are one."""
        twins: dict[_Signature, dict[int, Row]] = {}
        for index in group:
            row = self._rows[index] = self._made(self._judged[index])
            if row is not None:
                twins.setdefault(_signature(row) if len(group) > 1 else (), {})[index] = row
        for rows in twins.values():
            if len(rows) > 1:
                self._rows |= dict.fromkeys(rows, _merged(list(rows.values())))
        for index in group:
            row = self._rows[index]
            for word in row.words if row else ():
                self._touching.setdefault((word[0], word[1]), []).append(index)

    def _made(self, each: Judged) -> Row | None:
        """The row of a judged relation; none where rounding explains it, or where it is a mere hint."""
        weight = _WEIGHTS.get(each.severity)
        constraint = each.says() if weight else None
        return self._of(constraint, each, weight) if constraint and weight else None

    def _of(self, constraint: Constraint, each: Judged, weight: int) -> Row:
        terms = {self._place(term.fact): (term.factor, term.by_rate) for term in constraint.terms}
        rate = self._place(constraint.rate) if constraint.rate else None
        words: dict[Key, Word] = {(word.span.block, word.span.start, word.span.text): word for word in constraint.words}
        self.words |= words
        turned = self._of(constraint.turned, each, weight) if constraint.turned else None
        findings = (each.finding,) if each.finding else ()
        return Row(terms, constraint.constant, constraint.operator, rate, weight, findings, tuple(words), turned)

    def _place(self, fact: Fact) -> Key:
        place = _place(fact)
        self.numbers.setdefault(place, fact)
        return place


def _place(fact: Fact) -> tuple[int, int]:
    return fact.span.block, fact.span.start


def _merged(twins: Sequence[Row]) -> Row:
    """Rows that say the same, as one."""
    findings = dict.fromkeys(each for row in twins for each in row.findings)
    return replace(twins[0], findings=tuple(findings), weight=max(row.weight for row in twins))


def _signature(row: Row) -> _Signature:
    """What a row says, whichever way round it is written."""
    terms = sorted(row.terms.items())
    flip = row.operator == "==" and bool(terms) and max(terms[0][1], key=abs) < 0
    sign = -1 if flip else 1
    scaled = tuple((key, sign * factor, sign * by) for key, (factor, by) in terms)
    return scaled, sign * row.constant, row.operator, row.rate, row.words


def _growing(found: Mapping[Key, None]) -> Iterator[Key]:
    """The keys of a mapping that grows while they are looked at."""
    seen = 0
    while seen < len(found):
        fresh = list(found)[seen:]
        seen = len(found)
        yield from fresh


def _says_equal(row: Row) -> bool:
    """Whether a row says no more than that two printed numbers are the same."""
    factors = sorted(factor for factor, by_rate in row.terms.values() if not by_rate)
    return row.operator == "==" and not row.constant and row.rate is None and factors == [-1, 1]


def _printed(facts: Sequence[Fact]) -> Iterator[Fact]:
    for fact in facts:
        if fact.derived:
            yield from (part for _, part in fact.derived)
        else:
            yield fact
