"""A file of Office as a zip archive of parts: some are replaced or added, all others keep their bytes."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator

from lxml import etree

from ..errors import ReadError
from ..readers.archive import Element, open_archive, parse_xml

__all__ = ["OFFICE", "STRICT", "Package", "serialised"]

# Where relationships of a kind are named: in files of Office, and in those that keep to the strict standard.
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CONTENT = "[Content_Types].xml"


def serialised(root: Element) -> bytes:
    """An XML part."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


class Package:
    """The parts of a file; what is put into it is written when the bytes are asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._archive = open_archive(data)
        self._new: dict[str, bytes] = {}
        if _CONTENT not in self._archive:
            raise ReadError(f"{_CONTENT} is missing: no program of Office opens this file")

    def __contains__(self, part: str) -> bool:
        return part in self._new or part in self._archive

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._archive, *self._new)))

    def read(self, part: str) -> bytes:
        """The bytes of a part as it is by now."""
        return self._new[part] if part in self._new else self._archive.read(part)

    def root(self, part: str) -> Element:
        """A part's XML, to be changed and put back."""
        return parse_xml(self.read(part), part)

    def put(self, part: str, content: bytes) -> None:
        """Replace or add a part."""
        self._new[part] = content

    def free(self, pattern: str) -> str:
        """A name with a number in place of {} that no part has, also in other capitals."""
        taken = {name.lower() for name in (*self._archive, *self._new)}
        return next(name for name in (pattern.format(n) for n in range(1, len(taken) + 2)) if name.lower() not in taken)

    def declare(self, part: str, content_type: str) -> None:
        """Say what a new part is."""
        root = self.root(_CONTENT)
        etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)
        self.put(_CONTENT, serialised(root))

    def declare_suffix(self, suffix: str, content_type: str) -> None:
        """Say what parts with a suffix are, where that is not said yet."""
        root = self.root(_CONTENT)
        if all((each.get("Extension") or "").lower() != suffix for each in root):
            default = etree.Element(f"{{{_TYPES}}}Default", Extension=suffix, ContentType=content_type)
            root.insert(0, default)
            self.put(_CONTENT, serialised(root))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What notes do to the file as a whole."""
        signed = any(part.startswith("_xmlsignatures/") for part in self._archive)
        return ("signed: the signature does not hold for the copy with notes",) if signed else ()

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file: for each relationship its kind, in one word, and the other part."""
        relations = _relations(part)
        found: dict[str, tuple[str, str]] = {}
        for each in self.root(relations) if relations in self else ():
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), each.get("Target") or ""))
                found[each.get("Id") or ""] = ((each.get("Type") or "").rpartition("/")[2], target.lstrip("/"))
        return found

    def relate(self, part: str, kind: str, other: str) -> str:
        """Let a part refer to another; the relationship's id. `kind` is its whole name."""
        relations = _relations(part)
        root = self.root(relations) if relations in self else etree.Element(
            f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS}  # type: ignore[dict-item]
        )  # fmt: skip
        taken = {each.get("Id") for each in root}
        key = next(name for name in (f"rIdNote{n}" for n in range(1, len(taken) + 2)) if name not in taken)
        etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", Id=key, Type=kind, Target=f"/{other}")
        self.put(relations, serialised(root))
        return key

    def bytes(self) -> bytes:
        """The whole file: the old parts in their order, then the new ones."""
        stream = io.BytesIO()
        old = open_archive(self._data)
        left = dict(self._new)
        with (
            zipfile.ZipFile(io.BytesIO(self._data)) as source,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            infos = {info.filename.replace("\\", "/"): info for info in source.infolist()}
            for name, info in infos.items():
                content = left.pop(name, None)
                target.writestr(_like(info), old.read(name) if content is None else content)
            for name, content in left.items():
                target.writestr(_like(zipfile.ZipInfo(name), zipfile.ZIP_DEFLATED), content)
        return stream.getvalue()


def _like(info: zipfile.ZipInfo, method: int | None = None) -> zipfile.ZipInfo:
    """The name, date and attributes of an entry for writing it again."""
    fresh = zipfile.ZipInfo(info.filename, info.date_time)
    fresh.compress_type = info.compress_type if method is None else method
    fresh.external_attr, fresh.create_system = info.external_attr, info.create_system
    return fresh


def _relations(part: str) -> str:
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")
