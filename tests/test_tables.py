from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pandera.errors
import pytest

import budgetcheck
from budgetcheck import schemas
from budgetcheck.pipeline import read_ledger
from budgetcheck.readers import layout_of, text_document
from budgetcheck.tables import Table
from budgetcheck.wording import load_wording

WORDING = load_wording()

EXPENDITURE = """2022年度部门决算
支出决算表
单位：万元
| 项目 | | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出 |
| 功能分类科目编码 | 科目名称 | | | | | | |
| 栏次 | | 1 | 2 | 3 | 4 | 5 | 6 |
| 合计 | | 307.82 | 105.58 | 202.24 | | | |
| 205 | 教育支出 | 307.82 | 105.58 | 202.24 | | | |
| 20502 | 普通教育 | 307.82 | 105.58 | 202.24 | | | |
| 2050201 | 学前教育 | 105.58 | 105.58 | | | | |
| 2050202 | 小学教育 | 202.24 | | 202.24 | | | |
"""


def tables(text: str) -> tuple[Table, ...]:
    return read_ledger(text_document(text, layout_of(WORDING)), WORDING).tables


def test_a_table_is_recognised_with_header_unit_codes_and_total() -> None:
    (table,) = tables(EXPENDITURE)
    assert (table.name, table.unit) == ("支出决算表", "万元")
    assert [c.name for c in table.groups[0].columns][:3] == ["本年支出合计", "基本支出", "项目支出"]
    assert [(row.code, row.label, row.total) for row in table.rows][:3] == [
        ("", "合计", True),
        ("205", "教育支出", False),
        ("20502", "普通教育", False),
    ]


def test_the_row_of_column_numbers_is_no_data() -> None:
    (table,) = tables(EXPENDITURE)
    assert all(cell.text != "1" for row in table.rows for cell in row.cells.values())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("表四 财政拨款收入支出决算总表", "财政拨款收入支出决算总表"),
        ("一般公共预算财政拨款基本支出决算表", "一般公共预算财政拨款基本支出决算表"),
        ("2022年度收入支出决算总表", "收入支出决算总表"),
        ("财政拨款“三公”经费支出决算表", "三公经费支出决算表"),
        ("支出决算情况如下表", ""),
    ],
)
def test_the_longest_whole_title_names_a_table(title: str, name: str) -> None:
    grid = "| 项目 | 决算数 | 项目 | 决算数 |\n| 一、事业收入 | 1.00 | 一、教育支出 | 1.00 |"
    text = f"2022年度部门决算\n{title}\n单位：万元\n{grid}"
    assert tables(text)[0].name == name


def test_three_code_columns_make_one_code_and_lost_zeros_come_back() -> None:
    text = """2024年部门预算
支出预算总表
单位：元
| 类 | 款 | 项 | 功能分类科目名称 | 合计 | 基本支出 | 项目支出 |
| 205 | | | 教育支出 | 3,000 | 1,000 | 2,000 |
| 205 | 2 | | 普通教育 | 3,000 | 1,000 | 2,000 |
| 205 | 02 | 1 | 学前教育 | 3,000 | 1,000 | 2,000 |
| 合计 | | | | 3,000 | 1,000 | 2,000 |
"""
    (table,) = tables(text)
    assert [row.code for row in table.rows] == ["205", "20502", "2050201", ""]
    assert [f.message for f in budgetcheck.check(text).findings if f.severity != "info"] == []


def test_two_panels_are_two_groups() -> None:
    text = """2022年度部门决算
收入支出决算总表
单位：万元
| 收入 | | 支出 | |
| 项目 | 决算数 | 项目 | 决算数 |
| 一、一般公共预算财政拨款收入 | 307.82 | 一、教育支出 | 300.00 |
| 二、事业收入 | 10.00 | 二、住房保障支出 | 17.82 |
| 本年收入合计 | 317.82 | 本年支出合计 | 317.82 |
| 总计 | 317.82 | 总计 | 317.82 |
"""
    ledger = read_ledger(text_document(text, layout_of(WORDING)), WORDING)
    found = {(fact.figure or fact.path): fact.quantity.text for row in ledger.rows for fact in row.cells.values()}
    assert found == {
        "一般公共预算财政拨款收入": "307.82",
        "事业收入": "10.00",
        "本年收入": "317.82",
        "收入总计": "317.82",
        ("教育",): "300.00",
        ("住房保障",): "17.82",
        "本年支出": "317.82",
        "支出总计": "317.82",
    }


