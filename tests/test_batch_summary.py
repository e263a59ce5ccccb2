from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

from openpyxl import load_workbook

from budgetcheck import Options
from budgetcheck.batch.summary import write_summary

from .batches import folder_of
from .test_command import run

NASTY = "<script>alert(1)</script>&'\".docx"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("summary")
    source = folder_of(base / "in", 6)
    (source / "=1+1").mkdir()
    (source / "=1+1" / NASTY.replace("/", "∕")).write_bytes(b"PK")
    (source / "说明.rar").write_bytes(b"Rar!")
    assert run("batch", source, "--out", base / "out", "--jobs", 1)[0] == 2
    return base / "out"


def test_the_page_shows_the_counts_and_takes_no_text_for_markup(results: Path) -> None:
    page = (results / "summary.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;∕script&gt;&amp;&#39;&#34;.docx" in page
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert "报告7份：已核对6，无法读取1，核对中断0；4个错误，0个存疑，0个提示" in page
    assert re.search(r"<td><code>BC201</code></td><td>[^<]+</td><td class=\"num\">2</td><td class=\"num\">2</td>", page)
    assert re.search(r"<tr><td>区0</td>(<td class=\"num\">(2|0|2|4|0|0)</td>){6}</tr>", page)
    assert re.search(r"<tr><td>\.rar</td><td class=\"num\">1</td></tr>", page)
    assert "prefers-color-scheme: dark" in page


def test_the_workbook_has_a_sheet_for_each_way_to_count(results: Path) -> None:
    book = load_workbook(io.BytesIO((results / "summary.xlsx").read_bytes()))
    assert book.sheetnames == [
        "概况",
        "按地区",
        "按单位",
        "按规则",
        "未能核对的报告",
        "没有找到应与之核对的报告",
        "文件夹中未读取的文件",
    ]
    regions = [[cell.value for cell in row] for row in book["按地区"].iter_rows(min_row=4)]
    assert regions == [
        ["地区", "报告", "未能核对的报告", "有错误的报告", "错误", "存疑", "提示"],
        ["区0", 2, 0, 2, 4, 0, 0], ["=1+1", 1, 1, 0, 0, 0, 0], ["区1", 2, 0, 0, 0, 0, 0], ["区2", 2, 0, 0, 0, 0, 0],
    ]  # fmt: skip
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_summary_speaks_english_too_and_is_the_same_each_time(results: Path) -> None:
    chinese = (results / "summary.html").read_bytes()
    figures, paths = write_summary(results, Options(language="en"))
    assert figures.line == "7 reports: 6 checked, 1 unreadable, 0 stopped; 4 errors, 0 warnings, 0 infos"
    assert [path.name for path in paths] == ["summary.xlsx", "summary.html"]
    assert "The ten most frequent rules" in (results / "summary.html").read_text(encoding="utf-8")
    write_summary(results, Options())
    assert (results / "summary.html").read_bytes() == chinese
