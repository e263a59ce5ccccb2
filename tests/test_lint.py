"""What lint says of rules and wordings: each kind of remark whole, and nothing about what is sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from string import ascii_lowercase

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetcheck.cli import main
from budgetcheck.lint import lint
from budgetcheck.lint.linear import ONE, Row, feasible
from budgetcheck.testing import check_rules
from budgetcheck.wording import rules_folder

HEAD = "2023年度部门决算情况说明\n一、支出情况\n"
RULE = """title = "会议费与培训费"
severity = "error"
kind = "order"
basis = "算术"
why = "有一个数写错。"
each = "figures"
equation = "会议费 <= 培训费"
message = "{left}{right}"
since = "1.0.0"
[en]
title = "Meetings"
message = "{left} {right}"
[[good]]
text = "2023年度部门决算情况说明\\n一、支出情况\\n会议费支出8.00万元。培训费支出12.00万元。"
[[bad]]
text = "2023年度部门决算情况说明\\n一、支出情况\\n会议费支出18.00万元。培训费支出12.00万元。"
expect = "18.00万元12.00万元"
"""


def write(folder: Path, number: str = "XY001", **fields: str) -> Path:
    """A rule's file: the sound rule with some lines replaced, or added in front."""
    lines = RULE.splitlines()
    for field, value in fields.items():
        at = next((i for i, line in enumerate(lines) if line.startswith(f"{field} = ")), None)
        if at is None:
            lines.insert(0, f"{field} = {value}")
        else:
            lines[at] = f"{field} = {value}"
    path = folder / f"{number}-x.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def said(folder: Path, *codes: str) -> list[str]:
    """The remarks of some codes, without the folder."""
    return [str(remark).replace(f"{folder}/", "") for remark in lint(folder) if not codes or remark.code in codes]


def run(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_shipped_rules_and_wordings_are_clean() -> None:
    assert [str(remark) for remark in lint(rules_folder())] == []


def test_a_sound_rule_is_clean(tmp_path: Path) -> None:
    write(tmp_path)
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("equation", "when", "expected"),
    [
        ("会议费 == 会议费 + 1", "", "infeasible: no amounts from 0 up satisfy 会议费 == 会议费 + 1"),
        ("会议费 + 1 <= 0", "", "infeasible: no amounts from 0 up satisfy 会议费 + 1 <= 0"),
        (
            "会议费 + 培训费 <= 0", "",
            "infeasible: of amounts from 0 up nothing but 0 satisfies 会议费 + 培训费 <= 0",
        ),
        (
            "share(会议费, 培训费) == share(会议费, 培训费) + 1", "",
            "cancelled: 会议费 stands on both sides and drops out",
        ),
        ("会议费 == 会议费", "", "tautology: 会议费 == 会议费 is always true"),
        ("会议费 <= 会议费 + 1", "", "tautology: 会议费 <= 会议费 + 1 is always true"),
        (
            "会议费 <= 培训费", "会议费 * 2 <= 培训费 * 2",
            "tautology: 会议费 <= 培训费 is always true where 会议费 * 2 <= 培训费 * 2",
        ),
        (
            "会议费 >= 培训费 + 1", "会议费 <= 培训费",
            "infeasible: no amounts from 0 up satisfy 会议费 >= 培训费 + 1 where 会议费 <= 培训费",
        ),
        (
            "会议费 <= 培训费", "会议费 >= 会议费 + 1",
            "never-applicable: no values satisfy the condition 会议费 >= 会议费 + 1",
        ),
        ("会议费 + 培训费 == 会议费", "", "cancelled: 会议费 stands on both sides and drops out"),
    ],
)  # fmt: skip
def test_an_equation_by_itself(tmp_path: Path, equation: str, when: str, expected: str) -> None:
    write(tmp_path, equation=f'"{equation}"', **({"when": f'["{when}"]'} if when else {}))
    (found,) = said(tmp_path, "infeasible", "tautology", "never-applicable", "cancelled")
    assert found == f"XY001-x.toml:{1 if 'never' in expected else 8 if when else 7}: {expected}"