def test_a_wrong_item_breaks_its_row_its_class_and_the_total() -> None:
    text = EXPENDITURE.replace(
        "| 2050202 | 小学教育 | 202.24 | | 202.24 |", "| 2050202 | 小学教育 | 220.24 | | 202.24 |"
    )
    review = budgetcheck.check(text)
    assert {"BC130", "BC140"} <= {finding.rule for finding in review.findings}
    assert budgetcheck.check(EXPENDITURE).findings == ()


def test_a_table_and_the_narrative_are_held_against_each_other() -> None:
    text = EXPENDITURE + "\n一、支出决算情况说明\n本年支出合计308.72万元。"
    (finding,) = [f for f in budgetcheck.check(text).findings if f.rule == "BC112"]
    assert "308.72" in finding.message
    assert "307.82" in finding.message


def frame(**changes: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "科目编码": ["", "205", "20502"],
            "科目名称": ["合计", "教育支出", "普通教育"],
            "本年支出合计": ["300.00", "300.00", "300.00"],
            "基本支出": ["120.00", "120.00", "120.00"],
            "项目支出": ["180.00", "180.00", "180.00"],
        }
        | changes
    )


def test_a_model_validates_a_frame_of_text() -> None:
    assert schemas.ExpenditureTable.validate(frame(), lazy=True).shape == (3, 5)
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schemas.ExpenditureTable.validate(frame(科目编码=["", "20五", "20502"], 基本支出=["1", "2,0", ""]), lazy=True)
    assert set(caught.value.failure_cases["failure_case"]) == {"20五", "2,0"}


def test_every_standard_table_has_a_model_with_english_attributes() -> None:
    names = [spec["model"] for spec in WORDING.table("tables")["standard"]]
    assert len(names) == len(set(names)) == len(schemas.models())
    for name in names:
        assert issubclass(getattr(schemas, name), schemas.pa.DataFrameModel)
    with pytest.raises(AttributeError, match="ExpenditureTable"):
        _ = schemas.NoSuchTable


def test_frames_of_numbers_or_strings_give_the_same_findings() -> None:
    wrong = ["300.00", "310.00", "300.00"]
    text = budgetcheck.check_frames({"支出决算表": frame(本年支出合计=wrong)})
    numeric = frame(本年支出合计=wrong).astype({"本年支出合计": float, "基本支出": float, "项目支出": float})
    numbers = budgetcheck.check_frames({"支出决算表": numeric})
    assert [f.rule for f in text.findings] == [f.rule for f in numbers.findings] != []


def test_an_unknown_table_name_is_an_error_of_the_caller() -> None:
    with pytest.raises(budgetcheck.BudgetcheckError, match="no table is called 收支表"):
        budgetcheck.check_frames({"收支表": frame()})


def rules_of(text: str) -> list[str]:
    return [finding.rule for finding in budgetcheck.check(text).findings if finding.severity != "info"]


PROJECTS = """2024年部门预算
项目支出表
单位：万元
| 类型 | 项目名称 | 合计 | 一般公共预算 | 单位资金 |
| | 合计 | 60.00 | 50.00 | 10.00 |
| 特定目标类 | 乡村阅览室图书更新 | 20.00 | 10.00 | 10.00 |
"""


def test_a_list_goes_on_in_the_next_grid() -> None:
    rest = "\n| 特定目标类 | 非遗传习 | {} | 40.00 | |\n"
    assert rules_of(PROJECTS + rest.format("40.00")) == []
    assert "BC145" in rules_of(PROJECTS + rest.format("44.00"))


def test_subtotals_among_the_rows_of_a_list_are_no_finding() -> None:
    text = """2024年部门预算
专项业务经费支出表
单位：万元
| 单位编码 | 单位（项目）名称 | 项目金额 |
| | 合计 | 60.00 |
| 102 | 平川县档案馆 | 60.00 |
| | 库房消防改造 | 20.00 |
| | 档案数字化加工 | 40.00 |
"""
    assert rules_of(text) == []


def test_a_project_in_the_list_and_in_its_form_are_one_figure() -> None:
    form = """项目支出绩效目标表
| 项目名称 | 乡村阅览室图书更新 | | |
| 项目资金（万元） | 年度资金总额 | {} | |
| | 其中：财政拨款 | {} | |
| | 其他资金 | 0.00 | |
"""
    whole = PROJECTS + "| 特定目标类 | 非遗传习 | 40.00 | 40.00 | |\n\n"
    assert rules_of(whole + form.format("20.00", "20.00")) == []
    assert "BC112" in rules_of(whole + form.format("22.00", "22.00"))


POINTS = """2023年度部门决算
项目支出绩效自评表
| 项目名称 | 非遗传习 | | | | |
| 一级指标 | 二级指标 | 三级指标 | 指标值 | 分值 | 得分 |
| 产出指标 | 数量指标 | 举办传习活动 | ≥20场 | 30 | 30 |
| | 质量指标 | 活动合格率 | ≥95% | 20 | 20 |
| 效益指标 | 社会效益指标 | 参与人次 | ≥900人次 | 30 | 28 |
| 满意度指标 | 满意度指标 | 群众满意度 | ≥90% | 10 | 10 |
"""


