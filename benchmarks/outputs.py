"""Time, size and memory of every output for 10, 1 000, 5 000 and 50 000 findings, made from one review by repetition.

Each figure is from a process of its own: `python benchmarks/outputs.py`, or with numbers of findings as arguments.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import budgetcheck
from budgetcheck import Options, Review
from budgetcheck.reports.formats import FORMATS, write_run
from budgetcheck.reports.run import Run
from budgetcheck.reports.terminal import print_reviews
from budgetcheck.rulebook import load_rules

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "examples" / "hubei-2024-budget-planted.txt"
COUNTS = (10, 1_000, 5_000, 50_000)


def repeated(count: int) -> Review:
    """A review with `count` findings and as many numbers: those of a real run over and over, with ids of their own."""
    review = budgetcheck.check(REPORT, Options(numbers=True))
    own = len(review.findings)
    findings = []
    for number in range(count):
        finding = review.findings[number % own]
        root = finding.root and f"{number // own}-{finding.root}"
        findings.append(replace(finding, id=f"{number // own}-{finding.id}", root=root))
    numbers = (review.numbers * (count // len(review.numbers) + 1))[:count]
    return replace(review, findings=tuple(findings), numbers=numbers)


def measure(form: str, count: int) -> str:
    """One line: seconds, megabytes written, megabytes of memory that the writing added to the review's own."""
    review = repeated(count)
    run = Run([(REPORT, review)], {rule.id: rule for rule in load_rules()})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = ROOT / ".outputs-benchmark"
    start = time.perf_counter()
    try:
        with path.open("wb") as stream:
            if form == "terminal":
                print_reviews([review], stream=io.TextIOWrapper(stream, encoding="utf-8", write_through=True))
            else:
                write_run(run, form, stream)
        spent = time.perf_counter() - start
        size = path.stat().st_size
    finally:
        path.unlink()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return f"{form:9s} {count:7,d} findings {spent:8.2f} s {size / 1e6:8.2f} MB written {memory / 1024:8.1f} MB memory"


def main() -> None:
    """Print one line an output and number of findings."""
    if len(sys.argv) == 3 and sys.argv[1] in ("terminal", *FORMATS):
        print(measure(sys.argv[1], int(sys.argv[2])))
        return
    for form in ("terminal", *FORMATS):
        for count in map(int, sys.argv[1:]) if len(sys.argv) > 1 else COUNTS:
            subprocess.run([sys.executable, __file__, form, str(count)], check=True)


if __name__ == "__main__":
    main()