@pytest.mark.parametrize(
    "equation",
    [
        "会议费 >= 0", "会议费 == 0", "会议费 * 培训费 <= 100", "会议费 <= 100", "share(会议费, 培训费) <= 100",
        "change(会议费, 培训费) <= 0", "会议费 - 培训费 <= 培训费 - 会议费",
    ],
)  # fmt: skip
def test_a_relation_that_may_hold_or_fail_is_let_be(tmp_path: Path, equation: str) -> None:
    write(tmp_path, equation=f'"{equation}"')
    assert said(tmp_path, "infeasible", "tautology", "never-applicable", "cancelled") == []


@pytest.mark.parametrize(
    ("one", "two", "redundant"),
    [
        ("会议费 <= 培训费", "2 * 会议费 <= 2 * 培训费", True),
        ("会议费 <= 培训费", "培训费 >= 会议费", True),
        ("会议费 == 培训费", "会议费 <= 培训费", True),
        ("share(会议费, 培训费) == 40", "100 * 会议费 == 40 * 培训费", True),
        ("会议费 <= 培训费", "会议费 <= 培训费 + 公用经费", False),  # holds only of amounts from 0 up
        ("会议费 + 公用经费 <= 培训费", "会议费 <= 培训费", False),  # the first is skipped without the third figure
    ],
)
def test_a_rule_that_another_implies(tmp_path: Path, one: str, two: str, redundant: bool) -> None:
    write(tmp_path, "XY001", equation=f'"{one}"')
    write(tmp_path, "XY002", equation=f'"{two}"')
    expected = ["XY002-x.toml:7: redundant: XY002 says nothing that XY001 does not say"]
    assert said(tmp_path, "redundant") == (expected if redundant else [])


def test_the_earlier_rule_may_be_the_one_that_is_implied(tmp_path: Path) -> None:
    write(tmp_path, "XY001")
    write(tmp_path, "XY002", equation='"会议费 == 培训费"')
    assert said(tmp_path, "redundant") == ["XY001-x.toml:7: redundant: XY001 says nothing that XY002 does not say"]


def test_the_milder_or_narrower_rule_does_not_make_the_other_redundant(tmp_path: Path) -> None:
    write(tmp_path, "XY001", severity='"warning"')
    write(tmp_path, "XY002")
    write(tmp_path, "XY003", documents='["final"]')
    assert said(tmp_path, "redundant") == [
        "XY001-x.toml:7: redundant: XY001 says nothing that XY002 does not say",
        "XY003-x.toml:8: redundant: XY003 says nothing that XY002 does not say",
    ]


def test_a_condition_more_is_said_twice(tmp_path: Path) -> None:
    write(tmp_path, "XY001")
    write(tmp_path, "XY002", when='["公用经费 <= 培训费"]')
    assert said(tmp_path, "redundant") == ["XY002-x.toml:8: redundant: XY002 says nothing that XY001 does not say"]


def test_a_rule_of_a_pack_against_the_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path, "XY001", equation='"因公出国费 <= 三公经费"')
    assert said(tmp_path, "redundant") == ["XY001-x.toml:7: redundant: XY001 says nothing that BC606 does not say"]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (
            "会议费 == 2 * 培训费", "培训费 == 2 * 会议费",
            "of amounts from 0 up XY002 and XY001 (会议费 == 2 * 培训费) together leave only 0 for 会议费, 培训费",
        ),
        (
            "会议费 == 培训费 + 公用经费", "会议费 == 培训费",
            "of amounts from 0 up XY002 and XY001 (会议费 == 培训费 + 公用经费) together leave only 0 for 公用经费",
        ),
        (
            "会议费 >= 培训费 + 5", "会议费 <= 培训费",
            "no amounts from 0 up satisfy both XY002 and XY001 (会议费 >= 培训费 + 5)",
        ),
        (
            "share(会议费, 培训费) == 10", "share(会议费, 培训费) == 20",
            "of amounts from 0 up XY002 and XY001 (share(会议费, 培训费) == 10) together leave only 0 for "
            "会议费, 培训费",
        ),
    ],
)  # fmt: skip
def test_rules_that_cannot_both_be_kept(tmp_path: Path, one: str, two: str, expected: str) -> None:
    write(tmp_path, "XY001", equation=f'"{one}"')
    write(tmp_path, "XY002", equation=f'"{two}"')
    assert said(tmp_path, "contradictory") == [f"XY002-x.toml:7: contradictory: {expected}"]


