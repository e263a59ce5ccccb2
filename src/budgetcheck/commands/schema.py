"""`budgetcheck schema`: the JSON schema of what `check --format json` writes."""

from __future__ import annotations

import click

from .common import stop

__all__ = ["schema_command"]


@click.command("schema")
def schema_command() -> None:
    """Print the JSON schema (2020-12) of `check --format json`."""
    from ..reports.machine import schema_path

    try:
        click.echo(schema_path().read_text(encoding="utf-8"), nl=False)
    except OSError as error:
        raise stop(f"{schema_path()}: {error.strerror}") from None
