"""Notes of cells in Excel workbooks: at the wrong numbers, seen by every program, all else as it was."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from budgetcheck import check
from budgetcheck.annotate import annotate, notes_of
from budgetcheck.annotate.wire import Mark, packed
from budgetcheck.annotate.xlsx import annotate_xlsx
from budgetcheck.readers.workbook import read_workbook
from budgetcheck.testing import KINDS

from .readings import LAYOUT
from .runs import MIXED, hostile, run_of
from .test_annotate_docx import others, spoiled
from .test_annotate_pdf import meant
from .test_command import run
from .test_docx import package

openpyxl = pytest.importorskip("openpyxl")
xlsxwriter = pytest.importorskip("xlsxwriter")

LINES = MIXED.splitlines()
Fill = Callable[[Any, Any], None]
Write = Callable[..., tuple[bytes, str, str]]
# What may change where sheet 1 gets its first notes.
CHANGED = ("[Content_Types].xml", "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels")
NEW = ("xl/comments1.xml", "xl/drawings/vmlDrawingNotes1.vml")


def book(fill: Fill = lambda *_: None, *, hidden: bool = False) -> bytes:
    """The report's prose on one sheet, a line a row in column B; more with `fill`."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet("情况说明")
        for row, line in enumerate(LINES):
            sheet.write(row, 1, line)
        fill(made, sheet)
        if hidden:
            made.add_worksheet("封面").write(0, 0, "封面")
            made.worksheets()[1].activate()
            made.worksheets()[1].set_first_sheet()
            sheet.hide()
    return out.getvalue()


def noted(data: bytes) -> dict[tuple[str, str], tuple[str, str]]:
    """All notes as openpyxl reads them: sheet and cell, author and text."""
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment:
                    found[sheet.title, cell.coordinate] = (cell.comment.author, cell.comment.text)
    return found


