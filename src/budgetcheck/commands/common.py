"""What all commands share: a line on stderr, and the rules of a folder."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BudgetcheckError, ReadError

if TYPE_CHECKING:
    from ..model import Review
    from ..packs import Pack
    from ..pipeline import Options
    from ..rulebook import Rule

__all__ = ["LANGUAGE", "PACKS", "RULES", "form_of", "known_packs", "read_rules", "reviewed", "say", "stop"]

RULES = click.option(
    "--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="A further folder of rules."
)
PACKS = click.option("--packs/--no-packs", default=True, help="With or without the rule packs that are installed.")
LANGUAGE = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)


def say(message: str) -> str:
    """One line on stderr, whatever characters a file's name has; the line without its beginning."""
    line = "".join(c if c.isprintable() or c in "\xa0\u3000" else ascii(c)[1:-1] for c in message)
    click.echo(f"budgetcheck: {line}", err=True)
    return line


def stop(message: str) -> SystemExit:
    """The exit of a command whose words, or a file of its own, are wrong."""
    say(message)
    return SystemExit(2)


def form_of(asked: str | None, output: Path | None, known: Collection[str], usual: str) -> str:
    """The format that is asked for, else the one that the new file's suffix names, else the usual one."""
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return asked or (suffix if suffix in known else usual)


def known_packs(wanted: bool) -> tuple[Pack, ...]:
    """The installed packs, none where they are not wanted; SystemExit where one is wrong."""
    from ..packs import installed_packs

    try:
        return installed_packs() if wanted else ()
    except BudgetcheckError as error:
        raise stop(str(error)) from None


def read_rules(folders: tuple[Path, ...], *, packs: bool = True) -> tuple[Rule, ...]:
    """All rules, those of packs, of the settings and of the folders too; SystemExit where one is wrong."""
    from ..config import find_config, load_config
    from ..rulebook import load_rules

    try:
        found = find_config(Path.cwd())
        own = load_config(found, folders).options.rules if found else ()
        return load_rules((*own, *folders), known_packs(packs))
    except BudgetcheckError as error:
        raise stop(str(error)) from None


def reviewed(source: Path | list[Path], options: Options) -> Review | str:
    """A review of a file, or of several as one report; or the line, said on stderr at once, why there is none."""
    from ..pipeline import check

    try:
        return check(source, options)
    except ReadError as error:
        return say(str(error))
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        path = source if isinstance(source, Path) else source[0]
        return say(f"{path}: cannot be checked: {type(error).__name__}")
