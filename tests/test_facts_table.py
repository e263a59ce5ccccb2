"""The tidy table of numbers: complete, exact, the same in every format."""

from __future__ import annotations

import csv
import io
import json
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from openpyxl import load_workbook

import budgetcheck
from budgetcheck import BudgetcheckError, Options, facts_frame
from budgetcheck.cli import main
from budgetcheck.reports.tidy import columns, fact_rows
from budgetcheck.reports.tidy_files import SCALE, write_facts
from budgetcheck.testing import Report, report, reports, tamper, write

pa = pytest.importorskip("pyarrow", reason="pyarrow (dependency group dev) is not installed: Parquet is not tested")

EXAMPLES = Path(__file__).parents[1] / "examples"
CORPUS = [
    path
    for path in sorted((Path(__file__).resolve().parents[2] / "shared" / "corpus").glob("*"))
    if path.suffix in (".pdf", ".txt")
]
REPORT = """某县示范局2023年度部门决算
一、收入支出决算情况说明
本年支出合计1,200.50万元，其中：基本支出900.5万元，占75.01%；项目支出300万元，占24.99%。
社会保障和就业支出（类）行政事业单位养老支出（款）机关事业单位基本养老保险缴费支出（项）：2023年度决算数为80.00万元，比2022年度决算数减少约5万元。
二、其他
公务用车3辆，国内公务接待1.2万人次。
"""
HOSTILE = "=cmd|' /C calc'!A0,\"a\r\nb\"\x07"


def reviewed(text: str) -> budgetcheck.Review:
    return budgetcheck.check(text, Options(numbers=True))


def rows_of(text: str, **more: bool) -> list[dict[str, Any]]:
    return list(fact_rows(reviewed(text), **more))


def run(*args: object) -> tuple[int, bytes, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout_bytes, result.stderr


def test_each_number_says_what_it_is() -> None:
    shown = (
        "text",
        "figure",
        "measure",
        "direction",
        "year",
        "dimension",
        "value",
        "low",
        "high",
        "unit",
        "approximate",
    )
    rows = rows_of(REPORT)
    assert [" ".join("-" if row[name] is None else str(row[name]) for name in shown) for row in rows] == [
        "1,200.50万元 本年支出 actual - 2023 money 12005000 12004950 12005050 万元 False",
        "900.5万元 基本支出 actual - 2023 money 9005000 9004500 9005500 万元 False",
        "75.01% 基本支出 share - 2023 percent 75.01 75.005 75.015 % False",
        "300万元 项目支出 actual - 2023 money 3000000 2995000 3005000 万元 False",
        "24.99% 项目支出 share - 2023 percent 24.99 24.985 24.995 % False",
        "80.00万元 - actual - 2023 money 800000 799950 800050 万元 False",
        "5万元 - change down 2023 money 50000 40000 60000 万元 True",
        "3辆 - actual - 2023 count 3 3 3 辆 False",
        "1.2万人次 国内公务接待 actual - 2023 count 12000 11500 12500 万人次 False",
    ]
    assert [row["name"] for row in rows[-2:]] == ["公务用车", "国内公务接待"]


def test_a_subject_of_a_sentence_has_its_code() -> None:
    row = next(row for row in rows_of(REPORT) if row["text"] == "80.00万元")
    named = {name: row[name] for name in row if name.startswith(("subject", "classification"))}
    assert named == {
        "classification": "functions", "subject_code": "2080505", "subject_level": "项",
        "subject_name": "机关事业单位基本养老保险缴费支出",
    }  # fmt: skip


def test_a_number_that_is_wrong_says_so() -> None:
    rows = rows_of((EXAMPLES / "zhejiang-2023-final-planted.txt").read_text(encoding="utf-8"))
    wrong = [row for row in rows if row["wrong"] == "certain"]
    assert [(row["text"], row["suggestion"], row["state"]) for row in wrong] == [("0%", "3.39%", "checked")]
    assert {"BC201", "BC202"} <= set(wrong[0]["rules"].split())
    ids = {finding.id for finding in reviewed((EXAMPLES / "zhejiang-2023-final-planted.txt").read_text()).findings}
    assert {each for row in rows for each in (row["findings"] or "").split()} <= ids


def test_a_number_that_was_not_understood_is_there_without_a_meaning() -> None:
    text = (
        "2023年度部门决算\n本年支出合计200.00万元。\n\n另见\n\n| 甲栏 | 乙栏 |\n| 某处 | 1,234.50 |\n| 另处 | 12.5% |\n"
    )
    rows = [row for row in rows_of(text) if row["state"] == "unread"]
    shown = ("text", "name", "figure", "measure", "year", "dimension", "value", "unit", "block", "start")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("1,234.50", None, None, None, None, None, None, None, 3, 1001),
        ("12.5%", None, None, None, None, "percent", Decimal("12.5"), "%", 3, 2001),
    ]
    known = [row for row in rows_of(text.replace("另见\n", "单位：万元\n")) if row["state"] == "unread"]
    assert (known[0]["value"], known[0]["unit"]) == (Decimal(12345000), "万元")


