"""`budgetcheck handbook`: a page for each rule, and an index."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import BudgetcheckError
from .common import PACKS, RULES, known_packs, read_rules, stop

__all__ = ["handbook_command"]


@click.command("handbook")
@click.option("-o", "folder", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to write.")
@RULES
@PACKS
def handbook_command(folder: Path, rules: tuple[Path, ...], packs: bool) -> None:
    """Write the handbook of all rules as Markdown. Pages of rules that are no more are removed."""
    from ..handbook import pages
    from ..wording import load_wording

    known = read_rules(rules, packs=packs)
    try:
        written = pages(known, load_wording(rules, known_packs(packs)))
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("[A-Z]*[0-9].md"):
            if path.name not in written:
                path.unlink()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    except OSError as error:
        raise stop(f"{folder}: {error.strerror}") from None
    click.echo(f"{folder}: {len(written)} files")
