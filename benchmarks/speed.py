"""How long a check takes, with the machine's bare figure beside it.

Run `make bench`, or `python benchmarks/speed.py REPORT.txt` for a report of your own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import budgetcheck

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "corpus" / "sichuan-zhaohua-hrss-2020-final.txt"


def median_ms(action: Callable[[], object], runs: int = 9) -> float:
    """Median milliseconds of an action after one run to warm up."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def bare_loop() -> int:
    """A million additions, to compare machines by."""
    total = 0
    for number in range(1_000_000):
        total += number
    return total


def command_ms(*arguments: str) -> float:
    """Median milliseconds of the whole command."""
    run = [sys.executable, "-m", "budgetcheck", *arguments]
    return median_ms(lambda: subprocess.run(run, capture_output=True, check=False), runs=5)


def main() -> None:
    """Print one line a figure."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else REAL if REAL.exists() else next(ROOT.glob("examples/*.txt"))
    text = path.read_text(encoding="utf-8")
    print(f"machine: a million additions            {median_ms(bare_loop):8.1f} ms")
    bare = median_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    print(f"machine: bare `python -c pass`          {bare:8.1f} ms")
    print(f"budgetcheck --version                   {command_ms('--version'):8.1f} ms")
    print(f"whole command, {path.name[:22]:22s}   {command_ms('check', str(path)):8.1f} ms")
    print(f"warm check, {len(text):6d} characters          {median_ms(lambda: budgetcheck.check(path)):8.1f} ms")
    for times in (1, 4, 16):
        longer = (text + "\n") * times
        spent = median_ms(lambda longer=longer: budgetcheck.check(longer), runs=3)
        print(f"warm check, {times:2d} × the text               {spent:8.1f} ms   {spent / times:8.1f} ms per copy")


if __name__ == "__main__":
    main()
