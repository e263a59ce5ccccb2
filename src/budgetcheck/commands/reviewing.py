"""Reviews of the files of a command, with what is accepted in them marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BudgetcheckError, ReadError
from .common import say
from .settings import Settings

if TYPE_CHECKING:
    from ..accepted import Entry, Settled
    from ..reports.run import Result

__all__ = ["entries_of", "results_of", "settled"]


def results_of(
    files: Sequence[Path],
    settings: Settings,
    *,
    together: bool = False,
    numbers: bool = False,
    beside: Mapping[str, Any] | None = None,
) -> list[Result]:
    """A review for each file, or one of all together, in the order of the files; `beside` as `check` takes it.

    Where there is none, the line that says why, which is said on stderr at once. Raises RuleError.
    """
    from ..reports.overview import tracked

    if together and files:
        return [_result(files[0], list(files), settings, numbers=numbers, beside=beside or {})]
    return [_result(path, path, settings, numbers=numbers, beside=beside or {}) for path in tracked(files, len(files))]


def _result(
    path: Path, source: Path | list[Path], settings: Settings, *, numbers: bool, beside: Mapping[str, Any]
) -> Result:
    from ..pipeline import check

    options = replace(settings.config.options_for(path, settings.options), numbers=numbers)
    try:
        return path, check(source, options, **beside)
    except ReadError as error:
        return path, say(str(error))
    except (RecursionError, MemoryError, OSError, ValueError) as error:
        return path, say(f"{path}: cannot be checked: {type(error).__name__}")


def entries_of(settings: Settings) -> tuple[Entry, ...]:
    """The accepted differences of a run.

    Raises BudgetcheckError where their file is wrong, or was named and is not there.
    """
    if settings.accepted is None or not (settings.named or settings.accepted.exists()):
        return ()
    from ..accepted import read_entries

    if not settings.accepted.exists():
        raise BudgetcheckError(f"{settings.accepted}: no such file")
    return read_entries(settings.accepted)


def settled(results: Sequence[Result], entries: Sequence[Entry], settings: Settings) -> list[Settled | str]:
    """The reviews with their accepted differences; where there is none, the line that says why."""
    from ..accepted import document_key, settle
    from ..wording import messages

    folder = settings.accepted.parent if settings.accepted else Path.cwd()
    words = messages(settings.options.language)
    found: list[Settled | str] = []
    for _, result in results:
        if isinstance(result, str):
            found.append(result)
            continue
        key = document_key(result.document.name, folder)
        own = [entry for entry in entries if entry.document == key]
        found.append(settle(result, own, settings.rules, settings.day, words))
    return found
