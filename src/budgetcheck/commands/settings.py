"""What a command is told about rules, words and accepted differences: its own options before the file of settings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BudgetcheckError
from .common import PACKS, RULES, stop

if TYPE_CHECKING:
    from ..config import Config
    from ..pipeline import Options
    from ..rulebook import Rule

__all__ = ["DAY", "Settings", "with_settings"]

DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this."),
    click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this."),
    RULES,
    PACKS,
    click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.  [default: zh]"),
    click.option("--config", type=_FILE, metavar="FILE", help="Settings, instead of those found from here upwards."),
    click.option("--isolated", "--no-config", is_flag=True, help="Use no file of settings, accept no differences."),
    click.option("--accepted", type=_FILE, metavar="FILE", help="Accepted differences.  [default: accepted.toml]"),
    click.option(
        "--date", "day", type=DAY, metavar="DATE", help="The day to count from, YYYY-MM-DD.  [default: today]"
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a run, the file they came from, all rules by id, and the file of accepted differences.

    `accepted` is None where no differences are to be accepted; `named` says that the command named it.
    """

    options: Options
    config: Config
    rules: dict[str, Rule]
    accepted: Path | None
    named: bool
    day: date


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options as one argument `settings`; a wrong file of settings ends it with one line."""

    @functools.wraps(command)
    def told(*, lang: str | None, isolated: bool, day: datetime | None, **given: Any) -> None:
        own = {name: given.pop(name) for name in ("select", "ignore", "rules", "packs", "config", "accepted")}
        try:
            settings = _settings(lang=lang, isolated=isolated, day=day, **own)
        except BudgetcheckError as error:
            raise stop(str(error)) from None
        command(settings=settings, **given)

    for option in reversed(_OPTIONS):
        told = option(told)
    return told


def _settings(
    *, select: tuple[str, ...], ignore: tuple[str, ...], rules: tuple[Path, ...], packs: bool, lang: str | None,
    config: Path | None, isolated: bool, accepted: Path | None, day: datetime | None,
) -> Settings:  # fmt: skip
    from ..config import Config, find_accepted, load_config
    from ..pipeline import knowledge

    found = Config() if isolated else load_config(config, rules)
    options = replace(
        found.options,
        select=select or found.options.select,
        ignore=ignore or found.options.ignore,
        rules=(*found.options.rules, *rules),
        language=lang or found.options.language,
        packs=packs,
    )
    usual = None if isolated else find_accepted(found)
    known = {rule.id: rule for rule in knowledge(options)[1]}
    today = day.date() if day else date.today()
    return Settings(options, found, known, accepted or usual, accepted is not None, today)
