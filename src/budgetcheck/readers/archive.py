"""Zip containers and the XML inside them, opened so that a hostile file can only be refused."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from ..errors import ReadError
from .kinds import LOCKED

__all__ = ["Archive", "Element", "attribute", "child", "name", "open_archive", "parse_xml", "value"]

Element = etree._Element

_ENTRIES = 10_000
_TOTAL = 512 * 2**20
_RATIO = 200
# Below this size a high ratio is harmless, and common: a part of like paragraphs compresses very well.
_SMALL = 16 * 2**20
_DIRECTORY = 4 * 2**20
_CHUNK = 2**18
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
    RuntimeError,
)
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
}
_WORD = tuple(f"{{{space}}}" for space, prefix in _PREFIXES.items() if prefix == "w")


class Archive:
    """A checked zip container. Reading counts bytes, since the sizes it declares may be lies."""

    def __init__(self, source: zipfile.ZipFile, size: int) -> None:
        self._source = source
        self._size = size
        self._read = 0
        # Some producers on Windows part folders by a backslash.
        self._entries = {info.filename.replace("\\", "/"): info for info in source.infolist()}

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def read(self, part: str) -> bytes:
        """The bytes of one part; raises `ReadError` where it is missing, damaged or too large."""
        info = self._entries.get(part)
        if info is None:
            raise ReadError(f"{_line(part)}: missing from the archive")
        try:
            return self._bytes(info)
        except _DAMAGE as error:
            raise ReadError(f"{_line(part)}: damaged or truncated: {_line(error)}") from error

    def _bytes(self, info: zipfile.ZipInfo) -> bytes:
        chunks: list[bytes] = []
        size = 0
        with self._source.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                self._read += len(chunk)
                _check_size(info, size, self._size)
                if self._read > _TOTAL:
                    raise ReadError(_bomb_total())
                chunks.append(chunk)
        return b"".join(chunks)


def open_archive(data: bytes, what: str = "a zip archive") -> Archive:
    """Open a zip container and check everything that can be checked before a part is read.

    `what` names the format in messages, with its article: "not an OFD file: …". Every refusal is a `ReadError`.
    """
    _check_directory(data, what)
    try:
        source = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise ReadError(f"not {what}: damaged or truncated: {_line(error)}") from error
    entries = source.infolist()
    if len(entries) > _ENTRIES:
        raise ReadError(f"zip bomb: more than {_ENTRIES} entries")
    for info in entries:
        _check_entry(info, len(data))
    if sum(info.file_size for info in entries) > _TOTAL:
        raise ReadError(_bomb_total())
    return Archive(source, len(data))


def _check_directory(data: bytes, what: str) -> None:
    """Refuse by the end record alone: `zipfile` builds an object per entry before anyone can count them."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22:
        kind = "the zip archive is truncated" if data.startswith(b"PK") else "no zip archive"
        raise ReadError(f"not {what}: {kind}")
    count, size = struct.unpack("<HL", data[at + 10 : at + 16])
    if count > _ENTRIES or size > _DIRECTORY:
        raise ReadError(f"zip bomb: more than {_ENTRIES} entries")


def _check_entry(info: zipfile.ZipInfo, size: int) -> None:
    part = info.filename.replace("\\", "/")
    shown = _line(part)
    if part.startswith("/") or re.match("[A-Za-z]:", part) or ".." in part.split("/"):
        raise ReadError(f"unsafe name in the archive: {shown}")
    if info.flag_bits & 0x41:
        raise ReadError(LOCKED)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError(f"{shown}: compression method {info.compress_type} is not supported")
    _check_size(info, info.file_size, size)


def _check_size(info: zipfile.ZipInfo, expanded: int, archive: int) -> None:
    # A declared compressed size above that of the whole file would hide any ratio.
    packed = max(1, min(info.compress_size, archive))
    if expanded > _SMALL and expanded > _RATIO * packed:
        raise ReadError(f"zip bomb: {_line(info.filename)} expands more than {_RATIO} times")


def _bomb_total() -> str:
    return f"zip bomb: more than {_TOTAL // 2**20} MB when unpacked"


def parse_xml(data: bytes, what: str) -> Element:
    """The root of an XML part, without DTD, entities or network; `what` names the part in messages."""
    # Looked for before parsing too: a parser may expand entities before it reports the DOCTYPE.
    if any(mark in data for mark in _DOCTYPE):
        raise ReadError(f"{what}: a DOCTYPE is refused")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise ReadError(f"{what}: broken XML: {_line(error)}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReadError(f"{what}: a DOCTYPE is refused")
    return root


def _line(error: object) -> str:
    """One short printable line of what an exception or a hostile file says."""
    text = "".join(char if char.isprintable() else " " for char in str(error))
    return " ".join(text.split())[:120] or type(error).__name__


@lru_cache(maxsize=4096)
def _short(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    return f"{_PREFIXES.get(space[1:], '')}:{local}"


def name(element: Element) -> str:
    """The short name of an element, the same for strict and transitional files.

    "w:p", "m:t", "mc:Choice"; ":pic" in any other namespace.
    """
    return _short(element.tag) if isinstance(element.tag, str) else ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first child with a short name, or deeper along `path`; None where there is none."""
    for step in path:
        if element is None:
            return None
        for each in element:
            if name(each) == step:
                element = each
                break
        else:
            return None
    return element


def attribute(element: Element | None, key: str) -> str | None:
    """A WordprocessingML attribute by its local name, in either namespace."""
    if element is None:
        return None
    return next((found for space in _WORD if (found := element.get(space + key)) is not None), None)


def value(element: Element | None, *path: str) -> str | None:
    """The `w:val` of the element at `path`."""
    return attribute(child(element, *path), "val")
