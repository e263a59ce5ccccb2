"""`budgetcheck annotate`: the report's own file with notes at the wrong numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from ..errors import BudgetcheckError, ReadError
from .common import LANGUAGE, RULES, say, stop

if TYPE_CHECKING:
    from ..annotate import Annotated, Note
    from ..model import Review, Severity
    from ..pipeline import Options
    from ..reports.run import Run

__all__ = ["annotate_command"]

_SHOWN = 120


@click.command("annotate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="The new file; default FILE.annotated.SUFFIX.")
@click.option("--force", is_flag=True, help="Write over a file that exists (never over FILE itself).")
@click.option(
    "--severity", type=click.Choice(["error", "warning", "info"]), default="warning", show_default=True,
    help="Notes on findings of this severity and above.",
)  # fmt: skip
@click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this.")
@click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this.")
@RULES
@LANGUAGE
def annotate_command(
    file: Path, output: Path | None, force: bool, severity: str, select: tuple[str, ...], ignore: tuple[str, ...],
    rules: tuple[Path, ...], lang: str,
) -> None:  # fmt: skip
    """Copy a report, with notes at its wrong numbers: PDF highlights, Word comments, notes of Excel cells, marks in
    a web page.

    FILE is only read. Exit status 0: the copy is written, whatever it says (`check` is what fails on findings);
    2: the file or the command is wrong.
    """
    from ..annotate import deliver, refused, writer_of
    from ..pipeline import Options

    target = output or file.with_name(f"{file.stem}.annotated{file.suffix}")
    problem = refused(file, target, force=force)
    if problem:
        raise stop(problem)
    try:
        writer_of(file)
    except ReadError as error:
        raise stop(f"{file}: {error}") from None
    run, notes, made = _annotated(file, Options(select, ignore, rules, lang), cast("Severity", severity))
    try:
        deliver(made.data, target)
    except OSError as error:
        raise stop(f"{target}: {error.strerror}") from None
    for remark in made.remarks:
        say(f"{file}: {remark}")
    for line in _summary(run, target, notes, made, cast("Severity", severity)):
        click.echo(line)


def _annotated(file: Path, options: Options, minimum: Severity) -> tuple[Run, Sequence[Note], Annotated]:
    """The review as a run of one report, its notes, and the new file; SystemExit where there is none."""
    from ..annotate import annotate, notes_of
    from ..pipeline import check
    from ..readers import layout_of
    from ..reports.run import Run
    from ..rulebook import load_rules
    from ..wording import load_wording

    try:
        review = check(file, options)
        known = {rule.id: rule for rule in load_rules(options.rules)}
        run = Run([(file, review)], known, options.language)
        notes = notes_of(review, run, minimum)
        return run, notes, annotate(file, review.document, notes, layout_of(load_wording(options.rules)))
    except BudgetcheckError as error:
        text = str(error)
        raise stop(text if str(file) in text else f"{file}: {text}") from None
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        raise stop(f"{file}: cannot be annotated: {type(error).__name__}") from None


def _summary(run: Run, target: Path, notes: Sequence[Note], made: Annotated, minimum: Severity) -> Iterator[str]:
    """One line in all, and one for each note that does not stand at the number it is about."""
    from ..annotate import findings_of
    from ..reports.run import children

    words = run.words["annotate"]
    review = run.reviews[0]
    told = findings_of(review, minimum)
    yield words["summary"].format(path=target, notes=len(notes), findings=len(told))
    below = sum(1 for _ in children(review.findings)) - len(told)
    if below:
        yield words["below"].format(count=below)
    top = [note for note, standing in zip(notes, made.standing, strict=True) if standing == "top"]
    near = [
        note
        for note, standing in zip(notes, made.standing, strict=True)
        if standing == "near" and note.place is not None and note.place.start is not None
    ]
    for listed, heading in ((top, "no_place"), (near, "near")):
        if listed:
            yield words[heading].format(count=len(listed))
            yield from (_line(note, review, run) for note in listed)


def _line(note: Note, review: Review, run: Run) -> str:
    """The rules of a note, where its finding is, and what it says first."""
    from ..reports.plain import shortened
    from ..reports.run import entry_of

    words = run.words["annotate"]
    finding = next(each for each in review.findings if each.id == note.findings[0])
    entry = entry_of(review.document.name, finding, run)
    where = entry.where or entry.section or words["file"]
    text = shortened(entry.message, _SHOWN)
    return str(words["place"].format(rules=run.words["separator"].join(note.rules), where=where, text=text))
