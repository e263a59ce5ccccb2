"""Workbooks built in memory: what a sheet shows is read, and a hostile file can only be refused."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import time
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers import csvfile, workbook
from budgetcheck.readers.numberformat import BUILTIN, display, plain
from budgetcheck.readers.sandbox import Limits, run_limited

from .readings import LAYOUT

read_workbook = partial(workbook.read_workbook, layout=LAYOUT)
read_csv = partial(csvfile.read_csv, layout=LAYOUT)

xlsxwriter = pytest.importorskip("xlsxwriter")

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "shanghai-blank-unit-budget.xlsx"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TARGET = "budgetcheck.readers.workbook:read_workbook"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def raw(rows: str, tail: str = "", head: str = "", **more: str | bytes) -> bytes:
    """A workbook of one sheet from bare XML; keywords name further parts with "__" for "/"."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{REL}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="表" sheetId="1" '
        'r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" '
        f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>',
    }
    return zipped(parts | {key.replace("__", "/"): text for key, text in more.items()})


def final_accounts() -> bytes:
    """公开01表 with two panels, merged headers, codes as numbers, formats; a second table; a hidden sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    ruled = book.add_format({"border": 1})
    money = book.add_format({"border": 1, "num_format": "#,##0.00"})
    percent = book.add_format({"border": 1, "num_format": "0.00%"})
    sheet = book.add_worksheet("公开01表")
    sheet.merge_range("A1:F1", "收入支出决算总表")
    sheet.write("F2", "公开01表")
    sheet.write("A3", "部门：某某局")
    sheet.write("F3", "单位：万元")
    sheet.merge_range("A4:C4", "收入", ruled)
    sheet.merge_range("D4:F4", "支出", ruled)
    sheet.write_row("A5", ["项目", "行次", "决算数", "科目编码", "行次", "完成率"], ruled)
    sheet.write_row("A6", ["一、财政拨款收入", 1, "", 2080505, 31], ruled)
    sheet.write("C6", 1536.1, money)
    sheet.write("F6", 0.7772, percent)
    sheet.write_row("A7", ["合计", "", "", "", "", ""], ruled)
    sheet.write("C7", 0.1 + 0.2, money)
    sheet.write_formula("D7", "=SUM(C6:C7)", money, "")
    sheet.write("A8", "注：本表反映部门本年度的总收支情况。")
    sheet.write("A10", "机关运行经费表")
    sheet.write_row("A11", ["项目", "金额"], ruled)
    sheet.write_row("A12", ["办公费", "1,234.50"], ruled)
    sheet.set_row(11, None, None, {"hidden": 1})
    sheet.set_column("E:E", 8, None, {"hidden": 1})
    hidden = book.add_worksheet("底稿")
    hidden.hide()
    hidden.write("A1", "备用")
    book.add_worksheet("空表")
    contents = book.add_worksheet("目录")
    contents.write_row("A1", ["一、", "部门概况", 1])
    contents.write_row("A2", ["二、", "决算表", 3])
    book.close()
    return out.getvalue()


GRID = (
    ("收入", "", "", "支出", "", ""),
    ("项目", "行次", "决算数", "科目编码", "行次", "完成率"),
    ("一、财政拨款收入", "1", "1,536.10", "2080505", "31", "77.72%"),
    ("合计", "", "0.30", "", "", ""),
)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.kind == "paragraph"]


def grids(blocks: tuple[Block, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [block.cells for block in blocks if block.kind == "grid"]


def test_final_accounts() -> None:
    blocks, notes = read_workbook(final_accounts())
    assert [b.kind for b in blocks[:8]] == [*["paragraph"] * 4, "grid", "paragraph", "paragraph", "grid"]
    assert texts(blocks) == [
        *("收入支出决算总表", "公开01表", "部门：某某局", "单位：万元"),
        *(
            "注：本表反映部门本年度的总收支情况。",
            "机关运行经费表",
            "备用",
            "一、 部门概况 1",
            "二、 决算表 3",
        ),
    ]
    assert grids(blocks) == [GRID, (("项目", "金额"), ("办公费", "1,234.50"))]
    assert blocks[4].sheet == "公开01表"
    assert blocks[4].line == 4
    assert notes == (
        "sheet 公开01表: formulas without a stored value: 1, the first in D7; read as empty",
        "sheet 公开01表: hidden rows: 1, the first is row 12; read like the others",
        "sheet 公开01表: hidden columns: 1, the first is column E; read like the others",
        "sheet 底稿 is hidden",
        "sheet 空表 is blank",
    )


def test_xls_keeps_displayed_decimals() -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("收支")
    ruled = "borders: left thin, right thin, top thin, bottom thin"
    money = xlwt.easyxf(ruled, num_format_str="#,##0.00")
    sheet.write_merge(0, 0, 0, 2, "收入支出决算总表")
    sheet.write(1, 2, "单位：万元")
    for column, text in enumerate(["项目", "金额", "比例"]):
        sheet.write(2, column, text, xlwt.easyxf(ruled))
    sheet.write(3, 0, 2080505, xlwt.easyxf(ruled))
    sheet.write(3, 1, 1536.1, money)
    sheet.write(3, 2, 0.5, xlwt.easyxf(ruled, num_format_str="0.00%"))
    sheet.write(4, 0, "合计", xlwt.easyxf(ruled))
    sheet.write(4, 1, 20, money)
    sheet.write(4, 2, datetime(2024, 12, 31), xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"'))
    sheet.row(3).hidden = True
    out = io.BytesIO()
    book.save(out)
    blocks, notes = read_workbook(out.getvalue())
    assert texts(blocks) == ["收入支出决算总表", "单位：万元"]
    assert grids(blocks) == [
        (("项目", "金额", "比例"), ("2080505", "1,536.10", "50.00%"), ("合计", "20.00", "2024年12月31日"))
    ]
    assert notes == ("sheet 收支: hidden rows: 1, the first is row 4; read like the others",)


def test_ods_keeps_displayed_text() -> None:
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{each}:1.0" for each in ("office", "table", "text"))
    content = (
        f'<o:document-content xmlns:o="{office}" xmlns:table="{table}" xmlns:text="{text}"><o:body><o:spreadsheet>'
        '<table:table table:name="表"><table:table-row><table:table-cell table:number-columns-spanned="2">'
        "<text:p>收<text:s/>支</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
        "<table:table-row><table:table-cell><text:p>项目</text:p></table:table-cell><table:table-cell>"
        "<text:p>金额</text:p></table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="2" table:visibility="collapse"><table:table-cell>'
        '<text:p>甲</text:p></table:table-cell><table:table-cell o:value="1536.1"><text:p>1,536.10</text:p>'
        '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    blocks, notes = read_workbook(zipped({"content.xml": content}))
    assert texts(blocks) == ["收 支"]
    assert grids(blocks) == [(("项目", "金额"), ("甲", "1,536.10"), ("甲", "1,536.10"))]
    assert notes == ("sheet 表: hidden rows: 2; read like the others",)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_shanghai_template_whole() -> None:
    blocks, notes = read_workbook(CORPUS.read_bytes())
    assert notes == ()
    assert len({block.sheet for block in blocks}) == 16
    assert len(grids(blocks)) == 9
    assert grids(blocks)[1][:4] == (
        ("项目", "", "", "", "收入预算", "", "", "", ""),
        (
            *("功能分类科目编码", "", "", "功能分类科目名称", "合计", "财政拨款收入", "事业收入"),
            *("事业单位\n经营收入", "其他收入"),
        ),
        ("类", "款", "项", "", "", "", "", "", ""),
        ("205", "", "", "教育支出", "", "", "", "", ""),
    )
    for cells in grids(blocks)[:-1]:
        assert cells[-1][0] in ("合计", "收入总计")
    assert texts(blocks).count("单位：元") == 8
    assert not any("编制单位" in cell or "单位：元" in cell for cells in grids(blocks) for row in cells for cell in row)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_every_filled_cell_is_read() -> None:
    calamine = pytest.importorskip("python_calamine")
    for data in (CORPUS.read_bytes(), final_accounts()):
        blocks, _ = read_workbook(data)
        ours = {cell for block in blocks for row in block.cells for cell in row} | set(texts(blocks))
        joined = "\n".join(ours)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python():
                for cell in row:
                    if isinstance(cell, str):
                        assert all(line.strip() in joined for line in cell.split("\n"))


ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1536.1, "0.00", "1536.10"),
        (1536.15, "#,##0.00", "1,536.15"),
        (0.7772, "0.00%", "77.72%"),
        (0.1 + 0.2, "General", "0.3"),
        (1536.1499999999999, "", "1536.15"),
        (2080505.0, "General", "2080505"),
        (2080505, "@", "2080505"),
        (301, "0000", "0301"),
        (-3.5, "", "-3.5"),
        (1e20, "General", "100000000000000000000"),
        (2.675, "0.00", "2.68"),
        (0.125, "0.00", "0.13"),
        (-0.001, "0.00", "0.00"),
        (12, "0_ ", "12"),
        (0, ACCOUNTING, "-"),
        (1234.5, ACCOUNTING, "1,234.50"),
        (-1234.5, ACCOUNTING, "-1,234.50"),
        (-5, "0.00_);[Red]\\(0.00\\)", "(5.00)"),
        (-5, "0.00;[Red]0.00", "-5.00"),
        (0, "#,##0.00;;", ""),
        (5, ";;;", ""),
        (12345678, "0!.0000", "1234.5678"),
        (12345, '0!.0,"万"', "1.2万"),
        (1234567, "#,##0,", "1,235"),
        (1234567, "0.00,,", "1.23"),
        (0.5, "#.##", ".5"),
        (5, "#.##", "5"),
        (5, '0"人"', "5人"),
        (5, 'General"人"', "5人"),
        (5, '[>=10]"多";0.0', "5.0"),
        (1234, "[$¥-804]#,##0.00", "¥1,234.00"),
        (45657, BUILTIN[31], "2024年12月31日"),
        (45657, "yyyy/m/d", "2024/12/31"),
        (45657.5, "yyyy-mm-dd hh:mm:ss", "2024-12-31 12:00:00"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (True, "0", "TRUE"),
        (float("inf"), "0", "inf"),
        (1e300, "#,##0." + "0" * 300 + "%" * 300, "1E+300"),
        (1e22, "#,##0.00", "10,000,000,000,000,000,000,000.00"),
    ],
)
def test_display(value: float, code: str, shown: str) -> None:
    assert display(value, code) == shown


@given(st.floats(), st.text('0#?.,%;[]$-_*\\!"@EGeneral年月ymdhs/+ ABC>=<1', max_size=30))
@settings(max_examples=300, deadline=None)
def test_display_never_fails(value: float, code: str) -> None:
    assert isinstance(display(value, code), str)


@given(st.integers(-(10**12), 10**12))
def test_cents_survive(cents: int) -> None:
    shown = display(cents / 100, "#,##0.00").replace(",", "")
    assert round(float(shown) * 100) == cents
    assert shown.endswith(f".{abs(cents) % 100:02}")
    assert float(plain(cents / 100)) == cents / 100


def test_types_of_cells() -> None:
    blocks, notes = read_workbook(
        raw(
            '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r>'
            "<rPh><t>x</t></rPh></is></c>"
            '<c t="b"><v>1</v></c><c t="e"><v>#DIV/0!</v></c><c t="str"><f>A1</f><v>文</v></c>'
            "<c><v>3.0000000000000004</v></c>"
            '<c t="d"><v>2024-12-31T00:00:00</v></c><c t="s"><v>9</v></c><c><v>x</v></c></row>',
            **{"xl__sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>a_x000D_b</t><phoneticPr/></si></sst>'},
        )
    )
    assert grids(blocks) == [(("a\rb", "甲乙", "TRUE", "#DIV/0!", "文", "3", "2024-12-31", "", "x"),)]
    assert notes == (
        "sheet 表: cells that show an error: 1",
        "sheet 表: cells whose value is no finite number or is missing: H1, I1; not read",
    )


def test_two_tables_parted_by_a_blank_row_and_a_total_after_one() -> None:
    data = "项目,金额\n办公费,1.00\n\n合计,1.00\n\n表二 明细\n单位：万元\n项目,金额\n差旅费,2.00\n注：无\n".encode()
    blocks, _ = read_csv(data)
    assert grids(blocks) == [
        (("项目", "金额"), ("办公费", "1.00"), ("合计", "1.00")),
        (("项目", "金额"), ("差旅费", "2.00")),
    ]
    assert texts(blocks) == ["表二 明细", "单位：万元", "注：无"]


def test_items_without_numbers_stay_in_their_table_though_only_their_name_is_ruled() -> None:
    rows = [
        *(["财政拨款收入支出决算总表"], ["单位：万元"], ["项目", "决算数", "项目", "合计"]),
        *(["一、本年收入", "71.20", "一、教育支出", "71.20"], ["政府性基金预算财政拨款"], ["国有资本经营预算财政拨款"]),
        *(
            ["总计", "71.20", "总计", "71.20"],
            ["财政拨款支出决算表"],
            ["单位：元"],
            ["项目", "合计"],
            ["教育支出", "5"],
        ),
    ]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, ruled = book.add_worksheet(), book.add_format({"border": 1})
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row, ruled)
    book.close()
    blocks, _ = read_workbook(out.getvalue())
    assert texts(blocks) == ["财政拨款收入支出决算总表", "单位：万元", "财政拨款支出决算表", "单位：元"]
    assert [len(cells) for cells in grids(blocks)] == [5, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv(encoding: str, delimiter: str) -> None:
    lines = (("项目", "决算 数"), ('"办公费\n（含邮电）"', '"1,234.50"'), ("合计", '"1,234.50"'))
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    blocks, notes = read_csv(data)
    assert grids(blocks) == [(("项目", "决算 数"), ("办公费\n（含邮电）", "1,234.50"), ("合计", "1,234.50"))]
    assert blocks[0].sheet is None
    assert notes == ()


def test_disguises() -> None:
    blocks, notes = read_workbook("甲\t1\n乙\t2\n".encode("gb18030"))
    assert grids(blocks) == [(("甲", "1"), ("乙", "2"))]
    assert notes == ("plain text in spite of its suffix",)


@pytest.mark.parametrize("stored", ["1e999", "-1e400", "nan", "inf", "Infinity", "1_000", "１２", "²", "0x1F", "七"])
def test_a_number_that_is_none_is_said(stored: str) -> None:
    blocks, notes = read_workbook(
        raw(f'<row><c t="str"><v>项目</v></c><c><v>{stored}</v></c><c><v>7</v></c></row>' * 2)
    )
    assert grids(blocks) == [(("项目", stored, "7"), ("项目", stored, "7"))]
    assert notes == ("sheet 表: cells whose value is no finite number or is missing: B1, B2; not read",)


def test_a_number_that_is_none_in_other_workbooks() -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(0, 0, "项目")
    sheet.write(0, 1, 1 / 3)
    sheet.write(1, 0, "项目")
    sheet.write(1, 1, 7)
    out = io.BytesIO()
    book.save(out)
    third, endless = struct.pack("<d", 1 / 3), struct.pack("<d", float("inf"))
    said = "sheet 表: cells whose value is no finite number or is missing: B1; not read"
    assert read_workbook(out.getvalue().replace(third, endless))[1] == (said,)
    content = (
        '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><o:body><o:spreadsheet>'
        '<table:table table:name="表"><table:table-row><table:table-cell o:value="7"/>'
        '<table:table-cell o:value="1e999"/><table:table-cell o:value="NaN"/></table:table-row></table:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    blocks, notes = read_workbook(zipped({"content.xml": content}))
    assert grids(blocks) == [(("7", "1e999", "NaN"),)]
    assert notes == ("sheet 表: cells whose value is no finite number or is missing: B1, C1; not read",)


def test_stray_cell_at_the_far_corner_costs_nothing() -> None:
    start = time.perf_counter()
    blocks, _ = read_workbook(
        raw('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
    )
    assert texts(blocks) == ["1", "2"]
    blocks, _ = read_workbook(raw('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'))
    assert grids(blocks) == [(("1", "2"),)]
    assert time.perf_counter() - start < 1


def test_huge_merges() -> None:
    one = '<row r="1"><c r="A1" t="str"><v>题</v></c></row><row r="3"><c r="B3"><v>5</v></c></row>'
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    start = time.perf_counter()
    assert texts(read_workbook(raw(one, merges))[0]) == ["题"]
    many = "".join(f'<mergeCell ref="A1:XFD{1_048_576 - n * 7919 % 99_991}"/>' for n in range(100_000))
    many = f"<mergeCells>{many}</mergeCells>"
    assert texts(read_workbook(raw(one, many))[0]) == ["题"]
    assert time.perf_counter() - start < 5


def bomb() -> bytes:
    return raw("", **{"xl__media__x.bin": b"\0" * 300_000_000})


def biff(row: int, column: int) -> bytes:
    return bytes([0, 4]) + row.to_bytes(4, "little") + bytes([2, 4]) + column.to_bytes(4, "little")


WIDE = raw("<row>" + "<c><v>1</v></c>" * 16_385 + "</row>")
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
REFUSED = {
    "beyond the last column": (WIDE, "beyond XFD1048576"),
    "impossible reference": (raw('<row><c r="A1:B2"><v>1</v></c></row>'), "impossible cell reference"),
    "row nought": (raw('<row r="0"><c r="A0"><v>1</v></c></row>'), "beyond XFD1048576"),
    "zip bomb": (bomb(), "zip bomb"),
    "encrypted": (OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le"), "not a workbook"),
    "truncated": (final_accounts()[:-200], "truncated"),
    "a Word file": (zipped({"word/document.xml": "<a/>"}), "a Word file"),
    "no workbook": (zipped({"a.txt": "x"}), "not a workbook"),
    "a zip in a zip": (zipped({"a.xlsx": final_accounts()}), "not a workbook"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not a workbook"),
    "plain text": ("只有文字。".encode(), "without a table"),
    "XML of 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
    "parent folder": (zipped({"../xl/workbook.xml": "<a/>"}), "unsafe name"),
    "doctype": (zipped({"xl/workbook.xml": DOCTYPE + "<workbook/>"}), "DOCTYPE"),
    "broken XML": (raw("<row><c></row>"), "broken XML"),
    "xlsb too wide": (
        zipped({"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": biff(0, 0) + biff(1_048_575, 16_383)}),
        "span more than",
    ),
    "ods too many": (
        zipped({
            "content.xml": '<o:d xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:spreadsheet><t:table>'
            '<t:table-row t:number-rows-repeated="1000000"><t:table-cell t:number-columns-repeated="16384"><x:p>1</x:p>'
            "</t:table-cell></t:table-row></t:table></o:spreadsheet></o:body></o:d>"
        }),
        "more than 5,000,000 cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_files_are_refused(kind: str) -> None:
    data, words = REFUSED[kind]
    start = time.perf_counter()
    with pytest.raises(ReadError, match=words) as refusal:
        read_workbook(data)
    assert "\n" not in str(refusal.value)
    assert time.perf_counter() - start < 10


def container(*names: str) -> bytes:
    """An OLE container with empty streams of these names."""
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HB", len(name) * 2 + 2, 5 if name == "Root Entry" else 2)
        + b"\0" * 49
        + struct.pack("<III", 0xFFFFFFFE, 0, 0)
        for name in ("Root Entry", *names)
    )
    head = OLE + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<7I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE) + struct.pack("<2I", 0, 0)
    table = struct.pack("<2I", 0xFFFFFFFD, 0xFFFFFFFE).ljust(512, b"\xff")
    return head.ljust(512, b"\xff") + table + entries.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("stream", "words"),
    [("EncryptedPackage", "needs a password"), ("WordDocument", "a Word file"), ("Other", "not a workbook")],
)
def test_ole_containers(stream: str, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_workbook(container(stream))


def test_too_many_cells() -> None:
    with pytest.raises(ReadError, match="more than 5,000,000 cells"):
        read_csv(b"," * 5_000_001 + b"\n")
    blocks, _ = read_csv(b"," * 999_999 + b"1\n2\n")
    assert texts(blocks) == ["1", "2"]


def test_strange_characters_pass_through() -> None:
    mixed = "\u202e甲\u200b\ufeff乙\x07"
    blocks, _ = read_csv(f"{mixed},1\n{'丙' * 99},2\n".encode())
    assert grids(blocks) == [((mixed, "1"), ("丙" * 99, "2"))]


def test_macros_and_formulas_are_not_run() -> None:
    data = raw(
        '<row><c t="str"><f>HYPERLINK("http://x","y")</f><v>=cmd|x</v></c><c><f>1+1</f></c></row>',
        **{"xl__vbaProject.bin": b"x"},
    )
    blocks, notes = read_workbook(data)
    assert texts(blocks) == ["=cmd|x"]
    assert notes == (
        "sheet 表: formulas without a stored value: 1, the first in B1; read as empty",
        "macros: not run",
    )


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes(seed: int) -> None:
    """Bytes changed at random in stored (not compressed) parts: a reading or a refusal, nothing else."""
    chance = random.Random(seed)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(final_accounts())) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = bytearray(old.read(name))
            if name.startswith("xl/"):
                for _ in range(chance.randrange(1, 4)):
                    part[chance.randrange(len(part))] = chance.randrange(256)
            new.writestr(name, bytes(part))
    with contextlib.suppress(ReadError):
        read_workbook(out.getvalue())


def test_damaged_xls_in_the_sandbox() -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(60):
        sheet.write(row, 0, f"项目{row}")
        sheet.write(row, 1, row / 3, xlwt.easyxf(num_format_str="0.00"))
    out = io.BytesIO()
    book.save(out)
    for seed in range(12):
        chance = random.Random(seed)
        data = bytearray(out.getvalue())
        for _ in range(8):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = chance.choice((len(data), len(data) // 2))
        with contextlib.suppress(ReadError):
            run_limited(TARGET, bytes(data[:cut]), LAYOUT, limits=Limits(wall=20))
