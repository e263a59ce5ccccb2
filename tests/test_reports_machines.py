"""SARIF, JUnit, GitHub and GitLab: valid, complete, in the order and with the ids of the JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from budgetcheck.reports.run import Run, children

from .runs import EMPTY, HOSTILE, MIXED, RULES, hostile, ids, reviewed, run_of, written
from .test_reports_lists import CHINESE

SCHEMAS = Path(__file__).parent / "schemas"
SARIF = Draft202012Validator(json.loads((SCHEMAS / "sarif-part.json").read_text(encoding="utf-8")))
JUNIT = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
ID = re.compile(r"\[([0-9a-f]{12})\](?:\n|$)")
RUNS: Mapping[str, Run] = {
    "mixed": run_of(reviewed(MIXED)),
    "empty": run_of(reviewed(EMPTY)),
    "several": run_of(reviewed(MIXED), "unread-1.txt: the file is empty", reviewed(MIXED)),
    "hostile": run_of(hostile(), "=cannot\x00 be ]]> read\n::error::x"),
    "nothing read": run_of("unread-0.txt: the file is empty"),
}


def sarif(run: Run) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(written(run, "sarif"))
    SARIF.validate(log)
    return dict(log["runs"][0])


def junit(run: Run) -> etree._Element:
    root = etree.fromstring(written(run, "junit"))
    JUNIT.assertValid(root)
    return root


def plain(text: str) -> str:
    """A SARIF message without its escapes."""
    return re.sub(r"\\([\[\]\\])", r"\1", text.replace("{{", "{").replace("}}", "}"))


@pytest.mark.parametrize("name", RUNS)
def test_sarif_is_valid_and_complete(name: str) -> None:
    run = RUNS[name]
    found = sarif(run)
    assert [result["fingerprints"]["budgetcheck/v1"] for result in found["results"]] == ids(run)
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    failed = any(isinstance(result, str) for _, result in run.results)
    invocation = found["invocations"][0]
    assert invocation["executionSuccessful"] is not failed
    errors = [note for note in invocation["toolExecutionNotifications"] if note["level"] == "error"]
    assert [plain(note["message"]["text"]) for note in errors] == [r for _, r in run.results if isinstance(r, str)]


def test_sarif_points_at_the_number_and_at_the_other_side() -> None:
    result = sarif(RUNS["mixed"])["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "report.txt"}
    assert place["region"] == {"startLine": 3, "startColumn": 7, "endColumn": 15, "snippet": {"text": "210.00万元"}}
    line = MIXED.splitlines()[2]
    assert line[6:14] == "210.00万元"
    others = [location["physicalLocation"]["region"] for location in result["relatedLocations"]]
    assert [line[r["startColumn"] - 1 : r["endColumn"] - 1] for r in others] == ["150.00万元", "50.00万元"]
    assert [location["message"]["text"] for location in result["relatedLocations"]] == [
        "基本支出 150.00万元", "项目支出 50.00万元",
    ]  # fmt: skip
    assert result["level"] == "error"
    assert {r["level"] for r in sarif(RUNS["mixed"])["results"]} == {"error", "warning", "note"}


def test_sarif_names_the_page_where_there_are_no_lines() -> None:
    review = reviewed(MIXED, "report.pdf")

    def paged(finding: Any) -> Any:
        sides = tuple(replace(fact, span=replace(fact.span, line=None, page=4)) for fact in finding.stated)
        return replace(finding, stated=sides, culprits=())

    told = [replace(f, stated=()) if f.rule != "BC104" else paged(f) for f in review.findings]
    result = sarif(run_of(replace(review, findings=tuple(told))))["results"][0]
    location = result["locations"][0]
    assert "region" not in location["physicalLocation"]
    assert (location["properties"]["page"], location["properties"]["section"]) == (4, "一")
    assert location["logicalLocations"] == [{"fullyQualifiedName": "一 第4页"}]


def test_sarif_addresses_are_uris() -> None:
    names = ["a b/报告#1.txt", "/abs/x\ny%.txt", os.fsdecode(b"bad\xff.txt")]
    uris = [a["location"]["uri"] for a in sarif(run_of(*(reviewed(EMPTY, name) for name in names)))["artifacts"]]
    assert uris[0] == "a%20b/%E6%8A%A5%E5%91%8A%231.txt"
    assert unquote(urlparse(uris[1]).path) == names[1]
    assert uris[1].startswith("file:///abs/x%0Ay%25.txt")
    assert uris[2] == "bad%FF.txt"


@pytest.mark.parametrize("name", RUNS)
def test_junit_is_valid_and_complete(name: str) -> None:
    run = RUNS[name]
    root = junit(run)
    for suite, (_, result) in zip(root, run.results, strict=True):
        # What older readers of JUnit want besides the schema.
        assert {"timestamp", "hostname", "time", "id", "package", "tests", "failures", "errors"} <= set(suite.attrib)
        assert [child.tag for child in suite if child.tag != "testcase"] == ["properties", "system-out", "system-err"]
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        if isinstance(result, str):
            assert suite.get("errors") == "1"
            continue
        assert suite.get("errors") == "0"
        assert suite[0][1].attrib == {"name": "checked", "value": str(result.coverage.checked)}
        assert [case.get("name").split()[0] for case in suite.iter("testcase")] == [o.rule for o in result.outcomes]
        told = ID.findall("\n".join(suite.itertext()))
        assert sorted(told) == sorted(finding.id for finding in result.findings)


def test_junit_fails_what_makes_the_run_fail() -> None:
    def cases(failing: tuple[str, ...]) -> dict[str, list[str]]:
        suite = junit(run_of(reviewed(MIXED), failing=failing))[0]
        return {tag: [e.getparent().get("name").split()[0] for e in suite.iter(tag)] for tag in ("failure", "skipped")}

    assert cases(("error",))["failure"] == ["BC104", "BC107", "BC201", "BC202"]
    assert cases(("error", "warning"))["failure"] == ["BC104", "BC107", "BC201", "BC202", "BC806"]
    assert cases(())["failure"] == []
    suite = junit(RUNS["mixed"])[0]
    share = next(case for case in suite if case.get("name", "").startswith("BC201"))
    assert share.get("name") == "BC201 占比等于部分除以整体"
    assert share[0].get("message").endswith("相差3.57个百分点 (+2)")
    assert len(share[0].text.splitlines()) == 3
    assert suite.findtext("system-out").splitlines() == [
        "提示 BC911 第5行: “，，”重复或相连有误，请改正 [d835573fbce3]",
        *[line for line in suite.findtext("system-out").splitlines() if line.startswith("存疑 BC806 第7行: ")],
    ]
    skipped = next(case for case in suite if case.get("name", "").startswith("BC602"))
    assert skipped[0].get("message") == "公务用车费"


@pytest.mark.parametrize("name", RUNS)
def test_github_commands_are_one_line_each(name: str) -> None:
    run = RUNS[name]
    lines = written(run, "github").decode().split("\n")
    assert lines.pop() == ""
    assert "\r" not in "".join(lines)
    command = re.compile(r"::(error|warning|notice) file=([^,:\n]*)(?:,line=(\d+))?,title=([^,:\n]*)::([^\n]*)")
    found = [command.fullmatch(line) for line in lines]
    assert all(found)
    told = [ID.search(each[5]) for each in found if each and each[4] != "无法读取"]
    assert [each[1] for each in told if each] == ids(run)


def test_github_escapes_what_would_end_a_value() -> None:
    first, *_, last = written(RUNS["hostile"], "github").decode().splitlines()
    assert first == (
        "::error file=bad%0Aname ]]>%2C%3A%25\u202e.txt,line=1,title=BC104::=cmd|' /C calc'!A0 [000000000000]"
    )
    assert last == "::error file=unread-1.txt,title=无法读取::=cannot␀ be ]]> read ::error::x"
    mixed = written(RUNS["mixed"], "github").decode().splitlines()
    assert mixed[2].startswith(
        "::error file=report.txt,line=3,title=BC201::基本支出150.00万元，占本年支出合计210.00万元"
    )
    assert "应为71.43%25，" in mixed[2]
    assert [line.split()[0] for line in mixed] == ["::error"] * 6 + ["::notice", "::warning"]


@pytest.mark.parametrize("name", RUNS)
def test_gitlab_report_has_what_gitlab_wants(name: str) -> None:
    run = RUNS[name]
    issues = json.loads(written(run, "gitlab"))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
    marks = [issue["fingerprint"] for issue in issues]
    assert len(set(marks)) == len(marks)
    told = [mark.partition("-")[0] for mark, issue in zip(marks, issues, strict=True) if issue["severity"] != "blocker"]
    assert told == ids(run)
    assert sum(issue["severity"] == "blocker" for issue in issues) == sum(isinstance(r, str) for _, r in run.results)


def test_gitlab_severities() -> None:
    issues = json.loads(written(RUNS["mixed"], "gitlab"))
    assert [issue["severity"] for issue in issues] == ["critical"] * 6 + ["info", "minor"]
    assert issues[0]["location"] == {"path": "report.txt", "lines": {"begin": 3}}


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab"])
def test_english_formats_are_english(form: str) -> None:
    """But for names and numbers of the report in messages."""
    run = run_of(reviewed(EMPTY, language="en"), "unread-1.txt: the file is empty", language="en")
    text = written(run, form).decode()
    if form == "sarif":
        log = sarif(run)
        text = json.dumps(log["tool"], ensure_ascii=False)
        assert log["language"] == "en"
        share = next(rule for rule in log["tool"]["driver"]["rules"] if rule["id"] == "BC201")
        assert share["help"]["markdown"].startswith("**A share equals part over whole**")
    if form == "junit":
        root = junit(run)
        text = "".join(case.get("name") for case in root.iter("testcase"))
    assert not CHINESE.search(text)


def test_symptoms_stand_under_their_root_whatever_the_roots_are() -> None:
    first = reviewed(MIXED).findings[0]

    def each(name: str, root: str | None) -> Any:
        return replace(first, id=name, root=root)

    findings = [each("a", None), each("b", "c"), each("c", "a"), each("d", "x"), each("e", "f"), each("f", "e"),
                each("g", "g")]  # fmt: skip
    assert [(root.id, [below.id for below in under]) for root, under in children(findings)] == [
        ("a", ["b", "c"]), ("d", []), ("e", ["f"]), ("g", []),
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_of_a_report_makes_valid_files(text: str) -> None:
    name = text.replace("\ud800", "") or "x"  # no file can be called that
    run = run_of(reviewed(MIXED, name), text)
    sarif(run)
    junit(run)
    json.loads(written(run, "gitlab"))
