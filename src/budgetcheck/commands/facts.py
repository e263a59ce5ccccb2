"""`budgetcheck facts`: every number of reports as a table, for databases and researchers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import click

from ..model import Review
from .common import LANGUAGE, RULES, form_of, read_rules, reviewed, say, stop

__all__ = ["facts_command"]

_FORMATS = ("csv", "json", "parquet")


@click.command("facts")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(_FORMATS), help="[default: as -o is called, else csv]")
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to a file instead of the terminal.")
@click.option("--derived", is_flag=True, help="Also the figures that are not printed but follow from others.")
@click.option(
    "--raw", is_flag=True, help="CSV without byte order mark, and without ' before what looks like a formula."
)
@click.option("--together", is_flag=True, help="All files are one report (prose and tables apart); so is a folder.")
@click.option("--columns", "listing", is_flag=True, help="Say what each column holds, and stop.")
@RULES
@LANGUAGE
def facts_command(
    files: tuple[Path, ...], form: str | None, output: Path | None, derived: bool, raw: bool, together: bool,
    listing: bool, rules: tuple[Path, ...], lang: str,
) -> None:  # fmt: skip
    """Write every number of reports as one table: what it is, its exact value in 元, where it is printed.

    Exit status 0: all files were read; 2: a file, or the command, is wrong (the others are still written).
    """
    from ..reports.tidy import columns, fact_rows
    from ..reports.tidy_files import can_write_parquet, write_facts

    if listing:
        click.echo("\n".join(f"{each.name:<15}{each.type:<9}{each.meaning[lang]}" for each in columns()))
        return
    if not files:
        raise stop("name a file")
    form = form_of(form, output, _FORMATS, "csv")
    if form == "parquet" and not can_write_parquet():
        raise stop("Parquet needs pyarrow: pip install 'budgetcheck[parquet]'")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise stop("Parquet is no text for a terminal: name a file with -o")
    read_rules(rules)
    failed: list[str] = []
    reviews = _reviews([list(files)] if together else files, rules, failed)
    rows = (row for review in reviews for row in fact_rows(review, derived=derived))
    try:
        with _opened(output) as stream:
            lost = write_facts(rows, form, stream, lang, raw=raw)
    except BrokenPipeError:  # `| head` has read enough: click ends without a word
        raise
    except OSError as error:
        raise stop(f"{output or 'stdout'}: {error.strerror}") from None
    if lost:
        say(f"{lost} numbers are too long for Parquet and were left empty; their text is in the table")
    sys.exit(2 if failed else 0)


def _reviews(sources: Sequence[Any], rules: tuple[Path, ...], failed: list[str]) -> Iterator[Review]:
    """A review of each report that can be read; the lines on the others go to stderr and to `failed`."""
    from ..pipeline import Options
    from ..reports.overview import tracked

    for source in tracked(sources, len(sources)):
        result = reviewed(source, Options(rules=rules, numbers=True))
        if isinstance(result, str):
            failed.append(result)
        else:
            yield result


@contextlib.contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        return
    with output.open("wb") as stream:
        yield stream
