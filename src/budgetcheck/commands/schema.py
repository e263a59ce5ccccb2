"""`budgetcheck schema`: the JSON schemas of what `check` and `facts` write with `--format json`."""

from __future__ import annotations

import click

from .common import stop

__all__ = ["schema_command"]


@click.command("schema")
@click.argument("name", type=click.Choice(["review", "facts"]), default="review")
def schema_command(name: str) -> None:
    """Print the JSON schema (2020-12) of `check --format json` (review), or of `facts --format json`."""
    from ..reports.machine import schema_path

    path = schema_path(name)
    try:
        click.echo(path.read_text(encoding="utf-8"), nl=False)
    except OSError as error:
        raise stop(f"{path}: {error.strerror}") from None
