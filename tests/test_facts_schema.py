"""The JSON schema of `facts --format json`: what is really written fits it, and nothing less does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from budgetcheck.cli import main
from budgetcheck.reports.machine import schema_path
from budgetcheck.reports.tidy import columns
from budgetcheck.testing import KINDS, report, tamper, write

SCHEMA = json.loads(schema_path("facts").read_text(encoding="utf-8"))
FITS = Draft202012Validator(SCHEMA)
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.txt"))
CORPUS = sorted((Path(__file__).resolve().parents[2] / "shared" / "corpus").glob("*"))


def facts(*args: object) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["facts", *map(str, args), "--format", "json"])
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def check(rows: list[dict[str, Any]]) -> None:
    assert [f"{list(error.path)}: {error.message}" for error in FITS.iter_errors(rows)] == []


def test_it_is_a_schema_of_the_columns_and_strict_on_their_names() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert list(SCHEMA["items"]["properties"]) == SCHEMA["items"]["required"] == [each.name for each in columns()]


def test_the_examples_fit() -> None:
    assert len(EXAMPLES) == 10
    rows = facts(*EXAMPLES, "--derived")
    check(rows)
    for name in ("kind", "dimension", "state", "wrong", "direction"):
        listed = {value for value in SCHEMA["items"]["properties"][name]["enum"] if value is not None}
        assert {row[name] for row in rows} - {None} <= listed
    assert {row["derived"] for row in rows} == {True, False}


@pytest.mark.parametrize("form", ["xlsx", "docx", "html"])
def test_tables_fit(form: str, tmp_path: Path) -> None:
    for number, kind in enumerate(KINDS[:4]):
        (tmp_path / str(number)).mkdir()
        try:
            files = write(tamper(report(710 + number), kind, number)[0], form, tmp_path / str(number))
        except ValueError:
            continue
        rows = facts(*files)
        check(rows)
        assert any(row["row"] and row["column"] for row in rows)


@pytest.mark.skipif(not CORPUS, reason="the corpus is not here")
def test_real_reports_fit() -> None:
    rows = facts(*CORPUS, "--derived")
    assert len(rows) > 1000
    check(rows)


def test_nothing_at_all_fits(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("关于搬迁的通知\n", encoding="utf-8")
    rows = facts(path)
    assert rows == []
    check(rows)


def test_what_is_wrong_does_not_fit() -> None:
    row = facts(EXAMPLES[0])[0]
    check([row])
    for name in row:
        less = copy.copy(row)
        del less[name]
        assert not FITS.is_valid([less]), name
    wrong = {"value": 196.5, "state": "seen", "report_year": "2021", "approximate": "no", "text": None, "low": "1.0"}
    for name, value in wrong.items():
        assert not FITS.is_valid([row | {name: value}]), name
    assert not FITS.is_valid(row)


def test_the_command_prints_either_schema() -> None:
    for args, name in (((), "review"), (("review",), "review"), (("facts",), "facts")):
        result = CliRunner().invoke(main, ["schema", *args])
        assert (result.exit_code, result.stdout) == (0, schema_path(name).read_text(encoding="utf-8"))
    assert CliRunner().invoke(main, ["schema", "other"]).exit_code == 2
