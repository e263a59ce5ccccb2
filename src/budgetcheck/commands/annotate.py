"""`budgetcheck annotate`: the report's own files with notes at the wrong numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from ..errors import BudgetcheckError, ReadError
from .common import LANGUAGE, RULES, say, stop

if TYPE_CHECKING:
    from ..annotate import Annotated, Note
    from ..model import Document, Review, Severity
    from ..pipeline import Options
    from ..reports.run import Run

__all__ = ["annotate_command"]

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class _Copy:
    """A file of a report, its copy to be, and whether it is of a kind that holds notes."""

    file: Path
    target: Path
    holds: bool


@click.command("annotate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "output", type=click.Path(path_type=Path),
    help="The new file, or a folder for several; default FILE.annotated.SUFFIX.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that exists (never over a report's own).")
@click.option("--together", is_flag=True, help="All files are one report (prose and tables apart); so is a folder.")
@click.option(
    "--severity", type=click.Choice(["error", "warning", "info"]), default="warning", show_default=True,
    help="Notes on findings of this severity and above.",
)  # fmt: skip
@click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this.")
@click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this.")
@RULES
@LANGUAGE
def annotate_command(
    files: tuple[Path, ...], output: Path | None, force: bool, together: bool, severity: str,
    select: tuple[str, ...], ignore: tuple[str, ...], rules: tuple[Path, ...], lang: str,
) -> None:  # fmt: skip
    """Copy reports, with notes at their wrong numbers: PDF highlights, Word comments, notes of Excel cells, marks in
    a web page. A report of several files has a copy of each.

    The files are only read. Exit status 0: the copies are written, whatever they say (`check` is what fails on
    findings); 2: a file or the command is wrong.
    """
    from ..pipeline import Options

    options, minimum = Options(select, ignore, rules, lang), cast("Severity", severity)
    for report in _reports(files, output, together=together, force=force):
        _annotate(report, options, minimum)


def _reports(files: Sequence[Path], output: Path | None, *, together: bool, force: bool) -> list[list[_Copy]]:
    """The files of each report with their copies, all looked at before the first is written; SystemExit otherwise."""
    from ..pipeline import files_of

    try:
        groups = [files_of(file) if file.is_dir() else [file] for file in files]
    except ReadError as error:
        raise stop(str(error)) from None
    if together:
        groups = [[file for group in groups for file in group]]
    several = sum(map(len, groups)) > 1
    if several and output is not None and not output.is_dir():
        raise stop(f"{output}: is no folder; the copies of several files go into one")
    reports = [[_copy(file, output, several=several, alone=len(group) == 1) for file in group] for group in groups]
    copies = [copy for report in reports for copy in report]
    for copy in copies:
        _allow(copy, copies, force=force)
    for report in reports:
        if not any(copy.holds for copy in report):
            raise stop(f"{report[0].file.parent}: no file in it can hold notes")
    return reports


def _copy(file: Path, output: Path | None, *, several: bool, alone: bool) -> _Copy:
    """SystemExit where a report is one file that cannot be copied with notes."""
    from ..annotate import writer_of

    name = f"{file.stem}.annotated{file.suffix}"
    target = file.with_name(name) if output is None else output / name if several else output
    try:
        writer_of(file)
    except ReadError as error:
        if alone or not file.exists():
            raise stop(f"{file}: {error}") from None
        return _Copy(file, target, holds=False)
    return _Copy(file, target, holds=True)


def _allow(copy: _Copy, copies: Sequence[_Copy], *, force: bool) -> None:
    """SystemExit where a copy must not be written: over a report, over another copy, over a file that is there."""
    from ..annotate import refused

    if not copy.holds:
        return
    problems = (refused(each.file, copy.target, force=force) for each in copies)
    problem = next((each for each in problems if each), None)
    if problem is None and sum(each.target == copy.target for each in copies if each.holds) > 1:
        problem = f"{copy.target}: two files would have this copy; annotate them one by one"
    if problem:
        raise stop(problem)


def _annotate(report: Sequence[_Copy], options: Options, minimum: Severity) -> None:
    """Write the copies of a report and say what stands in them; SystemExit where one cannot be made."""
    from ..annotate import deliver

    names = " + ".join(str(copy.file) for copy in report)
    try:
        run, made = _annotated(report, options, minimum)
    except BudgetcheckError as error:
        text = str(error)
        raise stop(text if any(str(copy.file) in text for copy in report) else f"{names}: {text}") from None
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        raise stop(f"{names}: cannot be annotated: {type(error).__name__}") from None
    below = list(_below(run, minimum))
    for copy, notes, copied in made:
        if copied is not None:
            try:
                deliver(copied.data, copy.target)
            except OSError as error:
                raise stop(f"{copy.target}: {error.strerror}") from None
            for remark in copied.remarks:
                say(f"{copy.file}: {remark}")
        head, *rest = _summary(run, copy, notes, copied)
        # What is below the chosen severity is said once, under the report's first line.
        click.echo("\n".join([head, *below, *rest]))
        below = []


_Made = list[tuple[_Copy, "Sequence[Note]", "Annotated | None"]]


def _annotated(report: Sequence[_Copy], options: Options, minimum: Severity) -> tuple[Run, _Made]:
    """The review as a run of one report, and for each file its notes and the new file, None where it holds none."""
    from ..annotate import annotate, by_file, notes_of
    from ..pipeline import check, merged, read_source
    from ..readers import layout_of
    from ..reports.run import Run
    from ..rulebook import load_rules
    from ..wording import load_wording

    documents: list[Document] = [read_source(copy.file, options) for copy in report]
    review = check(documents[0] if len(documents) == 1 else merged(documents), options)
    known = {rule.id: rule for rule in load_rules(options.rules)}
    run = Run([(report[0].file, review)], known, options.language)
    layout = layout_of(load_wording(options.rules))
    shared = by_file(notes_of(review, run, minimum), documents, [copy.holds for copy in report])
    made: _Made = []
    for copy, document, notes in zip(report, documents, shared, strict=True):
        made.append((copy, notes, annotate(copy.file, document, notes, layout) if copy.holds else None))
    return run, made


def _summary(run: Run, copy: _Copy, notes: Sequence[Note], made: Annotated | None) -> Iterator[str]:
    """One line on a copy, and one for each note that does not stand at the number it is about."""
    words = run.words["annotate"]
    told = len({finding for note in notes for finding in note.findings})
    if made is None:
        yield words["held_by_none"].format(path=copy.file, notes=len(notes), findings=told)
        return
    yield words["summary"].format(path=copy.target, notes=len(notes), findings=told)
    top = [note for note, standing in zip(notes, made.standing, strict=True) if standing == "top"]
    near = [
        note
        for note, standing in zip(notes, made.standing, strict=True)
        if standing == "near" and note.place is not None and note.place.start is not None
    ]
    for listed, heading in ((top, "no_place"), (near, "near")):
        if listed:
            yield words[heading].format(count=len(listed))
            yield from (_line(note, run.reviews[0], run) for note in listed)


def _below(run: Run, minimum: Severity) -> Iterator[str]:
    """How many findings are less grave than what was asked for."""
    from ..annotate import findings_of
    from ..reports.run import children

    review = run.reviews[0]
    below = sum(1 for _ in children(review.findings)) - len(findings_of(review, minimum))
    if below:
        yield run.words["annotate"]["below"].format(count=below)


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
