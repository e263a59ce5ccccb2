"""Word: paragraphs and tables, and what a program of Office needs to open them."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

from ..report import Block, Report

__all__ = ["write_docx"]

_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_RELATIONS = f"""<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""


def write_docx(report: Report, folder: Path) -> list[Path]:
    """One file with the parts that a reader needs."""
    path = folder / "report.docx"
    body = "".join(map(_block, report.blocks))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", f"<w:document {_SPACE}><w:body>{body}</w:body></w:document>")
    return [path]


def _block(block: Block) -> str:
    if not block.cells:
        return _paragraph(block.text)
    rows = ("".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) for row in block.cells)
    grid = "<w:gridCol/>" * len(block.cells[0])
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r></w:p>'
