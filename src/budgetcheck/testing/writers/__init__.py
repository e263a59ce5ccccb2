"""A generated report in every format that is read; libraries that write them are in the extra `testing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..report import Report
from .docx import write_docx
from .frames import frames
from .html import write_html
from .ofd import write_ofd
from .pdf import write_pdf
from .text import write_text
from .workbook import write_workbook

__all__ = ["FORMATS", "frames", "write"]

FORMATS: Mapping[str, Callable[[Report, Path], list[Path]]] = {
    "txt": write_text,
    "docx": write_docx,
    "html": write_html,
    "xlsx": write_workbook,
    "pdf": write_pdf,
    "ofd": write_ofd,
}


def write(report: Report, form: str, folder: Path) -> list[Path]:
    """Write a report into a folder; the files that make it up (a workbook's prose is a file of its own).

    Raises ValueError for an unknown format, ImportError where what writes it is not installed.
    """
    if form not in FORMATS:
        raise ValueError(f"no format is called {form}; known are {', '.join(FORMATS)}")
    return FORMATS[form](report, folder)
