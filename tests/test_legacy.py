"""Old office files through LibreOffice; without it those tests are skipped, and say so."""

from __future__ import annotations

import io
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from budgetcheck.errors import ReadError
from budgetcheck.readers import legacy, read_document
from budgetcheck.readers.legacy import converter, read_legacy
from budgetcheck.readers.workbook import read_workbook

from .readings import LAYOUT

OFFICE = pytest.mark.skipif(converter() is None, reason="LibreOffice IS NOT INSTALLED: conversion is not tested")
RTF = (
    rb"{\rtf1\ansi\ansicpg936\uc1 \u39044?\u31639?\u25910?\u20837? 1536.10\par "
    rb"\trowd\cellx2000\cellx4000\intbl \u30002?\cell 1,234.50\cell\row\pard\par}"
)


@OFFICE
def test_rtf() -> None:
    blocks, notes = read_legacy(RTF, ".RTF", LAYOUT)
    assert blocks[0].text == "预算收入 1536.10"
    assert [block.cells for block in blocks if block.kind == "grid"] == [(("甲", "1,234.50"),)]
    assert notes[0] == "converted from .rtf by LibreOffice: layout and numbers may differ"


@OFFICE
@pytest.mark.parametrize("suffix", [".doc", ".wps"])
def test_doc(suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.rtf").write_bytes(RTF)
        subprocess.run(
            [
                *(str(converter()), f"-env:UserInstallation={Path(folder, 'p').as_uri()}", "--headless"),
                *("--convert-to", "doc", "--outdir", folder, str(Path(folder, "a.rtf"))),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        data = Path(folder, "a.doc").read_bytes()
    blocks, notes = read_legacy(data, suffix, LAYOUT)
    assert blocks[0].text == "预算收入 1536.10"
    assert [block.cells for block in blocks if block.kind == "grid"] == [(("甲", "1,234.50"),)]
    assert notes[0].startswith(f"converted from {suffix}")


def workbook() -> bytes:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表")
    for row, (name, value) in enumerate((("项目", "金额"), ("办公费", 1536.1))):
        sheet.write(row, 0, name)
        sheet.write(row, 1, value, xlwt.easyxf(num_format_str="#,##0.00"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_et_that_is_xls_needs_no_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "converter", lambda: None)
    path = tmp_path / "a.et"
    path.write_bytes(workbook())
    document = read_document(path, LAYOUT)
    assert document.blocks[0].cells == (("项目", "金额"), ("办公费", "1,536.10"))
    assert document.notes == ()


@OFFICE
def test_et_by_libreoffice() -> None:
    made = legacy._converted(str(converter()), workbook(), ".et", 60)
    blocks, _ = read_workbook(made, LAYOUT)
    assert blocks[0].cells == (("项目", "金额"), ("办公费", "1,536.10"))


@OFFICE
def test_damaged_files() -> None:
    for data in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000, b"{\\rtf1" + b"{" * 50_000):
        suffix = ".doc" if data.startswith(b"\xd0") else ".rtf"
        try:
            read_legacy(data, suffix, LAYOUT)
        except ReadError as refusal:
            message = str(refusal)
        else:
            message = ""
        assert "\n" not in message


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "converter", lambda: None)
    with pytest.raises(ReadError, match="needs LibreOffice, which is not installed"):
        read_legacy(RTF, ".rtf", LAYOUT)


@pytest.mark.parametrize(
    ("data", "suffix", "message"),
    [
        (b"x", ".exe", "not one of"),
        (b"plain", ".doc", "its content is of another kind"),
        (b"plain", ".rtf", "not an .rtf file"),
        (b"PK\x03\x04", ".doc", "its content is of another kind"),
    ],
)
def test_refused_before_libreoffice(data: bytes, suffix: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read_legacy(data, suffix, LAYOUT)


@pytest.mark.skipif(legacy.os.name != "posix", reason="a shell script stands for LibreOffice")
def test_timeout_and_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "soffice"
    script.write_text("#!/bin/sh\nsleep 600 &\nsleep 600\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(legacy, "converter", lambda: str(script))
    start = time.perf_counter()
    with pytest.raises(ReadError, match="longer than 1 seconds"):
        read_legacy(RTF, ".rtf", LAYOUT, 1)
    assert time.perf_counter() - start < 5
    script.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(ReadError, match="could not convert"):
        read_legacy(RTF, ".rtf", LAYOUT)
