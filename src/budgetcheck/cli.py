"""The command: `budgetcheck check`, `explain`, `rules`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .errors import BudgetcheckError, ReadError

if TYPE_CHECKING:
    from .model import Review
    from .pipeline import Options
    from .rulebook import Rule

__all__ = ["main"]

_LEVELS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="budgetcheck")
def main() -> None:
    """Check 预算 and 决算 reports: what they print, and what they say about it."""


@main.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@click.option("-o", "output", type=click.Path(path_type=Path), help="Write to a file instead of the terminal.")
@click.option("--fail-on", type=click.Choice(list(_LEVELS)), default="error", show_default=True)
@click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this.")
@click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this.")
@click.option(
    "--rules",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A further folder of rules.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--together", is_flag=True, help="All files are one report (prose and tables apart); so is a folder.")
@click.option("-v", "--verbose", is_flag=True, help="Also list skipped rules and numbers not understood.")
def check_command(
    files: tuple[Path, ...], form: str, output: Path | None, fail_on: str, select: tuple[str, ...],
    ignore: tuple[str, ...], rules: tuple[Path, ...], lang: str, together: bool, verbose: bool,
) -> None:  # fmt: skip
    """Check reports. Exit status 0: nothing to fail on; 1: findings; 2: a file or the command is wrong."""
    from .pipeline import Options
    from .rulebook import load_rules

    options = Options(select, ignore, rules, lang)
    try:
        load_rules(rules)
        results = [_together(files, options)] if together else [_result(path, options) for path in files]
    except BudgetcheckError as error:
        raise _stop(str(error)) from None
    try:
        _write(results, form, output, verbose=verbose, language=lang)
    except OSError as error:
        raise _stop(f"{output}: {error.strerror}") from None
    failed = any(isinstance(result, str) for _, result in results)
    found = any(f.severity in _LEVELS[fail_on] for review in _reviews(results) for f in review.findings)
    sys.exit(2 if failed else 1 if found else 0)


def _reviews(results: list[tuple[Path, Review | str]]) -> list[Review]:
    return [result for _, result in results if not isinstance(result, str)]


def _say(message: str) -> str:
    """One line on stderr, whatever characters a file's name has; the line without its beginning."""
    line = "".join(c if c.isprintable() or c in "\xa0\u3000" else ascii(c)[1:-1] for c in message)
    click.echo(f"budgetcheck: {line}", err=True)
    return line


def _stop(message: str) -> SystemExit:
    _say(message)
    return SystemExit(2)


def _result(path: Path, options: Options) -> tuple[Path, Review | str]:
    """A review, or the one line that says why there is none; said on stderr at once."""
    from .pipeline import check

    try:
        return path, check(path, options)
    except ReadError as error:
        return path, _say(str(error))
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        return path, _say(f"{path}: cannot be checked: {type(error).__name__}")


def _together(paths: tuple[Path, ...], options: Options) -> tuple[Path, Review | str]:
    """One review of several files."""
    from .pipeline import check

    try:
        return paths[0], check(list(paths), options)
    except ReadError as error:
        return paths[0], _say(str(error))


def _write(
    results: list[tuple[Path, Review | str]], form: str, output: Path | None, *, verbose: bool, language: str
) -> None:
    if form == "json":
        text = json.dumps(_json(results), ensure_ascii=False, indent=1) + "\n"
        if output is None:
            click.echo(text.encode("utf-8", "replace"), nl=False)
        else:
            output.write_text(text, encoding="utf-8", errors="replace")
        return
    from .reports.terminal import print_reviews

    reviews = _reviews(results)
    if output is None:
        print_reviews(reviews, verbose=verbose, language=language)
    else:
        with output.open("w", encoding="utf-8") as stream:
            print_reviews(reviews, verbose=verbose, language=language, stream=stream)


def _json(results: list[tuple[Path, Review | str]]) -> Any:
    from .reports.machine import failure, to_dict

    objects = [
        failure(str(path), result, __version__) if isinstance(result, str) else to_dict(result, __version__)
        for path, result in results
    ]
    return objects[0] if len(objects) == 1 else objects


@main.command("explain")
@click.argument("rule_id")
@click.option("--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR")
def explain_command(rule_id: str, rules: tuple[Path, ...]) -> None:
    """Say what a rule checks, why, on what basis, with its examples."""
    found = next((rule for rule in _rules(rules) if rule.id == rule_id.upper()), None)
    if found is None:
        raise _stop(f"no rule is called {rule_id}")
    from .reports.terminal import print_rule

    print_rule(found)


@main.command("rules")
@click.option("--rules", multiple=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def rules_command(rules: tuple[Path, ...], lang: str) -> None:
    """List all rules."""
    for rule in _rules(rules):
        title = rule.title if lang == "zh" else rule.english["title"]
        click.echo(f"{rule.id}  {rule.severity:<7}  {rule.kind:<11}  {title}")


def _rules(folders: tuple[Path, ...]) -> tuple[Rule, ...]:
    from .rulebook import load_rules

    try:
        return load_rules(folders)
    except BudgetcheckError as error:
        raise _stop(str(error)) from None
