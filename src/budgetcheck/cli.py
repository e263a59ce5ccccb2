"""The command `budgetcheck`: each subcommand is imported when it is called, so that none pays for the others."""

from __future__ import annotations

import importlib

import click

from . import __version__

__all__ = ["main"]

# Module and function of each subcommand, in the order of the help.
_COMMANDS = {
    "batch": "batch:batch_command",
    "check": "check:check_command",
    "accept": "accept:accept_command",
    "annotate": "annotate:annotate_command",
    "explain": "rules:explain_command",
    "facts": "facts:facts_command",
    "query": "query:query_command",
    "rules": "rules:rules_command",
    "handbook": "handbook:handbook_command",
    "schema": "schema:schema_command",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        found = getattr(importlib.import_module(f".commands.{module}", __package__), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="budgetcheck")
def main() -> None:
    """Check 预算 and 决算 reports: what they print, and what they say about it."""
