"""What a run over many documents says on stderr: how far it is, and one table at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..amounts import format_value
from ..model import Review
from .plain import clean
from .run import Run

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["print_overview", "progress_bar", "tracked"]

_WIDTH = 120
_COUNTS: Mapping[str, Callable[[Review], int]] = {
    "accepted": lambda review: len(review.findings) - len(review.open),
    "known_short": lambda review: review.known,
}
_T = TypeVar("_T")


def tracked(items: Iterable[_T], total: int) -> Iterator[_T]:
    """The items, with a bar on stderr where that is a terminal and there are several."""
    console = Console(stderr=True)
    if total < 2 or not console.is_terminal:
        yield from items
        return
    with progress_bar(console) as progress:
        task = progress.add_task("", total=total)
        for item in items:
            progress.update(task, description=clean(str(item))[-40:].replace("[", r"\["))
            yield item
            progress.advance(task)


def _settled(run: Run) -> list[str]:
    """Columns for what is accepted or known, where anything is."""
    return [name for name, count in _COUNTS.items() if any(map(count, run.reviews))]


def progress_bar(console: Console) -> Progress:
    """A bar that is gone when its work is done; nothing where the console is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def print_overview(run: Run) -> None:
    """A table on stderr with one line a document: its counts, and how many of its numbers were checked."""
    words = run.words
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=True, highlight=False, no_color=True, width=_WIDTH)
    table = Table(box=None, padding=(0, 2, 0, 0))
    settled = _settled(run)
    headings = [words["errors"], words["warnings"], words["infos"], *(words["accepted"][name] for name in settled)]
    table.add_column(words["list"]["document"], overflow="fold")
    for heading in (*headings, words["list"]["count"], words["fates"]["checked"]):
        table.add_column(heading, justify="right", no_wrap=True)
    for path, result in run.results:
        if isinstance(result, str):
            table.add_row(Text(clean(str(path))), Text(words["unreadable"], style="bold red"))
            continue
        counts = [sum(f.severity == severity for f in result.open) for severity in ("error", "warning", "info")]
        share = f"{format_value(result.coverage.share_checked * 100, 1)}%" if result.coverage.numbers else "—"
        others = [_COUNTS[name](result) for name in settled]
        cells = [*map(str, (*counts, *others)), str(result.coverage.numbers), share]
        table.add_row(Text(clean(result.document.name), style="red" if counts[0] else ""), *cells)
    console.print(table)