def test_what_only_follows_is_listed_on_demand() -> None:
    text = "2023年度部门决算\n本年支出合计200.00万元，比2022年增加20.00万元。\n"
    assert [row["derived"] for row in rows_of(text)] == [False, False]
    last = rows_of(text, derived=True)[2]
    kept = {name: last[name] for name in ("derived", "measure", "year", "value", "low", "high", "state", "figure")}
    assert kept == {
        "derived": True, "measure": "implied", "year": 2022, "value": Decimal(1800000), "low": Decimal(1799900),
        "high": Decimal(1800100), "state": None, "figure": "本年支出",
    }  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(reports())
def test_every_printed_number_has_one_row_that_holds_the_truth(made: Report) -> None:
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for row in fact_rows(reviewed(str(made))):
        assert (row["line"], row["start"]) not in rows
        rows[row["line"], row["start"]] = row
    for printing in made.printings:
        place = printing.place
        start = place.start if place.row < 0 else place.row * 1000 + place.column
        if printing.kind == "word" or (printing.kind == "percent" and made.habit.shares != "nearest"):
            continue
        row = rows[made.first_lines[place.block], start]
        assert row["state"] in ("checked", "unconstrained")
        truth = printing.value / 100 if printing.kind == "amount" else printing.value
        assert Fraction(row["low"]) <= truth <= Fraction(row["high"])
        assert Fraction(row["low"]) <= Fraction(row["value"]) <= Fraction(row["high"])


def test_the_table_adds_up() -> None:
    """The subjects of the highest level make the total, each within what its digits stand for."""
    added = 0
    for seed in range(12):
        rows = list(fact_rows(reviewed(str(report(seed, "final")))))
        cells = [row for row in rows if (row["table"], row["column"]) == ("支出决算表", "本年支出合计")]
        total = [row for row in cells if not row["subject_code"]]
        classes = [row for row in cells if row["subject_level"] == "类"]
        if total:
            added += 1
            assert len(total) == 1
            assert sum(row["low"] for row in classes) <= total[0]["high"]
            assert sum(row["high"] for row in classes) >= total[0]["low"]
    assert added >= 4


