"""Accepted differences and baselines: what stays accepted, what wakes up, what every format shows of it."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import budgetcheck
from budgetcheck import BudgetcheckError
from budgetcheck.accepted import Entry, Mark, mark_of, read_entries, rule_digest, settle, update_entries
from budgetcheck.model import Acceptance
from budgetcheck.reports.formats import FORMATS
from budgetcheck.rulebook import _load
from budgetcheck.wording import messages

from .runs import MIXED, RULES, reviewed, run_of, written
from .test_command import BAD, RULE, run
from .test_reports_command import hook

WORDS = messages("zh")
DAY = date(2024, 5, 6)
WHY = Acceptance("见附注", "王", DAY, date(2025, 5, 6))
TWO = BAD.replace("\n", "\n一、支出情况\n", 1)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as working directory, with a wrong report."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    put(BAD)
    return tmp_path


def put(text: str, name: str = "report.txt") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def told(*args: object, name: str = "report.txt") -> Any:
    return json.loads(run("check", name, "--format", "json", *args)[1])


def found(rule: str, *args: object, name: str = "report.txt") -> dict[str, Any]:
    finding: dict[str, Any] = next(f for f in told(*args, name=name)["findings"] if f["rule"] == rule)
    return finding


def accept(rule: str = "BC202", *args: object, name: str = "report.txt") -> str:
    """Accept the finding of a rule on a fixed day; its id."""
    mark: str = found(rule, name=name)["id"]
    done = run("accept", mark[:6], name, "--reason", "见附注", "--by", "王", "--date", "2024-05-06", *args)
    assert done[0] == 0, done
    return mark


def test_an_accepted_finding_counts_no_longer(project: Path) -> None:
    assert run("check", "report.txt")[0] == 1
    root, symptom = found("BC202"), found("BC201")
    assert symptom["root"] == root["id"]
    code, out, err = run("accept", root["id"], "report.txt", "--reason", "见附注", "--by", "王", "--date", "2024-05-06")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"已接受  {root['id']}  BC202  {root['message']}",
        f"已接受  {symptom['id']}  BC201  {symptom['message']}",
        f"→ {project / 'accepted.toml'}",
    ]
    assert run("check", "report.txt")[0] == 0
    review = told()
    assert review["summary"] == {"error": 0, "warning": 0, "info": 0, "accepted": 2, "known": 0}
    assert review["findings"][0] | {"accepted": None} in [root, symptom]
    assert review["findings"][0]["accepted"] == {"reason": "见附注", "by": "王", "on": "2024-05-06", "until": None}
    assert run("check", "report.txt", "--isolated")[0] == 1
    assert "见附注" not in run("check", "report.txt", "--isolated")[1]


def test_the_file_says_what_was_accepted(project: Path) -> None:
    mark = accept("BC201", "--until", "2025-05-06", "--only")
    text = Path("accepted.toml").read_text(encoding="utf-8")
    assert (
        text
        == f"""# {WORDS["accepted"]["head"]}