def test_rules_that_never_meet_do_not_contradict(tmp_path: Path) -> None:
    write(tmp_path, "XY001", equation='"会议费 == 2 * 培训费"', documents='["final"]')
    write(tmp_path, "XY002", equation='"培训费 == 2 * 会议费"', documents='["budget"]')
    write(tmp_path, "XY003", equation='"公用经费 == 2 * 人员经费"', when='["公用经费 <= 人员经费"]')
    assert said(tmp_path, "contradictory") == []


def test_conditions_that_exclude_each_other_keep_rules_apart(tmp_path: Path) -> None:
    write(tmp_path, "XY001", equation='"公用经费 == 2 * 人员经费"', when='["会议费 <= 培训费"]')
    write(tmp_path, "XY002", equation='"人员经费 == 2 * 公用经费"', when='["会议费 >= 培训费 + 1"]')
    assert said(tmp_path, "contradictory") == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"each": '"figurs"'},
            "XY001-x.toml:6: broken: nothing is called figurs; did you mean figures?",
        ),
        (
            {"each": '"row.支出决算总"'},
            "XY001-x.toml:6: broken: no table is called 支出决算总; did you mean 支出决算表?",
        ),
        (
            {"equation": '"会议费 <= 培训"'},
            "XY001-x.toml:7: broken: XY001 names 培训, which figures does not have; did you mean 培训费?",
        ),
        (
            {"documents": '["finals"]'},
            "XY001-x.toml:1: never-applicable: XY001: no document is of kind finals; did you mean final?",
        ),
        (
            {"culprit": '"公用经费"'},
            "XY001-x.toml:1: never-applicable: XY001: culprit 公用经费 is not in the equation",
        ),
        (
            {"optional": '["会议"]'},
            "XY001-x.toml:1: never-applicable: XY001: optional 会议 is in no relation; did you mean 会议费?",
        ),
        (
            {"where": "[]"},
            "XY001-x.toml:1: broken: where is a table, not []",
        ),
        (
            {"where": '{ direction = "up" }'},
            'XY001-x.toml:1: broken: where holds lists of texts, such as ["…"]',
        ),
        (
            {"when": "[1]"},
            'XY001-x.toml:1: broken: when holds lists of texts, such as ["…"]',
        ),
        (
            {"severity": '"fatal"'},
            "XY001-x.toml:2: broken: severity is error, warning or info, not fatal",
        ),
        (
            {"kind": '"ordre"'},
            "XY001-x.toml:3: broken: unknown kind ordre; did you mean order?",
        ),
        (
            {"documets": '["final"]'},
            "XY001-x.toml:1: broken: unknown field documets; did you mean documents?",
        ),
    ],
)  # fmt: skip
def test_names_that_are_not_there(tmp_path: Path, fields: dict[str, str], expected: str) -> None:
    write(tmp_path, **fields)
    assert said(tmp_path) == [expected]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_checks_and_options_that_are_not_there(tmp_path: Path) -> None:
    edit(write(tmp_path, "XY001"), 'equation = "会议费 <= 培训费"', 'check = "patern"')
    edit(write(tmp_path, "XY002", each='"text"'), 'equation = "会议费 <= 培训费"', 'check = "pattern"')
    edit(write(tmp_path, "XY003"), "[en]", '[options]\nfunds = "x"\n[en]')
    assert said(tmp_path, "never-applicable", "broken") == [
        "XY001-x.toml:7: never-applicable: XY001: no check is called patern; did you mean pattern?",
        "XY002-x.toml: broken: XY002: RuleError: XY002-x.toml: lacks the option patterns",
        "XY003-x.toml:11: never-applicable: XY003: an equation has no option funds; did you mean fund?",
    ]


