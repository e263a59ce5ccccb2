"""Formats of old office programs (.doc, .wps, .et, .rtf), converted by LibreOffice and then read.

Without LibreOffice only .et files that are .xls inside can be read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import ReadError
from ..model import Block
from .sandbox import kill_group, run_limited

__all__ = ["FORMATS", "converter", "read_legacy"]

FORMATS = {".doc": "docx", ".wps": "docx", ".rtf": "docx", ".et": "xlsx"}
_READERS = {"docx": "docx:read_docx", "xlsx": "workbook:read_workbook", "html": "html:read_html"}
_SECONDS = 60.0
# LibreOffice maps much more than it uses.
_MEMORY = 6 * 2**30
_LIMITED = (
    f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}));"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.execv(sys.argv[1], sys.argv[1:])"
)
_LARGEST = 200 * 2**20
_NAMES = ("soffice", "libreoffice")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:\\Program Files\\LibreOffice\\program\\soffice.exe",
    "/opt/libreoffice/program/soffice",
)


def converter() -> str | None:
    """The path of LibreOffice; None where it is not installed."""
    found = (shutil.which(name) for name in _NAMES)
    there = (place for place in _PLACES if Path(place).is_file())
    return next((path for path in found if path), next(there, None))


def read_legacy(data: bytes, suffix: str, seconds: float = _SECONDS) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of an old file as LibreOffice understands it, with a note that says so.

    Bounds its own children, so it must not run inside `run_limited`: LibreOffice needs more than that allows.
    Raises `ReadError` where LibreOffice is missing, takes too long or gives nothing.
    """
    suffix = suffix.lower()
    if suffix not in FORMATS:
        raise ReadError(f"{suffix}: not one of {', '.join(FORMATS)}")
    modern = _modern(data)
    if modern:
        return _read(data, modern, f"a {modern} file in spite of its suffix")
    _check(data, suffix)
    if suffix == ".et":
        # Most are .xls by another name, and read without LibreOffice keep their formats.
        with suppress(ReadError):
            return _read(data, "xlsx", "read as .xls")
    office = converter()
    if office is None:
        raise ReadError(
            f"a {suffix} file needs LibreOffice, which is not installed: install it or save the file as "
            f".{FORMATS[suffix]}"
        )
    made = _converted(office, data, suffix, seconds)
    return _read(made, FORMATS[suffix], f"converted from {suffix} by LibreOffice: layout and numbers may differ")


def _modern(data: bytes) -> str:
    """The format of a file that only carries an old suffix."""
    if data.startswith(b"PK"):
        from .archive import open_archive

        archive = open_archive(data, "document")
        if "word/document.xml" in archive:
            return "docx"
        return "xlsx" if "xl/workbook.xml" in archive else ""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    page = head.startswith((b"<html", b"<!doctype html")) or b"mime-version:" in head
    return "html" if page else ""


def _check(data: bytes, suffix: str) -> None:
    """LibreOffice reads anything as text, a picture too; only what looks right is given to it."""
    if suffix == ".rtf" or data.startswith(b"{\\rtf"):
        if not data.lstrip().startswith(b"{\\rtf"):
            raise ReadError("not an RTF file")
    elif not data.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK")):
        raise ReadError(f"not a {suffix} file: its content is of another kind")
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise ReadError("the file is encrypted: it needs a password")


def _read(data: bytes, kind: str, note: str) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    blocks, notes = run_limited(f"{__package__}.{_READERS[kind]}", data)
    return blocks, (note, *notes)


def _converted(office: str, data: bytes, suffix: str, seconds: float) -> bytes:
    """The file in its modern format. The profile is a new one: a running LibreOffice would take the job."""
    with tempfile.TemporaryDirectory(prefix="budgetcheck-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        source = place / f"in{suffix if suffix not in ('.wps', '.et') else {'.wps': '.doc', '.et': '.xls'}[suffix]}"
        source.write_bytes(data)
        command = [
            office,
            f"-env:UserInstallation={(place / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
            *("--convert-to", FORMATS[suffix], "--outdir", str(place / "out"), str(source)),
        ]
        _run(command, folder, seconds)
        made = next(iter(sorted((place / "out").glob("*"))), None)
        if made is None or not 0 < made.stat().st_size <= _LARGEST:
            raise ReadError(f"LibreOffice could not convert the {suffix} file")
        return made.read_bytes()


def _run(command: list[str], folder: str, seconds: float) -> None:
    if os.name == "posix":
        command = [sys.executable, "-I", "-S", "-c", _LIMITED, *command]
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder, "TMPDIR": folder},
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise ReadError(f"LibreOffice does not start: {error.strerror}") from None
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise ReadError(f"LibreOffice took longer than {seconds:g} seconds") from None
    finally:
        kill_group(child)
