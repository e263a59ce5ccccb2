"""Reports made of several files: each file has its copy, with the notes that are about it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from budgetcheck import check
from budgetcheck.annotate import by_file
from budgetcheck.annotate.notes import Note
from budgetcheck.annotate.places import Place
from budgetcheck.model import Block, Document

from .test_annotate_html import marked
from .test_command import run

openpyxl = pytest.importorskip("openpyxl")

SAID = "本年支出合计200.00万元，其中：基本支出150.00万元，项目支出50.00万元。"
PROSE = f"<html><p>2023年度部门决算情况说明</p><p>{SAID}</p></html>"
ROWS = [
    ["支出决算表"],
    ["公开03表"],
    ["单位：万元"],
    ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
    ["201", "一般公共服务支出", "200.00", "150.00", "50.00"],
    ["20101", "人大事务", "190.00", "150.00", "50.00"],
    ["", "合计", "200.00", "150.00", "50.00"],
]


def prose(folder: Path, name: str = "a.html", text: str = PROSE) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    path = folder / "b.xlsx"
    path.write_bytes(out.getvalue())
    return path


def noted(path: Path) -> list[str]:
    sheet = openpyxl.load_workbook(path).active
    return [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]


def test_each_file_of_a_report_has_its_own_notes(tmp_path: Path) -> None:
    page, book = prose(tmp_path, text=PROSE.replace("项目支出50.00", "项目支出55.00")), workbook(tmp_path)
    before = [page.read_bytes(), book.read_bytes()]
    code, out, err = run("annotate", page, book, "--together")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{tmp_path / 'a.annotated.html'}：1处批注，说明1个问题",
        f"{tmp_path / 'b.annotated.xlsx'}：1处批注，说明1个问题",
    ]
    assert marked((tmp_path / "a.annotated.html").read_text(encoding="utf-8-sig")) == [("55.00万元", "1")]
    assert noted(tmp_path / "b.annotated.xlsx") == ["C6"]
    assert [page.read_bytes(), book.read_bytes()] == before


def test_a_folder_is_one_report_and_a_folder_takes_the_copies(tmp_path: Path) -> None:
    folder, copies = tmp_path / "report", tmp_path / "copies"
    folder.mkdir()
    copies.mkdir()
    prose(folder)
    workbook(folder)
    code, out, err = run("annotate", folder, "-o", copies)
    assert (code, err) == (0, "")
    assert sorted(path.name for path in copies.iterdir()) == ["a.annotated.html", "b.annotated.xlsx"]
    assert sorted(path.name for path in folder.iterdir()) == ["a.html", "b.xlsx"]
    assert out.splitlines()[0] == f"{copies / 'a.annotated.html'}：0处批注，说明0个问题"


def test_files_that_are_not_together_are_reports_of_their_own(tmp_path: Path) -> None:
    page, book = prose(tmp_path), workbook(tmp_path)
    assert run("annotate", page, book)[0] == 0
    assert noted(tmp_path / "b.annotated.xlsx") == ["C6"]
    alone = check(book)
    assert all(finding.rule != "BC112" for finding in alone.findings)


def test_what_cannot_hold_notes_says_how_many_are_left_out(tmp_path: Path) -> None:
    text = prose(
        tmp_path,
        "a.txt",
        "2023年度部门决算情况说明\n本年支出合计200.00万元，其中：基本支出150.00万元，项目支出55.00万元。\n",
    )
    book = workbook(tmp_path)
    code, out, err = run("annotate", text, book, "--together")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{text}：这种文件不能加批注，1处批注未写入，说明1个问题",
        f"{tmp_path / 'b.annotated.xlsx'}：1处批注，说明1个问题",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.annotated.xlsx", "b.xlsx"]


def test_nothing_is_written_where_a_copy_would_be_wrong(tmp_path: Path) -> None:
    page, book = prose(tmp_path), workbook(tmp_path)
    held = sorted(path.name for path in tmp_path.iterdir())
    one = tmp_path / "one.html"
    assert run("annotate", page, book, "-o", one)[1:] == (
        "", f"budgetcheck: {one}: is no folder; the copies of several files go into one\n"
    )  # fmt: skip
    (tmp_path / "x").mkdir()
    again = prose(tmp_path / "x")
    copy = tmp_path / "a.annotated.html"
    assert run("annotate", page, again, "-o", tmp_path)[1:] == (
        "", f"budgetcheck: {copy}: two files would have this copy; annotate them one by one\n"
    )  # fmt: skip
    copy.write_text(PROSE, encoding="utf-8")
    code, _, err = run("annotate", book, page)
    assert (code, err) == (2, f"budgetcheck: {copy}: exists already; --force writes over it, -o names another file\n")
    code, _, err = run("annotate", page, copy, "--force")
    assert (code, err) == (
        2, f"budgetcheck: {copy}: is the report itself, which is never written to; name another file with -o\n"
    )  # fmt: skip
    assert copy.read_text(encoding="utf-8") == PROSE
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*held, "x", copy.name])
    text = prose(tmp_path / "x", "a.txt", SAID)
    (tmp_path / "x" / "a.html").unlink()
    assert run("annotate", tmp_path / "x")[2] == (
        f"budgetcheck: {text}: plain text cannot hold notes; PDF, Word (.docx), Excel (.xlsx, .xlsm), "
        "web pages (.html) can. For this file use: budgetcheck check --format html\n"
    )
    prose(tmp_path / "x", "b.txt", SAID)
    assert run("annotate", tmp_path / "x")[2] == f"budgetcheck: {tmp_path / 'x'}: no file in it can hold notes\n"


def test_notes_without_a_place_go_to_their_file_where_it_can_hold_them() -> None:
    def document(name: str, blocks: int) -> Document:
        return Document(name, "", tuple(Block("paragraph", "x") for _ in range(blocks)))

    def note(place: Place | None, page: int | None = None, source: str | None = None) -> Note:
        return Note(place, page, source, "error", ("BC1",), ("id",), "text")

    documents = [document("a", 2), document("b", 0), document("c", 3)]
    given = [note(Place(1)), note(Place(2)), note(Place(4)), note(None, 3, "a"), note(None, 3, "c"), note(None)]
    assert by_file(given, documents, [False, True, True]) == [
        [note(Place(1))],
        [note(None, None, "a"), note(None)],
        [note(Place(0)), note(Place(2)), note(None, 3, "c")],
    ]
    assert by_file(given[3:], documents[:1], [True]) == [given[3:]]