[[accepted]]
id = "{mark}"
document = "report.txt"
rule = "BC201"
rule-digest = "{rule_digest(RULES["BC201"])}"
root = "{found("BC202")["id"]}"
values = ["57.00%", "150.00万元", "200.00万元"]
quote = "{BAD.splitlines()[1]}"
message = "{found("BC201", "--isolated")["message"]}"
reason = "见附注"
by = "王"
on = 2024-05-06
until = 2025-05-06
"""
    )


def test_it_stays_accepted_where_only_the_page_changes(project: Path) -> None:
    put(TWO)
    accept()
    title, rest = TWO.split("\n", 1)
    put(f"{title}\n本报告有一段说明。\n\n{rest.replace('一、支出情况', '一、支出情况' + chr(10) + '下面是支出。')}")
    assert run("check", "report.txt", "--date", "2024-05-06")[0] == 0
    put(TWO.replace("占25.00%", "占百分之二十五"))
    assert found("BC201")["accepted"]
    put(TWO, "copy.txt")
    assert not found("BC201", name="copy.txt")["accepted"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["57.00%", "150.00万元", "200.00万元"]))
def test_a_changed_number_wakes_it_up(hundredths: int, printed: str) -> None:
    """Whatever a number becomes: what is wrong with it afterwards is open, and says what it was."""
    before = reviewed(TWO)
    entries = [Entry("r", mark_of(f), rule_digest(RULES[f.rule]), WHY) for f in before.findings]
    assert not settle(before, entries, RULES, DAY, WORDS).review.open
    number = f"{hundredths // 100}.{hundredths % 100:02}" + printed.lstrip("0123456789.")
    assume(number != printed)
    after = settle(reviewed(TWO.replace(printed, number, 1)), entries, RULES, DAY, WORDS)
    for finding in after.review.findings:
        takes_part = number in mark_of(finding).values
        assert not (takes_part and finding.accepted)
        if finding.id in after.earlier and not finding.accepted:
            assert f"；此处曾于2024-05-06由王接受（见附注），其后{printed}变为{number}" in finding.message
    share = [f for f in after.review.open if f.rule == "BC201" and "基本支出" in f.message]
    assert all(f.id in after.earlier for f in share)


def test_what_it_was_and_what_it_became(project: Path) -> None:
    accept("BC201", "--only")
    put(BAD.replace("57.00%", "58.00%"))
    finding = found("BC201")
    assert finding["accepted"] is None
    plain = found("BC201", "--isolated")["message"]
    assert finding["message"] == f"{plain}；此处曾于2024-05-06由王接受（见附注），其后57.00%变为58.00%"
    assert run("check", "report.txt")[0] == 1
    english = found("BC201", "--lang", "en")["message"]
    assert english.endswith("; accepted here by 王 on 2024-05-06 (见附注), since then 57.00% has become 58.00%")
    again = accept("BC201", "--only")
    assert [entry.mark.id for entry in read_entries(Path("accepted.toml"))] == [again]
    assert found("BC201")["accepted"]


def test_a_changed_rule_wakes_it_up(project: Path) -> None:
    accept()
    own = put(RULE.replace('"error"', '"warning"', 1).replace("文中写作", "文中写为"), "own/BC201-share.toml")
    assert found("BC201", "--rules", "own")["severity"] == "warning"
    assert found("BC201", "--rules", "own")["accepted"]
    changed = RULE.replace("equation = ", "options = { house = false }\nequation = ", 1)
    assert changed != RULE
    own.write_text(changed, encoding="utf-8")
    _load.cache_clear()
    finding = found("BC201", "--rules", "own")
    assert finding["accepted"] is None
    assert finding["message"].endswith("；曾于2024-05-06由王接受（见附注），其后规则已改")


def test_a_passed_date_wakes_it_up(project: Path) -> None:
    accept("BC202", "--until", "2024-12-31")
    assert run("check", "report.txt", "--date", "2024-12-31")[0] == 0
    assert run("check", "report.txt", "--date", "2025-01-01")[0] == 1
    finding = found("BC201", "--date", "2025-01-01")
    assert finding["accepted"] is None
    assert finding["message"].endswith("；曾于2024-05-06由王接受（见附注），期限2024-12-31已过")


def test_what_is_no_longer_found_is_said_and_pruned(project: Path) -> None:
    other = accept()
    mark = found("BC201")["id"]
    put(BAD.replace("57.00%", "75.00%"))
    code, _, err = run("check", "report.txt", "--format", "csv")
    assert code == 0
    said = f"{mark} (BC201, report.txt), {other} (BC202, report.txt)"
    assert err.splitlines()[0] == (
        f"budgetcheck: {project / 'accepted.toml'}: no longer found: {said}; "
        "`budgetcheck accept --prune FILE` takes them out"
    )
    assert run("check", "report.txt", "--format", "json")[2] == ""
    assert run("check", "report.txt", "--select", "BC1", "--format", "csv")[2] == ""
    assert run("accept", "--prune", "report.txt")[1] == f"− {mark}  BC201  report.txt\n− {other}  BC202  report.txt\n"
    assert read_entries(Path("accepted.toml")) == ()
    assert Path("accepted.toml").read_text(encoding="utf-8") == f"# {WORDS['accepted']['head']}\n"


def test_one_of_a_cause_is_accepted_alone(project: Path) -> None:
    root, symptom = found("BC202"), found("BC201")
    words = ("report.txt", "--reason", "r", "--by", "b")
    assert run("accept", symptom["id"], *words)[1].splitlines()[1:] == [
        f"→ {project / 'accepted.toml'}",
        f"同一原因: {root['id']}  BC202  {root['message']}",
    ]
    assert run("check", "report.txt")[0] == 1
    assert run("accept", "--remove", symptom["id"])[0] == 0
    assert "同一原因" in run("accept", root["id"], *words, "--only")[1]
    assert [f["accepted"] is None for f in told()["findings"] if f["rule"] == "BC201"] == [True]


def test_a_report_of_several_files(project: Path) -> None:
    put("2021年度部门决算\n一、概况\n", "prose.txt")
    both = ("prose.txt", "report.txt", "--together")
    review = json.loads(run("check", *both, "--format", "json")[1])
    mark = next(f["id"] for f in review["findings"] if f["rule"] == "BC202")
    assert run("accept", mark, *both, "--reason", "r", "--by", "b")[0] == 0
    assert read_entries(Path("accepted.toml"))[0].document == "prose.txt + report.txt"
    assert run("check", *both)[0] == 0
    assert run("check", "report.txt")[0] == 1
    assert run("accept", "--prune", *both)[1] == ""


def test_list_and_remove(project: Path) -> None:
    other, mark = accept("BC202", "--until", "2025-01-01"), found("BC201")["id"]
    assert run("accept", "--list")[1].splitlines() == [
        f"{mark}  BC201  report.txt  见附注（王，2024-05-06，至2025-01-01）",
        f"{other}  BC202  report.txt  见附注（王，2024-05-06，至2025-01-01）",
    ]
    assert run("accept", "--remove", other[:7])[1] == f"− {mark}  BC201  report.txt\n− {other}  BC202  report.txt\n"
    assert run("accept", "--list")[1] == ""
    assert run("accept", "--remove", mark) == (
        2, "", f"budgetcheck: {project / 'accepted.toml'}: no accepted findings are called {mark}\n"
    )  # fmt: skip


def test_accepting_from_a_review(project: Path) -> None:
    run("check", "report.txt", "--format", "json", "-o", "review.json")
    mark = found("BC202")["id"]
    done = run("accept", mark, "--from", "review.json", "--reason", "r", "--by", "b")
    assert done[0] == 0
    assert run("check", "report.txt")[0] == 0


def test_accepting_beside_the_settings_and_from_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put('accepted = "kept/ok.toml"\n', "budgetcheck.toml")
    Path("kept").mkdir()
    Path("deep").mkdir()
    monkeypatch.chdir("deep")
    accept(name="../report.txt")
    assert (project / "kept" / "ok.toml").exists()
    assert read_entries(project / "kept" / "ok.toml")[0].document == "../report.txt"
    assert run("check", project / "report.txt")[0] == 0
    (project / "budgetcheck.toml").unlink()
    monkeypatch.chdir(project)
    accept()
    monkeypatch.chdir("deep")
    assert run("check", "../report.txt")[0] == 0
    assert run("check", "../report.txt", "--accepted", "none.toml")[2] == "budgetcheck: none.toml: no such file\n"


REFUSED = [
    (["{id}", "report.txt", "--by", "b"], "say why with --reason"),
    (["{id}", "report.txt", "--by", "b", "--reason", " \n"], "say why with --reason"),
    (["{id}", "report.txt", "--reason", "r"], "say who accepts it with --by"),
    (["{id}", "--reason", "r", "--by", "b"], "name the file of the finding, or its review with --from"),
    (["{id}", "report.txt", "--reason", "r", "--by", "b", "--until", "2024-05-05"], "--until 2024-05-05 has passed"),
    (["{id5}", "report.txt", "--reason", "r", "--by", "b"],
     "{id5}: at least 6 characters of a finding's id are needed"),
    (["report.txt", "--reason", "r", "--by", "b"], "name the file of the finding, or its review with --from"),
    (["abcdef", "report.txt", "--reason", "r", "--by", "b"], "no finding of report.txt is called abcdef"),
    (["{id}", "report.txt", "copy.txt", "--reason", "r", "--by", "b"],
     "{id} stands in report.txt, copy.txt: name one of them"),
    (["{id}", "report.txt", "--reason", "r", "--by", "b", "--isolated"],
     "--isolated accepts nothing: name a file with --accepted"),
    (["{id}", "none.txt", "--reason", "r", "--by", "b"], "none.txt: No such file or directory"),
    (["{id}", "--from", "report.txt", "--reason", "r", "--by", "b"], "report.txt: no JSON"),
    (["{id}", "report.txt", "--reason", "r", "--by", "b", "--accepted", "none/a.toml"],
     "none/a.toml: No such file or directory"),
    (["--prune"], "name the files to check with --prune"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_cannot_be_accepted_is_one_line(words: list[str], message: str, project: Path) -> None:
    put(BAD, "copy.txt")
    mark = found("BC201")["id"]
    names = {"id": mark, "id5": mark[:5]}
    code, out, err = run("accept", *(word.format(**names) for word in words), "--date", "2024-05-06")
    assert (code, out) == (2, "")
    assert err == f"budgetcheck: {message.format(**names)}\n"
    assert not Path("accepted.toml").exists()


def accepted_mixed() -> Any:
    """A run with a report of which the wrong total and its symptoms are accepted, and one that cannot be read."""
    review = reviewed(MIXED)
    top = review.findings[0]
    chosen = [f for f in review.findings if top.id in (f.id, f.root)]
    entries = [Entry("r", mark_of(f), rule_digest(RULES[f.rule]), WHY) for f in chosen]
    after = settle(review, entries, RULES, DAY, WORDS).review
    assert len(after.findings) - len(after.open) == len(chosen) == 4
    return run_of(replace(after, known=17), "report2: broken"), [f.id for f in chosen]


REASON = "见附注（王，2024-05-06，至2025-05-06）"


def test_lists_strike_accepted_findings_through() -> None:
    told, ids = accepted_mixed()
    lines = written(told, "md").decode().splitlines()
    struck = [line for line in lines if any(f"~~{mark}~~" in line for mark in ids)]
    assert len(struck) == 4
    assert all(line.startswith("| ~~") and f"~~ 已接受: {REASON} | " in line for line in struck)
    assert "2个错误，1个存疑，1个提示；已接受4个；基线中已有17个，未列出" in lines[-2]
    rows = written(told, "csv").decode("utf-8-sig").splitlines()
    assert sum(row.endswith(f",{REASON}") for row in rows) == 4
    book = openpyxl.load_workbook(io.BytesIO(written(told, "xlsx")))
    sheet = book["问题清单"]
    rows = [row for row in sheet.iter_rows(min_row=3) if row[-1].value in ids]
    assert len(rows) == 4
    for row in rows:
        assert [cell.value for cell in row][-3:-1] == ["已接受", REASON]
        assert row[9].font.strike
        assert not row[-2].font.strike
    others = [row for row in sheet.iter_rows(min_row=4) if row[9].value and row not in rows]
    assert not any(row[9].font.strike for row in others)


def test_machines_are_told_of_accepted_findings() -> None:
    told, ids = accepted_mixed()
    results = json.loads(written(told, "sarif"))["runs"][0]["results"]
    suppressed = {each["fingerprints"]["budgetcheck/v1"]: each["suppressions"] for each in results}
    assert [mark for mark, why in suppressed.items() if why] == ids
    assert suppressed[ids[0]] == [{"kind": "external", "status": "accepted", "justification": REASON}]
    assert "suppressions" not in json.loads(written(run_of(reviewed(MIXED)), "sarif"))["runs"][0]["results"][0]
    for form in ("github", "gitlab"):
        text = written(told, form).decode()
        assert not any(mark in text for mark in ids)
        assert "report2: broken" in text
    junit = written(told, "junit").decode()
    assert junit.count("<failure") == 2
    assert junit.count(f"已接受 ({REASON}): 错误 BC") == 4
    assert "基线中已有17个，未列出" in junit
    assert json.loads(written(told, "json"))[0]["summary"]["known"] == 17


@pytest.mark.parametrize("form", ["github", "gitlab", "csv", "terminal"])
def test_what_a_format_leaves_out_is_counted_at_the_end(form: str, project: Path) -> None:
    accept()
    code, _, err = run("check", "report.txt", "--format", form)
    assert code == 0
    lines = [" ".join(line.split()) for line in err.splitlines()]
    table = ["文件 错误 存疑 提示 已接受 数字 已核对", "report.txt 0 0 0 2 5 100.0%"]
    assert lines == ([] if form == "terminal" else table)


def test_the_terminal_strikes_through_and_says_why(project: Path) -> None:
    mark = accept()
    out = run("check", "report.txt")[1]
    assert f"错误 BC202  第2行  {mark}  已接受\n" in out
    assert "见附注（王，2024-05-06）" in out
    assert "0个错误，0个存疑，0个提示；已接受2个" in out
    from budgetcheck.reports.terminal import print_reviews

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    entries = read_entries(Path("accepted.toml"))
    os.environ["TERM"] = "xterm"
    print_reviews([settle(reviewed(BAD), entries, RULES, DAY, WORDS).review], stream=shown)
    assert "\x1b[2;9m" in shown.getvalue()


# The file

NASTY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(
    [
        '"""',
        "'''",
        '\\"',
        "\\u0000",
        "[[accepted]]",
        "\n[[accepted]]\nid = 1\n",
        "# x",
        "\r\n",
        "\x7f\x00\x85\u2028",
        "=1",
    ]
)


