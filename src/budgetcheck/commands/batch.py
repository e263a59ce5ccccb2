"""`budgetcheck batch`: thousands of reports at once, into a dataset."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BudgetcheckError
from .common import PACKS, RULES, say, stop

if TYPE_CHECKING:
    from ..batch.dataset import Dataset
    from ..batch.jobs import Job, Settings
    from ..batch.run import Tally
    from ..pipeline import Options

__all__ = ["batch_command"]

_LEVELS = {"error": ("errors",), "warning": ("errors", "warnings"), "never": ()}
_INTERRUPTED = 130
_MEGABYTE = 2**20


@click.command("batch")
@click.argument("sources", nargs=-1, required=True)
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="processors")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, as tcp://host:8786; without it one is started.")
@click.option("--resume", is_flag=True, help="Go on with what RESULTS has; check only what is new or changed.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=300, show_default=True, metavar="SECONDS",
              help="What one report may take.")  # fmt: skip
@click.option("--memory", type=click.IntRange(256), default=3072, show_default=True, metavar="MB",
              help="What one report may take.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(list(_LEVELS)), default="error", show_default=True)
@click.option("--select", multiple=True, metavar="ID", help="Only rules whose id starts with this.")
@click.option("--ignore", multiple=True, metavar="ID", help="No rules whose id starts with this.")
@RULES
@PACKS
@click.option("--entities", type=click.Path(path_type=Path), metavar="FILE",
              help="Other and former names of makers, and the units of departments (TOML).")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.  [default: zh]")
def batch_command(
    sources: tuple[str, ...], folder: Path, jobs: int, engine: str, scheduler: str | None, resume: bool,
    timeout: float, memory: int, fail_on: str, lang: str | None, entities: Path | None, **chosen: Any,
) -> None:  # fmt: skip
    """Check many reports: folders, files, URLs, or a manifest (CSV with the columns file, report, region).

    Exit status 0: nothing to fail on; 1: findings; 2: a report could not be read, or the command is wrong.
    """
    _needed(engine)
    from ..batch.jobs import Settings
    from ..matching import Entities, read_entities

    try:
        options = _options(lang=lang, **chosen)
        makers = read_entities(entities) if entities else Entities()
        settings = Settings(options, timeout, memory * _MEGABYTE, entities=makers)
        dataset = _opened(folder, settings, resume=resume)
    except (BudgetcheckError, OSError) as error:
        raise stop(str(error)) from None
    try:
        _carried_out(dataset, sources, settings, _engine(engine, settings, jobs, scheduler))
        failing = _told(dataset, options, _LEVELS[fail_on])
    except KeyboardInterrupt:
        dataset.flush()
        say(f"stopped; {_kept(dataset)} reports are kept, --resume goes on from there")
        sys.exit(_INTERRUPTED)
    except (BudgetcheckError, OSError) as error:
        raise stop(str(error)) from None
    finally:
        dataset.close()
    sys.exit(failing)


def _options(
    *, select: tuple[str, ...], ignore: tuple[str, ...], rules: tuple[Path, ...], packs: bool, lang: str | None
) -> Options:
    """The options of the command before those of the file of settings; BudgetcheckError where one is wrong."""
    from ..config import load_config
    from ..pipeline import knowledge
    from ..rulebook import select_rules

    found = load_config(None, rules).options
    options = replace(
        found,
        select=select or found.select,
        ignore=ignore or found.ignore,
        rules=tuple(each.absolute() for each in (*found.rules, *rules)),
        wording=tuple(each.absolute() for each in found.wording),
        language=lang or found.language,
        packs=packs,
    )
    select_rules(knowledge(options)[1], options.select, options.ignore, options.severity)
    return options


def _needed(engine: str) -> None:
    """SystemExit with what to install, where an extra is missing."""
    from importlib.util import find_spec

    wanted = {"pyarrow": "batch", "duckdb": "batch"} | ({"distributed": "cluster"} if engine == "dask" else {})
    for module, extra in wanted.items():
        if find_spec(module) is None:
            raise stop(f"batch needs {module}: pip install 'budgetcheck[{extra}]'")


def _opened(folder: Path, settings: Settings, *, resume: bool) -> Dataset:
    from ..batch.dataset import Dataset, is_dataset
    from ..batch.jobs import version_of

    if is_dataset(folder) and not resume:
        raise BudgetcheckError(f"{folder} holds results already: go on with --resume, or name another folder")
    if folder.is_dir() and not is_dataset(folder) and any(folder.iterdir()):
        raise BudgetcheckError(f"{folder} holds something else: name another folder")
    return Dataset(folder, version_of(settings))


def _engine(
    name: str, settings: Settings, jobs: int, scheduler: str | None
) -> Callable[[Iterator[Job]], Iterator[bytes]]:
    if name == "local":
        from ..batch.local import run_local

        return partial(run_local, settings=settings, count=jobs)
    from ..batch.dask_engine import run_dask

    return partial(run_dask, settings=settings, count=jobs, address=scheduler)


def _carried_out(
    dataset: Dataset, sources: tuple[str, ...], settings: Settings, engine: Callable[[Iterator[Job]], Iterator[bytes]]
) -> None:
    from ..batch.run import carry_out, check_beside, hold_together, prepare

    count, dropped = prepare(dataset, sources, settings)
    if dropped:
        say(f"{dropped} reports of an earlier run are not among these and were dropped")
    _follow(carry_out(dataset, engine), count)
    again = hold_together(dataset, settings)
    _follow(check_beside(dataset, engine, again), len(again))


def _follow(tallies: Iterator[Tally], count: int) -> None:
    """Wait for all reports, with a bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.markup import escape

    from ..reports.overview import progress_bar

    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task("", total=count)
        for tally in tallies:
            bar.update(task, completed=tally.checked + tally.same, description=escape(tally.last[-40:]))


def _kept(dataset: Dataset) -> int:
    return dataset.index.number("select count(*) from documents")


def _told(dataset: Dataset, options: Options, failing: tuple[str, ...]) -> int:
    """Write the summary and say in a line what was found; the exit status."""
    from ..batch.summary import write_summary

    figures, paths = write_summary(dataset.folder, options)
    click.echo("\n".join((figures.line, figures.coverage, figures.beside, *map(str, paths))))
    lost = dataset.index.number("select count(*) from documents where status <> 'checked'")
    found = sum(dataset.index.number(f"select coalesce(sum({name}), 0) from documents") for name in failing)
    return 2 if lost else 1 if found else 0
