"""What the checker says of consistent reports, and what it finds in those with one thing wrong.

`python benchmarks/generated.py 10000 --jobs 2` counts errors and warnings on consistent reports; `--tamper 5000` spoils
one thing in each of so many reports and prints a table by kind. `--only KIND` tries one kind of tampering; `--format
pdf` writes the consistent ones to files and reads them back.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bars import draw

import budgetcheck
from budgetcheck.intervals import exact
from budgetcheck.model import Culprit, Finding, Review
from budgetcheck.testing import FORMATS, KINDS, Report, broken, report, tamper, write

T = TypeVar("T")
LOUD = ("error", "warning")
COLUMNS = ("tried", "seen", "found", "named", "alone", "suggested", "certain", "inside", "certain-and-wrong")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one consistent report."""

    seed: int
    numbers: int
    unread: int
    made: float
    checked: float
    findings: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one tampering: the columns that hold, and a line that tells it.

    It is seen where it breaks a relation of the truth, as far as the printed digits show.
    """

    seed: int
    kind: str
    holds: tuple[str, ...]
    line: str


def consistent(seed: int, kind: str | None = None, manner: str | None = None, form: str = "") -> Said:
    start = time.perf_counter()
    made = report(seed, kind, manner)
    text = str(made)
    middle = time.perf_counter()
    review = checked_as(made, form) if form else budgetcheck.check(text)
    end = time.perf_counter()
    loud = tuple((f.rule, f.severity, f.message) for f in review.findings if f.severity in LOUD)
    return Said(seed, review.coverage.numbers, review.coverage.unread, middle - start, end - middle, loud)


def checked_as(made: Report, form: str) -> Review:
    """The review of a report written in a format; how long that took counts as checking."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write(made, form, Path(folder))
        return budgetcheck.check(paths[0] if len(paths) == 1 else paths)


def spoiled(seed: int, only: str | None = None) -> Tried:
    kind = only or KINDS[seed % len(KINDS)]
    good = report(seed)
    try:
        bad, label = tamper(good, kind, seed)
    except ValueError:
        return Tried(seed, kind, (), "")
    before = {finding.message for finding in loud(budgetcheck.check(str(good)))}
    after = [finding for finding in loud(budgetcheck.check(str(bad))) if finding.message not in before]
    changed = {label.index, *label.also}
    roots = [finding for finding in after if finding.root is None]
    blamed = [c for finding in roots for c in finding.culprits]
    hits = [c for c in blamed if any(stands(c, bad, index) for index in changed)]
    holds = ["tried"] + ["seen"] * bool(broken(bad))
    holds += ["found"] * bool(after) + ["seen and found"] * bool(after and broken(bad))
    holds += ["named"] * bool(hits)
    holds += ["alone"] * bool(hits and len(hits) == len(blamed))
    holds += ["suggested"] * any(same(c.suggestion, good, index) for c in hits for index in changed)
    certain = [f for f in roots if f.located == "certain"]
    holds += ["certain"] * bool(certain)
    known = [(c, index) for f in certain for c in f.culprits for index in changed if stands(c, bad, index)]
    holds += ["inside"] * bool(certain and all(inside(culprit, good, index) for culprit, index in known))
    holds += ["certain-and-wrong"] * any(not any(c in hits for c in f.culprits) for f in certain)
    here = bad.printings[label.index]
    said = f"{seed} {kind} {here.name}: {label.was} -> {label.now}, line {bad.line(here)}"
    return Tried(seed, kind, tuple(holds), said)


def loud(review: Review) -> list[Finding]:
    return [finding for finding in review.findings if finding.severity in LOUD]


def stands(culprit: Culprit, bad: Report, index: int) -> bool:
    """Whether a culprit is the printing: in the same block at the same place."""
    printing = bad.printings[index]
    span, where = culprit.span, printing.place
    if span.block != where.block:
        return False
    if where.row >= 0:
        return span.start == where.row * 1000 + where.column
    return span.start <= where.start < span.start + max(len(span.text), 1)