def test_points_are_judged_only_where_the_form_ends_with_its_total() -> None:
    assert "BC715" not in rules_of(POINTS)
    assert "BC715" in rules_of(POINTS + "| 总分 | | | | 100 | 88 |\n")
    whole = POINTS + "| 预算执行率 | | | | 10 | 9 |\n| 总分 | | | | 100 | 97 |\n"
    assert not {"BC713", "BC715", "BC716"} & set(rules_of(whole))


def test_columns_of_another_year_are_not_this_years() -> None:
    text = """2024年部门预算
一般公共预算“三公”经费支出表
单位：万元
| 项目 | 2023年预算数 | 2024年预算数 |
| 合计 | 9.00 | 8.00 |
| 因公出国（境）费 | 0.00 | 0.00 |
| 公务用车购置及运行维护费 | 6.00 | 6.00 |
| 公务接待费 | 3.00 | 2.00 |

2024年“三公”经费预算8.00万元。
"""
    assert rules_of(text) == []
    assert rules_of(text.replace("| 合计 | 9.00 | 8.00", "| 合计 | 9.00 | 8.50")) != []


def test_a_report_of_a_department_and_its_units_may_say_both() -> None:
    grid = "| 项目 | 预算数 | 项目 | 预算数 |\n| 一、事业收入 | 10.00 | 一、教育支出 | 10.00 |\n"
    both = f"2024年部门预算\n部门收支总表\n{grid}\n单位收支总表\n{grid}"
    assert "BC916" not in [finding.rule for finding in budgetcheck.check(both).findings]


WHOLE_YUAN = """2022年度部门决算
收入支出决算总表
单位：元
| 项目 | 决算数 | 项目 | 决算数 |
| 三、国有资本经营预算财政拨款收入 | 0 | 三、住房保障支出 | 1845600 |
| 八、其他收入 | 6400 | | |
| 本年收入合计 | 6400 | 本年支出合计 | 1845600 |
| 使用非财政拨款结余 | 0 | 结余分配 | 3400 |
| 年初结转和结余 | 1872100 | 年末结转和结余 | 29500 |
| 总计 | 1878500 | 总计 | 1878500 |
"""


def test_whole_amounts_between_two_panels_are_no_codes() -> None:
    (table,) = tables(WHOLE_YUAN)
    assert [[c.name for c in group.columns] for group in table.groups] == [["决算数"], ["决算数"]]
    assert [row.cells["决算数"].text for row in table.rows if not row.group and row.cells] == [
        "0", "6400", "6400", "0", "1872100", "1878500",
    ]  # fmt: skip
    assert [f.message for f in budgetcheck.check(WHOLE_YUAN).findings if f.severity != "info"] == []


ONE_FUND = """2022年度部门决算
财政拨款收入支出决算总表
单位：万元
| 项目 | 决算数 | 项目 | 合计 | 一般公共预算财政拨款 | 政府性基金预算财政拨款 | 国有资本经营预算财政拨款 |
| 一、一般公共预算财政拨款 | 300.00 | 一、一般公共服务支出 | 305.00 | 305.00 | | |
| 二、政府性基金预算财政拨款 | 50.00 | 十一、城乡社区支出 | 50.00 | | 50.00 | |
| 本年收入合计 | 350.00 | 本年支出合计 | 355.00 | 305.00 | 50.00 | |
| 年初财政拨款结转和结余 | 15.00 | 年末财政拨款结转和结余 | 10.00 | 10.00 | | |
| 总计 | 365.00 | 总计 | 365.00 | 315.00 | 50.00 | |
政府性基金预算财政拨款收入支出决算表
单位：万元
| 功能分类科目编码 | 科目名称 | 年初结转和结余 | 本年收入 | 本年支出 | | | 年末结转和结余 |
| | | | | 小计 | 基本支出 | 项目支出 | |
| 合计 | | 0 | 50.00 | 50.00 | 0 | 50.00 | 0 |
| 212 | 城乡社区支出 | 0 | 50.00 | 50.00 | 0 | 50.00 | 0 |
"""


def test_what_one_fund_has_is_not_the_departments() -> None:
    assert [f.message for f in budgetcheck.check(ONE_FUND).findings if f.severity != "info"] == []


