"""Files behind URLs, by fsspec: listed, and copied to a folder of their own that is gone afterwards."""

from __future__ import annotations

import contextlib
import posixpath
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import BudgetcheckError, ReadError
from .jobs import Job, is_remote

__all__ = ["is_folder", "local_copies", "remote_folders"]

_CHUNK = 2**20


def is_folder(url: str) -> bool:
    """Whether a URL names a folder; BudgetcheckError where what it needs is not installed or it cannot be asked."""
    system, path = _system(url)
    try:
        return bool(system.isdir(path))
    except Exception as error:
        raise BudgetcheckError(f"{url}: {_line(error)}") from None


def remote_folders(root: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Each folder below a URL with names and sizes of its files, in the order of names."""
    system, path = _system(root)
    for folder, below, files in system.walk(path, detail=True):
        # A walk descends into what is left in `below`, in its order.
        hidden = [name for name in below if name.startswith(".")]
        for name in hidden:
            del below[name]
        rest = posixpath.relpath(folder, path)
        shown = root if rest == "." else posixpath.join(root, rest)
        yield shown, sorted((name, int(about.get("size") or 0)) for name, about in files.items() if name)


@contextlib.contextmanager
def local_copies(job: Job, largest: int) -> Iterator[list[Path]]:
    """The files of a job as paths; remote ones are copies of at most `largest` bytes, deleted on leaving.

    Raises ReadError, naming the file, where one cannot be fetched.
    """
    with contextlib.ExitStack() as stack:
        yield [
            _fetched(path, name, largest, stack) if is_remote(path) else Path(path)
            for path, name in zip(job.paths, job.files, strict=True)
        ]


def _fetched(url: str, name: str, largest: int, stack: contextlib.ExitStack) -> Path:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="budgetcheck-"))
    copy = Path(folder) / f"report{posixpath.splitext(url)[1]}"
    system, path = _system(url)
    try:
        with system.open(path, "rb") as source, copy.open("wb") as target:
            size = 0
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > largest:
                    raise ReadError(f"{name}: larger than {largest // 1024 // 1024} MB")
                target.write(chunk)
    except ReadError:
        raise
    except Exception as error:
        raise ReadError(f"{name}: cannot be fetched: {_line(error)}") from None
    return copy


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise BudgetcheckError("URLs need fsspec: pip install 'budgetcheck[cluster]'") from None
    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise BudgetcheckError(f"{url}: {_line(error)}") from None
    return system, path


def _line(error: Exception) -> str:
    """What an error of a library says, in one short line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}".removesuffix(": ")
