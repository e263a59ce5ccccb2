"""What naming the culprit costs: a web of 5 000 numbers with five errors, and generated reports with one or three.

    python benchmarks/locate.py

The web is made of tables of eleven rows and columns whose last row and column are totals. Each is timed with the errors
in one table and in five, and with a growing number of tables around them; memory is the peak above that of the web.
The second part checks spoiled reports and sets the time of judging the rules beside that of locating.
"""

from __future__ import annotations

import functools
import random
import resource
import time
from fractions import Fraction

import budgetcheck
from budgetcheck import pipeline
from budgetcheck.amounts import quantity
from budgetcheck.constraints import summed
from budgetcheck.engine import Judged, Judgement
from budgetcheck.locate import locate
from budgetcheck.model import Fact, Finding, Span
from budgetcheck.testing import report, tamper
from budgetcheck.wording import messages

SIDE = 11
NUMBERS = 5_000


def grids(tables: int, wrong: dict[tuple[int, int, int], int]) -> list[list[list[Fact]]]:
    """Tables of whole numbers with totals, of which some cells are printed too high."""
    made = []
    for table in range(tables):
        draw = random.Random(table)
        inner = [[draw.randint(100, 999_999) for _ in range(SIDE - 1)] for _ in range(SIDE - 1)]
        rows = [[*line, sum(line)] for line in inner]
        rows.append([sum(column) for column in zip(*rows, strict=True)])
        made.append([[cell(table, r, c, value + wrong.get((table, r, c), 0)) for c, value in enumerate(line)]
                     for r, line in enumerate(rows)])  # fmt: skip
    return made


def cell(table: int, row: int, column: int, value: int) -> Fact:
    text = f"{value // 100}.{value % 100:02}"
    number = quantity(text, text, "万元", "money", Fraction(10_000))
    return Fact(text, number, Span(text, block=table, start=row * 1000 + column, table=str(table)))


def judged(made: list[list[list[Fact]]]) -> Judgement:
    """Every row and column total as a relation, with a finding where it does not hold."""
    relations, findings = [], []
    for table in made:
        columns = [list(column) for column in zip(*table, strict=True)]
        for line in (*table, *columns):
            whole, parts = line[-1], line[:-1]
            holds = sum(f.quantity.point for f in parts) == whole.quantity.point
            name = f"{whole.span.block}-{whole.span.start}-{line is table[-1]}-{parts[0].span.start}"
            if not holds:
                findings.append(Finding(name, "BC000", "sum", "error", "certain", "", (whole,), tuple(parts)))
            relations.append(Judged("BC000", "error", (whole, *parts), functools.partial(summed, whole, parts),
                                    None if holds else name))  # fmt: skip
    return Judgement((), tuple(findings), frozenset(), tuple(relations))


def spread_out(tables: int, errors: int, here: int) -> dict[tuple[int, int, int], int]:
    draw = random.Random(errors * 100 + here)
    places = [(table % here, r, c) for table in range(errors) for r, c in [(draw.randrange(10), draw.randrange(10))]]
    return {place: draw.choice((9, 90, 900, 9000)) for place in places[:errors]} if tables else {}


def timed(tables: int, errors: int, here: int) -> tuple[float, int, int]:
    wrong = spread_out(tables, errors, here)
    judgement = judged(grids(tables, wrong))
    words, house = messages("zh"), {"万元": 2}
    best, found = float("inf"), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        start = time.perf_counter()
        told = locate(judgement, words, house)
        best = min(best, time.perf_counter() - start)
        places = {(c.span.block, *divmod(c.span.start, 1000)) for f in told for c in f.culprits if f.located}
        found = sum(place in places for place in wrong)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return best, found, peak // 1024


def reports() -> None:
    spent: dict[str, list[float]] = {"rules": [], "locate": []}
    original = pipeline.locate

    def measured(*arguments: object) -> object:
        start = time.perf_counter()
        told = original(*arguments)  # type: ignore[arg-type]
        spent["locate"].append(time.perf_counter() - start)
        return told

    pipeline.locate = measured  # type: ignore[assignment]
    for times in (0, 1, 3):
        spent = {"rules": [], "locate": []}
        for seed in range(200, 260):
            bad = report(seed)
            for again in range(times):
                bad, _ = tamper(bad, ("substituted", "one-copy", "total-left")[again], seed + again)
            start = time.perf_counter()
            budgetcheck.check(str(bad))
            spent["rules"].append(time.perf_counter() - start - spent["locate"][-1])
        mean = {name: 1000 * sum(values) / len(values) for name, values in spent.items()}
        worst = 1000 * max(spent["locate"])
        print(f"reports with {times} errors: read and judged {mean['rules']:.0f} ms, located {mean['locate']:.1f} ms, "
              f"at worst {worst:.0f} ms")  # fmt: skip
    pipeline.locate = original


def main() -> None:
    timed(2, 1, 1)
    most = NUMBERS // SIDE**2
    for tables, errors, here in ((most, 5, 5), (most, 5, 1), (most // 4, 5, 5), (most * 4, 5, 5), (most, 20, 20)):
        best, found, peak = timed(tables, errors, here)
        print(f"{tables * SIDE**2:6} numbers, {errors:2} errors in {here:2} tables: {1000 * best:6.1f} ms, "
              f"{found} of {errors} named, {peak} MiB more")  # fmt: skip
    reports()


if __name__ == "__main__":
    main()
