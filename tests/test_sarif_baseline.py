"""How each result of SARIF compares with an earlier review, and with what is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .runs import MIXED
from .test_command import run
from .test_reports_machines import SARIF

State = list[tuple[str, str]]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    path = Path("report.txt")
    path.write_text(MIXED, encoding="utf-8")
    run("check", path, "--format", "json", "-o", "old.json")
    return path


def sarif(*options: object) -> list[dict[str, Any]]:
    run("check", "report.txt", "-o", "out.sarif", *options)
    log = json.loads(Path("out.sarif").read_text(encoding="utf-8"))
    SARIF.validate(log)
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def states(results: list[dict[str, Any]]) -> State:
    return [(each["ruleId"], each["baselineState"]) for each in results]


def test_without_anything_to_compare_with_nothing_is_said(report: Path) -> None:
    assert not any("baselineState" in each for each in sarif())


def test_what_was_there_is_unchanged_what_came_is_new_what_went_is_absent(report: Path) -> None:
    old = [each["ruleId"] for each in sarif()]
    same = sarif("--baseline", "old.json")
    assert states(same) == [(rule, "unchanged") for rule in old]
    report.write_text(MIXED.replace("总数12人", "总数13人").replace("，，", "，"), encoding="utf-8")
    after = sarif("--baseline", "old.json")
    kept = [rule for rule in old if rule not in ("BC806", "BC911")]
    gone = [(rule, "absent") for rule in old if rule in ("BC806", "BC911")]
    assert states(after) == [("BC806", "new"), *((rule, "unchanged") for rule in kept), *gone]
    absent = next(each for each in after if each["baselineState"] == "absent" and each["ruleId"] == "BC806")
    before = next(each for each in same if each["ruleId"] == "BC806")
    assert {key: absent[key] for key in ("message", "fingerprints", "ruleIndex", "level")} == {
        key: before[key] for key in ("message", "fingerprints", "ruleIndex", "level")
    }
    assert absent["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "report.txt"}},
            "logicalLocations": [{"fullyQualifiedName": "三"}],
        }
    ]


def test_a_rule_that_was_not_asked_is_not_absent(report: Path) -> None:
    report.write_text("2021年度部门决算\n本年支出合计200.00万元。\n", encoding="utf-8")
    assert states(sarif("--baseline", "old.json", "--select", "BC806")) == [("BC806", "absent")]


def test_what_is_known_does_not_count(report: Path) -> None:
    assert run("check", report, "--format", "sarif", "--baseline", "old.json", "--fail-on", "warning")[0] == 0


def test_accepted_is_unchanged_woken_is_updated_the_rest_is_new(report: Path) -> None:
    staff = next(each["fingerprints"]["budgetcheck/v1"] for each in sarif() if each["ruleId"] == "BC806")
    comma = next(each["fingerprints"]["budgetcheck/v1"] for each in sarif() if each["ruleId"] == "BC911")
    for mark in (staff, comma):
        assert run("accept", mark, report, "--reason", "r", "--by", "b", "--date", "2024-05-06")[0] == 0
    report.write_text(MIXED.replace("总数12人", "总数13人"), encoding="utf-8")
    found = sarif("--date", "2024-05-07")
    assert {state for rule, state in states(found) if rule not in ("BC806", "BC911")} == {"new"}
    told = {each["ruleId"]: (each["baselineState"], bool(each["suppressions"])) for each in found}
    assert (told["BC806"], told["BC911"]) == (("updated", False), ("unchanged", True))
    assert "absent" not in dict(map(reversed, states(found)))


def test_what_is_accepted_and_gone_is_no_result(report: Path) -> None:
    comma = next(each["fingerprints"]["budgetcheck/v1"] for each in sarif() if each["ruleId"] == "BC911")
    run("accept", comma, report, "--reason", "r", "--by", "b", "--date", "2024-05-06")
    report.write_text(MIXED.replace("，，", "，"), encoding="utf-8")
    assert {state for _, state in states(sarif("--date", "2024-05-07"))} == {"new"}
