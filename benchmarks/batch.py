"""Many reports at once: speed on one and two processors, memory, kills, a cluster that loses a worker, hostile files.

`python benchmarks/batch.py --corpus DIR speed` (and `kills`, `dask`, `hostile`, `across`; several at once) makes the
reports in DIR where they are not there yet. The load of the machine stands beside each figure: on a busy one, measure
again.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import duckdb

import budgetcheck
from budgetcheck.batch.across import join_reports
from budgetcheck.batch.frames import TABLES
from budgetcheck.batch.query import connect
from budgetcheck.matching import Entities
from budgetcheck.rulebook import Rule, load_rules
from budgetcheck.testing import FORMATS, LINKS, plant, report, series, write

SOURCE = Path(budgetcheck.__file__).parents[1]
SMALL = 200
KILLED = 100
MAKERS = 50
KINDS = [link for link, about in LINKS.items() if about[1] != "units"]
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE)}


def make(root: Path, seed: int) -> None:
    """One generated report in a folder of its own, the formats in turn."""
    folder = root / f"region-{seed % 20:02d}" / f"unit-{seed:06d}"
    if not folder.exists():
        draft = folder.with_name(f".{folder.name}")
        draft.mkdir(parents=True, exist_ok=True)
        write(report(seed), list(FORMATS)[seed % len(FORMATS)], draft)
        draft.rename(folder)


def corpus(root: Path, count: int) -> Path:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(partial(make, root), range(count), chunksize=50))
    return root


def zipped(part: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return out.getvalue()


def hostile(root: Path, count: int) -> None:
    """Truncated archives, bombs, what takes readers long, and what is nothing at all."""
    docx = sorted(root.rglob("*.docx"))[0].read_bytes()
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    kinds: list[tuple[str, bytes]] = [
        ("docx", docx[: len(docx) // 2]),
        ("docx", zipped("word/document.xml", b"<a>" + b" " * 400_000_000)),
        ("xlsx", zipped("xl/workbook.xml", f"<!DOCTYPE a [<!ENTITY a0 'x'>{laughs}]><a>&a9;</a>".encode())),
        ("html", b"<!doctype html>" + b"<div>" * 300_000 + b"1.00"),
        ("html", b"<!doctype html><table>" + b"<tr>" + b"<td colspan=1000 rowspan=1000>1" * 4000),
        ("pdf", b"%PDF-1.4\n" + b"1 0 obj<</Kids[1 0 R]/Type/Pages>>endobj\n" * 2000 + b"trailer<</Root 1 0 R>>"),
        ("txt", b"1" * 3_000_000),
        ("ofd", os.urandom(20_000)),
    ]
    for number in range(count):
        form, content = kinds[number % len(kinds)]
        path = root / f"region-{number % 20:02d}" / f"hostile-{number:04d}.{form}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(content)


def listing(root: Path, count: int, out: Path, *, also: bool = False) -> Path:
    """A manifest of the first so many reports, and of the hostile files where wanted."""
    rows = ["file,report,region"]
    for seed in range(count):
        folder = root / f"region-{seed % 20:02d}" / f"unit-{seed:06d}"
        rows += [f"{path},{seed},region-{seed % 20:02d}" for path in sorted(folder.iterdir())]
    rows += [f"{path},,{path.parent.name}" for path in sorted(root.rglob("hostile-*"))] if also else []
    out.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return out


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "budgetcheck", "batch", "--fail-on", "never", *map(str, arguments)]


def begun(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(*arguments), env=_ENVIRONMENT, stdout=subprocess.DEVNULL)


def memory(parent: int) -> tuple[int, int]:
    """Kilobytes that a run has in memory, parent and workers, and its processes; shared pages count once."""
    pids = [str(parent), *Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    pids += [
        each for task in Path(f"/proc/{parent}/task").iterdir() for each in (task / "children").read_text().split()
    ]
    size = 0
    for pid in set(pids):
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        size += next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    return size, len(set(pids))


def run(*arguments: object) -> tuple[float, float]:
    """Seconds and peak megabytes of a run."""
    start, peak = time.perf_counter(), 0
    process = begun(*arguments)
    while process.poll() is None:
        with suppress(OSError, StopIteration):
            peak = max(peak, memory(process.pid)[0])
        time.sleep(0.2)
    assert process.returncode in (0, 2), process.returncode
    return time.perf_counter() - start, peak / 1024


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def rows(results: Path) -> dict[str, list[str]]:
    with closing(connect(results)) as base:
        return {name: sorted(map(repr, base.execute(f"select * from {name}").fetchall())) for name in TABLES}


def speed(root: Path, work: Path, count: int) -> None:
    small = run(listing(root, SMALL, work / "small.csv"), "--out", work / "small", "--jobs", 2)
    print(f"{SMALL} reports, 2 processes: {small[0]:.1f} s, {small[1]:.0f} MB; {load()}", flush=True)
    listed = listing(root, count, work / "all.csv")
    took = {}
    for jobs in (2, 1):
        seconds, peak = run(listed, "--out", work / f"jobs{jobs}", "--jobs", jobs)
        took[jobs] = seconds
        print(
            f"{count} reports, {jobs} processes: {seconds:.1f} s, {count * 60 / seconds:.0f} a minute, {peak:.0f} MB"
            f" ({100 * peak / small[1] - 100:+.0f} % on {SMALL} with 2); {load()}",
            flush=True,
        )
    print(f"speed-up {took[1] / took[2]:.2f}; same rows: {rows(work / 'jobs1') == rows(work / 'jobs2')}", flush=True)
    again = run(listed, "--out", work / "jobs2", "--jobs", 2, "--resume")
    print(f"resume with nothing changed: {again[0]:.1f} s; {load()}", flush=True)


def kills(root: Path, work: Path, count: int) -> None:
    count = min(count, KILLED)
    listed = listing(root, count, work / "kills.csv")
    whole, _ = run(listed, "--out", work / "whole", "--jobs", 2)
    expected = rows(work / "whole")
    chance = random.Random(6)
    good = 0
    for number in range(10):
        results, moment = work / f"killed{number}", chance.uniform(0.5, whole)
        process = begun(listed, "--out", results, "--jobs", 2)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(listed, "--out", results, "--jobs", 2, "--resume")
        good += rows(results) == expected
    print(
        f"killed at a random moment and resumed, {count} reports: {good} of 10 the same row for row; {load()}",
        flush=True,
    )


def dask(root: Path, work: Path, count: int) -> None:
    count = min(count, SMALL)
    listed = listing(root, count, work / "dask.csv")
    run(listed, "--out", work / "local", "--jobs", 2)
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "18786", "--no-dashboard"]
    quiet = {"env": _ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(start, **quiet)  # type: ignore[call-overload]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "tcp://127.0.0.1:18786", "--nthreads", "1"]
    workers = [subprocess.Popen([*worker, "--no-nanny", "--no-dashboard"], **quiet) for _ in range(2)]  # type: ignore[call-overload]
    try:
        begin = time.perf_counter()
        process = begun(listed, "--out", work / "dask", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:18786")
        while sum(path.stat().st_size for path in work.glob("dask/journal/*.log")) < 1_000_000:
            time.sleep(0.05)
        workers[0].kill()
        process.wait()
        seconds = time.perf_counter() - begin
        same = rows(work / "dask") == rows(work / "local")
        print(f"Dask, {count} reports, one of two workers killed: {seconds:.1f} s, same: {same}; {load()}", flush=True)
    finally:
        for each in (*workers, scheduler):
            each.kill()
            each.wait()


def attacked(root: Path, work: Path, count: int) -> None:
    hostile(root, count // 100)
    listed = listing(root, count, work / "hostile.csv", also=True)
    seconds, peak = run(listed, "--out", work / "hostile", "--jobs", 2)
    with closing(connect(work / "hostile")) as base:
        told = base.execute("select status, count(*) from documents group by 1 order by 1").fetchall()
        bad = base.execute(
            "select status, reason, count(*) from documents where document like '%hostile-%' group by 1, 2 order by 3"
        ).fetchall()
        lost = base.execute(
            "select count(*) from documents where status <> 'checked' and document not like '%hostile-%'"
        ).fetchall()[0][0]
    print(f"{count} reports and {count // 100} hostile files: {seconds:.0f} s, {peak:.0f} MB, {told}; {load()}")
    print(f"others that were not checked: {lost}", *bad, sep="\n  ")


def across(root: Path, work: Path, count: int) -> None:
    """Three years of budgets and final accounts of 50 makers; copied for more makers under other names."""
    broken, copies = [], -(-count // MAKERS)
    for seed in range(1, MAKERS + 1):
        years = series(seed)
        for year in years:
            for each in (year.budget, year.final):
                path = work / "series" / f"{seed}" / f"{each.truth.year}-{each.truth.kind}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(str(each), encoding="utf-8")
        if seed % 5 == 0:
            with suppress(ValueError):
                planted = plant(years, KINDS[seed // 5 % len(KINDS)], seed)
                path = work / "series" / f"{seed}" / f"{planted.this.truth.year}-{planted.this.truth.kind}.txt"
                path.write_text(str(planted.this), encoding="utf-8")
                broken += [str(path)] if planted.shown else []
    seconds, _ = run(work / "series", "--out", work / "across", "--jobs", 2)
    rules = [rule for rule in load_rules() if "with" in rule.options]
    listed = ", ".join(f"'{rule.id}'" for rule in rules)
    with closing(connect(work / "across")) as base:
        found = base.execute(f"select document, severity from findings where rule in ({listed})").fetchall()
        told, loud = {row[0] for row in found}, {document for document, severity in found if severity != "info"}
        joined, compared = _copies(base, copies, rules)
    print(f"{MAKERS} makers, 6 reports each: {seconds:.1f} s; {load()}")
    others = len(loud - set(broken))
    print(f"broken links shown {len(broken)}, found {len(told & set(broken))}; others with errors or warnings {others}")
    makers = MAKERS * copies
    print(f"joins over {makers} makers, {6 * makers} reports: {joined:.1f} s, {compared} figures compared; {load()}")


def _copies(base: duckdb.DuckDBPyConnection, times: int, rules: list[Rule]) -> tuple[float, int]:
    """Seconds for the joins over so many copies of a dataset, and the figures that they compare."""
    with closing(duckdb.connect()) as many:
        for table, named in (("documents", ", entity || n as entity, sha256 || n as sha256"), ("links", "")):
            many.register("one", base.sql(f"select * from {table}").to_arrow_table())
            names = "document, entity, sha256" if named else "document"
            many.execute(
                f"create table {table} as select * exclude ({names}), document || n as document{named}"
                f" from one cross join range({times}) as copies(n)"
            )
            many.unregister("one")
        start = time.perf_counter()
        join_reports(many, rules, Entities())
        seconds = time.perf_counter() - start
        return seconds, many.execute("select sum(compared) from across_found").fetchall()[0][0]


_PARTS: dict[str, Callable[[Path, Path, int], None]] = {
    "speed": speed, "kills": kills, "dask": dask, "hostile": attacked, "across": across,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=_PARTS)
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for results")
    options = parser.parse_args()
    options.work.mkdir(parents=True)
    corpus(options.corpus, options.reports)
    for part in options.parts:
        _PARTS[part](options.corpus.absolute(), options.work.absolute(), options.reports)


if __name__ == "__main__":
    main()
