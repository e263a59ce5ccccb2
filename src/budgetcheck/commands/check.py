"""`budgetcheck check`: reviews of reports in the format that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BudgetcheckError
from .beside import BESIDE, Asked, read_beside
from .common import form_of, say, stop
from .earlier import compared_with
from .reviewing import entries_of, results_of
from .settings import Settings, with_settings

if TYPE_CHECKING:
    from ..reports.run import Result, Run

__all__ = ["check_command"]

_FORMATS = ("json", "csv", "md", "html", "xlsx", "sarif", "junit", "github", "gitlab")
# Formats to open in a program of their own; they list every number.
_OPENED = {"xlsx": "a workbook", "html": "a page"}


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["terminal", *_FORMATS]), help="[default: as -o is called, else terminal]"
)
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to a file instead of the terminal.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "never"]), help="[default: error]")
@with_settings
@click.option("--baseline", type=click.Path(path_type=Path), metavar="JSON", help="Only what this review did not have.")
@click.option("--together", is_flag=True, help="All files are one report (prose and tables apart); so is a folder.")
@BESIDE
@click.option("-v", "--verbose", is_flag=True, help="Also list skipped rules and numbers not understood.")
def check_command(
    files: tuple[Path, ...], form: str | None, output: Path | None, fail_on: str | None, baseline: Path | None,
    together: bool, verbose: bool, settings: Settings,
    previous: Path | None, budget: Path | None, units: tuple[Path, ...], entities: Path | None,
) -> None:  # fmt: skip
    """Check reports. Exit status 0: nothing to fail on; 1: findings; 2: a file or the command is wrong."""
    from ..config import FAIL_ON
    from ..reports.run import Run

    form = form_of(form, output, _FORMATS, "terminal")
    if form in _OPENED and output is None and sys.stdout.isatty():
        raise stop(f"{_OPENED[form]} is no text for a terminal: name a file with -o")
    # Scripts that read JSON find on stderr the lines of unreadable files and nothing else.
    talks = form != "json" or sys.stderr.isatty()
    try:
        entries = entries_of(settings)
        kept = _kept(files, settings, talks=talks)
        beside = read_beside(
            Asked(previous, budget, units, entities), settings.options, alone=together or len(kept) < 2
        )
        results = results_of(kept, settings, together=together, numbers=form in _OPENED, beside=beside.given)
        results, earlier = compared_with(results, entries, baseline, settings, talks=talks)
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    run = Run(results, settings.rules, settings.options.language, FAIL_ON[fail_on or settings.config.fail_on], earlier)
    if talks:
        _say_folders(results)
    _write(run, form, output, verbose=verbose)
    _conclude(run, form, talks=talks, unread=beside.unread)


def _kept(files: Sequence[Path], settings: Settings, *, talks: bool) -> list[Path]:
    """The files that the settings do not exclude; the others are said."""
    excluded = [path for path in files if settings.config.excludes(path)]
    for path in excluded if talks else ():
        say(f"{path}: left out, as {settings.config.path} excludes it")
    return [path for path in files if path not in excluded]


def _say_folders(results: Sequence[Result]) -> None:
    """A folder is one report, which one that holds many reports is not."""
    for path, result in results:
        files = 1 if isinstance(result, str) else len({block.source for block in result.document.blocks})
        if files > 1 and path.is_dir():
            say(f"{path}: its {files} files are taken as one report; where each is a report, name the files instead")


def _write(run: Run, form: str, output: Path | None, *, verbose: bool) -> None:
    try:
        if form == "terminal":
            _print(run, output, verbose=verbose)
            return
        from ..reports.formats import write_run

        if output is None:
            write_run(run, form, sys.stdout.buffer)
            return
        with output.open("wb") as stream:
            write_run(run, form, stream)
    except BrokenPipeError:  # `| head` has read enough: click ends without a word
        raise
    except OSError as error:
        raise stop(f"{output or 'stdout'}: {error.strerror}") from None


def _print(run: Run, output: Path | None, *, verbose: bool) -> None:
    from ..reports.terminal import print_reviews

    if output is None:
        print_reviews(run.reviews, verbose=verbose, language=run.language)
        return
    with output.open("w", encoding="utf-8", errors="replace") as stream:
        print_reviews(run.reviews, verbose=verbose, language=run.language, stream=stream)


def _conclude(run: Run, form: str, *, talks: bool, unread: int) -> None:
    """The table at the end where there is more to say than the format says, and the exit status.

    `unread` is how many of the reports beside could not be read.
    """
    from ..reports.overview import print_overview

    silent = form != "terminal" and any(
        len(review.open) < len(review.findings) or review.known for review in run.reviews
    )
    if talks and (len(run.results) > 1 or silent):
        print_overview(run)
    found = any(finding.severity in run.failing for review in run.reviews for finding in review.open)
    sys.exit(2 if unread or len(run.reviews) < len(run.results) else 1 if found else 0)
