"""Rule packs of others: installed packages that offer a folder of rules.

A package says so in its own pyproject.toml:

    [project.entry-points."budgetcheck.rules"]
    name = "package:folder"
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RuleError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Pack", "blamed", "installed_packs"]

GROUP = "budgetcheck.rules"


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of rules (and perhaps `wording/`) under the name that its package gives it."""

    name: str
    folder: Path


def installed_packs() -> tuple[Pack, ...]:
    """The packs of all installed packages, by name.

    Raises RuleError, naming the pack, where its package or folder is not there, or where two packs have one name.
    """
    if not _any_offered():
        return ()
    from importlib.metadata import entry_points

    packs: dict[str, Pack] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        if point.name in packs:
            raise RuleError(f"pack {point.name}: two installed packages offer a pack of this name")
        packs[point.name] = Pack(point.name, _folder(point))
    return tuple(packs.values())


def _any_offered() -> bool:
    """Whether any package on the path may offer a pack.

    Importing `importlib.metadata` takes longer than to look: without packs it is not needed.
    """
    for entry in map(Path, dict.fromkeys(sys.path)):
        if entry.is_file():  # an archive, which only importlib.metadata can look into
            return True
        if any(map(_offers, _told(entry))):
            return True
    return False


def _told(folder: Path) -> list[Path]:
    """Where the packages installed in a folder say what they offer."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [folder / name / "entry_points.txt" for name in names if name.endswith((".dist-info", ".egg-info"))]


def _offers(told: Path) -> bool:
    try:
        return GROUP.encode() in told.read_bytes()
    except OSError:
        return False


def _folder(point: EntryPoint) -> Path:
    from importlib.resources import files

    package, _, name = point.value.partition(":")
    try:
        root = files(package.strip())
    except Exception as error:
        # Whatever a package of others does when it is imported, the answer is one line.
        raise RuleError(f"pack {point.name}: cannot import {package}: {type(error).__name__}: {error}") from None
    folder = root.joinpath(*name.strip().split("."))
    if not name or not isinstance(folder, Path) or not folder.is_dir():
        raise RuleError(f"pack {point.name}: {package} has no folder {name or '(none named)'}")
    return folder


@contextmanager
def blamed(pack: str) -> Iterator[None]:
    """Let an error of a rule or wording inside name the pack that it is from; "" is no pack."""
    try:
        yield
    except RuleError as error:
        if not pack:
            raise
        raise RuleError(f"pack {pack}: {error}") from None
