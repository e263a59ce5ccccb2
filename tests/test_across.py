"""A report against last year's, the budget of the year, and the units under it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import budgetcheck
from budgetcheck.errors import RuleError
from budgetcheck.matching import Entities, Maker, canonical, mismatch, read_entities
from budgetcheck.model import Finding, Review
from budgetcheck.rulebook import load_rules
from budgetcheck.testing import LINKS, broken, department, plant, series

from .test_command import run

ACROSS = frozenset(rule.id for rule in load_rules() if rule.check == "across")
THIS = """青棠县农业农村局2021年度部门决算
一、收入支出决算总体情况说明
2021年度收入总计500.00万元，其中：本年收入合计447.00万元，年初结转和结余53.00万元。"""
LAST = """青棠县农业农村局2020年度部门决算
一、收入支出决算总体情况说明
2020年度年末结转和结余50.00万元。"""
PLAN = """青棠县农业农村局2021年部门预算
一、收支预算总体情况
2021年收支总预算500.00万元。"""


def across(review: Review) -> list[Finding]:
    return [finding for finding in review.findings if finding.rule in ACROSS]


def loud(review: Review) -> list[str]:
    return [f"{f.rule} {f.message}" for f in review.findings if f.severity != "info"]


# --- consistent reports are silent, a broken link is found -----------------------------------------------------------


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_consistent_years_are_silent(seed: int) -> None:
    years = series(seed)
    for before, now in zip((None, *years), years, strict=False):
        last_final, last_budget = (str(before.final), str(before.budget)) if before else (None, None)
        assert loud(budgetcheck.check(str(now.final), previous=last_final, budget=str(now.budget))) == []
        assert loud(budgetcheck.check(str(now.budget), previous=last_budget)) == []
        assert loud(budgetcheck.check(str(now.budget), previous=last_final)) == []


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_a_consistent_department_is_silent(seed: int) -> None:
    made = department(seed)
    review = budgetcheck.check(str(made.report), units=[str(unit) for unit in made.units])
    assert loud(review) == []
    assert review.document.notes == ()
    assert sum(outcome.passed for outcome in review.outcomes if outcome.rule in ACROSS) > 50


@pytest.mark.parametrize("link", LINKS)
def test_a_broken_link_is_found(link: str) -> None:
    """Each report stays consistent in itself: only the link between them says that one is wrong."""
    role, seen, seed = LINKS[link][1], 0, 0
    while seen < 1:
        seed += 1
        assert seed < 60, f"{link} could not be broken"
        try:
            planted = plant(department(seed) if role == "units" else series(seed), link, seed)
        except ValueError:
            continue
        # The prose budget of one manner names its subjects in a way that is not read.
        if not planted.shown or (link == "plan" and planted.others[0].manner == "shanghai"):
            continue
        seen += 1
        assert broken(planted.this) == []
        others = [str(other) for other in planted.others]
        review = budgetcheck.check(str(planted.this), **({"units": others} if role == "units" else {role: others[0]}))
        found = across(review)
        assert found, f"{link} of {seed}: {sorted(planted.names)}"
        assert [f.rule for f in review.findings if f.rule not in ACROSS and f.severity != "info"] == []


def test_an_unknown_link_is_one_line() -> None:
    with pytest.raises(ValueError, match="no link is called weather; known are opening, "):
        plant(series(1), "weather")
    with pytest.raises(ValueError, match="nothing that unit-income could break"):
        plant(series(1), "unit-income")


# --- whole answers ----------------------------------------------------------------------------------------------------


def test_last_years_report_may_be_the_odd_one_out() -> None:
    """This year's opening balance is vouched for by its total: what last year's report prints once is wrong."""
    (finding,) = across(budgetcheck.check(THIS, previous=LAST))
    assert finding.message == (
        "年初结转和结余此处为53.00万元，上年报告的年末数为50.00万元（上年报告 第3行（一）），相差3.00万元；"
        "如有年初结转调整，请说明；很可能错的是上年报告 第3行的50.00万元，应为53.00万元（依据：第3行的53.00万元）"
    )
    (culprit,) = finding.culprits
    assert (finding.located, culprit.text, culprit.suggestion) == ("likely", "50.00万元", "53.00万元")
    assert (culprit.span.source, culprit.span.line) == ("上年报告", 3)


def test_the_other_reports_own_relations_vouch_for_it() -> None:
    last = LAST + "\n2020年度支出总计400.00万元，其中：本年支出合计350.00万元，年末结转和结余50.00万元。"
    this = THIS.replace("收入总计500.00万元，其中：本年收入合计447.00万元，", "")
    (finding,) = across(budgetcheck.check(this, previous=last))
    assert [(c.text, c.suggestion, c.span.source) for c in finding.culprits] == [("53.00万元", "50.00万元", None)]
    assert finding.located == "likely"


def test_findings_of_the_other_report_are_not_of_this_one() -> None:
    wrong = LAST + "\n2020年度支出总计500.00万元，其中：本年支出合计350.00万元，年末结转和结余50.00万元。"
    assert budgetcheck.check(wrong).findings
    this = THIS.replace("447", "450").replace("53", "50")
    review = budgetcheck.check(this, previous=wrong)
    assert review.findings == ()
    assert {fact.span.source for fact in review.facts} == {None}


def test_units_are_compared_by_what_their_digits_stand_for() -> None:
    exact = LAST.replace("50.00万元", "530049.99元")
    assert across(budgetcheck.check(THIS, previous=exact)) == []
    off = across(budgetcheck.check(THIS, previous=LAST.replace("50.00万元", "530099.00元")))
    assert [(f.severity, f.kind) for f in off] == [("info", "rounding")]


@pytest.mark.parametrize(
    ("this", "previous", "budget", "note"),
    [
        (THIS, LAST.replace("2020", "2018"), None, "上年报告（上年报告）是2018年的，不是2020年的，未用于核对"),
        (THIS, PLAN, None, "上年报告（上年报告）是预算，不能与这份决算核对，未用于核对"),
        (
            THIS, LAST.replace("青棠县农业", "白芷县农业"), None,
            "上年报告（上年报告）的单位是白芷县农业农村局，不是青棠县农业农村局，未用于核对",
        ),
        (THIS, THIS, None, "上年报告（上年报告）就是这份报告本身，未用于核对"),
        (THIS, None, PLAN.replace("2021", "2022"), "本年预算（本年预算）是2022年的，不是2021年的，未用于核对"),
    ],
)  # fmt: skip
def test_a_report_that_does_not_fit_is_said(this: str, previous: str | None, budget: str | None, note: str) -> None:
    review = budgetcheck.check(this, previous=previous, budget=budget)
    assert review.document.notes == (note,)
    assert across(review) == []
    lacking = {outcome.rule: outcome.missing for outcome in review.outcomes if outcome.rule in ACROSS}
    assert lacking["BC920"] == ("previous report",)
    assert lacking["BC930"] == ("budget report",)


def told_years(*amounts: str) -> str:
    """A report that quotes these amounts of the year before."""
    names = ("本年收入合计", "本年支出合计", "基本支出", "项目支出")
    said = "，".join(f"2020年度{name}{amount}万元" for name, amount in zip(names, amounts, strict=True))
    return f"青棠县农业农村局2021年度部门决算\n一、收入支出决算总体情况说明\n{said}。"


LAST_YEAR = """青棠县农业农村局2020年度部门决算
一、收入支出决算总体情况说明
2020年度本年收入合计900.00万元，本年支出合计880.00万元，其中：基本支出300.00万元，项目支出580.00万元。"""


def test_a_report_that_shares_no_figure_is_said_once() -> None:
    review = budgetcheck.check(told_years("77.00", "71.00", "31.00", "40.00"), previous=LAST_YEAR)
    assert loud(review) == []
    assert review.document.notes == (
        "上年报告（上年报告）与这份报告可比的4个数没有一个相同，恐怕不是同一单位、同一口径或同一金额单位的，未用于核对",
    )


@pytest.mark.parametrize("amounts", [("77.00", "71.00", "31.00", "580.00"), ("77.00", "77.00", "31.00", "31.00")])
def test_one_figure_in_common_or_few_apart_are_compared(amounts: tuple[str, ...]) -> None:
    review = budgetcheck.check(told_years(*amounts), previous=LAST_YEAR)
    assert review.document.notes == ()
    assert {"BC922"} <= {finding.rule for finding in across(review)}


def test_units_that_do_not_make_up_the_department_are_said() -> None:
    made = department(3)
    review = budgetcheck.check(str(made.report), units=[str(unit) for unit in made.units[:2]])
    assert across(review) == []
    skipped = {outcome.rule: outcome.missing for outcome in review.outcomes if outcome.rule in ACROSS}
    assert skipped["BC946"] == ("units that make up the department",)


def test_transfers_within_the_department_are_left_alone() -> None:
    made = department(3)
    moved = str(made.report).replace("\n", "\n本年度上级补助收入12.00万元。\n", 1)
    review = budgetcheck.check(moved, units=[str(unit) for unit in made.units])
    skipped = {outcome.rule: outcome.missing for outcome in review.outcomes if outcome.rule in ACROSS}
    assert skipped["BC945"] == ("transfers between the units",)
    assert skipped["BC947"] == ()


# --- which reports belong together -----------------------------------------------------------------------------------


def test_matching_is_of_maker_kind_and_year(tmp_path: Path) -> None:
    path = tmp_path / "makers.toml"
    known = ("[[entity]]", 'name = "青棠县农业农村局"', 'aliases = ["青棠县农业局"]', 'units = ["青棠县农技推广站"]')
    path.write_text("\n".join(known), encoding="utf-8")
    entities = read_entities(path)
    this = Maker("青棠县农业农村局", "final", 2021)
    renamed = Maker("青棠县农业局", "final", 2020)
    assert mismatch("previous", this, renamed) == "entity"
    assert mismatch("previous", this, renamed, entities) is None
    assert mismatch("previous", this, Maker("农业农村局", "final", 2020)) is None
    assert mismatch("previous", this, Maker(None, "final", 2020)) is None
    assert mismatch("previous", this, Maker("青棠县农业农村局", "final", None)) == "year"
    assert mismatch("previous", Maker(None, "budget", 2021), Maker(None, "final", 2020)) is None
    assert mismatch("budget", Maker(None, "budget", 2021), Maker(None, "budget", 2021)) == "kind"
    assert canonical("青棠县 农业局（本级）", Entities()) == canonical("青棠县农业局本级")
    assert canonical("青棠县农业局", entities) == "青棠县农业农村局"
    assert entities.departments == {"青棠县农技推广站": "青棠县农业农村局"}
    assert across(budgetcheck.check(THIS, previous=LAST.replace("农业农村局", "农业局"), entities=path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[entity]]\nalias = 3\n", "entity 1 has a name, and perhaps aliases and units, lists of names"),
        ("entities = 1\n", "[[entity]] tables are wanted, not entities"),
        (
            '[[entity]]\nname = "甲局"\n[[entity]]\nname = "乙局"\naliases = ["甲局"]\n',
            "甲局 is a name of 甲局 and of 乙局",
        ),
    ],
)
def test_a_wrong_file_of_makers_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "makers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        read_entities(path)
    assert str(caught.value) == f"{path}: {said}"


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "units").mkdir()
    for name, text in (("this.txt", THIS), ("last.txt", LAST), ("plan.txt", PLAN), ("units/a.txt", LAST)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_command_names_the_other_file(folder: Path) -> None:
    code, out, err = run("check", folder / "this.txt", "--previous", folder / "last.txt", "--format", "json")
    found = [each for each in json.loads(out)["findings"] if each["rule"] == "BC920"]
    assert (code, err, len(found)) == (0, "", 1)
    assert found[0]["computed"][0]["place"]["file"] == str(folder / "last.txt")
    assert "很可能错的是last.txt 第3行的50.00万元" in found[0]["message"]


def test_a_side_file_that_cannot_be_read_costs_one_line(folder: Path) -> None:
    code, out, err = run(
        "check", folder / "this.txt", "--previous", folder / "none.txt", "--units", folder / "units", "--format", "json"
    )
    assert code == 2
    assert err == f"budgetcheck: {folder / 'none.txt'}: No such file or directory\n"
    assert json.loads(out)["document"]["notes"] == ["下属单位报告（a.txt）是2020年的，不是2021年的，未用于核对"]


def test_reports_beside_go_with_one_file(folder: Path) -> None:
    code, out, err = run("check", folder / "this.txt", folder / "plan.txt", "--previous", folder / "last.txt")
    assert (code, out) == (2, "")
    assert err == "budgetcheck: reports beside a report go with one file: check the others one by one\n"
