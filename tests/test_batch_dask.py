from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")
pytest.importorskip("distributed")

from budgetcheck.batch.dask_engine import run_dask
from budgetcheck.batch.dataset import Dataset
from budgetcheck.batch.jobs import Settings
from budgetcheck.batch.run import carry_out, prepare

from .batches import SOURCE, TESTS, folder_of, rows, text
from .test_command import run

SLOW = Settings(work="tests.batch_work:slow")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and two workers that are processes of their own."""
    told = tmp_path / "scheduler.json"
    paths = f"import sys; sys.path[:0] = {[str(SOURCE), str(TESTS.parent)]!r}; "
    files = f"--scheduler-file={told}"
    begun = [_begun(paths, "dask_scheduler", files, "--port=0", "--host=127.0.0.1", "--no-dashboard")]
    for _ in range(2):
        begun.append(_begun(paths, "dask_worker", files, "--nthreads=1", "--no-nanny",
                            "--no-dashboard", "--host=127.0.0.1"))  # fmt: skip
    try:
        limit = time.monotonic() + 60
        while not told.exists() or not told.read_text():
            assert time.monotonic() < limit
            time.sleep(0.05)
        import json

        yield json.loads(told.read_text())["address"], begun[1:]
    finally:
        for process in begun:
            process.kill()
            process.wait()


def _begun(paths: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    code = f"{paths}sys.argv[1:] = {list(arguments)!r}; from distributed.cli.{module} import main; main()"
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_cluster_that_loses_a_worker_gives_the_dataset_of_one_machine(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    source = folder_of(tmp_path / "in", 24)
    (source / "坏.docx").write_bytes(b"PK nothing")
    run("batch", source, "--out", tmp_path / "local", "--jobs", 2)
    dataset = Dataset(tmp_path / "cluster", "1")
    assert prepare(dataset, [str(source)], SLOW)[0] == 25
    for tally in carry_out(dataset, lambda jobs: run_dask(jobs, SLOW, 0, address)):
        if tally.checked == 6:
            workers[0].kill()
    dataset.close()
    assert tally.checked == 25
    assert workers[1].poll() is None
    assert rows(tmp_path / "cluster") == rows(tmp_path / "local")


def test_a_report_that_ruins_its_process_ends_no_worker(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    source = folder_of(tmp_path / "in", 3)
    (source / "crash.txt").write_text(text(1), encoding="utf-8")
    settings = Settings(work="tests.batch_work:hostile")
    dataset = Dataset(tmp_path / "out", "1")
    prepare(dataset, [str(source)], settings)
    list(carry_out(dataset, lambda jobs: run_dask(jobs, settings, 0, address)))
    told = dict(dataset.index.rows("select status, reason from documents where status <> 'checked'"))
    dataset.close()
    assert told == {"stopped": "cannot be checked: the checker crashed (SIGSEGV)"}
    assert [worker.poll() for worker in workers] == [None, None]


def test_no_scheduler_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("budgetcheck.batch.dask_engine._PATIENCE", 1)
    source = folder_of(tmp_path / "in", 1)
    code, out, err = run(
        "batch", source, "--out", tmp_path / "out", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"
    )
    assert (code, out) == (2, "")
    assert err == "budgetcheck: tcp://127.0.0.1:9: no scheduler answers: OSError\n"
