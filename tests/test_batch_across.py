"""Reports of a batch that belong together: found by joins, and judged as `check` judges them beside each other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import budgetcheck

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

from budgetcheck.batch.query import connect
from budgetcheck.testing import Report, department, plant, series

from .test_across import ACROSS, LAST, PLAN, THIS
from .test_command import run


def written(folder: Path, name: str, text: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(text), encoding="utf-8")
    return path


def batch(source: Path, results: Path, *more: object) -> str:
    code, out, err = run("batch", source, "--out", results, "--jobs", 2, "--fail-on", "never", *more)
    assert (code, err) == (0, "")
    return out.splitlines()[2]


def asked(results: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(results)) as base:
        return base.execute(query).fetchall()


def links(results: Path) -> list[tuple[Any, ...]]:
    listed = ", ".join(f"'{rule}'" for rule in sorted(ACROSS))
    return asked(results, f"select rule, message from findings where rule in ({listed}) and severity <> 'info'")


def years(folder: Path, seed: int) -> None:
    for year in series(seed):
        for report in (year.budget, year.final):
            written(folder, f"{seed}/{report.truth.year}-{report.truth.kind}.txt", report)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Last year's report, this year's and its budget; the opening balance does not follow."""
    for name, text in (("this.txt", THIS), ("last.txt", LAST), ("plan.txt", PLAN)):
        written(tmp_path / "in", name, text)
    return tmp_path / "in"


def test_a_pair_is_judged_as_check_judges_it(three: Path, tmp_path: Path) -> None:
    said = batch(three, tmp_path / "out")
    assert said == "与其他报告核对：2份有上年报告，1份有本年预算，0份有下属单位；1份没有可核对的报告"
    this, last, plan = (three / name for name in ("this.txt", "last.txt", "plan.txt"))
    told = json.loads(run("check", this, "--previous", last, "--budget", plan, "--format", "json")[1])["findings"]
    assert [each["rule"] for each in told] == ["BC920"]
    found = asked(tmp_path / "out", f"select id, rule, message from findings where document = '{this}'")
    assert found == [(each["id"], each["rule"], each["message"]) for each in told]
    beside = asked(tmp_path / "out", "select document, beside from documents where len(beside) > 0")
    assert beside == [(str(this), [f"budget: {plan}", f"previous: {last}"])]
    assert asked(tmp_path / "out", "select rule, compared, apart from across where apart > 0") == [("BC920", 1, 1)]
    assert asked(tmp_path / "out", "from pairs order by document, role") == [
        (str(last), "budget", None, "none"), (str(last), "previous", None, "none"),
        (str(plan), "previous", str(last), None), (str(this), "budget", str(plan), None),
        (str(this), "previous", str(last), None),
    ]  # fmt: skip


def test_resume_reads_a_pair_again_only_where_it_changed(three: Path, tmp_path: Path) -> None:
    batch(three, tmp_path / "out")
    version = "select document, part from documents order by document"

    def parts() -> list[tuple[Any, ...]]:
        from budgetcheck.batch.index import Index

        with closing(Index(tmp_path / "out")) as index:
            return list(index.rows(version))

    before = parts()
    batch(three, tmp_path / "out", "--resume")
    assert parts() == before
    written(three, "last.txt", LAST.replace("50.00", "53.00"))
    batch(three, tmp_path / "out", "--resume")
    assert links(tmp_path / "out") == []
    assert asked(tmp_path / "out", "select document from documents where len(beside) > 0") == []
    written(three, "last.txt", LAST)
    batch(three, tmp_path / "out", "--resume")
    assert [rule for rule, _ in links(tmp_path / "out")] == ["BC920"]
    (three / "last.txt").unlink()
    code, _, err = run("batch", three, "--out", tmp_path / "out", "--resume", "--fail-on", "never")
    assert (code, err) == (0, "budgetcheck: 1 reports of an earlier run are not among these and were dropped\n")
    assert links(tmp_path / "out") == []


def test_consistent_years_are_silent_and_a_broken_one_is_found(tmp_path: Path) -> None:
    for seed in range(1, 7):
        years(tmp_path / "in", seed)
    batch(tmp_path / "in", tmp_path / "out")
    assert links(tmp_path / "out") == []
    assert asked(tmp_path / "out", "select sum(compared) > 300 from across")[0][0]
    planted = plant(series(4), "opening", 4)
    year = planted.this.truth.year
    path = written(tmp_path / "in", f"4/{year}-final.txt", planted.this)
    batch(tmp_path / "in", tmp_path / "out", "--resume")
    beside = {"previous": path.with_name(f"{year - 1}-final.txt"), "budget": path.with_name(f"{year}-budget.txt")}
    told = budgetcheck.check(path, previous=beside["previous"], budget=beside["budget"])
    expected = [(each.rule, each.message) for each in told.findings if each.rule in ACROSS and each.severity != "info"]
    assert expected
    assert sorted(links(tmp_path / "out")) == sorted(expected)


def makers(path: Path, name: str, units: Iterable[Report]) -> Path:
    listed = json.dumps([unit.truth.entity for unit in units], ensure_ascii=False)
    return written(path.parent, path.name, f'[[entity]]\nname = "{name}"\nunits = {listed}\n')


def test_units_are_those_of_the_file_of_makers(tmp_path: Path) -> None:
    planted = plant(department(3), "unit-income", 3)
    written(tmp_path / "in", "whole.txt", planted.this)
    for number, unit in enumerate(planted.others):
        written(tmp_path / "in", f"unit{number}.txt", unit)
    known = makers(tmp_path / "makers.toml", planted.this.truth.entity, planted.others)
    said = batch(tmp_path / "in", tmp_path / "out", "--entities", known)
    count = len(planted.others)
    assert said == f"与其他报告核对：0份有上年报告，0份有本年预算，1份有下属单位；{count}份没有可核对的报告"
    assert {rule for rule, _ in links(tmp_path / "out")} & {"BC945", "BC947"}
    batch(tmp_path / "in", tmp_path / "alone")
    assert links(tmp_path / "alone") == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a/this.txt": THIS, "b/last.txt": LAST}, "none"),
        ({"this.txt": THIS, "last.txt": LAST, "copy.txt": LAST + "\n"}, "several"),
        ({"this.txt": THIS.replace("青棠县农业农村局", ""), "last.txt": LAST}, "unnamed"),
        ({"this.txt": THIS, "last.txt": LAST, "same.txt": LAST, "last.html": f"<p>{LAST}</p>"}, None),
    ],
)  # fmt: skip
def test_a_report_without_its_counterpart_says_why(files: dict[str, str], reason: str | None, tmp_path: Path) -> None:
    """Of two regions, two that fit, or nobody's; the same file twice is one, and a like format goes first."""
    for name, text in files.items():
        written(tmp_path / "in", name, text)
    batch(tmp_path / "in", tmp_path / "out")
    query = "select reason from pairs where role = 'previous' and document like '%this.txt'"
    assert asked(tmp_path / "out", query) == [(reason,)]


def test_a_wrong_file_of_makers_is_one_line(three: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "makers.toml", "entities = 1\n")
    code, out, err = run("batch", three, "--out", tmp_path / "out", "--entities", path)
    assert (code, out) == (2, "")
    assert err == f"budgetcheck: {path}: [[entity]] tables are wanted, not entities\n"
