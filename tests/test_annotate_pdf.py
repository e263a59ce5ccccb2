"""Notes in PDF files: over exactly the wrong numbers, seen by every viewer, the file itself as it was."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.constants import UserAccessPermissions as May
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, RectangleObject

from budgetcheck import check
from budgetcheck.annotate import annotate, notes_of
from budgetcheck.model import Document
from budgetcheck.readers import read_document
from budgetcheck.testing import KINDS, report, tamper, write

from .readings import LAYOUT
from .runs import MIXED, RULES, hostile, run_of
from .test_command import run
from .test_docx import package
from .test_pdf import CORPUS, SONG, WIDTH

pytest.importorskip("reportlab")
pdfplumber = pytest.importorskip("pdfplumber")

WRONG = ["210.00万元", "57.00%", "12人"]
TOTAL = """【错误】BC104 {title}
本年支出合计210.00万元，所列各项合计200.00万元，相差10.00万元（基本支出150.00万元、项目支出50.00万元）；\
错的是本年支出合计210.00万元，应为200.00万元（依据：50.00万元、25.00%；150.00万元、75.00%；150.00万元+50.00万元）
应为：200.00万元
依据：{basis}
同一原因另有3条：BC107、BC201"""


def made(text: str = MIXED, *, quarters: int = 0, height: float = 842, picture: bool = False) -> bytes:
    """A page with a line for each line of a text; `quarters` turns the writing on the page."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, height), invariant=True)
    if picture:
        from PIL import Image

        canvas.drawImage(ImageReader(Image.new("RGB", (40, 40), "grey")), 60, 60, 400, 600)
        canvas.showPage()
    if quarters == 1:
        canvas.translate(WIDTH, 0)
    if quarters == 2:
        canvas.translate(WIDTH, height)
    if quarters == 3:
        canvas.translate(0, height)
    canvas.rotate(90 * quarters)
    canvas.setFont(SONG, 9)
    for number, line in enumerate(text.splitlines()):
        canvas.drawString(60, (WIDTH if quarters % 2 else height) - 80 - 24 * number, line)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


@dataclass(frozen=True)
class Noted:
    page: int
    over: str
    subject: str
    text: str
    corners: tuple[float, ...]
    raw: Any


def noted(data: bytes) -> list[Noted]:
    """All notes, with the characters that an independent reader finds under them."""
    found = []
    with pdfplumber.open(io.BytesIO(data)) as plumber:
        for number, page in enumerate(PdfReader(io.BytesIO(data)).pages):
            for each in page.get("/Annots", ()):
                raw = each.get_object()
                if raw["/Subtype"] in ("/Highlight", "/Text") and raw.get("/T") == "budgetcheck":
                    corners = tuple(float(corner) for corner in raw.get("/QuadPoints", ()))
                    over = "".join(under(plumber.pages[number], corners[n : n + 8]) for n in range(0, len(corners), 8))
                    found.append(Noted(number + 1, over, raw["/Subj"], raw["/Contents"], corners, raw))
    return found


def under(page: Any, corners: tuple[float, ...]) -> str:
    """The characters whose middle lies in an area, on a page that is not turned."""
    xs, ys = corners[::2], corners[1::2]
    return "".join(
        char["text"]
        for char in page.chars
        if min(xs) <= (char["x0"] + char["x1"]) / 2 <= max(xs)
        and min(ys) <= page.mediabox[3] - (char["top"] + char["bottom"]) / 2 <= max(ys)
    )


@pytest.fixture
def write_notes(tmp_path: Path) -> Callable[..., tuple[bytes, str, str]]:
    """Runs the command on the bytes of a file; gives those of the new one and what was said."""

    def wrapped(data: bytes, *options: object) -> tuple[bytes, str, str]:
        source, target = tmp_path / "report.pdf", tmp_path / "noted.pdf"
        source.write_bytes(data)
        code, out, err = run("annotate", source, "-o", target, "--force", *options)
        assert code == 0, err
        assert source.read_bytes() == data
        return target.read_bytes(), out.replace(str(target), "OUT"), err.replace(str(source), "IN")

    return wrapped


