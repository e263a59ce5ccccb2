"""Whether linear rows can be satisfied together: exact rational arithmetic, no bound on sizes, no rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..polynomial import Monomial, Polynomial

__all__ = ["ONE", "Row", "feasible"]

# The constant stands as a monomial of its own, so that rows can be scaled: it is at least 1.
ONE: Monomial = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The sum of the terms is 0 ("=="), not above 0 ("<=") or at least 1 (">= 1")."""

    terms: Polynomial
    operator: str


def feasible(rows: Sequence[Row], *, positive: Sequence[Monomial] = (), free: bool = False) -> bool:
    """Whether some values satisfy all rows: not below 0 (any where `free`), those of `positive` above 0.

    Every product of names stands for a value of its own. That allows more than is possible, so a "no" is certain.
    """
    names = sorted({name for row in rows for name in row.terms} | {ONE})
    # What must be positive can be scaled to 1 or more: it is 1 + y, with y not below 0.
    least = {*positive, ONE}
    mirrored = [name for name in names if free and name not in least]
    slacks = [number for number, row in enumerate(rows) if row.operator != "=="]
    table = []
    for number, row in enumerate(rows):
        sign = -1 if row.operator == ">= 1" else 1
        factor = {name: sign * row.terms.get(name, Fraction(0)) for name in names}
        slack = [Fraction(int(number == other)) for other in slacks]
        bound = Fraction(min(sign, 0)) - sum((factor.get(name, Fraction(0)) for name in least), Fraction(0))
        line = [*(factor[name] for name in names), *(-factor[name] for name in mirrored), *slack, bound]
        table.append(line if bound >= 0 else [-value for value in line])
    return _reaches_zero(table)


def _reaches_zero(table: list[list[Fraction]]) -> bool:
    """Phase one of the simplex method with Bland's rule: whether the artificial variables can all be 0.

    Each line holds its coefficients and, last, its right side, which is not below 0.
    """
    cost = [sum(column, Fraction(0)) for column in zip(*table, strict=True)]
    if not table:
        return True
    width = len(table[0]) - 1
    basis = [width + line for line in range(len(table))]  # an artificial variable each
    while cost[-1] > 0:
        entering = next((column for column in range(width) if cost[column] > 0), None)
        if entering is None:
            return False
        ratios = [
            (line[-1] / line[entering], basis[number], number)
            for number, line in enumerate(table)
            if line[entering] > 0
        ]
        leaving = min(ratios)[2]
        basis[leaving] = entering
        _pivot(table, cost, leaving, entering)
    return True


def _pivot(table: list[list[Fraction]], cost: list[Fraction], leaving: int, entering: int) -> None:
    by = table[leaving][entering]
    table[leaving] = chosen = [value / by for value in table[leaving]]
    for line in (*(line for line in table if line is not chosen), cost):
        factor = line[entering]
        if factor:
            for column, value in enumerate(chosen):
                if value:
                    line[column] -= factor * value
