"""`budgetcheck check`: reviews of reports in the format that is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import BudgetcheckError, ReadError
from .common import LANGUAGE, RULES, say, stop

if TYPE_CHECKING:
    from ..pipeline import Options
    from ..reports.run import Result, Run

__all__ = ["check_command"]

_FORMATS = ("json", "csv", "md", "xlsx", "sarif", "junit", "github", "gitlab")
_LEVELS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["terminal", *_FORMATS]), default="terminal", show_default=True)
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to a file instead of the terminal.")
@click.option("--fail-on", type=click.Choice(list(_LEVELS)), default="error", show_default=True)
@click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this.")
@click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this.")
@RULES
@LANGUAGE
@click.option("--together", is_flag=True, help="All files are one report (prose and tables apart); so is a folder.")
@click.option("-v", "--verbose", is_flag=True, help="Also list skipped rules and numbers not understood.")
def check_command(
    files: tuple[Path, ...], form: str, output: Path | None, fail_on: str, select: tuple[str, ...],
    ignore: tuple[str, ...], rules: tuple[Path, ...], lang: str, together: bool, verbose: bool,
) -> None:  # fmt: skip
    """Check reports. Exit status 0: nothing to fail on; 1: findings; 2: a file or the command is wrong."""
    from ..pipeline import Options, knowledge
    from ..reports.overview import print_overview
    from ..reports.run import Run

    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise stop("a workbook is no text for a terminal: name a file with -o")
    options = Options(select, ignore, rules, lang, numbers=form == "xlsx")
    try:
        known = {rule.id: rule for rule in knowledge(options)[1]}
        results = [_together(files, options)] if together else _results(files, options)
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    run = Run(results, known, lang, _LEVELS[fail_on])
    try:
        _write(run, form, output, verbose=verbose)
    except OSError as error:
        raise stop(f"{output or 'stdout'}: {error.strerror}") from None
    # Scripts that read JSON find on stderr the lines of unreadable files and nothing else.
    if len(results) > 1 and (form != "json" or sys.stderr.isatty()):
        print_overview(run)
    found = any(finding.severity in run.failing for review in run.reviews for finding in review.findings)
    sys.exit(2 if len(run.reviews) < len(results) else 1 if found else 0)


def _results(files: tuple[Path, ...], options: Options) -> list[Result]:
    from ..reports.overview import tracked

    return [_result(path, options) for path in tracked(files, len(files))]


def _result(path: Path, options: Options) -> Result:
    """A review, or the one line that says why there is none; said on stderr at once."""
    from ..pipeline import check

    try:
        return path, check(path, options)
    except ReadError as error:
        return path, say(str(error))
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        return path, say(f"{path}: cannot be checked: {type(error).__name__}")


def _together(paths: tuple[Path, ...], options: Options) -> Result:
    """One review of several files."""
    from ..pipeline import check

    try:
        return paths[0], check(list(paths), options)
    except ReadError as error:
        return paths[0], say(str(error))


def _write(run: Run, form: str, output: Path | None, *, verbose: bool) -> None:
    if form == "terminal":
        _print(run, output, verbose=verbose)
        return
    from ..reports.formats import write_run

    if output is None:
        write_run(run, form, sys.stdout.buffer)
        return
    with output.open("wb") as stream:
        write_run(run, form, stream)


def _print(run: Run, output: Path | None, *, verbose: bool) -> None:
    from ..reports.terminal import print_reviews

    if output is None:
        print_reviews(run.reviews, verbose=verbose, language=run.language)
        return
    with output.open("w", encoding="utf-8", errors="replace") as stream:
        print_reviews(run.reviews, verbose=verbose, language=run.language, stream=stream)
