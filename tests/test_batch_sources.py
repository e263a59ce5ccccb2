from __future__ import annotations

from pathlib import Path

import pytest

from budgetcheck import Options
from budgetcheck.batch.jobs import Job, Settings, version_of
from budgetcheck.batch.sources import _File, find_jobs, group
from budgetcheck.errors import BudgetcheckError
from budgetcheck.wording import load_wording


def grouped(*names: str) -> list[tuple[str, ...]]:
    return [tuple(f.name for f in each) for each in group([_File(n, 1) for n in names], load_wording())]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("甲局决算.docx", "甲局决算附表.xlsx"), [("甲局决算.docx", "甲局决算附表.xlsx")]),
        (("甲局决算（文本）.pdf", "甲局决算（附表1）.xls"), [("甲局决算（文本）.pdf", "甲局决算（附表1）.xls")]),
        (("附件1：甲局决算说明.doc", "附件2：甲局决算表.xls"), [("附件1：甲局决算说明.doc", "附件2：甲局决算表.xls")]),
        (("1.甲局决算报告.docx", "2.甲局决算公开表.xlsx"), [("1.甲局决算报告.docx", "2.甲局决算公开表.xlsx")]),
        (("a 附表2.xlsx", "a.docx", "a-附表1.xlsx"), [("a.docx", "a 附表2.xlsx", "a-附表1.xlsx")]),
        (("正文.docx", "附表.xlsx"), [("正文.docx", "附表.xlsx")]),
        (("REPORT.DOCX", "report_tables.XLSX"), [("REPORT.DOCX", "report_tables.XLSX")]),
        # Two reports are two, however alike their names are.
        (("甲局决算.docx", "乙局决算附表.xlsx"), [("甲局决算.docx",), ("乙局决算附表.xlsx",)]),
        (("甲局2020.docx", "甲局2021附表.xlsx"), [("甲局2020.docx",), ("甲局2021附表.xlsx",)]),
        (("单位1.docx", "单位2.xlsx"), [("单位1.docx",), ("单位2.xlsx",)]),
        # One report in two formats is not a longer report.
        (("a.docx", "a.pdf"), [("a.docx",), ("a.pdf",)]),
        (("a.docx", "a.pdf", "a附表.xlsx"), [("a.docx",), ("a.pdf",), ("a附表.xlsx",)]),
        (("a.docx", "a附表.xls", "a附表.xlsx"), [("a.docx",), ("a附表.xls",), ("a附表.xlsx",)]),
        (("a附表1.xls", "a附表2.xls"), [("a附表1.xls",), ("a附表2.xls",)]),
    ],
)
def test_files_of_one_report_are_found_by_their_names(names: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    assert grouped(*names) == expected


def jobs(*sources: object) -> list[Job]:
    return [each.job for each in find_jobs([str(s) for s in sources], load_wording()) if each.job]


def test_a_folder_is_walked_without_what_office_programs_and_systems_leave(tmp_path: Path) -> None:
    for name in ("2021年/甲区/丙局/b.docx", "2021年/甲区/a.txt", "部门决算/c.pdf", "d.html", ".git/e.txt", ".f.txt",
                 "~$d.docx", "2021年/甲区/g.rar", "2021年/甲区/h"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = list(find_jobs([str(tmp_path)], load_wording()))
    shown = [(each.job.document, each.job.region, each.job.folder, each.job.size) for each in found if each.job]
    assert shown == [
        (f"{tmp_path}/d.html", "", "", 2),
        (f"{tmp_path}/2021年/甲区/a.txt", "甲区", "2021年/甲区", 2),
        (f"{tmp_path}/2021年/甲区/丙局/b.docx", "甲区", "2021年/甲区/丙局", 2),
        (f"{tmp_path}/部门决算/c.pdf", "", "部门决算", 2),
    ]
    assert sorted(each.passed for each in found if not each.job) == [
        f"{tmp_path}/2021年/甲区/g.rar", f"{tmp_path}/2021年/甲区/h",
    ]  # fmt: skip


def test_files_that_are_named_are_jobs_whatever_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"1")
    (tmp_path / "a附表.xlsx").write_bytes(b"1")
    found = jobs(tmp_path / "a.docx", tmp_path / "absent.rar", tmp_path / "a附表.xlsx")
    assert [each.files for each in found] == [
        (f"{tmp_path}/a.docx", f"{tmp_path}/a附表.xlsx"), (f"{tmp_path}/absent.rar",),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_manifest_says_what_is_one_report_and_where_it_belongs(tmp_path: Path, encoding: str) -> None:
    manifest = tmp_path / "清单.csv"
    manifest.write_text(
        "地区,报告,文件,备注\n甲区,一,x.docx,\n甲区,,y.pdf,\n\n甲区,一,另/x表.xlsx,\n乙区,二,s3://b/z.pdf\n",
        encoding=encoding,
    )
    assert [(each.files, each.region, each.document) for each in jobs(manifest)] == [
        ((f"{tmp_path}/x.docx", f"{tmp_path}/另/x表.xlsx"), "甲区", f"{tmp_path}/x.docx + {tmp_path}/另/x表.xlsx"),
        ((f"{tmp_path}/y.pdf",), "甲区", f"{tmp_path}/y.pdf"),
        (("s3://b/z.pdf",), "乙区", "s3://b/z.pdf"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file,region\n,甲\n", "line 2: no file is named"),
        ("file,report,region\na,r,甲\nb,r,乙\n", "line 3: report r is in two regions"),
    ],
)
def test_a_wrong_manifest_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(content, encoding="utf-8")
    with pytest.raises(BudgetcheckError) as error:
        jobs(manifest)
    assert str(error.value) == f"{manifest}, {message}"


def test_a_report_in_csv_is_no_manifest(tmp_path: Path) -> None:
    table = tmp_path / "表.csv"
    table.write_text("科目编码,科目名称,合计\n201,一般公共服务支出,1.00\n", encoding="utf-8")
    assert [each.files for each in jobs(table)] == [(str(table),)]


def test_the_version_follows_rules_wording_and_options(tmp_path: Path) -> None:
    plain = version_of(Settings())
    assert plain == version_of(Settings(wall=1.0, memory=1))
    assert (
        len({plain, version_of(Settings(Options(select=("BC2",)))), version_of(Settings(Options(language="en")))}) == 3
    )
    more = Settings(Options(rules=(tmp_path,)))
    found = {version_of(more)}
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "own.toml").write_text("[batch]\nparts = ['x']\n", encoding="utf-8")
    found.add(version_of(more))
    (tmp_path / "wording" / "own.toml").write_text("[batch]\nparts = ['y']\n", encoding="utf-8")
    found.add(version_of(more))
    assert len(found) == 3