Write = Callable[..., tuple[bytes, str, str]]


def test_each_wrong_number_is_covered_exactly_and_the_note_says_all(write_notes: Write) -> None:
    data, out, err = write_notes(made())
    notes = noted(data)
    assert [(note.over, note.subject) for note in notes] == [
        ("210.00万元", "BC104"),
        ("57.00%", "BC202"),
        ("12人", "BC806"),
    ]
    assert notes[0].text == TOTAL.format(title=RULES["BC104"].title, basis=RULES["BC104"].basis)
    assert out == "OUT：3处批注，说明3个问题\n另有1个问题低于所选级别，未写入\n"
    assert err == ""
    for note in notes:
        popup = note.raw["/Popup"]
        assert popup["/Subtype"] == "/Popup"
        assert popup["/Parent"] == note.raw
        assert 0 <= popup["/Rect"][0] < popup["/Rect"][2] <= WIDTH
        assert note.raw["/AP"]["/N"]["/BBox"] == note.raw["/Rect"]
    assert len({tuple(note.raw["/C"]) for note in notes}) == 2


def test_english_notes_and_a_lower_severity(write_notes: Write) -> None:
    data, out, _ = write_notes(made(), "--lang", "en", "--severity", "info")
    first, *_, doubled, _ = noted(data)
    assert first.text.startswith("[error] BC104 ")
    assert "\nShould be: 200.00万元\n" in first.text
    assert first.text.endswith("\n3 more of the same cause: BC107, BC201")
    assert (doubled.over, doubled.text.partition(" ")[0]) == ("，，", "[info]")
    assert out == "OUT: 4 notes on 4 findings\n"


def test_several_findings_at_one_number_are_one_note_with_the_gravest_first() -> None:
    review = check(MIXED)
    warning = replace(review.findings[0], id="other", rule="BC806", severity="warning", message="another")
    review = replace(review, findings=(warning, review.findings[0]))
    (note,) = notes_of(review, run_of(review))
    assert (note.severity, note.rules, note.findings) == ("error", ("BC104", "BC806"), (review.findings[1].id, "other"))
    assert note.text.index("【错误】BC104") < note.text.index("【存疑】BC806")


def test_one_of_several_numbers_is_said_at_each_of_them(write_notes: Write) -> None:
    text = "2021年度部门决算\n一、支出情况\n本年支出合计210.00万元，其中：基本支出150.00万元，项目支出50.00万元。\n"
    notes = noted(write_notes(made(text))[0])
    assert [note.over for note in notes] == ["210.00万元", "150.00万元", "50.00万元"]
    assert [note.text.splitlines()[2:4] for note in notes] == [
        ["所列3处中有一处有误，此处是其中之一", f"若错在此处，应为：{value}"]
        for value in ("200.00万元", "160.00万元", "60.00万元")
    ]


# --- pages of all kinds ----------------------------------------------------------------------------------------------


