from __future__ import annotations

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