def test_tables_of_one_report_in_a_rule_for_another(tmp_path: Path) -> None:
    write(tmp_path, "XY001", each='"row.支出决算表"', equation='"基本支出 <= 本年支出合计"', documents='["budget"]')
    write(tmp_path, "XY002", each='"codes"', equation='"支出决算表.基本支出 <= 支出预算总表.合计"')
    assert said(tmp_path, "never-applicable") == [
        "XY001-x.toml:1: never-applicable: XY001: 支出决算表 is a table of final reports, the rule is for budget",
        "XY002-x.toml:7: never-applicable: XY002: 支出决算表, 支出预算总表 never stand in one report: final, budget",
    ]


def test_a_where_that_no_claim_has(tmp_path: Path) -> None:
    path = write(tmp_path, each='"claim.change"', where='{ direction = ["upward"] }', equation='"delta <= current"')
    edit(path, "会议费支出8.00万元。培训费支出12.00万元。", "会议费支出8.00万元，比上年增加2.00万元。")
    edit(path, "会议费支出18.00万元。培训费支出12.00万元。", "会议费支出8.00万元，比上年减少20.00万元。")
    assert said(tmp_path, "never-applicable") == [
        "XY001-x.toml:1: never-applicable: XY001: no claim of its examples has direction upward; they have down, up"
    ]


def test_examples_are_run(tmp_path: Path) -> None:
    skipped, unexpected, unfound, unfilled = (write(tmp_path, f"XY00{n}") for n in (1, 2, 3, 4))
    edit(skipped, "会议费支出8.00万元。", "")
    edit(unexpected, 'expect = "18', 'expect = "19')
    edit(unfound, "会议费支出18.00万元", "会议费支出10.00万元")
    edit(unfilled, 'message = "{left} {right}"', 'message = "{lefft}"')
    assert said(tmp_path, "example", "message") == [
        "XY001-x.toml:13: example: XY001 good 1: skipped: missing 会议费",
        "XY002-x.toml:15: example: XY002 bad 1: failed: got ['18.00万元12.00万元'], expected ['19.00万元12.00万元']",
        "XY003-x.toml:15: example: XY003 bad 1: passed: got [], expected ['18.00万元12.00万元']",
        "XY004-x.toml:10: message: XY004: nothing fills {lefft}",
    ]


def test_examples_that_are_missing(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("[[bad]]")], encoding="utf-8")
    assert said(tmp_path) == ["XY001-x.toml: broken: lacks bad"]


def test_an_exemption_needs_its_reason_and_something_to_exempt(tmp_path: Path) -> None:
    write(tmp_path, "XY001")
    second = write(tmp_path, "XY002")
    third = write(tmp_path, "XY003")
    edit(second, "[en]", '[allow]\n"redundant:XY001" = "told apart by its number for the audit office"\n[en]')
    edit(third, "[en]", '[allow]\n"redundant:XY001" = ""\n"redundant:XY002" = "as above"\ntautology = "none"\n[en]')
    assert said(tmp_path) == [
        "XY003-x.toml:10: allow: XY003 is allowed redundant:XY001 without a reason",
        "XY003-x.toml:10: allow: XY003 is allowed tautology, but there is nothing to allow",
    ]


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "XY001-x.toml").write_text("title = ", encoding="utf-8")
    write(tmp_path, "XY002", equation='"会议费 == 会议费"')
    (tmp_path / "XY3-x.toml").write_text("", encoding="utf-8")
    (tmp_path / "notes.toml").write_text("", encoding="utf-8")
    found = said(tmp_path, "broken", "tautology", "stray")
    assert found[0].startswith("XY001-x.toml: broken: not valid TOML: ")
    assert found[1:] == [
        "XY3-x.toml: broken: a rule's file is called XY123-words-like-these.toml",
        "notes.toml: stray: is not read: a rule's file is called XY123-words-like-these.toml",
        "XY002-x.toml:7: tautology: 会议费 == 会议费 is always true",
    ]