def changed(data: bytes, change: Callable[[Any, PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        change(page, writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def cropped(page: Any, _: object) -> None:
    page.mediabox = RectangleObject((-30, -50, WIDTH, 842))
    page.cropbox = RectangleObject((20, 100, 560, 830))


@pytest.mark.parametrize(
    "change",
    [
        lambda page, _: page.rotate(90),
        lambda page, _: page.rotate(180),
        lambda page, _: page.rotate(270),
        cropped,
        lambda page, _: (cropped(page, _), page.rotate(90)),
        lambda page, _: page.__setitem__(NameObject("/UserUnit"), FloatObject(2.5)),
    ],
    ids=["90", "180", "270", "cropped", "cropped-90", "user-unit"],
)
def test_a_page_turned_or_cropped_has_its_notes_at_the_same_places(
    change: Callable[[Any, Any], object], write_notes: Write
) -> None:
    plain = [note.corners for note in noted(write_notes(made())[0])]
    data = write_notes(changed(made(), change))[0]
    assert [note.corners for note in noted(data)] == plain
    assert painted(changed(made(), change), data) == []


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_writing_turned_on_its_page(quarters: int, write_notes: Write) -> None:
    lying = made(quarters=quarters)
    upright = changed(lying, lambda page, _: page.rotate(90 * quarters))
    notes = noted(write_notes(lying)[0])
    assert ["".join(sorted(note.over)) for note in notes] == ["".join(sorted(each)) for each in WRONG]
    # The first corner is the upper left one of the writing, whatever way the page lies.
    x0, y0, x1, y1 = notes[0].corners[:4]
    assert [(x1 > x0, y1 == y0), (x1 == x0, y1 > y0), (x1 < x0, y1 == y0), (x1 == x0, y1 < y0)][quarters] == (
        True,
        True,
    )
    assert painted(lying, write_notes(lying)[0]) == []
    data = write_notes(upright)[0]
    assert [note.corners for note in noted(data)] == [note.corners for note in notes]
    assert painted(upright, data) == []


def painted(before: bytes, after: bytes) -> list[str]:
    """What is wrong with how notes look: each must tint its area and leave all else as it was."""
    wrong = []
    with pypdfium2.PdfDocument(before) as old, pypdfium2.PdfDocument(after) as new:
        for number, page in enumerate(new):
            left, right = (each.render(scale=2).to_numpy().astype(int) for each in (old[number], page))
            differs = abs(left - right).max(axis=2) > 12
            for note in (note for note in noted(after) if note.page == number + 1):
                corners = [converted(page, right.shape, *note.corners[n : n + 2]) for n in range(0, 8, 2)]
                columns, rows = [x for x, _ in corners], [y for _, y in corners]
                box = (slice(int(min(rows)), int(max(rows)) + 1), slice(int(min(columns)), int(max(columns)) + 1))
                wrong += [] if differs[box].mean() > 0.6 else [f"{note.over} is not tinted"]
                # What was dark stays dark: the number can still be read.
                wrong += [] if right[box].min() < 140 or left[box].min() > 200 else [f"{note.over} is hidden"]
                differs[max(box[0].start - 2, 0) : box[0].stop + 2, max(box[1].start - 2, 0) : box[1].stop + 2] = False
            wrong += ["something else was painted"] * int(differs.any())
    return wrong


def converted(page: Any, shape: tuple[int, ...], x: float, y: float) -> tuple[int, int]:
    """A point of the page in the picture of it."""
    import ctypes

    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, shape[1], shape[0], 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


# --- whatever else is in the file ------------------------------------------------------------------------------------


def test_the_file_is_kept_and_only_added_to(write_notes: Write) -> None:
    def more(_: Any, writer: PdfWriter) -> None:
        writer.add_outline_item(title="支出情况", page_number=0)
        writer.add_annotation(0, FreeText(text="earlier", rect=(50, 50, 200, 80)))

    original = changed(made(), more)
    data = write_notes(original)[0]
    assert data.startswith(original)
    reader = PdfReader(io.BytesIO(data))
    assert [item["/Title"] for item in reader.outline] == ["支出情况"]
    kinds = [each.get_object()["/Subtype"] for each in reader.pages[0]["/Annots"]]
    assert kinds == ["/FreeText", *["/Highlight", "/Popup"] * 3]


def test_a_list_of_annotations_of_its_own_object(write_notes: Write) -> None:
    def listed(page: Any, writer: PdfWriter) -> None:
        writer.add_annotation(0, FreeText(text="earlier", rect=(50, 50, 200, 80)))
        page[NameObject("/Annots")] = writer._add_object(page["/Annots"])

    assert len(noted(write_notes(changed(made(), listed))[0])) == 3


def signed(_: Any, writer: PdfWriter) -> None:
    bounds = ArrayObject(map(NumberObject, (0, 10, 20, 30)))
    held = DictionaryObject({NameObject("/Type"): NameObject("/Sig"), NameObject("/ByteRange"): bounds})
    field = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): writer._add_object(held)})
    fields = ArrayObject([writer._add_object(field)])
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})


