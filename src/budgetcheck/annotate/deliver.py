"""A new file beside an old one: never in its place, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["deliver", "refused"]


def refused(source: Path, target: Path, *, force: bool) -> str | None:
    """Why a file must not be written, as a line; None where it may."""
    if _same(source, target):
        return f"{target}: is the report itself, which is never written to; name another file with -o"
    if target.is_dir():
        return f"{target}: is a folder"
    if os.path.lexists(target) and not force:
        return f"{target}: exists already; --force writes over it, -o names another file"
    return None


def _same(source: Path, target: Path) -> bool:
    """Whether two names are one file, also by a link."""
    try:
        return os.path.samefile(source, target)
    except OSError:
        return source.resolve() == target.resolve()


def deliver(data: bytes, target: Path) -> None:
    """Write a file under another name in its folder first, then give it its name.

    Raises OSError where it cannot be written; nothing is left behind then.
    """
    handle, name = tempfile.mkstemp(prefix=".budgetcheck-", suffix=target.suffix, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