def test_numbers_of_ours_are_advised_against(tmp_path: Path) -> None:
    write(tmp_path, "BC999")
    assert said(tmp_path) == [
        "BC999-x.toml: prefix: BC999: BC is how budgetcheck's own numbers begin; take letters of your own"
    ]
    assert check_rules(tmp_path) == []


def test_wordings(tmp_path: Path) -> None:
    words = tmp_path / "wording" / "words.toml"
    words.parent.mkdir()
    words.write_text(
        """[lexicon]
up = ["飙升", "下降"]
[figures]
"会议费" = ["会务费", "约8会费"]
[parents]
"会议费" = "公用经非"
[[shape]]
kind = "change"
tokens = "ANYBASE:base ..9 CHANGE:direction --2 AMOUNT:delta"
example = "比上年飙升3.00万元"
reads = { direction = "飙升", delta = "4.00万元" }
[[shape]]
kind = "change"
tokens = "SHARE PERCENT:percent"
example = "飙升3.00万元"
reads = { percent = "3%" }
[[shape]]
kind = "change"
tokens = "SHARE PERCENT:percent"
example = ""
reads = { percent = "3%" }
""",
        encoding="utf-8",
    )
    assert said(tmp_path) == [
        "wording/words.toml:10: shape: reads in its own example delta 3.00万元, not 4.00万元",
        "wording/words.toml:15: shape: does not read its own example 飙升3.00万元",
        "wording/words.toml: shape: a change shape has no example, or says of it nothing that is read",
        "wording/words.toml:2: word: 下降 is in lexicon.up and in lexicon.down; only the last counts",
        "wording/words.toml:4: alias: 约8会费 is never read as 会议费: it is read as 约8 会费",
        "wording/words.toml:6: alias: no figure is called 公用经非; did you mean 公用经费?",
    ]


def test_a_pack_may_bring_figures_that_its_rules_name(tmp_path: Path) -> None:
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "words.toml").write_text(
        '[figures]\n"印刷费" = ["印刷费支出", "印刷费"]\n', encoding="utf-8"
    )
    path = write(tmp_path, equation='"会议费 <= 印刷费"')
    edit(path, "培训费支出", "印刷费支出")
    assert said(tmp_path) == []


