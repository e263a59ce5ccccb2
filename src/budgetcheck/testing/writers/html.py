"""A web page."""

from __future__ import annotations

from html import escape
from pathlib import Path

from ..report import Block, Report

__all__ = ["write_html"]


def write_html(report: Report, folder: Path) -> list[Path]:
    """One page."""
    path = folder / "report.html"
    body = "\n".join(map(_block, report.blocks))
    path.write_text(f"<!doctype html><meta charset=utf-8>\n{body}\n", encoding="utf-8")
    return [path]


def _block(block: Block) -> str:
    if not block.cells:
        return f"<p>{escape(block.text)}</p>"
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block.cells)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