def boxes(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """The cells for which each drawing holds a box; every number of a box is used once."""
    found, numbers = {}, []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.endswith(".vml"):
                root = etree.fromstring(archive.read(part))
                spaces = {"x": "urn:schemas-microsoft-com:office:excel", "v": "urn:schemas-microsoft-com:vml"}
                places = zip(root.findall(".//x:Row", spaces), root.findall(".//x:Column", spaces), strict=True)
                found[part] = [(int(row.text or ""), int(column.text or "")) for row, column in places]
                own = [int(shape.get("id").removeprefix("_x0000_s")) for shape in root.findall("v:shape", spaces)]
                stated = root.find(".//{urn:schemas-microsoft-com:office:office}idmap").get("data")
                assert {number // 1024 for number in own} <= {int(block) for block in stated.split(",")}
                numbers += own
    assert len(set(numbers)) == len(numbers)
    return found


@pytest.fixture
def write_notes(tmp_path: Path) -> Write:
    """Runs the command on the bytes of a file; gives those of the new one and what was said."""

    def wrapped(data: bytes, *options: object) -> tuple[bytes, str, str]:
        source, target = tmp_path / "report.xlsx", tmp_path / "noted.xlsx"
        source.write_bytes(data)
        code, out, err = run("annotate", source, "-o", target, "--force", *options)
        assert code == 0, err
        assert source.read_bytes() == data
        after = target.read_bytes()
        assert read_workbook(after, LAYOUT) == read_workbook(data, LAYOUT)
        return after, out.replace(str(target), "OUT"), err.replace(str(source), "IN")

    return wrapped


def cells(data: bytes) -> list[str]:
    return [cell for _, cell in noted(data)]


def test_notes_stand_at_the_cells_and_all_else_is_as_it_was(write_notes: Write) -> None:
    original = book()
    data, out, err = write_notes(original)
    notes = noted(data)
    assert list(notes) == [("情况说明", "B3"), ("情况说明", "B5"), ("情况说明", "B7")]
    assert {author for author, _ in notes.values()} == {"budgetcheck"}
    assert [text.split()[0] for _, text in notes.values()] == ["【错误】BC104", "【错误】BC202", "【存疑】BC806"]
    assert boxes(data) == {NEW[1]: [(2, 1), (4, 1), (6, 1)]}
    assert others(data, *CHANGED, *NEW) == others(original, *CHANGED)
    assert out == "OUT：3处批注，说明3个问题\n另有1个问题低于所选级别，未写入\n"
    assert err == ""


def test_the_sheet_itself_is_the_same_but_for_its_drawing(write_notes: Write) -> None:
    def rich(made: Any, sheet: Any) -> None:
        sheet.write_formula("D1", "=SUM(D2:D3)", None, 30)
        sheet.merge_range("D5:E5", "合并")
        sheet.add_table("G1:H3", {"columns": [{"header": "甲"}, {"header": "乙"}]})
        sheet.conditional_format(
            "D1:D3", {"type": "cell", "criteria": ">", "value": 1, "format": made.add_format({"bold": 1})}
        )
        sheet.data_validation("D2", {"validate": "list", "source": ["a"]})
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "=情况说明!$D$1:$D$3"})
        sheet.insert_chart("J1", chart)
        sheet.set_header("&C页眉")
        sheet.protect()

    original = book(rich)
    data, _, _ = write_notes(original)
    before, after = (etree.fromstring(others(each)["xl/worksheets/sheet1.xml"]) for each in (original, data))
    names = [etree.QName(each).localname for each in after]
    assert names[names.index("legacyDrawing") - 1 : names.index("legacyDrawing") + 2] == [
        "drawing",
        "legacyDrawing",
        "tableParts",
    ]
    drawing = after[names.index("legacyDrawing")]
    after.remove(drawing)
    assert etree.tostring(after, method="c14n") == etree.tostring(before, method="c14n")
    assert others(data, *CHANGED, *NEW) == others(original, *CHANGED)
    relations = etree.fromstring(others(data)["xl/worksheets/_rels/sheet1.xml.rels"])
    kinds = {each.get("Id"): each.get("Type").rpartition("/")[2] for each in relations}
    assert sorted(kinds.values()) == ["comments", "drawing", "table", "vmlDrawing"]
    assert kinds[drawing.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")] == "vmlDrawing"


def test_earlier_notes_are_kept_and_ours_follow(write_notes: Write) -> None:
    def earlier(_: Any, sheet: Any) -> None:
        sheet.write_comment("B3", "已核对", {"author": "someone"})
        sheet.write_comment("D9", "别处", {"author": "someone"})

    original = book(earlier)
    data, _, _ = write_notes(original)
    notes = noted(data)
    assert sorted(cell for _, cell in notes) == ["B3", "B5", "B7", "D9"]
    assert notes["情况说明", "D9"] == ("someone", "别处")
    author, text = notes["情况说明", "B3"]
    assert author == "someone"
    assert text.startswith("已核对\n\nbudgetcheck:\n【错误】BC104 ")
    (places,) = boxes(data).values()
    assert sorted(places) == [(2, 1), (4, 1), (6, 1), (8, 3)]
    changed = ("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml")
    assert others(data, *changed) == others(original, *changed)


def test_an_unknown_drawing_of_notes_is_refused(tmp_path: Path) -> None:
    parts = others(book(lambda _, sheet: sheet.write_comment("A1", "a")))
    parts["xl/drawings/vmlDrawing1.vml"] = b"<v:xml"
    path = tmp_path / "odd.xlsx"
    path.write_bytes(package(parts))
    told = "xl/drawings/vmlDrawing1.vml: the boxes of its notes are written in an unknown way"
    assert run("annotate", path) == (2, "", f"budgetcheck: {path}: {told}\n")


def test_a_cell_with_a_conversation_is_left_alone(write_notes: Write) -> None:
    parts = others(book(lambda _, sheet: sheet.write_comment("B3", "[Threaded comment]", {"author": "tc={1}"})))
    relations = parts["xl/worksheets/_rels/sheet1.xml.rels"].decode()
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    more = f'<Relationship Id="rId9" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations.replace("</Relationships>", more).encode()
    thread = '<threadedComment ref="B3" id="{1}"><text>?</text></threadedComment>'
    whole = f'<ThreadedComments xmlns="{space}">{thread}</ThreadedComments>'
    parts["xl/threadedComments/threadedComment1.xml"] = whole.encode()
    data, out, _ = write_notes(package(parts))
    notes = noted(data)
    assert notes["情况说明", "B3"] == ("tc={1}", "[Threaded comment]")
    assert notes["情况说明", "A1"][1].startswith("【错误】BC104")
    assert out.splitlines()[2:3] == ["1处批注没有自己的位置，写在开头："]


def test_a_hidden_sheet_is_said(write_notes: Write) -> None:
    data, _, err = write_notes(book(hidden=True))
    assert {sheet for sheet, _ in noted(data)} == {"情况说明"}
    assert err == "budgetcheck: IN: sheet 情况说明 is hidden: 3 of the notes stand on it\n"


def test_a_merged_cell_has_its_note_at_its_first_cell(write_notes: Write) -> None:
    def merged(_: Any, sheet: Any) -> None:
        sheet.merge_range("B3:F4", LINES[2])
        sheet.write_blank("B4", None)

    data, _, _ = write_notes(book(merged))
    assert "B3" in cells(data)


def test_whatever_a_report_makes_findings_say_is_text(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(book())
    review = hostile()
    notes = notes_of(review, run_of(review), "info")
    written = annotate(path, check(path).document, notes, LAYOUT)
    assert set(written.standing) == {"top"}
    ((place, (_, text)),) = noted(written.data).items()
    assert place == ("情况说明", "A1")
    assert text == "\n\n".join(note.text for note in notes)
    marks = [Mark(text, "info", "x", 0, None, 0, 1) for text in ("=1+1", "_x0041_ _x000D_", "a\u4e00<&>\"'")]
    (data, _), _ = annotate_xlsx(packed(marks, book()), LAYOUT)
    root = etree.fromstring(others(data)["xl/comments1.xml"])
    assert "".join(root.itertext()) == "budgetcheck" + "=1+1\n\n_x005F_x0041_ _x005F_x000D_\n\na\u4e00<&>\"'"


def test_more_notes_than_one_block_of_numbers(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("说明")
        for row in range(2_500):
            sheet.write(row, 0, f"第{row}行")
    marks = [Mark("a", "info", "x", row, None, 0, 1) for row in range(2_500)]
    (data, standing), _ = annotate_xlsx(packed(marks, out.getvalue()), LAYOUT)
    assert set(standing) == {"exact"}
    (places,) = boxes(data).values()
    assert places == [(row, 0) for row in range(2_500)]
    assert len(noted(data)) == 2_500


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("direction", "other-share")])
def test_every_culprit_of_a_spoiled_report_has_its_note(kind: str, tmp_path: Path) -> None:
    path = spoiled("xlsx", kind, tmp_path)[-1]
    review = check(path)
    notes = notes_of(review, run_of(review), "info")
    result = annotate(path, review.document, notes, LAYOUT)
    opened = openpyxl.load_workbook(io.BytesIO(result.data))
    told = noted(result.data)
    for note, standing in zip(notes, result.standing, strict=True):
        if note.place and note.place.start is not None:
            sheet = review.document.blocks[note.place.block].sheet
            held = [cell for (where, cell), (_, text) in told.items() if note.text in text and where.strip() == sheet]
            values = [opened[where][cell].value for where, cell in told if cell in held and where.strip() == sheet]
            assert any(shows(value, meant(note, review.document)) for value in values)
            assert standing == "exact"


def shows(value: object, text: str) -> bool:
    if isinstance(value, (int, float)):
        return abs(value - float(text.replace(",", ""))) < 1e-9
    return text in str(value)


def test_libreoffice_reads_the_notes(write_notes: Write, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: that it reads the notes is not tested here")
    source = tmp_path / "notes.xlsx"
    source.write_bytes(write_notes(book(lambda _, sheet: sheet.write_comment("B3", "已核对")))[0])
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods"]
    subprocess.run([*command, "--outdir", tmp_path, source], check=True, capture_output=True, timeout=120)
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    found = etree.parse(tmp_path / "notes.fods").findall(".//office:annotation", spaces)
    texts = ["".join(paragraph.itertext()) for note in found for paragraph in note.findall("text:p", spaces)]
    assert len(found) == 3
    assert texts[0] == "已核对"
    assert [text.split()[0] for text in texts if text.startswith("【")] == [
        "【错误】BC104",
        "【错误】BC202",
        "【存疑】BC806",
    ]
