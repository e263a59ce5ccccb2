"""Word: paragraphs and tables, nothing else."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

from ..report import Block, Report

__all__ = ["write_docx"]

_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def write_docx(report: Report, folder: Path) -> list[Path]:
    """One file with the parts that a reader needs."""
    path = folder / "report.docx"
    body = "".join(map(_block, report.blocks))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {_SPACE}><w:body>{body}</w:body></w:document>")
    return [path]


def _block(block: Block) -> str:
    if not block.cells:
        return _paragraph(block.text)
    rows = ("".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) for row in block.cells)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