def entry(**changes: Any) -> Entry:
    mark = Mark("0123456789ab", "BC201", (("section", "一"),), ("57.00%",), "quote", "message")
    return replace(Entry("report.txt", mark, "d" * 12, WHY), **changes)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(NASTY, NASTY, NASTY, st.lists(NASTY, max_size=3), st.booleans()), min_size=1, max_size=4))
def test_whatever_is_accepted_is_read_back(drawn: list[tuple[str, str, str, list[str], bool]]) -> None:
    entries = [
        Entry(
            document,
            Mark(f"{number:012x}", "BC201", (("section", reason), ("row", document)), tuple(values), by, reason, by),
            "d" * 12,
            replace(WHY, reason=reason, by=by, until=None if open_end else DAY),
        )
        for number, (document, reason, by, values, open_end) in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accepted.toml"
        for each in entries:
            update_entries(path, [], [each], "head")
        ordered = sorted(entries, key=lambda e: (e.document, e.mark.rule, e.mark.id))
        assert list(read_entries(path)) == ordered
        tomllib.loads(path.read_text(encoding="utf-8"))
        update_entries(path, entries[:1], [], "head")
        assert list(read_entries(path)) == [e for e in ordered if e != entries[0]]
        assert os.listdir(folder) == ["accepted.toml"]


def test_other_lines_of_the_file_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    first, last = entry(document="a.txt"), entry(document="c.txt")
    update_entries(path, [], [first, last], "head")
    text = path.read_text(encoding="utf-8")
    by_hand = text.replace("# head\n", "# head of ours\n\n# ---- county ----\n").replace(
        '[[accepted]]\nid = "0123456789ab"\ndocument = "c.txt"',
        '# ---- town ----\n\n# agreed by phone\n[[accepted]]\n  id   = "0123456789ab"  # odd\ndocument = "c.txt"',
    )
    assert by_hand.count("----") == 4
    by_hand += "\n# the end\n"
    path.write_text(by_hand, encoding="utf-8")
    between = entry(document="b.txt")
    update_entries(path, [], [between], "head")
    grown = path.read_text(encoding="utf-8")
    assert [e.document for e in read_entries(path)] == ["a.txt", "b.txt", "c.txt"]
    assert grown.replace('\n[[accepted]]\nid = "0123456789ab"\ndocument = "b.txt"', "", 1) != grown
    assert set(by_hand.splitlines()) <= set(grown.splitlines())
    update_entries(path, [between], [], "head")
    assert path.read_text(encoding="utf-8") == by_hand
    update_entries(path, [first], [], "head")
    left = path.read_text(encoding="utf-8")
    assert "# ---- county ----" in left
    assert "# ---- town ----\n\n# agreed by phone\n[[accepted]]\n  id   =" in left
    assert left.endswith("\n\n# the end\n")


GOOD_ENTRY = """[[accepted]]
id = "0123456789ab"
document = "report.txt"
rule = "BC201"
rule-digest = "dddddddddddd"
values = ["57.00%"]
reason = "r"
by = "b"
on = 2024-05-06
"""
BROKEN = [
    ("x = 1\n", ": unknown key x"),
    ("[[accepted]]\n", ":1: id is missing"),
    (GOOD_ENTRY + "\n" + GOOD_ENTRY.replace('reason = "r"\n', ""), ":11: reason is missing"),
    (GOOD_ENTRY + 'why = "x"\n', ":10: unknown key why"),
    (GOOD_ENTRY.replace('"b"', "3"), ":8: by is a string"),
    (GOOD_ENTRY.replace("2024-05-06", '"2024-05-06"'), ":9: on is a date like 2025-03-31"),
    (GOOD_ENTRY.replace("2024-05-06", "2024-05-06T10:00:00"), ":9: on is a date like 2025-03-31"),
    (GOOD_ENTRY.replace('["57.00%"]', "[57]"), ":6: values is a list of strings"),
    (GOOD_ENTRY.replace("values = ", "values : "), ":6: not valid TOML: Expected '=' after a key in a key/value pair"),
    ("accepted = 1\n", ": every accepted difference is a table [[accepted]]"),
    ("[accepted]\nx = 1\n", ": every accepted difference is a table [[accepted]]"),
    ('accepted = [{ id = "x" }]\n', ": every accepted difference is a table [[accepted]]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_what_is_wrong_in_the_file_is_said_with_its_line(text: str, message: str, project: Path) -> None:
    path = put(text, "accepted.toml").resolve()
    assert run("check", "report.txt") == (2, "", f"budgetcheck: {path}{message}\n")
    assert run("accept", "--list") == (2, "", f"budgetcheck: {path}{message}\n")
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_not_text(project: Path) -> None:
    Path("accepted.toml").write_bytes(b"# \xff")
    with pytest.raises(BudgetcheckError, match="not UTF-8 at byte 2"):
        read_entries(Path("accepted.toml"))


# Baselines


def test_a_baseline_leaves_only_what_is_new(project: Path) -> None:
    put(MIXED)
    run("check", "report.txt", "--format", "json", "-o", "old.json")
    assert told("--baseline", "old.json")["summary"] == {"error": 0, "warning": 0, "info": 0, "accepted": 0, "known": 8}
    assert run("check", "report.txt", "--baseline", "old.json", "--fail-on", "warning")[0] == 0
    put(MIXED.replace("一、支出情况\n", "一、支出情况\n这是说明。\n\n"))
    assert told("--baseline", "old.json")["findings"] == []
    put(MIXED.replace("在编在职人员总数12人", "在编在职人员总数13人"))
    assert [f["rule"] for f in told("--baseline", "old.json")["findings"]] == ["BC806"]
    code, out, _ = run("check", "report.txt", "--baseline", "old.json")
    assert code == 0
    assert "0个错误，1个存疑，0个提示；基线中已有7个，未列出" in out
    put(MIXED.replace("核定编制10名，", "核定编制10名，，"))
    assert told("--baseline", "old.json")["summary"]["info"] == 1


def test_a_baseline_of_several_documents(project: Path) -> None:
    put(MIXED, "a/x.txt")
    put(BAD, "b/y.txt")
    put(BAD, "c/y.txt")
    run("check", "a/x.txt", "b/y.txt", "--format", "json", "-o", "old.json")

    def known(*names: str) -> list[int]:
        out = run("check", *names, "--format", "json", "--baseline", "old.json")[1]
        reviews = json.loads(out)
        return [each["summary"]["known"] for each in (reviews if isinstance(reviews, list) else [reviews])]

    assert known("./a/x.txt", "b/y.txt") == [8, 2]
    assert known("b/../b/y.txt", "c/y.txt") == [2, 0]
    assert known("c/y.txt") == [2]
    run("check", "a/x.txt", "--format", "json", "-o", "old.json")
    put(MIXED, "renamed.txt")
    assert known("renamed.txt") == [8]
    assert known("renamed.txt", "b/y.txt") == [0, 0]


def test_accepted_and_baseline_together(project: Path) -> None:
    run("check", "report.txt", "--format", "json", "-o", "old.json")
    accept("BC201", "--only", "--until", "2024-12-31")
    summary = told("--baseline", "old.json", "--date", "2024-05-06")["summary"]
    assert summary == {"error": 0, "warning": 0, "info": 0, "accepted": 1, "known": 1}
    run("check", "report.txt", "--format", "json", "-o", "new.json", "--date", "2024-05-06")
    # What was accepted then is no part of what was known then: it wakes up all the same.
    assert [f["rule"] for f in told("--baseline", "new.json", "--date", "2025-01-01")["findings"]] == ["BC201"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "old.json: no JSON"),
        ("3", "old.json: not written by budgetcheck check --format json"),
        ('{"findings": []}', "old.json: not written by budgetcheck check --format json"),
        ('{"schema": "budgetcheck.review/1", "document": {"path": "x"}, "findings": [{}]}',
         "old.json: not written by budgetcheck check --format json"),
        ('{"schema": "budgetcheck.review/1", "document": {"path": "x"}, "findings": [{"stated": 1, "computed": []}]}',
         "old.json: not written by budgetcheck check --format json"),
        (None, "old.json: No such file or directory"),
    ],
)  # fmt: skip
def test_a_baseline_that_is_none(text: str | None, message: str, project: Path) -> None:
    if text is not None:
        put(text, "old.json")
    assert run("check", "report.txt", "--baseline", "old.json") == (2, "", f"budgetcheck: {message}\n")


def test_a_file_that_could_not_be_read_then_has_no_known_findings(project: Path) -> None:
    old = '[{"schema": "budgetcheck.review/1", "version": "0", "document": {"path": "report.txt"}, "error": "x"}]'
    put(old, "old.json")
    assert told("--baseline", "old.json")["summary"]["error"] == 2


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written_with_accepted_findings(form: str, project: Path) -> None:
    accept("BC201", "--only")
    assert run("check", "report.txt", "--format", form, "-o", "out")[0] == 1
    assert Path("out").stat().st_size > 20


# A pull request


def test_a_pull_request_played_through(tmp_path: Path) -> None:
    """Hook refuses, finding is accepted and committed with its reason, the number changes, the hook refuses again."""
    entry, _ = hook()
    source = str(Path(budgetcheck.__file__).parents[1])
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    environment = {**os.environ, **alone, "PYTHONPATH": source}

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        return call("git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words)

    def commit(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "published" / "report.txt").write_text(text, encoding="utf-8")
        git("add", "-A")
        return git("commit", "-q", "-m", "report")

    git("init", "-q")
    (tmp_path / "published").mkdir()
    (tmp_path / "budgetcheck.toml").write_text('language = "en"\nfail-on = "warning"\n', encoding="utf-8")
    script = tmp_path / ".git" / "hooks" / "pre-commit"
    staged = "git diff --cached --name-only --diff-filter=ACM -z -- published | xargs -0 -r"
    script.write_text(f"#!/bin/sh\n{staged} {shlex.join(entry)}\n", encoding="utf-8")
    script.chmod(0o755)
    refused = commit(BAD)
    assert refused.returncode != 0
    mark = next(
        line.split()[-1] for line in (refused.stdout + refused.stderr).splitlines() if line.startswith("error BC202")
    )
    budgetcheck_ = [sys.executable, "-m", "budgetcheck"]
    who = ["--reason", "rounded by the system", "--by", "a", "--date", "2024-05-06"]
    accepting = call(*budgetcheck_, "accept", mark[:8], "published/report.txt", *who)
    assert accepting.returncode == 0, accepting.stderr
    assert commit(BAD).returncode == 0
    assert "accepted.toml" in git("ls-files").stdout
    clean = call(*budgetcheck_, "check", "published/report.txt", "--format", "github")
    assert (clean.returncode, clean.stdout) == (0, "")
    assert clean.stderr.split()[-6:] == ["0", "0", "0", "2", "5", "100.0%"]
    again = commit(BAD.replace("57.00%", "58.00%"))
    assert again.returncode != 0
    annotated = call(*budgetcheck_, "check", "published/report.txt", "--format", "github")
    assert annotated.returncode == 1
    lines = [line for line in annotated.stdout.splitlines() if "title=BC201" in line]
    assert len(lines) == 1
    assert lines[0].startswith("::error file=published/report.txt,line=2,title=BC201::")
    assert (
        "accepted here by a on 2024-05-06 (rounded by the system), since then 57.00%25 has become 58.00%25" in lines[0]
    )
    assert commit(BAD.replace("57.00%", "75.00%")).returncode == 0
