from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

import pyarrow as pa
import pyarrow.parquet as pq

from budgetcheck.batch import dataset as datasets
from budgetcheck.batch.dataset import Dataset, is_dataset
from budgetcheck.batch.fetch import local_copies
from budgetcheck.batch.frames import TABLES, pack, unpack
from budgetcheck.batch.index import Index
from budgetcheck.batch.jobs import Job, Settings
from budgetcheck.batch.journal import read_journal
from budgetcheck.batch.local import run_local
from budgetcheck.batch.rows import failed
from budgetcheck.batch.work import answer
from budgetcheck.errors import BudgetcheckError, ReadError
from budgetcheck.wording import load_wording

from .batches import documents, files, folder_of, rows, started, text
from .test_command import run

HOSTILE = Settings(wall=4.0, memory=700 * 2**20, work="tests.batch_work:hostile")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of reports and its results, not to be changed."""
    base = tmp_path_factory.mktemp("batch")
    source = folder_of(base / "in", 12)
    (source / "区0" / "坏.docx").write_bytes(b"PK nothing")
    (source / "区1" / "包.rar").write_bytes(b"Rar!")
    code, out, err = run("batch", source, "--out", base / "out", "--jobs", 2)
    assert (code, err) == (2, "")
    assert out.splitlines() == [
        "报告13份：已核对12，无法读取1，核对中断0；8个错误，0个存疑，0个提示",
        "数字60个，已核对60（100.0%）",
        "与其他报告核对：0份有上年报告，0份有本年预算，0份有下属单位；12份没有可核对的报告",
        f"{base}/out/summary.xlsx",
        f"{base}/out/summary.html",
    ]
    return source, base / "out"


def test_each_report_has_a_row_with_what_became_of_it(done: tuple[Path, Path]) -> None:
    source, results = done
    listed = documents(results)
    assert len(listed) == 13
    assert listed[0] | {"sha256": ""} == {
        "document": f"{source}/区0/单位000.txt", "files": [f"{source}/区0/单位000.txt"], "sha256": "",
        "region": "区0", "folder": "区0", "status": "checked", "reason": None, "kind": "final", "report_year": 2021,
        "entity": None, "pages": None, "errors": 2, "warnings": 0, "infos": 0, "numbers": 5, "checked": 5,
        "unconstrained": 0, "unread": 0, "excluded": 0, "notes": [], "beside": [],
    }  # fmt: skip
    bad = next(row for row in listed if row["status"] != "checked")
    assert (bad["document"], bad["status"], bad["errors"]) == (f"{source}/区0/坏.docx", "unreadable", None)
    assert bad["reason"] == "not a Word file: the zip archive is truncated"
    index = Index(results)
    assert [row[0] for row in index.rows("select file from passed_over")] == [f"{source}/区1/包.rar"]
    index.close()


def test_the_dataset_is_the_same_whatever_the_processes(done: tuple[Path, Path], tmp_path: Path) -> None:
    source, results = done
    run("batch", source, "--out", tmp_path / "out", "--jobs", 1)
    assert rows(tmp_path / "out") == rows(results)
    assert {name: len(listed) for name, listed in files(results).items()} == {
        name: len(listed) for name, listed in rows(results).items()
    }


def test_rows_are_those_that_check_and_facts_give(done: tuple[Path, Path]) -> None:
    source, results = done
    path = source / "区0" / "单位000.txt"
    told = json.loads(run("check", path, "--format", "json")[1])["findings"]
    asked = f"select id, message, expected, entity, located from findings where document = '{path}' order by id"
    found = json.loads(run("query", results, asked, "--format", "json")[1])
    assert found == [
        {"id": finding["id"], "message": finding["message"], "expected": [finding["culprits"][0]["suggestion"]],
         "entity": None, "located": finding["located"]}
        for finding in sorted(told, key=lambda each: each["id"])
    ]  # fmt: skip
    facts = json.loads(run("facts", path, "--format", "json")[1])
    kept = json.loads(
        run("query", results, f"select * from facts where document = '{path}' order by start", "--format", "json")[1]
    )
    texts = ("text", "name", "sha256", "state", "rules", "wrong", "findings", "suggestion", "block", "file")
    assert [[row[name] for name in texts] for row in kept] == [[row[name] for name in texts] for row in facts]


def hostile_folder(folder: Path) -> Path:
    folder_of(folder, 3)
    for name in ("crash", "leave", "hang", "loop", "kill"):
        (folder / f"{name}.txt").write_text(text(1), encoding="utf-8")
    return folder


def test_a_report_that_ruins_its_process_costs_only_itself(tmp_path: Path) -> None:
    source = hostile_folder(tmp_path / "in")
    dataset = Dataset(tmp_path / "out", "1")
    from budgetcheck.batch.run import carry_out, prepare

    assert prepare(dataset, [str(source)], HOSTILE) == (8, 0)
    tallies = list(carry_out(dataset, lambda jobs: run_local(jobs, HOSTILE, 2)))
    dataset.close()
    assert (len(tallies), tallies[-1].checked) == (8, 8)
    told = {Path(row["document"]).stem: (row["status"], row["reason"]) for row in documents(tmp_path / "out")}
    assert told == {
        "单位000": ("checked", None), "单位001": ("checked", None), "单位002": ("checked", None),
        "crash": ("stopped", "cannot be checked: the checker crashed (SIGSEGV)"),
        "leave": ("stopped", "cannot be checked: the checker stopped (exit code 7)"),
        "hang": ("stopped", "cannot be checked: took longer than 4 seconds"),
        "loop": ("stopped", "cannot be checked: took longer than 4 seconds"),
        "kill": ("stopped", "cannot be checked: the checker was killed (SIGKILL)"),
    }  # fmt: skip


def test_a_report_that_eats_memory_is_stopped_within_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text(1), encoding="utf-8")

    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("budgetcheck.batch.work.judged", greedy)
    job = Job("a.txt", ("a.txt",), (str(path),))
    assert unpack(answer(job, Settings())).row["reason"] == "cannot be checked: needs too much memory"
    monkeypatch.undo()
    # In its process the limit makes that error: nobody else's memory is taken.
    small = Settings(memory=2**30, work="tests.batch_work:greedy")
    found = [unpack(each).row["reason"] for each in run_local(iter([job, job]), small, 1)]
    assert found == ["cannot be checked: needs too much memory"] * 2


def test_resume_checks_only_what_changed(tmp_path: Path) -> None:
    source, results = folder_of(tmp_path / "in", 9), tmp_path / "out"
    assert run("batch", source, "--out", results, "--jobs", 2)[0] == 1
    first = rows(results)
    parts = {path.name: path.stat().st_mtime_ns for path in (results / "facts").iterdir()}
    assert run("batch", source, "--out", results, "--jobs", 2, "--resume")[0] == 1
    assert rows(results) == first
    # Nothing was checked again: no part was written.
    assert {path.name: path.stat().st_mtime_ns for path in (results / "facts").iterdir()} == parts
    (source / "区0" / "单位000.txt").write_text(text(1), encoding="utf-8")
    (source / "区1" / "单位001.txt").unlink()
    (source / "区2" / "新.txt").write_text(text(3), encoding="utf-8")
    code, _, err = run("batch", source, "--out", results, "--jobs", 2, "--resume")
    assert (code, err) == (1, "budgetcheck: 1 reports of an earlier run are not among these and were dropped\n")
    run("batch", source, "--out", tmp_path / "fresh", "--jobs", 2)
    assert rows(results) == rows(tmp_path / "fresh")
    # No file holds a row that is valid no longer.
    assert files(results) == files(tmp_path / "fresh")


def test_other_rules_have_all_reports_checked_again(tmp_path: Path) -> None:
    source, results = folder_of(tmp_path / "in", 4), tmp_path / "out"
    run("batch", source, "--out", results, "--jobs", 1)
    assert run("batch", source, "--out", results, "--jobs", 1, "--resume", "--ignore", "BC2")[0] == 0
    assert rows(results)["findings"] == []
    run("batch", source, "--out", tmp_path / "fresh", "--jobs", 1, "--ignore", "BC2")
    assert files(results) == files(tmp_path / "fresh")


def test_results_are_neither_overwritten_nor_mixed_with_other_things(done: tuple[Path, Path], tmp_path: Path) -> None:
    source, results = done
    code, _, err = run("batch", source, "--out", results)
    assert code == 2
    assert err == f"budgetcheck: {results} holds results already: go on with --resume, or name another folder\n"
    (tmp_path / "own.txt").touch()
    code, _, err = run("batch", source, "--out", tmp_path)
    assert (code, err) == (2, f"budgetcheck: {tmp_path} holds something else: name another folder\n")
    held = Dataset(tmp_path / "held", "1")
    with pytest.raises(BudgetcheckError) as error:
        Dataset(tmp_path / "held", "1")
    assert str(error.value) == f"{tmp_path}/held: another run is writing there"
    held.close()
    Dataset(tmp_path / "held", "1").close()


def test_exit_status_is_that_of_check(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", 1)
    assert run("batch", source, "--out", tmp_path / "a", "--jobs", 1)[0] == 1
    assert run("batch", source, "--out", tmp_path / "a", "--resume", "--fail-on", "never")[0] == 0
    (tmp_path / "none").mkdir()
    code, _, err = run("batch", tmp_path / "none", "--out", tmp_path / "b")
    assert (code, err) == (2, f"budgetcheck: no report in {tmp_path}/none\n")


def killed_and_resumed(tmp_path: Path, number: int, source: Path, after: int) -> Path:
    """A run killed when its journal has had so many bytes, then resumed."""
    results = tmp_path / f"out{number}"
    process = started("batch", source, "--out", results, "--jobs", 2)
    limit = time.monotonic() + 60
    while sum(p.stat().st_size for p in results.rglob("*.log")) < after and process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.003)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert run("batch", source, "--out", results, "--jobs", 2, "--resume")[0] == 1
    return results


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_run_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", 30)
    run("batch", source, "--out", tmp_path / "whole", "--jobs", 2)
    whole = rows(tmp_path / "whole")
    for number, after in enumerate((1, 100_000)):
        results = killed_and_resumed(tmp_path, number, source, after)
        assert rows(results) == whole
        assert files(results) == files(tmp_path / "whole")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_control_c_is_one_line_and_keeps_what_is_done(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "in", 60)
    process = started("batch", source, "--out", tmp_path / "out", "--jobs", 2)
    limit = time.monotonic() + 60
    while sum(p.stat().st_size for p in tmp_path.rglob("*.log")) < 50_000:
        assert time.monotonic() < limit
        time.sleep(0.003)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    kept = len(documents(tmp_path / "out"))
    assert 0 < kept < 60
    assert (process.returncode, out) == (130, "")
    assert err == f"budgetcheck: stopped; {kept} reports are kept, --resume goes on from there\n"


class Killed(BaseException):
    """What stands for the end of the process: nothing catches it."""


def some_answers(names: str, note: str = "") -> list[bytes]:
    return [pack(name, failed(Job(name, (name,), (name,)), "", "unreadable", name + note)) for name in names]


def reasons(results: Path) -> list[str]:
    return [str(row["reason"]) for row in documents(results)]


def work_that_may_end(folder: Path) -> None:
    """Two parts and a journal, rows that are replaced, a merge: all that a run does to a folder."""
    dataset = Dataset(folder, "1", reports=2)
    try:
        dataset.index.plan(Job(name, (name,), (name,)) for name in "abcdef")
        for name in "abcde":
            dataset.add(some_answers(name))
        dataset.add(some_answers("b", "!"))
        dataset.flush()
        dataset.compact()
        dataset.add(some_answers("f"))
        dataset.flush()
    finally:
        dataset.index.close()
        dataset.lock.close()


def test_a_run_may_end_before_any_step_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: Iterator[int] = count()
    end = 10**9

    def stepped(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def step(*args: object, **options: object) -> object:
            if next(steps) >= end:
                raise Killed
            return real(*args, **options)

        monkeypatch.setattr(owner, name, step)

    for owner, name in ((Path, "unlink"), (Path, "replace"), (Index, "add_part"), (Index, "replace_parts"),
                        (Index, "remember"), (datasets, "sync_folder"), (datasets.Journal, "append")):  # fmt: skip
        stepped(owner, name)
    # The order of the steps is what matters here, not the disk.
    monkeypatch.setattr("os.fsync", lambda number: None)
    work_that_may_end(tmp_path / "whole")
    total = next(steps)
    assert total > 50
    for place in range(total):
        steps, end, folder = count(), place, tmp_path / str(place)
        with pytest.raises(Killed):
            work_that_may_end(folder)
        end = 10**9
        before = seen(folder)
        dataset = Dataset(folder, "1", reports=2)
        dataset.compact()
        dataset.close()
        found = reasons(folder)
        assert len({each[0] for each in found}) == len(found), place
        # All that the files hold is valid, and all that is valid is there.
        assert seen(folder) == set(found), place
        # What had been kept is there still, in its last version where that had been kept.
        assert before <= set(found) | ({"b"} if "b!" in found else set()), place


def seen(folder: Path) -> set[str]:
    """What the journals of a folder and its valid parts hold."""
    found = {str(unpack(each).row["reason"]) for path in folder.glob("journal/*.log") for each in read_journal(path)[1]}
    if not is_dataset(folder):
        return found
    with closing(Index(folder)) as index:
        parts, dead = index.parts(), index.dead()
    for part in parts:
        listed = pq.read_table(datasets.part_path(folder, "documents", part)).to_pylist()
        found |= {row["reason"] for row in listed if row["document"] not in dead.get(part, ())}
    return found


def test_a_journal_is_read_up_to_where_its_writing_broke_off(tmp_path: Path) -> None:
    dataset = Dataset(tmp_path / "out", "old")
    dataset.add(some_answers("abc"))
    dataset.close()
    log = next((tmp_path / "out" / "journal").glob("*.log"))
    whole = log.read_bytes()
    for cut in range(0, len(whole), 97):
        folder = tmp_path / f"cut{cut}"
        shutil.copytree(tmp_path / "out", folder)
        (folder / "journal" / log.name).write_bytes(whole[:cut] + b"\0" * (cut % 5))
        again = Dataset(folder, "new")
        assert {row[0] for row in again.index.rows("select version from documents")} <= {"old"}
        again.close()
        found = reasons(folder)
        assert found == list("abc")[: len(found)]
    assert len(found) == 2


def test_a_query_reads_and_does_nothing_else(done: tuple[Path, Path], tmp_path: Path) -> None:
    _, results = done
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    target = tmp_path / "stolen.csv"
    part = next((results / "facts").iterdir())
    for query, message in (
        (f"copy (select 1) to '{target}'", "one SELECT statement is what a query is"),
        (f"copy (select 1) to '{part}'", "one SELECT statement is what a query is"),
        ("drop view facts", "one SELECT statement is what a query is"),
        ("select 1; select 2", "one SELECT statement is what a query is"),
        ("set enable_external_access = true", "one SELECT statement is what a query is"),
        ("selec", 'Parser Error: syntax error at or near "selec"'),
    ):
        assert run("query", results, query) == (2, "", f"budgetcheck: {message}\n")
    code, _, err = run("query", results, "select * from read_text('/etc/hostname')")
    assert code == 2
    assert err.startswith('budgetcheck: Permission Error: Cannot access file "/etc/hostname"')
    assert {path: path.read_bytes() for path in results.rglob("*") if path.is_file()} == before
    assert run("query", tmp_path, "select 1") == (2, "", f"budgetcheck: {tmp_path}: no results of a batch\n")
    assert run("query", results)[0] == 2


def test_ready_made_questions_in_all_formats(done: tuple[Path, Path]) -> None:
    source, results = done
    assert json.loads(run("query", results, "--top", "rules", "--format", "json")[1]) == [
        {"rule": "BC201", "severity": "error", "findings": 4, "reports": 4},
        {"rule": "BC202", "severity": "error", "findings": 4, "reports": 4},
    ]
    assert run("query", results, "--top", "unreadable", "--format", "csv")[1] == (
        f"\ufeffdocument,status,reason\n{source}/区0/坏.docx,unreadable,not a Word file: the zip archive is truncated\n"
    )
    assert run("query", results, "--top", "entities")[1].split() == [
        "entity", "reports", "errors", "warnings", "infos", "12", "8", "0", "0",
    ]  # fmt: skip
    asked = "select max(value) as most, null as none, '=1+1' as text from facts"
    assert run("query", results, asked, "--format", "csv")[1] == "\ufeffmost,none,text\n2000000,,'=1+1\n"


def test_a_file_behind_a_url_is_fetched_within_bounds(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    store.pipe("/in/甲/a.txt", text(3).encode())
    store.pipe("/in/.hidden/b.txt", b"no")
    from budgetcheck.batch.sources import find_jobs

    [found] = find_jobs(["memory://in"], load_wording())
    assert found.job is not None
    assert (found.job.document, found.job.region) == ("memory://in/甲/a.txt", "甲")
    got = unpack(answer(found.job, Settings()), *TABLES)
    assert (got.row["status"], got.row["errors"]) == ("checked", 2)
    assert got.tables["facts"]["file"].unique() == pa.array(["memory://in/甲/a.txt"])
    absent = Job("x", ("memory://in/x.txt",), ("memory://in/x.txt",))
    assert unpack(answer(absent, Settings())).row["reason"] == "cannot be fetched: FileNotFoundError: /in/x.txt"
    with pytest.raises(ReadError) as error, local_copies(found.job, 3):
        pass
    assert str(error.value) == "memory://in/甲/a.txt: larger than 0 MB"


def test_results_of_urls_are_those_of_paths(done: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    source, results = done
    run("batch", f"file://{source}", "--out", tmp_path / "out", "--jobs", 2)
    found = {name: [row.replace("file://", "") for row in listed] for name, listed in rows(tmp_path / "out").items()}
    plain = rows(results)
    # The same findings have the same ids: nothing in them depends on where a file was read.
    assert {name: sorted(listed) for name, listed in found.items()} == plain
