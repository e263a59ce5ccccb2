from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import budgetcheck
from budgetcheck.cli import main

GOOD = "2021年度部门决算\n本年支出合计200.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25.00%。\n"
BAD = GOOD.replace("75.00%", "57.00%")
RULE = (Path(budgetcheck.__file__).parents[2] / "rules" / "shares" / "BC201-share.toml").read_text(encoding="utf-8")


def run(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_exit_status_follows_the_findings(report: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text(GOOD, encoding="utf-8")
    assert run("check", good)[0] == 0
    assert run("check", report)[0] == 1
    assert run("check", report, "--fail-on", "never")[0] == 0
    assert run("check", report, "--ignore", "BC2")[0] == 0
    assert run("check", report, "--select", "BC201")[0] == 1


def test_json_has_every_key_of_the_contract(report: Path) -> None:
    review = json.loads(run("check", report, "--format", "json")[1])
    assert review["schema"] == "budgetcheck.review/1"
    assert review["document"] | {"sha256": None} == {
        "path": str(report), "sha256": None, "kind": "final", "year": 2021, "entity": None, "pages": None, "notes": [],
    }  # fmt: skip
    assert set(review["coverage"]) == {"numbers", "checked", "unconstrained", "unread", "excluded", "gaps"}
    finding = next(f for f in review["findings"] if f["rule"] == "BC201")
    assert set(finding) == {
        "id", "rule", "kind", "severity", "certainty", "message", "stated", "computed", "expected", "difference",
        "culprits", "root", "located", "accepted",
    }  # fmt: skip
    assert finding["expected"] == "75.00%"
    assert finding["difference"] == "18.00个百分点"
    assert finding["culprits"][0]["suggestion"] == "75.00%"
    assert finding["stated"][0]["place"]["line"] == 2
    assert [side["text"] for side in finding["computed"]] == ["150.00万元", "200.00万元"]


def test_the_same_document_gives_the_same_ids(report: Path) -> None:
    one, other = (json.loads(run("check", report, "--format", "json")[1]) for _ in range(2))
    assert one == other
    assert len({f["id"] for f in one["findings"]}) == len(one["findings"])


def test_a_bad_file_costs_none_of_the_others(report: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    code, out, err = run("check", empty, report, tmp_path / "absent.txt", "--format", "json")
    results = json.loads(out)
    assert code == 2
    assert [("error" in r, "findings" in r) for r in results] == [(True, False), (False, True), (True, False)]
    assert err.splitlines() == [
        f"budgetcheck: {empty}: the file is empty",
        f"budgetcheck: {tmp_path / 'absent.txt'}: No such file or directory",
    ]


def test_a_zip_bomb_and_a_doctype_are_one_line_each(tmp_path: Path) -> None:
    bomb, entity = tmp_path / "bomb.docx", tmp_path / "entity.docx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 30_000_000)
    with zipfile.ZipFile(entity, "w") as archive:
        archive.writestr("word/document.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    code, _, err = run("check", bomb, entity)
    assert code == 2
    said = [line for line in err.splitlines() if line.startswith("budgetcheck: ")]
    assert len(said) == 2
    assert "zip bomb" in said[0]
    assert "DOCTYPE" in said[1]


def test_a_text_without_amounts_is_not_a_pass(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("关于办公地点搬迁的通知\n本局已迁入新址办公。\n", encoding="utf-8")
    code, out, _ = run("check", path, "--format", "json")
    review = json.loads(out)
    assert code == 1
    assert [f["rule"] for f in review["findings"]] == ["BC805"]
    assert review["coverage"]["numbers"] == 0
    assert not budgetcheck.check(path).ok


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("[en]", "[en"), "BC201-own.toml: not valid TOML"),
        (
            lambda t: t.replace("share(part, whole)", "share(part, hole)"),
            "BC201-own.toml:7: BC201 names hole",
        ),
        (lambda t: t.replace("share(part, whole)", "__import__('os')"), "BC201-own.toml:7: "),
        (lambda t: t[: t.index("[[bad]]")], "BC201-own.toml: lacks bad"),
        (lambda t: t.replace('severity = "error"', 'severity = "fatal"'), "BC201-own.toml:2: severity is"),
        (lambda t: "colour = 1\n" + t, "BC201-own.toml:1: unknown field colour"),
        (
            lambda t: t.replace("claim.share", "claim.sharing"),
            "BC201-own.toml:6: nothing is called claim.sharing",
        ),
    ],
)
def test_a_wrong_rule_file_is_said_with_its_line(report: Path, tmp_path: Path, change: object, said: str) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "BC201-own.toml").write_text(change(RULE), encoding="utf-8")  # type: ignore[operator]
    code, _, err = run("check", report, "--rules", folder)
    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_rule_folder_of_ones_own_replaces_a_shipped_rule(report: Path, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "BC201-own.toml").write_text(RULE.replace('severity = "error"', 'severity = "info"'), encoding="utf-8")
    assert run("check", report, "--rules", folder, "--select", "BC201")[0] == 0


def test_messages_come_in_english(report: Path) -> None:
    review = json.loads(run("check", report, "--format", "json", "--lang", "en", "--select", "BC201")[1])
    assert review["findings"][0]["message"] == (
        "150.00万元 of 200.00万元 is 75.00%, not 57.00% (off by 18.00 points); most likely wrong is 57.00%, should be "
        "75.00% (because: 150.00万元÷200.00万元)"
    )


def test_explain_and_rules_list_every_rule() -> None:
    code, out, _ = run("rules")
    assert code == 0
    ids = [line.split()[0] for line in out.splitlines()]
    assert len(ids) == len(set(ids)) >= 45
    assert run("explain", ids[0])[0] == 0
    code, _, err = run("explain", "BC000")
    assert (code, err) == (2, "budgetcheck: no rule is called BC000\n")


def test_the_terminal_report_names_the_number_and_what_it_should_be(report: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    run("check", report, "-o", output, "-v")
    text = output.read_text(encoding="utf-8")
    assert "→ 57.00% 应为 75.00%" in text
    assert "基本支出150.00万元，占57.00%" in text
    assert "未能判断的规则" in text


def test_the_frame_has_a_row_a_finding(report: Path) -> None:
    review = budgetcheck.check(report)
    frame = review.to_frame()
    assert list(frame["id"]) == [finding.id for finding in review.findings]
    assert frame.loc[frame["rule"] == "BC201", "expected"].tolist() == ["75.00%"]


def test_text_can_be_checked_without_a_file() -> None:
    assert any(f.rule == "BC201" for f in budgetcheck.check(BAD).findings)


def test_the_public_names_are_few_and_there() -> None:
    assert len(budgetcheck.__all__) <= 14
    assert all(getattr(budgetcheck, name) is not None for name in budgetcheck.__all__)


def test_the_version_needs_no_heavy_import() -> None:
    heavy = "{'pandas', 'lxml', 'rich', 'charset_normalizer'}"
    code = f"import sys, budgetcheck.cli; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
@pytest.mark.parametrize("words", [("check",), ("check", "--format", "json"), ("facts",)])
def test_a_reader_who_has_seen_enough_gets_no_error_line(report: Path, words: tuple[str, ...]) -> None:
    call = [sys.executable, "-m", "budgetcheck", *words, str(report)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