def inside(culprit: Culprit, good: Report, index: int) -> bool:
    """Whether the hidden truth is among the values that are left for a culprit."""
    printing = good.printings[index]
    truth = printing.value / 100 if printing.kind == "amount" else printing.value
    return culprit.values is None or culprit.values.meets(exact(truth))


def same(suggestion: str | None, good: Report, index: int) -> bool:
    """Whether a suggestion is what had been printed, as a number."""
    was = good.printings[index].text
    if suggestion is None:
        return False
    try:
        digits = "".join(char for char in suggestion if char in "-.0123456789")
        return suggestion == was or Decimal(digits) == Decimal(was.replace(",", ""))
    except InvalidOperation:
        return suggestion == was


def runs(function: Callable[[int], T], seeds: range, jobs: int) -> Iterator[T]:
    if jobs == 1:
        yield from map(function, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(function, seeds, chunksize=16)


def tell_consistent(results: Iterator[Said], show: int) -> int:
    rules: Counter[tuple[str, str]] = Counter()
    numbers = unread = reports = 0
    made = checked = 0.0
    examples: dict[tuple[str, str], list[str]] = {}
    noisy: set[int] = set()
    for said in results:
        reports, numbers, unread = reports + 1, numbers + said.numbers, unread + said.unread
        made, checked = made + said.made, checked + said.checked
        for rule, severity, message in said.findings:
            rules[rule, severity] += 1
            noisy.add(said.seed)
            examples.setdefault((rule, severity), []).append(f"  seed {said.seed}: {message}")
    for key, count in rules.most_common():
        print(f"{key[0]} {key[1]}: {count}", *islice(examples[key], show), sep="\n")
    print(f"{reports} consistent reports, {numbers / reports:.0f} numbers each, {unread} not understood in all")
    print(f"{len(noisy)} reports with an error or warning, {sum(rules.values())} findings")
    print(f"made in {1000 * made / reports:.1f} ms, checked in {1000 * checked / reports:.1f} ms each")
    return len(noisy)


def percentages(counts: Counter[str]) -> list[float]:
    """Found of those that a relation sees; named, named alone and given back of those found."""
    found = max(counts["found"], 1)
    seen = 100 * counts["seen and found"] / max(counts["seen"], 1)
    return [seen, *(100 * counts[name] / found for name in ("named", "alone", "suggested"))]


def tell_spoiled(results: Iterator[Tried], show: int, picture: Path | None = None) -> None:
    table: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    missed: list[str] = []
    silent = 0
    for tried in results:
        table[tried.kind].update(tried.holds)
        if "tried" in tried.holds and "found" not in tried.holds:
            silent += 1
            missed += [tried.line] * ("seen" in tried.holds)
    total = sum(table.values(), Counter())
    shares = ("found", "named", "alone", "suggested")
    print("kind".ljust(14), *(column.rjust(10) for column in COLUMNS), *(f"{name} %".rjust(11) for name in shares))
    for kind, counts in [*table.items(), ("all", total)]:
        cells = [f"{share:.1f}".rjust(11) for share in percentages(counts)]
        print(kind.ljust(14), *(str(counts[column]).rjust(max(10, len(column))) for column in COLUMNS), *cells)
    if picture:
        draw(
            {kind: percentages(counts) for kind, counts in {**table, "all": total}.items() if counts["tried"]}, picture
        )
    print(f"{silent} not found, of these {silent - len(missed)} break no relation of the truth; the others begin with:")
    print(*missed[:show], sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=int, nargs="?", default=10_000)
    parser.add_argument("--tamper", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="draw the table of tamperings to this SVG file")
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--kind", choices=("final", "budget"))
    parser.add_argument("--manner")
    parser.add_argument("--format", choices=FORMATS, default="", help="write each to a file of this format and read it")
    options = parser.parse_args()
    if options.reports:
        seeds = range(options.start, options.start + options.reports)
        one = partial(consistent, kind=options.kind, manner=options.manner, form=options.format)
        tell_consistent(runs(one, seeds, options.jobs), options.show)
    if options.tamper:
        seeds = range(options.start, options.start + options.tamper)
        tell_spoiled(runs(partial(spoiled, only=options.only), seeds, options.jobs), options.show, options.picture)


if __name__ == "__main__":
    main()
