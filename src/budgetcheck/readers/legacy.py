"""Formats of old office programs (.doc, .wps, .et, .rtf), converted by LibreOffice and then read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..errors import ReadError
from ..model import Block
from .kinds import OLE
from .layout import Layout
from .sandbox import kill_group, run_limited

__all__ = ["FORMATS", "converter", "read_legacy"]

FORMATS = {".doc": "docx", ".wps": "docx", ".rtf": "docx", ".et": "xlsx"}
_READERS = {"docx": "docx:read_docx", "xlsx": "workbook:read_workbook"}
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


def read_legacy(
    data: bytes, suffix: str, layout: Layout, seconds: float = _SECONDS
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of an old file as LibreOffice understands it, with a note that says so.

    Bounds its own children, so it must not run inside `run_limited`: LibreOffice needs more than that allows.
    Raises `ReadError` where LibreOffice is missing, takes too long or gives nothing.
    """
    suffix = suffix.lower()
    if suffix not in FORMATS:
        raise ReadError(f"{suffix}: not one of {', '.join(FORMATS)}")
    # LibreOffice reads anything as text, a picture too; only what looks right is given to it.
    if not (data.lstrip().startswith(b"{\\rtf") if suffix == ".rtf" else data.startswith(OLE)):
        raise ReadError(f"not {'an' if suffix == '.rtf' else 'a'} {suffix} file: its content is of another kind")
    office = converter()
    if office is None:
        raise ReadError(
            f"a {suffix} file needs LibreOffice, which is not installed: install it or save the file as "
            f".{FORMATS[suffix]}"
        )
    made = _converted(office, data, suffix, seconds)
    blocks, notes = run_limited(f"{__package__}.{_READERS[FORMATS[suffix]]}", made, layout)
    return blocks, (f"converted from {suffix} by LibreOffice: layout and numbers may differ", *notes)


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