@pytest.mark.skipif(not CORPUS, reason="the corpus is not here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_each_cell_of_a_real_table_is_there_once(path: Path) -> None:
    review = budgetcheck.check(path, Options(numbers=True))
    rows = list(fact_rows(review))
    assert len({(row["block"], row["start"]) for row in rows}) == len(rows)
    starts = {(row["block"], row["start"]): row["text"] for row in rows}
    tables = {row["block"] for row in rows if row["table"] and row["state"] != "unread"}
    for number in tables:
        for r, cells in enumerate(review.document.blocks[number].cells):
            for c, text in enumerate(cells):
                if "." in text and text.replace(",", "").replace(".", "").isdigit():
                    assert starts[number, r * 1000 + c] == text.strip()
    counted = sum(row["dimension"] in ("money", "percent") for row in rows if row["state"] != "excluded")
    assert counted >= review.coverage.numbers - review.coverage.unread


def test_cells_of_a_workbook_have_their_address(tmp_path: Path) -> None:
    path = next(p for p in write(report(2), "xlsx", tmp_path) if p.suffix == ".xlsx")
    rows = [row for row in fact_rows(budgetcheck.check(path, Options(numbers=True))) if row["cell"]]
    assert len(rows) > 50
    book = load_workbook(path)
    for row in rows:
        cell = book[row["sheet"]][row["cell"]]
        shown = cell.value if isinstance(cell.value, str) else f"{Decimal(str(cell.value))}"
        assert Decimal(shown.replace(",", "")) == Decimal(row["text"].replace(",", ""))


def test_a_frame_holds_no_float_and_the_documented_columns() -> None:
    frame = facts_frame(reviewed(REPORT))
    assert list(frame.columns) == [column.name for column in columns()]
    assert frame.shape == (9, 41)
    assert [str(kind) for kind in frame.dtypes if "float" in str(kind)] == []
    assert all(type(value) is Decimal for name in ("value", "low", "high") for value in frame[name])
    assert frame.loc[frame["figure"] == "基本支出", "value"].sum() == Decimal("9005075.01")
    assert list(facts_frame(reviewed("2023年度部门决算\n没有数字。\n")).columns) == list(frame.columns)


def test_a_review_without_its_numbers_is_refused() -> None:
    with pytest.raises(
        BudgetcheckError, match=r"reviewed without its numbers; use check\(…, Options\(numbers=True\)\)"
    ):
        facts_frame(budgetcheck.check(REPORT))


def test_frames_from_a_database_have_facts_too() -> None:
    frame = pd.DataFrame(
        [{"科目编码": "201", "科目名称": "一般公共服务支出", "本年支出合计": "50.00", "基本支出": "50.00"}]
    )
    rows = list(fact_rows(budgetcheck.check_frames({"支出决算表": frame}, unit="元", options=Options(numbers=True))))
    assert [(row["subject_code"], row["subject_level"], row["value"]) for row in rows] == [
        ("201", "类", Decimal(50))
    ] * 2


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV or JSON with the types of its columns."""
    kinds = {
        "integer": int, "decimal": Decimal, "truth": lambda text: str(text).lower() == "true", "text": str, "word": str,
    }  # fmt: skip
    return {
        column.name: None if row[column.name] in ("", None) else kinds[column.type](row[column.name])  # type: ignore[operator]
        for column in columns()
    }


@pytest.mark.parametrize("seed", range(4))
def test_all_formats_hold_the_same(seed: int, tmp_path: Path) -> None:
    path = tmp_path / f"=危险{seed}.txt"
    path.write_text(str(tamper(report(seed), None, seed)[0]), encoding="utf-8")
    wanted = list(fact_rows(budgetcheck.check(path, Options(numbers=True)), derived=True))
    for form in ("csv", "json", "parquet"):
        assert run("facts", path, "--derived", "--raw", "--format", form, "-o", tmp_path / form)[0] == 0
    assert [typed(row) for row in read_csv((tmp_path / "csv").read_bytes())] == wanted
    assert [typed(row) for row in json.loads((tmp_path / "json").read_text(encoding="utf-8"))] == wanted
    assert pa.parquet.read_table(tmp_path / "parquet").to_pylist() == wanted


def test_parquet_has_exact_decimals_and_says_what_a_column_is(tmp_path: Path) -> None:
    import pyarrow.parquet  # noqa: F401

    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="utf-8")
    run("facts", path, "--format", "parquet", "-o", tmp_path / "facts.parquet", "--lang", "en")
    table = pa.parquet.read_table(tmp_path / "facts.parquet")
    assert table.schema.field("value").type == pa.decimal128(38, SCALE)
    assert table.schema.field("page").metadata[b"description"] == b"Page"


def test_numbers_that_parquet_cannot_hold_are_empty_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(f"2023年度部门决算\n本年支出合计{'9' * 40}.5元。\n基本支出0.{'1' * 30}元。\n", encoding="utf-8")
    status, _, line = run("facts", path, "--format", "parquet", "-o", tmp_path / "facts.parquet")
    assert (status, line) == (
        0, "budgetcheck: 6 numbers are too long for Parquet and were left empty; their text is in the table\n",
    )  # fmt: skip
    kept = pa.parquet.read_table(tmp_path / "facts.parquet").to_pylist()
    assert [(row["text"], row["value"]) for row in kept] == [("9" * 40 + ".5元", None), ("0." + "1" * 30 + "元", None)]
    exact = [row["value"] for row in read_csv(run("facts", path)[1])]
    assert exact == ["9" * 40 + ".5", "0." + "1" * 30]


def test_csv_guards_texts_and_leaves_numbers(tmp_path: Path) -> None:
    row = dict.fromkeys((column.name for column in columns()), None) | {
        "document": HOSTILE, "name": "@SUM(A1)", "text": "-31.52", "row": "-2+3", "value": Decimal("-3.152E+5"),
        "low": Decimal("-1E-7"), "derived": False, "page": 3,
    }  # fmt: skip
    stream = io.BytesIO()
    write_facts([dict(row)], "csv", stream)
    assert stream.getvalue().startswith("\ufeffdocument,".encode())
    kept = read_csv(stream.getvalue())[0]
    shown = {name: kept[name] for name in ("document", "name", "text", "row", "value", "low", "derived", "page")}
    assert shown == {
        "document": "'" + HOSTILE, "name": "'@SUM(A1)", "text": "-31.52", "row": "'-2+3", "value": "-315200",
        "low": "-0.0000001", "derived": "false", "page": "3",
    }  # fmt: skip
    stream = io.BytesIO()
    write_facts([dict(row)], "csv", stream, raw=True)
    assert read_csv(stream.getvalue())[0]["document"] == HOSTILE
    assert stream.getvalue().startswith(b"document,")


def test_a_file_that_cannot_be_read_costs_one_line_and_no_other_file(tmp_path: Path) -> None:
    path, broken = tmp_path / "report.txt", tmp_path / "broken.docx"
    path.write_text(REPORT, encoding="utf-8")
    broken.write_bytes(b"PK\x03\x04 nothing")
    status, out, line = run("facts", path, broken, path)
    assert status == 2
    assert line.count("\n") == 1
    assert line.startswith(f"budgetcheck: {broken}: ")
    assert len(read_csv(out)) == 18
    assert run("facts", broken, "--format", "json")[:2] == (2, b"[]\n")


def test_several_files_as_one_report_say_which_file(tmp_path: Path) -> None:
    made = write(report(2), "xlsx", tmp_path)
    assert len(made) == 2
    rows = read_csv(run("facts", *made, "--together")[1])
    assert {row["file"] for row in rows} == {str(path) for path in made}
    assert len({row["document"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "name a file"),
        (("x.txt", "-o", "/nowhere/at/all.csv"), "/nowhere/at/all.csv: No such file or directory"),
        (("x.txt", "--rules", "/nowhere"), "/nowhere: not a folder of rules"),
    ],
)
def test_wrong_words_are_one_line(args: tuple[str, ...], said: str) -> None:
    assert run("facts", *args)[::2] == (2, f"budgetcheck: {said}\n")


def test_without_pyarrow_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run("facts", "x.txt", "--format", "parquet")[::2] == (
        2, "budgetcheck: Parquet needs pyarrow: pip install 'budgetcheck[parquet]'\n",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_says_what_each_column_holds(language: str) -> None:
    lines = run("facts", "--columns", "--lang", language)[1].decode().splitlines()
    assert [line.split()[0] for line in lines] == [column.name for column in columns()]
    assert [line[24:] for line in lines] == [column.meaning[language] for column in columns()]
