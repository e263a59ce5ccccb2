"""Which number is wrong: whole messages for small reports, and what must hold for generated ones that were spoiled."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import budgetcheck
from budgetcheck.amounts import quantity
from budgetcheck.constraints import constraint, summed
from budgetcheck.intervals import ANYTHING, Interval, exact
from budgetcheck.locate.rows import Row, satisfiable, solved
from budgetcheck.model import Fact, Finding, Review, Span
from budgetcheck.polynomial import difference
from budgetcheck.slips import odd, one_keystroke, should_be, slipped
from budgetcheck.testing import KINDS, Report, report, tamper

YUAN = Fraction(10_000)


def number(text: str, unit: str = "万元", scale: Fraction = YUAN, block: int = 0, start: int = 0) -> Fact:
    dimension = "percent" if unit == "%" else "money"
    return Fact(text, quantity(text, text, unit, dimension, scale), Span(text, block=block, start=start))


def roots(text: str) -> list[Finding]:
    return [finding for finding in budgetcheck.check(text).findings if finding.root is None]


def located(text: str) -> list[tuple[str, str | None, list[tuple[str, str | None]]]]:
    return [(f.rule, f.located, [(c.text, c.suggestion) for c in f.culprits]) for f in roots(text)]


# --- relations as polynomials and constraints -------------------------------------------------------------------------


def test_a_share_is_a_product_once_its_division_is_cleared() -> None:
    assert difference("percent == share(part, whole)") == {("percent", "whole"): 1, ("part",): -100}
    assert difference("a == sum(parts) - b * 2") == {("a",): 1, ("parts",): -1, ("b",): 2}


def test_a_change_is_linear_in_its_amounts() -> None:
    assert difference("percent == change(now, before)") == {
        ("before", "percent"): 1, ("now",): -100, ("before",): 100,
    }  # fmt: skip


def test_two_amounts_multiplied_are_no_constraint() -> None:
    facts = {"a": number("2.00", start=1), "b": number("3.00", start=2)}
    assert constraint(difference("a * b == 6"), "==", facts, {}) is None


def test_a_derived_figure_is_written_out_by_what_it_was_derived_from() -> None:
    now, rise = number("12.00", start=1), number("2.00", start=2)
    before = Fact("before", now.quantity, now.span, derived=((1, now), (-1, rise)))
    terms = summed(before, (now,)).terms
    assert [(term.fact.span.start, term.factor) for term in terms] == [(2, Fraction(1))]


# --- exact arithmetic on rows -----------------------------------------------------------------------------------------


def row(terms: dict[int, tuple[int, int]], rate: int | None = None, operator: str = "==") -> Row:
    keyed = {(0, key): (Fraction(one), Fraction(by)) for key, (one, by) in terms.items()}
    return Row(keyed, Fraction(0), operator, (0, rate) if rate is not None else None, 16, ())


VALUES = {(0, 1): Interval(Fraction(9), Fraction(11)), (0, 2): exact(40), (0, 3): Interval(Fraction(24), Fraction(26))}


def test_a_row_gives_each_of_its_numbers() -> None:
    total = row({1: (1, 0), 2: (-1, 0), 3: (1, 0)})
    assert solved(total, (0, 1), VALUES.__getitem__) == Interval(Fraction(14), Fraction(16))
    assert not satisfiable(total, VALUES.__getitem__)
    share = row({1: (-100, 0), 2: (0, 1)}, rate=3)
    assert solved(share, (0, 3), VALUES.__getitem__) == Interval(Fraction("22.5"), Fraction("27.5"))
    assert solved(share, (0, 1), VALUES.__getitem__) == Interval(Fraction("9.6"), Fraction("10.4"))
    assert satisfiable(share, VALUES.__getitem__)


def test_a_rate_of_nothing_is_anything() -> None:
    share = row({1: (-100, 0), 2: (0, 1)}, rate=3)
    values = {**VALUES, (0, 2): exact(0)}
    assert solved(share, (0, 3), values.__getitem__) == ANYTHING


# --- slips of the hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("57.00", "75.00"), ("51.32", "51.23"), ("5.32", "51.32"), ("513.32", "51.32"), ("513.2", "51.32")],
)
def test_a_slip_is_known(printed: str, meant: str) -> None:
    assert slipped(number(printed).quantity, number(meant).quantity.interval, 2)


def test_what_no_single_slip_explains() -> None:
    assert not slipped(number("57.00").quantity, number("61.84").quantity.interval, 2)


def test_that_a_number_could_be_shifted_to_nothing_tells_nothing() -> None:
    nothing = Interval(Fraction(0), Fraction(17_500))
    assert not slipped(number("457.67").quantity, nothing, 2)
    assert slipped(number("457.67").quantity, number("4.58").quantity.interval, 2)


def test_a_suggestion_has_the_decimals_and_separators_of_what_is_printed() -> None:
    values = Interval(Fraction(2_999_999), Fraction(3_000_001))
    printed = number("3,100,000", "元", Fraction(1)).quantity
    assert should_be(printed, values, 0, [Fraction(3_000_000)]) == "3,000,000"
    assert should_be(printed, ANYTHING, 0, [Fraction(3_000_000)]) is None
    assert should_be(printed, values, 0, []) is None


def test_a_leading_zero_and_decimals_nobody_else_has_are_odd() -> None:
    assert odd(number("07.82").quantity, {2})
    assert odd(number("7.8").quantity, {2})
    assert not odd(number("7.82").quantity, {2})


def test_one_keystroke_is_one() -> None:
    assert {"13", "2", "1", "21", "112"} <= set(one_keystroke("12"))
    assert "34" not in set(one_keystroke("12"))


# --- small reports ----------------------------------------------------------------------------------------------------

SHARES = """
松林市档案馆2022年度部门决算情况说明
三、支出决算情况说明
本年支出合计200.00万元，其中：基本支出150.00万元，占{basic}；项目支出50.00万元，占25.00%。"""

TABLE = """
松林市档案馆2022年度部门决算

