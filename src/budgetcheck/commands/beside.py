"""`--previous`, `--budget`, `--units`: the reports that `budgetcheck check` holds a report against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ..errors import ReadError
from .common import say, stop

if TYPE_CHECKING:
    from ..model import Document
    from ..pipeline import Options

__all__ = ["BESIDE", "Asked", "Beside", "read_beside"]

_PATH = click.Path(path_type=Path)


def BESIDE(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name reports beside the one that is checked."""
    for option in (
        click.option("--entities", type=_PATH, metavar="FILE", help="Other and former names of makers (TOML)."),
        click.option("--units", multiple=True, type=_PATH, metavar="DIR", help="Reports of the units under it."),
        click.option("--budget", type=_PATH, metavar="FILE", help="The published budget of the same year."),
        click.option("--previous", type=_PATH, metavar="FILE", help="Last year's report."),
    ):
        command = option(command)
    return command


class Asked(NamedTuple):
    """What the command's words name, by role; empty where they name nothing."""

    previous: Path | None = None
    budget: Path | None = None
    units: tuple[Path, ...] = ()
    entities: Path | None = None


class Beside(NamedTuple):
    """Reports as read, as keyword arguments of `check`; how many of them could not be read."""

    given: dict[str, Any]
    unread: int


def read_beside(asked: Asked, options: Options, *, alone: bool) -> Beside:
    """The reports that can be read; one line on stderr for each that cannot.

    Raises SystemExit where they are to stand beside more than one report (`alone` is False).
    """
    if (asked.previous or asked.budget or asked.units) and not alone:
        raise stop("reports beside a report go with one file: check the others one by one")
    named = {role: path for role, path in (("previous", asked.previous), ("budget", asked.budget)) if path}
    found: dict[str, Document | None] = {role: _read(path, options) for role, path in named.items()}
    units = [_read(path, options) for folder in asked.units for path in _reports(folder)]
    unread = [*found.values(), *units].count(None)
    return Beside({**found, "units": [unit for unit in units if unit], "entities": asked.entities}, unread)


def _reports(folder: Path) -> Iterator[Path]:
    """The reports of a folder, each a file or a folder of its own; a file is one itself."""
    if not folder.is_dir():
        yield folder
        return
    from ..readers import SUFFIXES

    yield from sorted(each for each in folder.iterdir() if each.is_dir() or each.suffix.lower() in SUFFIXES)


def _read(path: Path, options: Options) -> Document | None:
    from ..pipeline import read_source

    try:
        return read_source(path, options)
    except ReadError as error:
        say(str(error))
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        say(f"{path}: cannot be read: {type(error).__name__}")
    return None
