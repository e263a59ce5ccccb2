"""`budgetcheck accept`: differences that need not be mended, with the reason why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BudgetcheckError
from .common import stop
from .reviewing import results_of, settled
from .settings import DAY, Settings, with_settings

if TYPE_CHECKING:
    from ..accepted import Entry, Mark, Settled
    from ..model import Acceptance

__all__ = ["accept_command"]

_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A finding that can be accepted, the name of its document, and the entry that already stands for it."""

    name: str
    mark: Mark
    earlier: Entry | None = None


@click.command("accept")
@click.argument("finding", metavar="FINDING-ID", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--reason", help="Why the difference need not be mended.")
@click.option("--by", help="Who accepts it.")
@click.option("--until", type=DAY, metavar="DATE", help="The last day that it is accepted, YYYY-MM-DD.")
@click.option("--only", is_flag=True, help="Not also the findings of the same cause.")
@click.option("--from", "review", type=click.Path(path_type=Path), metavar="JSON", help="A review, instead of files.")
@click.option("--list", "listing", is_flag=True, help="List what is accepted.")
@click.option("--remove", metavar="FINDING-ID", help="Accept a finding no longer.")
@click.option("--prune", is_flag=True, help="Take out what is no longer found in the files.")
@click.option("--together", is_flag=True, help="All files are one report, as in the check.")
@with_settings
def accept_command(
    finding: str | None, files: tuple[Path, ...], reason: str | None, by: str | None, until: datetime | None,
    only: bool, review: Path | None, listing: bool, remove: str | None, prune: bool, together: bool, settings: Settings,
) -> None:  # fmt: skip
    """Accept a finding of a report, as long as its rule and its numbers stay as they are.

    budgetcheck accept FINDING-ID FILE --reason TEXT --by NAME [--until DATE]

    The id stands at the end of the finding's first line; its first six characters are enough. The files are checked
    again; --from takes the JSON of an earlier check instead.
    """
    try:
        if listing:
            _list(settings)
        elif remove:
            _remove(remove.lower(), settings)
        elif prune:
            _prune([*map(Path, [finding] if finding else []), *files], settings, together=together)
        else:
            acceptance = _acceptance(reason, by, until, settings)
            candidates = _candidates(files, review, settings, together=together)
            _accept((finding or "").lower(), candidates, acceptance, settings, only=only)
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    except OSError as error:
        raise stop(f"{settings.accepted}: {error.strerror}") from None


def _acceptance(reason: str | None, by: str | None, until: datetime | None, settings: Settings) -> Acceptance:
    from ..model import Acceptance
    from ..reports.plain import clean

    if not reason or not reason.strip():
        raise BudgetcheckError("say why with --reason")
    if not by or not by.strip():
        raise BudgetcheckError("say who accepts it with --by")
    if until and until.date() < settings.day:
        raise BudgetcheckError(f"--until {until.date()} has passed")
    return Acceptance(clean(reason.strip()), clean(by.strip()), settings.day, until.date() if until else None)


def _candidates(files: Sequence[Path], review: Path | None, settings: Settings, *, together: bool) -> list[_Candidate]:
    """All findings of the files, or of an earlier review."""
    from ..accepted import mark_of, read_entries, read_reviews

    if bool(files) == bool(review):
        raise BudgetcheckError("name the file of the finding, or its review with --from")
    entries = read_entries(_target(settings))
    if review:
        reviews = read_reviews(review)
        return [
            _Candidate(name, mark, _twin(name, mark, entries, settings)) for name in reviews for mark in reviews[name]
        ]
    return [
        _Candidate(each.review.document.name, mark_of(finding), each.earlier.get(finding.id))
        for each in _checked(files, entries, settings, together=together)
        for finding in each.review.findings
    ]


def _checked(files: Sequence[Path], entries: Sequence[Entry], settings: Settings, *, together: bool) -> list[Settled]:
    """Reviews of the files; SystemExit where one cannot be read, which has been said."""
    found = settled(results_of(files, settings, together=together), entries, settings)
    if any(isinstance(each, str) for each in found):
        raise SystemExit(2)
    return [each for each in found if not isinstance(each, str)]


def _twin(name: str, mark: Mark, entries: Sequence[Entry], settings: Settings) -> Entry | None:
    document = _document(name, settings)
    return next((each for each in entries if each.document == document and each.mark.id == mark.id), None)


def _accept(
    prefix: str, candidates: Sequence[_Candidate], acceptance: Acceptance, settings: Settings, *, only: bool
) -> None:
    from ..accepted import Entry, rule_digest, update_entries

    chosen = _chosen(prefix, candidates)
    group = [chosen]
    if not only:
        group += [c for c in candidates if c.name == chosen.name and c.mark.root == chosen.mark.id and c is not chosen]
    unknown = next((each.mark.rule for each in group if each.mark.rule not in settings.rules), None)
    if unknown:
        raise BudgetcheckError(f"no rule is called {unknown}: its folder is named with --rules")
    document = _document(chosen.name, settings)
    fresh = [Entry(document, each.mark, rule_digest(settings.rules[each.mark.rule]), acceptance) for each in group]
    words = _words(settings)
    target = _target(settings)
    update_entries(target, [each.earlier for each in group if each.earlier], fresh, words["accepted"]["head"])
    for each in fresh:
        click.echo(f"{words['accepted']['accepted']}  {each.mark.id}  {each.mark.rule}  {each.mark.message}")
    click.echo(f"→ {target}")
    cause = chosen.mark.root or chosen.mark.id
    for other in candidates:
        if other.name == chosen.name and cause in (other.mark.id, other.mark.root) and other not in group:
            click.echo(f"{words['symptom']}: {other.mark.id}  {other.mark.rule}  {other.mark.message}")


def _chosen(prefix: str, candidates: Sequence[_Candidate]) -> _Candidate:
    """The one candidate whose id begins so."""
    if len(prefix) < _SHORTEST:
        raise BudgetcheckError(f"{prefix or 'the id'}: at least {_SHORTEST} characters of a finding's id are needed")
    found = [each for each in candidates if each.mark.id.startswith(prefix)]
    names = ", ".join(dict.fromkeys(each.name for each in found or candidates))
    if not found:
        raise BudgetcheckError(f"no finding of {names or 'these files'} is called {prefix}")
    if len({each.mark.id for each in found}) > 1:
        raise BudgetcheckError(f"{prefix} may be {', '.join(dict.fromkeys(each.mark.id for each in found))}")
    if len({each.name for each in found}) > 1:
        raise BudgetcheckError(f"{prefix} stands in {names}: name one of them")
    return found[0]


def _list(settings: Settings) -> None:
    from ..accepted import read_entries
    from ..reports.run import acceptance_line
    from ..wording import messages

    words = messages(settings.options.language)
    for entry in read_entries(_target(settings)):
        why = acceptance_line(entry.acceptance, words)
        click.echo(f"{entry.mark.id}  {entry.mark.rule}  {entry.document}  {why}")


def _remove(prefix: str, settings: Settings) -> None:
    from ..accepted import read_entries

    entries = read_entries(_target(settings))
    found = [each for each in entries if len(prefix) >= _SHORTEST and each.mark.id.startswith(prefix)]
    if len({each.mark.id for each in found}) != 1:
        raise BudgetcheckError(
            f"{_target(settings)}: {'several' if found else 'no'} accepted findings are called {prefix}"
        )
    roots = {(each.document, each.mark.id) for each in found}
    _drop([each for each in entries if each in found or (each.document, each.mark.root) in roots], settings)


def _prune(files: Sequence[Path], settings: Settings, *, together: bool) -> None:
    from ..accepted import read_entries

    if not files:
        raise BudgetcheckError("name the files to check with --prune")
    checked = _checked(files, read_entries(_target(settings)), settings, together=together)
    _drop([entry for each in checked for entry in each.stale], settings)


def _drop(entries: Sequence[Entry], settings: Settings) -> None:
    from ..accepted import update_entries

    if entries:
        update_entries(_target(settings), entries, [], "")
    for entry in entries:
        click.echo(f"− {entry.mark.id}  {entry.mark.rule}  {entry.document}")


def _target(settings: Settings) -> Path:
    if settings.accepted is None:
        raise BudgetcheckError("--isolated accepts nothing: name a file with --accepted")
    return settings.accepted


def _document(name: str, settings: Settings) -> str:
    from ..accepted import document_key

    return document_key(name, _target(settings).parent)


def _words(settings: Settings) -> Mapping[str, Any]:
    from ..wording import messages

    return messages(settings.options.language)