STRANGE = """2022年度部门决算
支出决算表
单位：元
| 功能分类科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 | 上缴上级支出 | 经营支出 | 对附属单位补助支出 |
| 合计 | | 13000000 | 5000000 | 8000000 | | | |
| 205 | 教育支出 | 13,000,000 | nan | 8000000 | | | |
| 20502 | 普通教育 | 130,00000 | 5,000,000 | ,800,0000 | | | |
| 2050201 | 学前教育 | 3000000 | 12.3.4 | 2000000 | | | |
| 2050202 | 小学教育 | 10000000 | 4000000 | 6000000 | x | | |
"""


def test_a_cell_that_is_no_number_is_neither_absent_nor_zero() -> None:
    review = budgetcheck.check(STRANGE)
    said = [f.message for f in review.findings if f.severity != "info"]
    assert said == [
        f"《支出决算表》“{row}”行“{column}”列写作“{text}”，不是规范的金额或编码，未参加核对"
        for row, column, text in (
            ("205 教育支出", "基本支出", "nan"),
            ("20502 普通教育", "本年支出合计", "130,00000"),
            ("20502 普通教育", "项目支出", ",800,0000"),
            ("2050201 学前教育", "基本支出", "12.3.4"),
            ("2050202 小学教育", "上缴上级支出", "x"),
        )
    ]
    assert (review.coverage.numbers, review.coverage.unread) == (16, 3)
    assert [gap.text for gap in review.coverage.gaps] == ["nan", "12.3.4", "x"]


def test_separators_in_the_wrong_places_do_not_change_a_number() -> None:
    wrong = STRANGE.replace("| nan |", "| 5000000 |").replace("12.3.4", "1000000").replace(" x ", "  ")
    rows = [f.message for f in budgetcheck.check(wrong).findings if f.rule in ("BC130", "BC140")]
    assert rows == []
    found = [
        f.message for f in budgetcheck.check(wrong.replace(",800,0000", ",700,0000")).findings if f.rule == "BC130"
    ]
    assert [message.partition("；")[0] for message in found] == [
        "《支出决算表》“20502 普通教育”行：本年支出合计13000000元，各分项之和12000000元，相差1000000元"
    ]


def test_the_total_alone_in_the_next_grid_belongs_to_its_table() -> None:
    text = """2022年度部门决算
支出决算表
单位：万元
| 科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 |
| 205 | 教育支出 | 300.00 | 120.00 | 180.00 |
| 20502 | 普通教育 | 300.00 | 120.00 | 180.00 |

| 科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 |
| 合计 | | 310.00 | 130.00 | 180.00 |
"""
    review = budgetcheck.check(text)
    assert review.coverage.numbers == 9
    assert [f.message.partition("；")[0] for f in review.findings if f.rule == "BC140"] == [
        "《支出决算表》“合计”行“本年支出合计”栏310.00万元，下级1行之和300.00万元，相差10.00万元",
        "《支出决算表》“合计”行“基本支出”栏130.00万元，下级1行之和120.00万元，相差10.00万元",
    ]


def test_an_amount_that_no_row_or_column_takes_is_unread() -> None:
    text = """2022年度部门决算
支出决算表
单位：万元
| 科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 | 行次 |
| 205 | 教育支出 | 300.00 | 120.00 | 180.00 | 1 |
| 20502 | 普通教育 | 300.00 | 120.00 | 180.00 | 3,210.55 |
"""
    review = budgetcheck.check(text)
    assert [(gap.text, gap.span.table) for gap in review.coverage.gaps] == [("3,210.55", "支出决算表")]
    assert (review.coverage.numbers, review.coverage.unread) == (7, 1)


@pytest.mark.parametrize(
    "written",
    [lambda digits: f"{int(digits):,}", lambda digits: f"{int(digits):,}.00", str],
    ids=["grouped", "cents", "plain"],
)
@pytest.mark.parametrize(("unit", "zeros"), [("元", 0), ("万元", 4)])
def test_a_table_without_a_unit_has_that_of_the_sentences_however_its_digits_are_grouped(
    unit: str, zeros: int, written: Callable[[str], str]
) -> None:
    amounts = [written(digits) for digits in ("31260000", "10460000", "20800000", "0")]
    text = f"""2022年度部门决算
支出决算表
| 功能分类科目编码 | 科目名称 | 本年支出合计 | 基本支出 | 项目支出 |
| 合计 | | {amounts[0]} | {amounts[1]} | {amounts[2]} |
| 205 | 教育支出 | {amounts[0]} | {amounts[1]} | {amounts[3]} |
本年支出合计{3126 * 10**zeros}万元，其中：基本支出{1046 * 10**zeros}万元，项目支出{2080 * 10**zeros}万元。
"""
    (first, *_) = read_ledger(text_document(text, layout_of(WORDING)), WORDING).rows
    assert {fact.quantity.unit for fact in first.cells.values()} == {unit}
