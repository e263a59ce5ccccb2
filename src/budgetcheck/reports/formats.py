"""The formats of a run by name: each is written to a stream of bytes."""

from __future__ import annotations

import importlib
import io
from typing import IO

from .run import Run

__all__ = ["BINARY", "FORMATS", "write_run"]

# Module and function; modules are imported when they are used. Those in BINARY are no text for a terminal.
_WRITERS = {
    "json": "machine:write_json",
    "csv": "tabular:write_csv",
    "md": "tabular:write_markdown",
    "html": "page:write_page",
    "xlsx": "workbook:write_workbook",
    "sarif": "sarif:write_sarif",
    "junit": "junit:write_junit",
    "github": "forges:write_github",
    "gitlab": "forges:write_gitlab",
}
FORMATS = tuple(_WRITERS)
BINARY = frozenset({"xlsx"})
_BYTES = BINARY | {"junit"}


def write_run(run: Run, form: str, stream: IO[bytes]) -> None:
    """Write a run in the format of that name; raises OSError where the stream does not take it."""
    module, name = _WRITERS[form].split(":")
    writer = getattr(importlib.import_module(f".{module}", __package__), name)
    if form in BINARY:
        # A workbook is put together first: a stream that ends early is then an OSError, as with all formats.
        whole = io.BytesIO()
        writer(run, whole)
        stream.write(whole.getbuffer())
        return
    if form in _BYTES:
        writer(run, stream)
        return
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
    try:
        writer(run, text)
        text.flush()
    finally:
        text.detach()