支出决算表

单位：万元

| 科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 |
| 合计 | | 310.00 | 130.00 | 180.00 |
| 201 | 一般公共服务支出 | {cells[0]} | {cells[1]} | {cells[2]} |
| 20126 | 档案事务 | {cells[3]} | {cells[4]} | {cells[5]} |
| 2012601 | 行政运行 | {cells[6]} | {cells[7]} | {cells[8]} |
"""
RIGHT = ["310.00", "130.00", "180.00"] * 3


def test_a_share_that_two_relations_contradict_is_named_with_its_proof() -> None:
    (finding,) = roots(SHARES.format(basic="57.00%"))
    assert finding.message.endswith("；错的是57.00%，应为75.00%（依据：100%−25.00%；150.00万元÷200.00万元）")
    assert [(c.text, c.suggestion) for c in finding.culprits] == [("57.00%", "75.00%")]
    assert (finding.located, finding.expected) == ("certain", "75.00%")


def test_the_other_findings_of_one_cause_point_to_it() -> None:
    findings = budgetcheck.check(SHARES.format(basic="57.00%")).findings
    (root,) = [finding for finding in findings if finding.root is None]
    assert {finding.rule for finding in findings if finding.root == root.id} == {"BC201", "BC202"} - {root.rule}


def test_one_cell_against_its_row_its_column_and_its_copies() -> None:
    cells = [*RIGHT[:4], "120.00", *RIGHT[5:]]
    assert located(TABLE.format(cells=cells)) == [("BC140", "certain", [("120.00", "130.00万元")])]


def test_the_same_wrong_cell_wherever_it_is_printed_is_one_figure() -> None:
    cells = ["310.00", "120.00", "180.00"] * 3
    (finding,) = roots(TABLE.format(cells=cells))
    assert [(c.text, c.suggestion) for c in finding.culprits] == [("120.00", "130.00万元")] * 3
    assert "（3处），应为130.00万元" in finding.message


def test_three_numbers_that_nothing_else_vouches_for_stay_one_of() -> None:
    text = "松林市档案馆2022年度部门决算情况说明\n机关运行经费支出31.40万元，比2021年增加5.20万元，增长14.70%。"
    (finding,) = roots(text)
    assert finding.located == "one-of"
    assert {c.text for c in finding.culprits} == {"31.40万元", "5.20万元", "14.70%"}
    assert finding.message.endswith(
        "；下列各数中有一个写错：14.70%，应为19.85%，或机关运行经费支出31.40万元，应为40.57万元，或5.20万元，应为4.02万元"
    )


def test_a_direction_that_the_figures_contradict_is_the_wrong_word() -> None:
    text = """松林市档案馆2022年度部门决算情况说明
培训费支出63.00万元，比2021年决算数60.00万元减少3.00万元，增长5.00%。"""
    findings = roots(text)
    assert [(c.text, c.suggestion) for f in findings for c in f.culprits] == [("减少", "增加")]


@pytest.mark.parametrize(("rate", "word", "should"), [("137.66%", "小于", "大于"), ("72.99%", "大于", "小于")])
def test_a_rate_that_a_word_merely_bounds_is_no_likelier_than_the_word(rate: str, word: str, should: str) -> None:
    text = f"""松林市档案馆2022年度部门决算情况说明
