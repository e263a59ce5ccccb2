"""A generated report in every format that is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..report import Report
from .text import write_text

__all__ = ["FORMATS", "write"]

FORMATS: Mapping[str, Callable[[Report, Path], list[Path]]] = {"txt": write_text}


def write(report: Report, form: str, folder: Path) -> list[Path]:
    """Write a report into a folder; the files that make it up.

    Raises ValueError for an unknown format, ImportError where what writes it is not installed (extra `testing`).
    """
    if form not in FORMATS:
        raise ValueError(f"no format is called {form}; known are {', '.join(FORMATS)}")
    return FORMATS[form](report, folder)
