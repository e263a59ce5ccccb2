"""The file of accepted differences: TOML that people read and edit, so that a change leaves the rest as it is."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import BudgetcheckError
from ..model import Acceptance
from .marks import Mark
from .settle import Entry

__all__ = ["read_entries", "update_entries"]

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*accepted[ \t]*\]\]")
_QUIET = re.compile(r"[ \t]*(?:#.*)?$")
_PLACE = ("section", "table", "row", "column")
_TEXTS = ("id", "document", "rule", "rule-digest", "root", *_PLACE, "quote", "message", "reason", "by")
_NEEDED = ("id", "document", "rule", "rule-digest", "values", "reason", "by", "on")
_KNOWN = {*_TEXTS, "values", "on", "until"}


@dataclass(frozen=True, slots=True)
class _Part:
    """Some lines of the file, the first of them number `line`: one entry with the comments right above it, or none."""

    text: str
    line: int
    entry: Entry | None = None


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The accepted differences of a file; none where there is no file.

    Raises BudgetcheckError with file and line where it is not as `budgetcheck accept` writes it.
    """
    return tuple(part.entry for part in _parts(path, _text(path)) if part.entry is not None)


def update_entries(path: Path, drop: Sequence[Entry], add: Sequence[Entry], head: str) -> None:
    """Take entries out of a file and put others in, each before the first that comes after it by document and rule.

    All other lines stay as they are; `head` is the comment of a new file. The file is replaced at once or not at all.
    Raises BudgetcheckError as `read_entries`, OSError where it cannot be written.
    """
    text = _text(path)
    parts = _without(_parts(path, text), drop) if text else [_Part(f"# {head}\n", 1)]
    for entry in add:
        after = (n for n, part in enumerate(parts) if part.entry and _order(part.entry) > _order(entry))
        parts.insert(next(after, len(parts)), _Part(_written(entry), 0, entry))
    whole = _joined(parts)
    _check_written(path, whole, [part.entry for part in parts if part.entry])
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.write(whole)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _without(parts: Sequence[_Part], drop: Sequence[Entry]) -> list[_Part]:
    """The parts without those of some entries and the blank lines behind these."""
    kept: list[_Part] = []
    dropped = False
    for part in parts:
        blank = dropped and not part.text.strip()
        dropped = part.entry is not None and part.entry in drop
        if not (dropped or blank):
            kept.append(part)
    return kept


def _joined(parts: Sequence[_Part]) -> str:
    """The text of a file, a blank line before every part that was added."""
    whole = ""
    for part in parts:
        whole += "" if not whole or whole.endswith("\n") else "\n"
        whole += "" if part.line or not whole or whole.endswith("\n\n") else "\n"
        whole += part.text
    return whole.rstrip("\n") + "\n"


def _check_written(path: Path, text: str, entries: Sequence[Entry]) -> None:
    if [part.entry for part in _parts(path, text) if part.entry is not None] != list(entries):
        raise BudgetcheckError(f"{path}: cannot be changed without losing something: edit it by hand")


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.document, entry.mark.rule, entry.mark.id


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BudgetcheckError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise BudgetcheckError(f"{path}: {error.strerror}") from None


def _parts(path: Path, text: str) -> list[_Part]:
    """The file in parts that make it up again; a part with an entry is that entry alone."""
    raw = _parsed(path, text, 1)
    if set(raw) - {"accepted"}:
        raise BudgetcheckError(f"{path}: unknown key {min(set(raw) - {'accepted'})}")
    parts = _cut(re.findall(r"[^\n]*\n|[^\n]+", text))
    headed = [part for part in parts if any(_HEADER.match(line) for line in part.text.split("\n"))]
    tables = [_parsed(path, part.text, part.line).get("accepted") for part in headed]
    if tables != [[each] for each in _tables(raw)]:
        raise BudgetcheckError(f"{path}: every accepted difference is a table [[accepted]]")
    entries = {part.line: _entry(table, _fault(path, part)) for part, (table,) in zip(headed, tables, strict=True)}
    return [_Part(part.text, part.line, entries.get(part.line)) for part in parts]


def _tables(raw: dict[str, Any]) -> Sequence[object]:
    found = raw.get("accepted", [])
    return found if isinstance(found, list) else [found]


def _parsed(path: Path, text: str, first: int) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) + first - 1 if found else first + text.count("\n")
        raise BudgetcheckError(f"{path}:{line}: not valid TOML: {reason}") from None


def _cut(lines: Sequence[str]) -> list[_Part]:
    """Lines cut before each entry's own comments, and where what follows it no longer belongs to it."""
    heads = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    cuts = {0, len(lines)}
    for head, end in pairwise([*heads, len(lines)]):
        begin = head
        while begin > 0 and lines[begin - 1].lstrip().startswith("#"):
            begin -= 1
        last = end
        while last > head + 1 and _QUIET.match(lines[last - 1].rstrip("\r\n")):
            last -= 1
        blank = next((number for number in range(last, end) if not lines[number].strip()), end)
        cuts |= {begin, blank}
    return [_Part("".join(lines[begin:end]), begin + 1) for begin, end in pairwise(sorted(cuts))]


def _fault(path: Path, part: _Part) -> Callable[[str, str], BudgetcheckError]:
    """Makes the error of a key in a part."""

    def fault(key: str, message: str) -> BudgetcheckError:
        lines = part.text.split("\n")
        keyed = (n for n, line in enumerate(lines) if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line))
        headed = (n for n, line in enumerate(lines) if _HEADER.match(line))
        return BudgetcheckError(f"{path}:{part.line + next(keyed, next(headed, 0))}: {message}")

    return fault


def _entry(table: Any, fault: Callable[[str, str], BudgetcheckError]) -> Entry:
    for key in table:
        if key not in _KNOWN:
            raise fault(key, f"unknown key {key}")
    for key in _NEEDED:
        if not table.get(key) and not (key == "values" and table.get(key) == []):
            raise fault("", f"{key} is missing")
    for key in {*_TEXTS} & {*table}:
        if not isinstance(table[key], str):
            raise fault(key, f"{key} is a string")
    for key in {"on", "until"} & {*table}:
        if type(table[key]) is not date:
            raise fault(key, f"{key} is a date like 2025-03-31")
    values = table["values"]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise fault("values", "values is a list of strings")
    place = tuple((name, table[name]) for name in _PLACE if name in table)
    mark = Mark(
        table["id"],
        table["rule"],
        place,
        tuple(values),
        table.get("quote", ""),
        table.get("message", ""),
        table.get("root"),
    )
    acceptance = Acceptance(table["reason"], table["by"], table["on"], table.get("until"))
    return Entry(table["document"], mark, table["rule-digest"], acceptance)


def _written(entry: Entry) -> str:
    """An entry as TOML, with a blank line after it."""
    import tomlkit

    mark, accepted = entry.mark, entry.acceptance
    table: dict[str, Any] = {"id": mark.id, "document": entry.document, "rule": mark.rule, "rule-digest": entry.digest}
    table |= {"root": mark.root} if mark.root else {}
    table |= dict(mark.place)
    table |= {"values": list(mark.values), "quote": mark.quote, "message": mark.message}
    table |= {"reason": accepted.reason, "by": accepted.by, "on": accepted.on}
    if accepted.until:
        table["until"] = accepted.until
    return tomlkit.dumps({"accepted": [table]}).rstrip("\n") + "\n\n"