def test_a_report_against_the_rules(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    path = write(folder)
    write(folder, "XY002", equation='"印刷费 <= 培训费"'.replace("印刷费", "因公出国费"))
    edit(folder / "XY002-x.toml", "会议费支出", "因公出国（境）费支出")
    report = tmp_path / "report.txt"
    report.write_text(
        f"{HEAD}会议费支出8.00万元。培训费支出12.00万元。\n植树300.00元，种草200.00元。\n", encoding="utf-8"
    )
    code, out, err = run("rules", "--lint", folder, "--report", report, "--no-packs")
    assert code == 0
    assert out == (
        f"{report}:4: advice: gap: no rule touches 2 numbers, "
        "in clauses like TEXT AMOUNT: 300.00元, 200.00元\n"
        f"{folder / 'XY002-x.toml'}: advice: unused: XY002 did not apply to the report\n"
    )
    assert err == "budgetcheck: 0 to mend, 2 pieces of advice\n"
    assert path.exists()


def test_numbers_of_tables_are_grouped_by_column(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    write(folder)
    report = tmp_path / "report.txt"
    table = """2022年度部门决算
政府采购预算表
单位：万元
| 项目名称 | 采购品目 | 数量 | 合计 |
| 桌椅 | 家具 | 3.00 | 5.00 |
"""
    report.write_text(table, encoding="utf-8")
    gaps = [str(remark) for remark in lint(folder, [report]) if remark.code == "gap"]
    assert all("in 《" in gap for gap in gaps), gaps
    assert gaps


def test_the_command_ends_with_what_it_found(tmp_path: Path) -> None:
    path = write(tmp_path, equation='"会议费 == 会议费"')
    code, out, err = run("rules", "--lint", tmp_path)
    assert code == 1
    assert out.splitlines()[0] == f"{path}:7: tautology: 会议费 == 会议费 is always true"
    assert err == f"budgetcheck: {len(out.splitlines())} to mend, 0 pieces of advice\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--lint", "nowhere"), "nowhere: not a folder of rules"),
        (("--report", "x.txt"), "--report needs --lint DIR"),
    ],
)
def test_words_of_the_command_that_are_wrong(args: tuple[str, ...], said: str) -> None:
    assert run("rules", *args) == (2, "", f"budgetcheck: {said}\n")


def test_a_report_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    write(tmp_path)
    code, out, err = run("rules", "--lint", tmp_path, "--report", tmp_path / "no.txt")
    assert (code, out) == (2, "")
    assert err.startswith(f"budgetcheck: {tmp_path / 'no.txt'}: ")
    assert err.count("\n") == 1


def test_an_empty_folder_is_no_clean_folder(tmp_path: Path) -> None:
    assert said(tmp_path) == [f"{tmp_path}: empty: there is no rule and no wording in it"]


NAMES = [(letter,) for letter in ascii_lowercase[:4]]
factors = st.integers(-3, 3).map(Fraction)
rows = st.lists(
    st.tuples(st.lists(factors, min_size=5, max_size=5), st.sampled_from(["==", "<="])), min_size=1, max_size=5
)


def row(values: list[Fraction], operator: str) -> Row:
    return Row(dict(zip((ONE, *NAMES), values, strict=True)), operator)


@settings(max_examples=200, deadline=None)
@given(raw=rows, point=st.lists(st.integers(0, 4).map(Fraction), min_size=4, max_size=4), free=st.booleans())
def test_rows_that_hold_somewhere_are_feasible(
    raw: list[tuple[list[Fraction], str]], point: list[Fraction], free: bool
) -> None:
    """Each row's constant is set so that the row holds at a point: then the point is an answer."""
    at = [-value if free and i % 2 else value for i, value in enumerate(point)]
    held = []
    for values, operator in raw:
        total = sum((a * b for a, b in zip(values[1:], at, strict=True)), Fraction(0))
        slack = abs(values[0]) if operator == "<=" else Fraction(0)
        held.append(row([-total - slack, *values[1:]], operator))
    assert feasible(held, free=free)
    above = [name for name, value in zip(NAMES, at, strict=True) if value > 0]
    assert feasible(held, positive=above, free=free)


@settings(max_examples=200, deadline=None)
@given(raw=rows, times=st.lists(st.integers(0, 3).map(Fraction), min_size=5, max_size=5), free=st.booleans())
def test_rows_that_refute_each_other_are_not(
    raw: list[tuple[list[Fraction], str]], times: list[Fraction], free: bool
) -> None:
    """What a sum of rows bounds from above cannot be at least 1."""
    held = [row(values, operator) for values, operator in raw]
    summed = {name: Fraction(0) for name in (ONE, *NAMES)}
    for each, factor in zip(held, times, strict=False):
        for name, value in each.terms.items():
            summed[name] += factor * value
    assert not feasible([*held, Row(summed, ">= 1")], free=free)
