"""Plain text, the tables as in Markdown."""

from __future__ import annotations

from pathlib import Path

from ..report import Report

__all__ = ["write_text"]


def write_text(report: Report, folder: Path) -> list[Path]:
    """One file, a line a paragraph or row."""
    path = folder / "report.md"
    path.write_text(str(report), encoding="utf-8")
    return [path]
