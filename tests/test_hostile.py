"""Hostile files through the command: each costs itself one line, none a traceback, a silent pass or another file."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from budgetcheck import check
from budgetcheck.errors import ReadError
from budgetcheck.readers import legacy, read_document

from .readings import LAYOUT
from .test_command import BAD
from .test_docx import p, package, root, word
from .test_ofd import ofd
from .test_ofd import text as ofd_text
from .test_workbook import OLE, container, final_accounts, raw, zipped

LINES = BAD.splitlines()
TEXT = BAD.encode()
PAGE = f"<html><meta charset=utf-8><p>{LINES[0]}</p><p>{LINES[1]}</p></html>".encode()
DOCX = word("".join(map(p, LINES)))
XLSX = final_accounts()
OFD = ofd(ofd_text(20, 20, LINES[0]) + ofd_text(20, 30, LINES[1]))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
BINARY = "binary content, not text"
A_PAGE = "a web page in spite of its suffix"
BOOK_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
LOCKED = "the file is encrypted: it needs a password"
UNTOLD = "neither UTF-8 nor GB18030"
UNSAFE = "unsafe name in the archive"
BOMB = "zip bomb"
DOCTYPE = "a DOCTYPE is refused"
ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
# A command that takes longer than this hangs; the whole file takes a fraction of it.
SECONDS = 50


@cache
def pdf(password: str = "") -> bytes:
    pytest.importorskip("reportlab")
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    locked = StandardEncryption(password, "owner", strength=128) if password else None
    canvas = Canvas(out, pageCompression=1, encrypt=locked)
    canvas.setFont("STSong-Light", 9)
    for number, line in enumerate(LINES):
        canvas.drawString(60, 780 - 20 * number, line)
    canvas.save()
    return out.getvalue()


def pdf_bomb() -> bytes:
    """A page whose content unpacks, twice deflated, to more than 1 GB."""
    packer = zlib.compressobj(9)
    inner = b"".join(packer.compress(bytes(2**22)) for _ in range(300)) + packer.flush()
    packed = zlib.compress(inner, 9)
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n".replace(b"%d", str(len(packed)).encode())
        + packed
        + b"\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF"
    )


def looping_pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 2>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF"
    )


@cache
def xls() -> bytes:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(200):
        sheet.write(row, 0, f"项目{row}")
        sheet.write(row, 1, row / 3)
    out = io.BytesIO()
    book.save(out)
    return bytes(out.getvalue())


def flipped(data: bytes, seed: int = 1, count: int = 40) -> bytes:
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(count):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def torn_xls() -> bytes:
    """A workbook whose row 4 says that it holds a cell more than the file has."""
    data = bytearray(xls())
    at = data.find(b"\x08\x02\x10\x00\x03\x00")
    data[at + 8] += 1
    return bytes(data)


def endless_xls() -> bytes:
    """A workbook whose last record is no end."""
    data = xls()
    at = data.rfind(b"\x0a\x00\x00\x00")
    return data[:at] + b"\x0b" + data[at + 1 :]


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def cell(reference: str, row: int | str = 1) -> bytes:
    return raw(f'<row r="{row}"><c r="{reference}"><v>2</v></c></row>')


def sheet(text: str, tail: str = "", **more: str | bytes) -> bytes:
    return raw(f'<row r="1"><c r="A1" t="str"><v>{text}</v></c></row>', tail, **more)


def printed(words: str) -> bytes:
    """The good text with its wrong percentage in other characters."""
    return BAD.replace("57.00%", words).encode()


Data = bytes | Callable[[], bytes]

# Name of the file: its content, and words of the one line that refuses it.
REFUSED: dict[str, tuple[Data, str]] = {
    # Truncated, damaged.
    "half.pdf": (lambda: half(pdf()), "damaged"),
    "head.pdf": (lambda: pdf()[:20], "damaged"),
    "loop.pdf": (looping_pdf, "damaged"),
    "half.docx": (half(DOCX), "truncated"),
    "tail.docx": (DOCX[:-60], "truncated"),
    "half.xlsx": (half(XLSX), "truncated"),
    "half.ofd": (half(OFD), "truncated"),
    "half.xls": (lambda: half(xls()), "not a workbook"),
    "head.xls": (lambda: xls()[:700], "not a workbook"),
    "flipped.docx": (flipped(DOCX, 2), "not a Word file"),
    "flipped.xlsx": (
        flipped(raw("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 99)))),
        "damaged",
    ),
    "flipped.ofd": (flipped(OFD), "damaged"),
    "flipped.xls": (lambda: flipped(xls()), "not a workbook"),
    # Wrong suffix.
    "text.docx": (TEXT, "not a Word file"),
    "png.pdf": (PNG, "not a PDF file"),
    "text.pdf": (TEXT, "not a PDF file"),
    "png.html": (PNG, UNTOLD),
    "png.csv": (PNG, BINARY),
    "png.et": (PNG, "its content is of another kind"),
    "text.rtf": (TEXT, "not an .rtf file"),
    "report.exe": (TEXT, ".exe is not read"),
    "report": (TEXT, "a file without suffix is not read"),
    "zip.txt": (zipped({"a.txt": TEXT}), "not a .txt file: a zip archive"),
    "zip.doc": (zipped({}), "not a .doc file: a zip archive, empty, damaged or of other files"),
    "zip.et": (b"PK\x03\x04" + bytes(200), "not a .et file: a zip archive"),
    "half.doc": (half(DOCX), "not a Word file: the zip archive is truncated"),
    "slides.docx": (zipped({"ppt/presentation.xml": "<a/>"}), "no word/document.xml"),
    "slides.doc": (zipped({"ppt/presentation.xml": "<a/>"}), "not a .doc file: a presentation"),
    "slides.txt": (container("PowerPoint Document"), "not a .txt file: a presentation"),
    "endless.xls": (endless_xls, "not a workbook: damaged"),
    "endless.et": (endless_xls, "not a workbook: damaged"),
    "prose.xls": (TEXT, "not a workbook: plain text without a table"),
    "far.ofd": (
        zipped({"OFD.xml": f"<OFD><DocBody><DocRoot>{'a/' * 9_999}</DocRoot></DocBody></OFD>"}),
        f"{'a/' * 60}: missing from the archive",
    ),
    "ole.csv": (container("Else"), "not a .csv file: an OLE file of another kind"),
    "xml.txt": (b'<?xml version="1.0"?><a>1</a>', "not a .txt file: an XML file"),
    "book2003.csv": (BOOK_2003, "an XML spreadsheet of 2003; save it as .xlsx"),
    "book2003.xls": (BOOK_2003, "an XML spreadsheet of 2003; save it as .xlsx"),
    # Locked.
    "locked.pdf": (lambda: pdf("secret"), LOCKED),
    "locked.txt": (container("EncryptedPackage"), LOCKED),
    "locked.docx": (container("EncryptedPackage"), LOCKED),
    "locked.xlsx": (container("EncryptedPackage"), LOCKED),
    "locked.xls": (container("EncryptedPackage"), LOCKED),
    "locked.doc": (container("EncryptedPackage"), LOCKED),
    "locked.et": (container("EncryptedPackage"), LOCKED),
    # Archives.
    "empty.docx": (zipped({}), "no word/document.xml"),
    "empty.xlsx": (zipped({}), "no xl/workbook.xml"),
    "empty.ofd": (zipped({}), "no OFD.xml"),
    "nested.docx": (zipped({"a.docx": DOCX}), "no word/document.xml"),
    "nested.xlsx": (zipped({"a/a.xlsx": XLSX}), "no xl/workbook.xml"),
    "nested.ofd": (zipped({"OFD.xml": OFD}), "broken XML"),
    "bomb.pdf": (pdf_bomb, "cannot read: "),
    "bomb.xlsx": (raw("", xl__media__x=bytes(30_000_000)), BOMB),
    "bomb.ofd": (zipped({"OFD.xml": b" " * 30_000_000}), BOMB),
    "bomb.doc": (zipped({"word/document.xml": b" " * 30_000_000}), BOMB),
    "entries.docx": (lambda: package({str(n): "" for n in range(10_001)}), BOMB),
    "parent.docx": (zipped({"../../etc/x": "a", "word/document.xml": "<a/>"}), UNSAFE),
    "parent.xlsx": (raw("", **{"..__x": "a"}), UNSAFE),
    "root.ofd": (zipped({"/OFD.xml": "<a/>"}), UNSAFE),
    "drive.ods": (zipped({"C:\\content.xml": "<a/>"}), UNSAFE),
    # XML and markup.
    "entity.ofd": (zipped({"OFD.xml": ENTITY}), DOCTYPE),
    "entity.ods": (zipped({"content.xml": ENTITY}), DOCTYPE),
    "outside.docx": (zipped({"word/document.xml": OUTSIDE}), DOCTYPE),
    "outside.xlsx": (zipped({"xl/workbook.xml": OUTSIDE}), DOCTYPE),
    "styles.docx": (
        package({"word/document.xml": root("document", f"<w:body>{p('a')}</w:body>"), "word/styles.xml": ENTITY}),
        DOCTYPE,
    ),
    "surrogate.docx": (word(p("&#xD800;")), "broken XML"),
    "deep.xlsx": (raw("<a>" * 100_000), "broken XML"),
    "deep.ofd": (zipped({"OFD.xml": "<a>" * 100_000}), "broken XML"),
    "deep.docx": (word("<w:tbl><w:tr><w:tc>" * 300), "broken XML"),
    "deep.html": (b"<div>" * 100_000 + b"x", "nested deeper"),
    "tables.html": (b"<table><tr><td>" * 100_000, "nested deeper"),
    # Cells.
    "column.xlsx": (cell("XFE1"), "beyond XFD1048576"),
    "row.xlsx": (cell("A1048577", 1_048_577), "beyond XFD1048576"),
    "minus.xlsx": (cell("A-1", -1), "impossible cell reference"),
    "digits.xlsx": (cell("A" + "9" * 5_000), "impossible cell reference"),
    "letters.xlsx": (cell("Z" * 5_000 + "1"), "impossible cell reference"),
    "other-digits.xlsx": (cell("A²", "١"), "impossible cell reference"),
    "fields.csv": (("支出" * 850_000).encode(), "larger than field limit"),
    "quote.csv": (('"' + "支出" * 850_000).encode(), "larger than field limit"),
    "line.md": (("支出" * 850_000).encode(), "at most 200000"),
    # Bytes.
    "controls.txt": (b"\x01\x02\x07" * 20 + TEXT, BINARY),
    "nul.txt": (BAD.replace("。", "\0").encode(), BINARY),
    "nul.csv": ("项目,决算数\n合计,1\x002.00\n".encode(), BINARY),
    "nul.pdf": (bytes(5_000), "not a PDF file"),
    "nul.xls": (bytes(5_000), "not a workbook"),
    "surrogate.txt": (TEXT + b"\xed\xa0\x80", UNTOLD),
    "surrogate16.txt": (b"\xff\xfe" + BAD.encode("utf-16-le") + b"\x00\xd8", "says it is utf-16 but is not"),
    "surrogate.csv": ("甲,".encode() + b"\xed\xa0\x80,\n" * 9, UNTOLD),
    "invalid.txt": (TEXT + b"\xc3\x28\xff", UNTOLD),
    "invalid.csv": ("支出,1\n".encode() + b"\xff\xfe\xfa" * 9, UNTOLD),
    "mark.docx": (b"\xef\xbb\xbf", "not a Word file"),
    "mark.xlsx": (b"\xef\xbb\xbf", "without a table"),
    "nothing.pdf": (b"", "the file is empty"),
    "nothing.xls": (b"", "the file is empty"),
    "ole.docx": (OLE, "not a .docx file: an OLE file of another kind"),
}

# Name of the file: its content, and what the review must show: the id of a rule, or words of a note.
READ: dict[str, tuple[Data, str]] = {
    # Content and suffix of two kinds.
    **{f"page.{suffix}": (PAGE, A_PAGE) for suffix in ("csv", "md", "doc", "xls", "docx", "pdf", "ofd", "xlsx", "rtf")},
    "page-feed.csv": (b"\xef\xbb\xbf \r\n\t" + PAGE, A_PAGE),
    "page16.txt": (b"\xff\xfe" + PAGE.decode().encode("utf-16-le"), A_PAGE),
    "page-remark.tsv": (b"<!-- made by hand -->\n" + PAGE, A_PAGE),
    "page-xml.txt": (b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>' + PAGE, A_PAGE),
    "table.csv": (f"<TABLE><tr><td>{LINES[0]}</td></tr><tr><td>{LINES[1]}</td></tr></TABLE>".encode(), A_PAGE),
    "mail.txt": (b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n" + PAGE, A_PAGE),
    "text.htm": (TEXT, "plain text in spite of its suffix"),
    **{f"pdf.{suffix}": (pdf, "a PDF file in spite") for suffix in ("docx", "doc", "xlsx", "txt", "html", "ofd")},
    **{
        f"docx.{suffix}": (DOCX, "a Word file in spite")
        for suffix in ("xlsx", "ofd", "pdf", "txt", "md", "html", "doc", "et")
    },
    **{
        f"xlsx.{suffix}": (XLSX, "an Excel workbook (.xlsx) in spite")
        for suffix in ("docx", "xls", "csv", "txt", "et", "ods")
    },
    **{f"xls.{suffix}": (xls, "before 2007 (.xls) in spite") for suffix in ("docx", "xlsx", "csv", "doc")},
    "ofd.docx": (OFD, "an OFD file in spite"),
    "ofd.txt": (OFD, "an OFD file in spite"),
    "prose.csv": (TEXT, "BC201"),
    "frames.html": (b'<html><frameset><frame src="a.html"></frameset></html>', "pages in frames: 1 left out"),
    "drawing.html": (f"<html><svg><text>{LINES[0]}</text></svg>".encode(), "drawings and fields with text: 1 left out"),
    "field.html": (f"<html><textarea>{LINES[0]}".encode(), "drawings and fields with text: 1 left out"),
    "string.xlsx": (raw('<row><c t="s"><v>99</v></c></row>'), "no finite number or is missing: A1; not read"),
    "report.et": (xls, "BC812"),
    "torn.xls": (torn_xls, "sheet a: rows that lack cells they say they hold: 1, the first is row 4"),
    "torn.et": (torn_xls, "sheet a: rows that lack cells they say they hold: 1, the first is row 4"),
    "like.docx": (word(p("办公设备购置支出") * 20_000), "BC805"),
    "html.txt": (PAGE, "BC201"),
    "text.html": (TEXT, "BC201"),
    "xlsx.xls": (XLSX, "formulas without a stored value"),
    "control.txt": (printed("57\x07.00%"), "BC201"),
    "right-to-left.txt": (printed("\u202e57.0\u200f0\u202c%"), "BC201"),
    "isolate.txt": (printed("\u200f57.00%\u200e"), "BC201"),
    "zero-width.txt": (printed("57\u200b.00%"), "BC201"),
    "soft-hyphen.txt": (printed("5\u00ad7.00%"), "BC201"),
    "no-break.txt": (printed("57\u00a0.00%"), "BC201"),
    "right-to-left.docx": (word(p(LINES[0]) + p(LINES[1].replace("57.00", "\u202e57\u200f.00\u202c"))), "BC201"),
    "nul.html": (PAGE.replace(b"57.00", b"57\0.00"), "BC201"),
    "zero-width.html": (PAGE.replace(b"57.00", b"57&#x200b;.0&#x202e;0"), "BC201"),
    "flipped.pdf": (lambda: flipped(pdf()), "BC805"),
    "mark.txt": (b"\xef\xbb\xbf", "BC805"),
    "mark16.txt": (b"\xff\xfe", "BC805"),
    "mark.csv": (b"\xef\xbb\xbf", "the file is blank"),
    "mark.html": (b"\xef\xbb\xbf", "BC805"),
    "blank.txt": (b" \n\t\n" * 50, "BC805"),
    "feed.txt": (b"\x0c", "BC805"),
    "commas.csv": (b",,,\n" * 9, "the file is blank"),
    "blank.xlsx": (raw(""), "sheet 表 is blank"),
    "blank.docx": (word(""), "BC805"),
    "blank.ofd": (ofd(""), "pages without text: 1"),
    "no-sheets.xlsx": (zipped({"xl/workbook.xml": "<workbook/>"}), "BC805"),
    "corner.xlsx": (cell("XFD1048576", 1_048_576), "BC805"),
    "row-digits.xlsx": (cell("A1", "9" * 5_000), "BC805"),
    "merged.xlsx": (sheet("题", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "BC805"),
    "merged-far.xlsx": (sheet("题", f'<mergeCells><mergeCell ref="A1:ZZZZ{"9" * 5_000}"/></mergeCells>'), "BC805"),
    "formula.xlsx": (raw('<row><c><f>WEBSERVICE("http://x")</f></c></row>'), "formulas without a stored value: 1"),
    "macro.xlsx": (sheet("决算", **{"xl__vbaProject.bin": b"x"}), "macros: not run"),
    "outside.xlsx": (sheet("决算", xl__externalLinks__a=OUTSIDE), "BC805"),
}


@dataclass(frozen=True)
class Outcome:
    """What one command said of many files."""

    folder: Path
    code: int
    lines: list[str]
    results: dict[str, dict[str, Any]]


def command(folder: Path, names: list[str]) -> Outcome:
    """Check the files by one command in a process of its own, a good file last."""
    paths = [folder / name for name in names]
    (folder / "good.md").write_bytes(TEXT)
    run = subprocess.run(
        [sys.executable, "-m", "budgetcheck", "check", "--format", "json", *map(str, paths), str(folder / "good.md")],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    error = run.stderr.decode("utf-8")
    assert "Traceback" not in error, error[-2_000:]
    results = {result["document"]["path"]: result for result in json.loads(run.stdout)}
    assert list(results) == [*map(str, paths), str(folder / "good.md")]
    good = results[str(folder / "good.md")]
    assert "BC201" in {finding["rule"] for finding in good["findings"]}
    return Outcome(folder, run.returncode, error.splitlines(), results)


def written(folder: Path, files: dict[str, tuple[Data, str]]) -> Path:
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data() if callable(data) else data)
    return folder


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return command(written(tmp_path_factory.mktemp("refused"), REFUSED), list(REFUSED))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return command(written(tmp_path_factory.mktemp("read"), READ), list(READ))


@pytest.mark.parametrize("name", REFUSED)
def test_an_unreadable_file_costs_one_line(refused: Outcome, name: str) -> None:
    path = str(refused.folder / name)
    (line,) = [line for line in refused.lines if line.startswith(f"budgetcheck: {path}: ")]
    assert REFUSED[name][1] in line
    assert line.isprintable()
    assert refused.results[path]["error"] == line.removeprefix("budgetcheck: ")
    assert "findings" not in refused.results[path]


def test_nothing_else_is_said_and_the_status_is_2(refused: Outcome) -> None:
    assert len(refused.lines) == len(REFUSED)
    assert refused.code == 2


@pytest.mark.parametrize("name", READ)
def test_a_readable_file_is_no_silent_pass(read: Outcome, name: str) -> None:
    review = read.results[str(read.folder / name)]
    assert "error" not in review
    said = [*(finding["rule"] for finding in review["findings"]), *review["document"]["notes"]]
    assert any(READ[name][1] in each for each in said), said
    if review["coverage"]["numbers"] == 0:
        assert "BC805" in said


def test_readable_files_leave_stderr_alone(read: Outcome) -> None:
    assert read.lines == []
    assert read.code == 1


def test_folders_and_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    try:
        (tmp_path / "loop.txt").symlink_to("loop.txt")
        (tmp_path / "dangling.docx").symlink_to("nowhere")
    except OSError:
        pytest.skip("no symbolic links here")
    names = ["folder.pdf", "loop.txt", "dangling.docx"]
    outcome = command(tmp_path, names)
    assert outcome.code == 2
    assert len(outcome.lines) == 3
    for line, name in zip(outcome.lines, names, strict=True):
        assert line.startswith(f"budgetcheck: {tmp_path / name}: ")


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[2J", "\u202e", "\u2028"])
def test_a_name_with_control_characters_costs_one_line(tmp_path: Path, sign: str) -> None:
    for name in (f"a{sign}b.exe", f"a{sign}b.pdf"):
        run = subprocess.run(
            [sys.executable, "-m", "budgetcheck", "check", str(tmp_path / name)],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        (line,) = run.stderr.decode().splitlines()
        assert line == f"budgetcheck: {tmp_path}/a{ascii(sign)[1:-1]}b{name[-4:]}: No such file or directory"
        assert run.returncode == 2


def test_no_office_program_is_started_for_what_is_no_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(legacy, "_converted", lambda *call: started.append(call))
    for name, data in (
        ("a.doc", zipped({})),
        ("b.doc", half(DOCX)),
        ("c.wps", PNG),
        ("d.et", b"PK\x03\x04"),
        ("e.rtf", TEXT),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ReadError):
            read_document(tmp_path / name, LAYOUT)
    assert not started


@pytest.mark.parametrize(
    "clause",
    [
        "项目（其中：支出3.00万元）。",
        "项目支出3.00万元；",
        "甲项目支出3.00万元，",
        "基本支出3.00万元，项目支出5.00万元，",
    ],
)
def test_a_line_of_like_clauses_takes_no_quadratic_time(clause: str) -> None:
    spent = []
    for count in (250, 1_000):
        start = time.process_time()
        check("2022年度部门决算\n一、支出情况\n" + clause * count)
        spent.append(time.process_time() - start)
    assert spent[1] < 12 * spent[0] + 1
