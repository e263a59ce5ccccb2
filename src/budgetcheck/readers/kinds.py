"""What a file is by its content, whatever it is called."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from ..errors import ReadError

__all__ = ["LOCKED", "OLE", "SUFFIXES", "TABLES", "Kind", "called", "told"]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "the file is encrypted: it needs a password"


class Kind(NamedTuple):
    """A kind of file: its name with the article, the module and function that reads it, the suffixes it goes by."""

    name: str
    reader: str
    suffixes: tuple[str, ...]


_TEXT = Kind("plain text", "text:read_text", (".txt", ".md", ".text"))
_WORD = Kind("a Word file", "docx:read_docx", (".docx",))
_PDF = Kind("a PDF file", "pdf:read_pdf", (".pdf",))
_OFD = Kind("an OFD file", "ofd:read_ofd", (".ofd",))
_BOOK = Kind("an Excel workbook (.xlsx)", "workbook:read_workbook", (".xlsx", ".xlsm", ".xlsb"))
_OLD_BOOK = Kind("an Excel workbook of before 2007 (.xls)", "workbook:read_workbook", (".xls", ".et"))
_OPEN_BOOK = Kind("an OpenDocument workbook", "workbook:read_workbook", (".ods",))
_VALUES = Kind("a table of separated values", "csvfile:read_csv", (".csv", ".tsv"))
_PAGE = Kind("a web page", "html:read_html", (".html", ".htm", ".mht", ".xhtml"))
_OLD_WORD = Kind("a Word file of before 2007 (.doc)", "legacy:read_legacy", (".doc", ".wps"))
_RICH = Kind("an RTF file", "legacy:read_legacy", (".rtf",))
_SHEETS = Kind("a WPS workbook", "legacy:read_legacy", (".et",))

_KINDS = (_TEXT, _WORD, _PDF, _OFD, _BOOK, _OLD_BOOK, _OPEN_BOOK, _VALUES, _PAGE, _OLD_WORD, _SHEETS, _RICH)
# An .et file is mostly an .xls file; its own kind is what else it may be.
_CALLED = {suffix: kind for kind in _KINDS for suffix in kind.suffixes}
SUFFIXES = tuple(_CALLED)
# Of these, what holds tables rather than prose.
TABLES = tuple(suffix for kind in (_BOOK, _OLD_BOOK, _OPEN_BOOK, _VALUES) for suffix in kind.suffixes)
# A part that only one kind of zip archive has, the surest first.
_PARTS = (
    *((b"word/document", _WORD), (b"xl/workbook", _BOOK), (b"OFD.xml", _OFD)),
    (b"content.xml", _OPEN_BOOK),
)
_ZIPPED = (_WORD, _BOOK, _OFD, _OPEN_BOOK)
_STREAMS = {"WordDocument": _OLD_WORD, "Workbook": _OLD_BOOK, "Book": _OLD_BOOK}
_BINARY = (_OLD_WORD, _OLD_BOOK, _SHEETS)
_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
_LEAD = r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
_WHOLE_PAGE = re.compile(_LEAD + r"<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_PART_OF_PAGE = re.compile(_LEAD + r"<(?:head|meta|body|style|table|div)\b", re.IGNORECASE | re.DOTALL)
_HEAD = 4096


def called(suffix: str) -> Kind | None:
    """The kind of file that goes by a suffix."""
    return _CALLED.get(suffix)


def told(data: bytes, own: Kind, suffix: str) -> Kind:
    """The kind of a file by its content; `own`, to which its suffix points, where the content does not say.

    Raises ReadError for what is no report under any name, and for a locked file.
    """
    if data.startswith(b"PK"):
        return _zipped(data, own, suffix)
    if data.startswith(OLE):
        return _ole(data, own, suffix)
    bare = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith(b"%PDF-"):
        return _PDF
    if bare.startswith(b"{\\rtf"):
        return _RICH
    return _marked(data, own, suffix)


def _zipped(data: bytes, own: Kind, suffix: str) -> Kind:
    end = data.rfind(b"PK\x05\x06")
    size = struct.unpack_from("<L", data, end + 12)[0] if 0 <= end <= len(data) - 22 else len(data)
    # Without its directory the archive is cut off; what it was to be, its parts still say.
    names = data[max(0, end - size) : end] if end >= 0 and size else data
    found = [kind for part, kind in _PARTS if part in names]
    if own in found or (not found and own in _ZIPPED):
        return own
    if not found:
        kind = "a presentation" if b"ppt/presentation" in names else "a zip archive, empty, damaged or of other files"
        raise ReadError(f"not a {suffix} file: {kind}")
    return found[0]


def _ole(data: bytes, own: Kind, suffix: str) -> Kind:
    if _has_stream(data, "EncryptedPackage"):
        raise ReadError(LOCKED)
    found = [kind for name, kind in _STREAMS.items() if _has_stream(data, name)]
    if own in found or (not found and own in _BINARY):
        return own
    if not found:
        kind = "a presentation" if _has_stream(data, "PowerPoint Document") else "an OLE file of another kind"
        raise ReadError(f"not a {suffix} file: {kind}")
    return found[0]


def _has_stream(data: bytes, name: str) -> bool:
    """Whether an OLE file's directory, whose entries begin at multiples of 128, names a stream."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    place = data.find(wanted)
    while place >= 0:
        if place % 128 == 0:
            return True
        place = data.find(wanted, place + 1)
    return False


def _marked(data: bytes, own: Kind, suffix: str) -> Kind:
    """Markup or not. A Markdown file may begin with a part of a page and is one only if it says so itself."""
    encoding = next((encoding for bom, encoding in _BOMS.items() if data.startswith(bom)), "latin-1")
    head = data[:_HEAD].decode(encoding, "ignore").removeprefix("\ufeff")
    if _WHOLE_PAGE.match(head) or (suffix != ".md" and _PART_OF_PAGE.match(head)) or _is_archive(head):
        return _PAGE
    if head.lstrip().startswith("<?xml") and own is not _PAGE:
        kind = "an XML spreadsheet of 2003" if "urn:schemas-microsoft-com:office:spreadsheet" in head else "an XML file"
        raise ReadError(f"not a {suffix} file: {kind}; save it as {'.xlsx' if 'spreadsheet' in kind else '.docx'}")
    if own is _PAGE and b"<" not in data:
        return _TEXT
    return own


def _is_archive(head: str) -> bool:
    """Whether a file is a web page as a mail holds it (.mht)."""
    lines = head[:2048].lower()
    return "mime-version:" in lines and "content-type:" in lines and not head.lstrip().startswith("<")
