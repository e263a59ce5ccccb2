"""CSV, Markdown and workbook: the lists that people work with."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from budgetcheck.reports.plain import clean, inert, shortened

from .runs import EMPTY, HOSTILE, MIXED, RULES, hostile, ids, reviewed, run_of, written
from .test_command import run

CHINESE = re.compile(r"[\u4e00-\u9fff]")
HEADINGS = [
    "序号",
    "标识",
    "文件",
    "级别",
    "把握",
    "规则",
    "规则名称",
    "类别",
    "章节",
    "位置",
    "页",
    "行",
    "文中",
    "应为",
    "相差",
    "说明",
    "依据",
    "起因标识",
    "已接受",
]


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheets(data: bytes) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets}


def table(sheet: Worksheet, header: int) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=header + 1)]


def test_csv_says_what_the_json_says() -> None:
    mixed = run_of(reviewed(MIXED))
    header, *body = rows(written(mixed, "csv"))
    assert header == HEADINGS
    assert [row[1] for row in body] == ids(mixed)
    assert body[0] == [
        "1", "8be84d437e8d", "report.txt", "错误", "确定", "BC104", RULES["BC104"].title, "breakdown", "一", "第3行",
        "", "3", "210.00万元", "200.00万元", "10.00万元",
        "本年支出合计210.00万元，所列各项合计200.00万元，相差10.00万元（基本支出150.00万元、项目支出50.00万元）；"
        "错的是本年支出合计210.00万元，应为200.00万元（依据：50.00万元、25.00%；150.00万元、75.00%；150.00万元+50.00万元）",
        RULES["BC104"].basis, "", "",
    ]  # fmt: skip
    assert {row[3] for row in body} == {"错误", "存疑", "提示"}
    assert [row[-2] for row in body].count("8be84d437e8d") == 3


def test_markdown_is_a_table_and_the_coverage() -> None:
    mixed = run_of(reviewed(EMPTY), "unread-1.txt: the file is empty", reviewed(MIXED, "a|b.txt"))
    head, rule, *body = written(mixed, "md").decode().splitlines()
    assert head == "| 序号 | 文件 | 级别 | 章节 | 位置 | 文中 | 应为 | 相差 | 规则 | 说明 | 标识 |"
    assert rule == "|" + " --- |" * 11
    found = [line for line in body if line.startswith("|")]
    assert found[0] == "| 1 | unread-1.txt | 错误 |  |  |  |  |  | 无法读取 | unread-1.txt: the file is empty |  |"
    assert [line.split(" | ")[-1].removesuffix(" |") for line in found[1:]] == ids(mixed)
    assert found[1].startswith(r"| 2 | a\|b.txt | 错误 | 一 | 第3行 | 210.00万元 | 200.00万元 | 10.00万元 | BC104 | ")
    assert body[-3:] == [
        "- report.txt: 0个错误，0个存疑，0个提示；数字5个：已核对5（100.0%），读懂但无可对照0，未读懂0",
        "- unread-1.txt: unread-1.txt: the file is empty",
        r"- a\|b.txt: 6个错误，1个存疑，1个提示；数字11个：已核对11（100.0%），读懂但无可对照0，未读懂0",
    ]


def test_a_report_without_numbers_is_no_pass_in_any_list() -> None:
    nothing = run_of(reviewed("关于办公地点搬迁的通知\n本局已迁入新址办公。\n"))
    said = "没有找到任何金额或百分比，不能算通过"
    assert said in written(nothing, "md").decode()
    book = sheets(written(nothing, "xlsx"))
    assert said in str(book["问题清单"]["A2"].value)
    assert said in str(book["文件"]["F4"].value)


@pytest.mark.parametrize("form", ["csv", "md", "xlsx"])
def test_hostile_content_stays_text(form: str) -> None:
    bad = run_of(hostile(), "=cannot\x00 be read\n@x")
    data = written(bad, form)
    if form == "csv":
        body = rows(data)[1:]
        assert [row[1] for row in body[:-1]] == ids(bad)
        assert not [cell for row in body for cell in row if re.match(r"\s*[=+\-@]", cell)]
        assert [row[15] for row in body][:4] == [f"'{text}" for text in HOSTILE[:4]]
        assert body[-1][15] == "'=cannot␀ be read @x"
    elif form == "md":
        lines = data.decode().splitlines()
        body = [line for line in lines if line.startswith("|")][2:]
        assert len(body) == len(HOSTILE) + 1
        assert all(len(re.findall(r"(?<!\\)\|", line)) == 12 for line in body)
        assert r"one  two three \| \`x\` \*y\* \_z\_ &lt;b&gt;" in body[7]
    else:
        sheet = sheets(data)["问题清单"]
        body = table(sheet, 3)
        assert {cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row} <= {"s", "n"}
        assert sorted(str(row[-1]) for row in body[:-1]) == sorted(ids(bad))
        said = {row[-1]: row[9] for row in body}
        assert said["000000000000"] == HOSTILE[0]
        assert said["000000000005"] == "↳ 同一原因: a␀b␛[31m␇ c d\ufffd"
        assert len(said["000000000008"]) == 32_000
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "sheet" in name)


def test_text_is_made_harmless() -> None:
    assert clean("a\r\nb\x00\u202ec\ud800") == "a  b␀<U+202E>c\ufffd"
    assert clean("已核对，无碍") == "已核对，无碍"
    assert [inert(text) for text in ("=1", "＝1", " +1", "\t@x", "1=1", "第1行")] == [
        "'=1", "'＝1", "' +1", "'\t@x", "1=1", "第1行",
    ]  # fmt: skip
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


def test_workbook_puts_symptoms_below_their_root() -> None:
    mixed = run_of(reviewed(MIXED))
    sheet = sheets(written(mixed, "xlsx"))["问题清单"]
    header = [cell.value for cell in sheet[4]]
    assert header == [
        "序号",
        "级别",
        "章节",
        "位置",
        "文中",
        "应为",
        "相差",
        "规则",
        "说明",
        "依据",
        "处理意见",
        "备注",
        "标识",
    ]
    body = table(sheet, 4)
    assert [(row[0], row[7]) for row in body] == [
        ("1", "BC104"), ("1.1", "BC107"), ("1.2", "BC201"), ("1.3", "BC201"), ("2", "BC202"), ("2.1", "BC201"),
        ("3", "BC911"), ("4", "BC806"),
    ]  # fmt: skip
    assert sorted(str(row[-1]) for row in body) == sorted(ids(mixed))
    levels = [sheet.row_dimensions[number].outlineLevel for number in range(5, 13)]
    assert levels == [0, 1, 1, 1, 0, 1, 0, 0]
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
    assert str(body[1][8]).startswith("↳ 同一原因: 本年支出210.00万元，")


def test_workbook_is_ready_to_work_with_and_to_print() -> None:
    sheet = sheets(written(run_of(reviewed(MIXED)), "xlsx"))["问题清单"]
    assert sheet.freeze_panes == "A5"
    assert sheet.auto_filter.ref == "A4:M12"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.print_area == "'问题清单'!$A$1:$L$12"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
    choice = sheet.data_validations.dataValidation[0]
    assert (choice.type, str(choice.sqref)) == ("list", "K5:K12")
    assert choice.formula1 == '"确认待改,已改正,可以解释,已接受,误报,待核实"'
    fills = [sheet[f"B{row}"].fill.fgColor.rgb for row in (5, 11, 12)]
    assert len(set(fills)) == 3
    assert sheet["B5"].font.bold


def test_workbook_lists_every_number_and_rule() -> None:
    review = reviewed(MIXED)
    book = sheets(written(run_of(review), "xlsx"))
    numbers = table(book["数字核对"], 4)
    assert len(numbers) == review.coverage.numbers + review.coverage.excluded == 11
    assert numbers[:3] == [
        [1, "210.00万元", "本年支出合计", "一", "第3行", "已核对", "BC104 BC107 BC114 BC201",
         "本年支出合计210.00万元，其中：基本支出150.00万元，占75.00%…"],
        [2, "150.00万元", "基本支出", "一", "第3行", "已核对", "BC104 BC107 BC114 BC201",
         "本年支出合计210.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25…"],
        [3, "75.00%", None, "一", "第3行", "已核对", "BC201 BC203",
         "…0.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25.00%。"],
    ]  # fmt: skip
    rules = {row[0]: row[3:8] for row in table(book["规则执行"], 4)}
    assert set(rules) == set(RULES)
    assert rules["BC201"] == ["不合", 1, 3, 0, None]
    assert rules["BC602"] == ["未能判断", 0, 0, 1, "公务用车费"]


def test_every_fate_of_a_number_is_listed_as_it_is_counted() -> None:
    text = MIXED + (
        "四、其他\n全年接待群众约3.5万元价值物资。\n五、名词解释\n结转资金：如100.00万元。\n"
        "附表一\n\n| 物资 | 价 |\n| --- | --- |\n| 桌 | 1,000.00 |\n| 椅 | 2,000.50 |\n"
    )
    review = reviewed(text)
    fates = [number.fate for number in review.numbers]
    counted = {fate: getattr(review.coverage, fate) for fate in ("checked", "unconstrained", "unread", "excluded")}
    assert {fate: fates.count(fate) for fate in counted} == counted
    assert counted["checked"] == 11
    assert all(counted[fate] for fate in ("unread", "excluded"))
    assert all(bool(number.rules) == (number.fate == "checked") for number in review.numbers)
    assert ("2,000.50", "椅 2,000.50") in [(number.span.text, number.span.quote) for number in review.numbers]


def test_several_documents_make_one_workbook() -> None:
    mixed = run_of(reviewed(MIXED, "a/x.txt"), "unread-1.txt: the file is empty", reviewed(MIXED, "b/y.txt"))
    book = sheets(written(mixed, "xlsx"))
    assert list(book) == ["问题清单", "数字核对", "规则执行", "文件"]
    body = table(book["问题清单"], 3)
    assert [row[1] for row in body] == ["x.txt"] * 8 + ["unread-1.txt"] + ["y.txt"] * 8
    assert body[8][8:10] == ["无法读取", "unread-1.txt: the file is empty"]
    assert [row[0] for row in table(book["文件"], 3)] == ["a/x.txt", "unread-1.txt", "b/y.txt"]
    same = run_of(reviewed(MIXED, "a/x.txt"), reviewed(EMPTY, "b/x.txt"))
    assert {row[1] for row in table(sheets(written(same, "xlsx"))["问题清单"], 3)} == {"a/x.txt"}


@pytest.mark.parametrize("text", [MIXED, EMPTY])
@pytest.mark.parametrize("form", ["csv", "md", "xlsx"])
def test_english_lists_are_english(form: str, text: str) -> None:
    """But for what stands in the report itself: names, sections, numbers with their units."""
    review = reviewed(text, language="en")
    data = written(run_of(review, "unread-1.txt: the file is empty", language="en"), form)
    if form == "csv":
        said = [cell for row in rows(data) for n, cell in enumerate(row) if n not in (8, 12, 13, 14, 15)]
    elif form == "md":
        said = data.decode().splitlines()[:2] + data.decode().splitlines()[-2:]
    else:
        book = sheets(data)
        assert list(book) == ["Findings", "Numbers", "Rules", "Documents"]
        said = [cell for sheet in book.values() for cell in map(str, table(sheet, 2)[0])]
        said += [str(row[n]) for row in table(book["Findings"], 3) for n in (2, 10)]
        said += [str(row[n]) for row in table(book["Rules"], 3) for n in (2, 3, 4, 9)]
    assert not [text for text in said if CHINESE.search(text)]


def test_every_rule_speaks_english() -> None:
    for rule in RULES.values():
        assert {"title", "message", "why", "basis"} <= set(rule.english), rule.id
        for name in ("title", "why", "basis"):
            assert not CHINESE.search(rule.english[name]), rule.id


def test_every_reason_for_skipping_is_said_in_words() -> None:
    """No name of a claim or of a kind of document reaches a reader as it is."""
    for text in (MIXED, EMPTY, MIXED.replace("决算", "预算")):
        for language in ("zh", "en"):
            book = sheets(written(run_of(reviewed(text, language=language), language=language), "xlsx"))
            reasons = [str(row[7] or "") for row in table(book["规则执行" if language == "zh" else "Rules"], 4)]
            assert any(reasons)
            assert not [text for text in reasons if re.search(r"claim\.|row\.|document kind", text)]
            if language == "zh":
                assert not [text for text in reasons if re.search(r"[a-z]{3}", text)]


def test_a_workbook_needs_a_file_or_a_pipe(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(MIXED, encoding="utf-8")
    book = tmp_path / "list.xlsx"
    assert run("check", report, "--format", "xlsx", "-o", book)[0] == 1
    numbers = table(sheets(book.read_bytes())["数字核对"], 4)
    assert len(numbers) == 11
    assert run("check", report, "--format", "csv", "-o", tmp_path / "no" / "list.csv")[0] == 2