1.档案馆（项）：支出决算为2.59万元，完成预算{rate}，决算数{word}预算数的主要原因是新增了设备。"""
    assert located(text) == [("BC503", "one-of", [(word, should), (rate, None)])]


def test_a_rate_of_nothing_is_wrong_where_the_amounts_beside_it_have_others_to_vouch_for_them() -> None:
    text = """松林市档案馆2022年度部门决算情况说明
一般公共预算财政拨款支出年初预算为80.00万元，支出决算为62.50万元，完成年初预算的0%。其中：
1.教育支出（类）普通教育（款）小学教育（项）。年初预算为30.00万元，支出决算为20.50万元，完成年初预算的68.33%。
2.教育支出（类）普通教育（款）初中教育（项）。年初预算为50.00万元，支出决算为42.00万元，完成年初预算的84%。"""
    assert located(text) == [("BC501", "certain", [("0%", "78.13%")])]


def test_an_amount_is_not_likelier_wrong_than_the_change_of_nothing_beside_it() -> None:
    text = """松林市档案馆2022年度部门决算情况说明
行政运行支出3515.10万元，比2021年增加457.67万元，增长0%。"""
    assert located(text) == [
        ("BC301", "one-of", [("0%", "15%"), ("3515.10万元", None), ("457.67万元", "0.00万元")]),
    ]


def test_a_figure_printed_elsewhere_too_is_not_blamed_for_a_bad_copy() -> None:
    text = """松林市档案馆2022年度部门决算情况说明
二、收入决算情况说明
本年收入合计500.00万元，其中：财政拨款收入480.00万元，占96.00%；其他收入20.00万元，占4.00%。
五、财政拨款情况
财政拨款收入408.00万元。"""
    assert located(text) == [("BC112", "certain", [("408.00万元", "480.00万元")])]


def test_messages_in_english_name_the_culprit_too() -> None:
    options = budgetcheck.Options(language="en")
    (finding,) = [f for f in budgetcheck.check(SHARES.format(basic="57.00%"), options).findings if f.root is None]
    assert finding.message.endswith("; wrong is 57.00%, should be 75.00% (because: 100%−25.00%; 150.00万元÷200.00万元)")


def test_two_causes_in_one_report_are_two_roots() -> None:
    text = SHARES.format(basic="57.00%") + "\n机关运行经费支出25.00万元，比2021年增加5.00万元，增长52.00%。"
    assert {f.culprits[0].suggestion for f in roots(text)} == {"75.00%", "25.00%"}


def test_the_same_report_gives_the_same_answer() -> None:
    bad, _ = tamper(report(46), "swapped", 46)
    first, second = (budgetcheck.check(str(bad)).findings for _ in range(2))
    assert first == second


# --- generated reports ------------------------------------------------------------------------------------------------


def loud(review: Review) -> list[Finding]:
    return [finding for finding in review.findings if finding.severity != "info"]


def is_there(culprit: budgetcheck.model.Culprit, spoiled: Report, index: int) -> bool:
    place, span = spoiled.printings[index].place, culprit.span
    if place.row >= 0:
        return (span.block, span.start) == (place.block, place.row * 1000 + place.column)
    return span.block == place.block and span.start <= place.start < span.start + max(len(span.text), 1)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 100_000), kind=st.sampled_from([k for k in KINDS if k not in ("left-out", "swapped")]))
def test_a_certain_culprit_is_one_that_was_spoiled(seed: int, kind: str) -> None:
    good = report(seed)
    try:
        bad, label = tamper(good, kind, seed)
    except ValueError:
        return
    before = {finding.message for finding in loud(budgetcheck.check(str(good)))}
    spoiled = (label.index, *label.also)
    for finding in loud(budgetcheck.check(str(bad))):
        if finding.message not in before and finding.root is None and finding.located == "certain":
            assert any(is_there(c, bad, index) for c in finding.culprits for index in spoiled), finding.message


def test_what_should_be_is_never_what_is_printed() -> None:
    text = """2021年度部门决算
六、基本支出决算情况
基本支出815.35万元，其中：人员经费795.62万元；公用经费20万元。
全年会议3次，支出12.31万元、14.55万元、88.31万元。"""
    assert located(text) == [("BC108", "likely", [("20万元", "19.73万元")]), ("BC105", None, [("815.35万元", None)])]


def test_of_several_slips_that_would_fit_none_is_taken() -> None:
    text = """2021年度部门决算
二、公务接待费
公务接待费支出5.21万元，比上年减少0.1万元，下降0.006%。"""
    [(rule, kind, [first, *_])] = located(text)
    assert (rule, kind, first) == ("BC302", "one-of", ("0.006%", "1.883%"))
