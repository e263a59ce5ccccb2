"""The JSON schema of the format: what is written fits it, and nothing less does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import budgetcheck
from budgetcheck.cli import main
from budgetcheck.reports.machine import schema_path
from budgetcheck.reports.run import Run
from budgetcheck.rulebook import KINDS
from budgetcheck.testing import report, tamper, write

from .runs import EMPTY, MIXED, hostile, reviewed, run_of, written

SCHEMA = json.loads(schema_path().read_text(encoding="utf-8"))
FITS = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.txt"))
CORPUS = sorted((Path(__file__).resolve().parents[2] / "shared" / "corpus").glob("*"))
OPTIONAL = ("accepted", "known")
RUNS = {
    "mixed": run_of(reviewed(MIXED)),
    "empty": run_of(reviewed(EMPTY, language="en"), language="en"),
    "several": run_of(reviewed(MIXED), "unread-1.txt: the file is empty", reviewed(EMPTY)),
    "hostile": run_of(hostile(), "=cannot be ]]> read"),
    "nothing read": run_of("unread-0.txt: the file is empty"),
}


def told(run: Run) -> Any:
    return json.loads(written(run, "json"))


def check(value: Any) -> None:
    assert [error.message for error in FITS.iter_errors(value)] == []


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_written_fits(name: str) -> None:
    check(told(RUNS[name]))


def test_the_examples_fit() -> None:
    assert len(EXAMPLES) == 10
    check(told(run_of(*(budgetcheck.check(path) for path in EXAMPLES))))


@pytest.mark.skipif(not CORPUS, reason="the corpus is not here")
def test_the_corpus_fits() -> None:
    check(told(run_of(*(budgetcheck.check(path) for path in CORPUS))))


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf"])
def test_spoiled_reports_of_every_kind_fit(form: str, tmp_path: Path) -> None:
    for seed in range(3):
        made = tamper(report(seed), None, seed)[0]
        check(told(run_of(budgetcheck.check(write(made, form, tmp_path)))))


def test_accepted_findings_fit() -> None:
    value = told(RUNS["mixed"])
    value["summary"] |= {"accepted": 1, "known": 2}
    value["findings"][0]["accepted"] = {"reason": "另有说明", "by": "a", "on": "2025-03-01", "until": None}
    value["findings"][1]["accepted"] = None
    check(value)
    value["findings"][0]["accepted"]["on"] = "2025-13-01"
    assert not FITS.is_valid(value)


def test_further_keys_are_allowed() -> None:
    value = told(RUNS["mixed"])
    value["findings"][0]["new"] = value["new"] = value["document"]["new"] = {}
    check(value)


def paths(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each key of an object stands."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield (*place, key)
            yield from paths(below, (*place, key))
    if isinstance(value, list):
        for index, below in enumerate(value):
            yield from paths(below, (*place, index))


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def kinds(whole: Any) -> list[tuple[Any, ...]]:
    """One place of each key and type of value: one schema holds for all objects of a list, whichever of them it is."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for place in paths(whole):
        general = tuple("*" if isinstance(key, int) else key for key in place)
        found.setdefault((general, type(at(whole, place))), place)
    return list(found.values())


@pytest.mark.parametrize(("name", "least"), [("mixed", 80), ("nothing read", 4)])
def test_no_key_can_be_left_out_or_be_of_another_type(name: str, least: int) -> None:
    whole = told(RUNS[name])
    del whole.get("outcomes", [])[1:]
    places = kinds(whole)
    assert len(places) > least
    for place in places:
        value = copy.deepcopy(whole)
        del at(value, place[:-1])[place[-1]]
        assert FITS.is_valid(value) == (place[-1] in OPTIONAL), place
        at(value, place[:-1])[place[-1]] = True
        assert not FITS.is_valid(value), place


def test_one_document_is_an_object_and_several_are_an_array() -> None:
    check(told(RUNS["mixed"]))
    assert not FITS.is_valid([told(RUNS["mixed"])])
    assert not FITS.is_valid([])


def test_every_kind_of_finding_is_in_the_schema() -> None:
    assert set(SCHEMA["$defs"]["finding"]["properties"]["kind"]["enum"]) == KINDS


def test_the_command_prints_the_schema() -> None:
    result = CliRunner().invoke(main, ["schema"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, SCHEMA)
