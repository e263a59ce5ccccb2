"""Answers on disk as they come: an append-only file that survives the loss of power at any byte.

It begins with the version of the rules that the answers were made by. Each answer is a frame of its own: length,
checksum, bytes. A frame that was not finished is the last one, and ends the reading.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["Journal", "read_journal", "sync_folder"]

_HEAD = struct.Struct(">4sQI")
_MARK = b"bcj1"


class Journal:
    """An open journal; `count` and `size` are its frames and bytes."""

    def __init__(self, path: Path, version: str) -> None:
        self.path, self.count, self.size = path, 0, 0
        self.stream: BinaryIO = path.open("xb")
        sync_folder(path.parent)
        self._write(version.encode())

    def append(self, answers: Iterable[bytes]) -> None:
        """Write answers; on return they are on the disk, not in a cache."""
        for each in answers:
            self._write(each)
            self.count += 1
        self.stream.flush()
        os.fsync(self.stream.fileno())

    def _write(self, data: bytes) -> None:
        self.size += self.stream.write(_HEAD.pack(_MARK, len(data), zlib.crc32(data)) + data)

    def close(self) -> None:
        """Close the file; it stays."""
        self.stream.close()


def read_journal(path: Path) -> tuple[str, Iterator[bytes]]:
    """A journal's version of the rules and its whole answers, up to where its writing was broken off."""
    found = _frames(path)
    return next(found, b"").decode(), found


def _frames(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while len(head := stream.read(_HEAD.size)) == _HEAD.size:
            mark, length, checksum = _HEAD.unpack(head)
            data = stream.read(length) if mark == _MARK else b""
            if len(data) != length or zlib.crc32(data) != checksum:
                return
            yield data


def sync_folder(folder: Path) -> None:
    """Make names of new files in a folder last, where the system has such a call."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