def test_a_signed_file_says_what_its_signature_covers(write_notes: Write) -> None:
    original = changed(made(), signed)
    data, _, err = write_notes(original)
    assert data.startswith(original)
    assert err == "budgetcheck: IN: signed: its signature does not cover the notes\n"


def encrypted(may: May) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(made())))
    writer.encrypt("", "owner", permissions_flag=may, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_file_encrypted_without_a_password(write_notes: Write, tmp_path: Path) -> None:
    data, _, err = write_notes(encrypted(May.all()))
    assert [note.over for note in noted(data)] == WRONG
    assert err == "budgetcheck: IN: encrypted without a password: the copy with notes is not encrypted\n"
    path = tmp_path / "closed.pdf"
    path.write_bytes(encrypted(May.PRINT | May.EXTRACT))
    assert run("annotate", path) == (2, "", f"budgetcheck: {path}: its owner's permissions allow no notes\n")
    assert not (tmp_path / "closed.annotated.pdf").exists()


def test_a_damaged_file_is_mended(write_notes: Write) -> None:
    whole = made()
    start = whole.rindex(b"startxref")
    for damaged in (whole[:start] + b"startxref\n7\n%%EOF\n", whole[:start]):
        data, _, _ = write_notes(damaged)
        assert [note.over for note in noted(data)] == WRONG
        assert len(PdfReader(io.BytesIO(data), strict=True).pages) == 1


# --- what has no place -----------------------------------------------------------------------------------------------


def test_a_page_without_text_has_its_note_at_the_top(write_notes: Write) -> None:
    data, out, _ = write_notes(made(picture=True))
    first, *others = noted(data)
    assert (first.page, first.over, first.raw["/Subtype"], first.subject) == (1, "", "/Text", "BC814")
    assert list(first.raw["/Rect"]) == [12, 842 - 32, 32, 842 - 12]
    assert [note.page for note in others] == [2, 2, 2]
    assert out.splitlines()[2] == "1处批注没有自己的位置，写在开头："
    assert out.splitlines()[3].startswith("  BC814（第1页）：")
    assert len(out.splitlines()) == 4


def test_whatever_a_report_makes_findings_say_is_text(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(made())
    review = hostile()
    notes = notes_of(review, run_of(review), "info")
    document = read_document(path, LAYOUT)
    written = annotate(path, document, notes, LAYOUT)
    assert set(written.standing) == {"top"}
    assert [note.text for note in noted(written.data)] == [note.text for note in notes]
    assert all(len(note.text) <= 4000 for note in notes)


# --- whole reports ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_culprit_of_a_spoiled_report_is_covered(kind: str, tmp_path: Path) -> None:
    for seed in range(700, 703):
        try:
            spoiled, _ = tamper(report(seed), kind, seed)
        except ValueError:
            continue
        (path,) = write(spoiled, "pdf", tmp_path)
        review = check(path)
        notes = notes_of(review, run_of(review))
        written = annotate(path, review.document, notes, LAYOUT)
        wanted = [meant(note, review.document) for note in notes if note.place and note.place.start is not None]
        assert [note.over for note in noted(written.data) if note.over] == wanted
        assert written.standing.count("exact") == len(wanted)


def meant(note: Any, document: Document) -> str:
    block = document.blocks[note.place.block]
    text = block.text if note.place.cell is None else block.cells[note.place.cell[0]][note.place.cell[1]]
    return text[note.place.start : note.place.end]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_real_reports(path: Path, write_notes: Write) -> None:
    data, out, err = write_notes(path.read_bytes(), "--severity", "info")
    review = check(path)
    notes = notes_of(review, run_of(review), "info")
    covered = {int(note.raw["/NM"].rpartition("-")[2]) - 1: note.over for note in noted(data)}
    exact = [number for number, note in enumerate(notes) if note.place and note.place.start is not None]
    assert [bare(covered[number]) for number in exact] == [
        bare(meant(notes[number], review.document)) for number in exact
    ]
    assert out.startswith(f"OUT：{len(notes)}处批注")
    assert err == ""


def bare(text: str) -> str:
    return "".join(text.split())


# --- where it is written ---------------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "报告 (1).pdf"
    path.write_bytes(made())
    return path


def test_the_new_file_stands_beside_the_old_one(source: Path) -> None:
    code, out, _ = run("annotate", source)
    target = source.with_name("报告 (1).annotated.pdf")
    assert (code, out.partition("：")[0]) == (0, str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask()
    assert sorted(each.name for each in source.parent.iterdir()) == [target.name, source.name]
    first = target.read_bytes()
    refusal = f"budgetcheck: {target}: exists already; --force writes over it, -o names another file\n"
    assert run("annotate", source) == (2, "", refusal)
    assert run("annotate", source, "--force")[0] == 0
    assert target.read_bytes() == first


def mask() -> int:
    found = os.umask(0)
    os.umask(found)
    return found


@pytest.mark.parametrize("link", ["same", "symbolic", "hard", "dotted"])
def test_the_report_itself_is_never_written_to(link: str, source: Path, tmp_path: Path) -> None:
    before = hashlib.sha256(source.read_bytes()).digest()
    target = tmp_path / "out.pdf"
    if link == "same":
        target = source
    elif link == "dotted":
        (tmp_path / "sub").mkdir()
        target = tmp_path / "sub" / ".." / source.name
    elif link == "symbolic":
        target.symlink_to(source)
    else:
        target.hardlink_to(source)
    code, out, err = run("annotate", source, "-o", target, "--force")
    assert (code, out) == (2, "")
    assert err.endswith("is the report itself, which is never written to; name another file with -o\n")
    assert hashlib.sha256(source.read_bytes()).digest() == before


def test_nothing_is_left_where_it_cannot_be_written(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "out.pdf"
    assert run("annotate", source, "-o", target) == (2, "", f"budgetcheck: {target}: No such file or directory\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run("annotate", source, "-o", folder) == (2, "", f"budgetcheck: {folder}: is a folder\n")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.txt", MIXED.encode(), "plain text"),
        ("a.csv", b"a,b\n1,2\n", "a table of separated values"),
        ("a.rtf", b"{\\rtf1 a}", "an RTF file"),
        ("a.xlsb", package({"xl/workbook.bin": ""}), "an Excel workbook (.xlsb)"),
    ],
)
def test_other_kinds_of_files_say_what_to_do(name: str, content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    line = (
        f"budgetcheck: {path}: {what} cannot hold notes; PDF, Word (.docx), Excel (.xlsx, .xlsm), web pages (.html) "
        "can. For this file use: budgetcheck check --format html\n"
    )
    assert run("annotate", path) == (2, "", line)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    picture = tmp_path / "scan.png"
    picture.write_bytes(b"\x89PNG")
    line = ".png cannot hold notes; PDF, Word (.docx), Excel (.xlsx, .xlsm), web pages (.html) can"
    assert run("annotate", picture) == (2, "", f"budgetcheck: {picture}: {line}\n")
    picture.unlink()
    missing = tmp_path / "missing.pdf"
    assert run("annotate", missing) == (2, "", f"budgetcheck: {missing}: No such file or directory\n")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing")
    code, out, err = run("annotate", broken)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert [each.name for each in tmp_path.iterdir()] == ["broken.pdf"]


def test_a_file_that_changes_while_it_is_read_is_refused(source: Path) -> None:
    from budgetcheck.errors import ReadError

    document = replace(read_document(source, LAYOUT), sha256="0" * 64)
    with pytest.raises(ReadError, match="the file has changed since it was checked"):
        annotate(source, document, (), LAYOUT)
