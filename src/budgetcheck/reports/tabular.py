"""Findings as lists to open or to paste: CSV for spreadsheets, Markdown for notes and issues."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from ..model import Review
from .plain import clean, inert
from .run import Entry, Run, coverage_line, entries, summary_line

__all__ = ["write_csv", "write_markdown"]

_COLUMNS = (
    "no", "id", "document", "severity", "certainty", "rule", "title", "kind", "section", "where", "page", "line",
    "printed", "expected", "difference", "message", "basis", "root", "accepted",
)  # fmt: skip
_SPECIAL = re.compile(r"([\\`*_\[\]|~])")


def write_csv(run: Run, stream: IO[str]) -> None:
    """One row a finding, in the order and with the ids of the JSON; cells that look like formulas are text."""
    words = run.words
    stream.write("\ufeff")
    table = csv.writer(stream)
    table.writerow([words["list"][name] for name in _COLUMNS])
    for number, entry in enumerate(entries(run), 1):
        table.writerow([inert(cell) for cell in _cells(number, entry, run)])


def _cells(number: int, entry: Entry, run: Run) -> Iterator[str]:
    words = run.words
    for name in _COLUMNS:
        if name == "no":
            yield str(number)
        elif name == "severity":
            yield words[f"{entry.severity}s"]
        elif name == "rule" and not entry.rule:
            yield words["unreadable"]
        elif name in ("printed", "expected"):
            yield " / ".join(getattr(entry, name))
        else:
            value = getattr(entry, name)
            yield "" if value is None else str(value)


def write_markdown(run: Run, stream: IO[str]) -> None:
    """A table of all findings, accepted ones struck through, then one line a document with its counts and coverage."""
    words = run.words
    columns = ["no", "severity", "section", "where", "printed", "expected", "difference", "rule", "message", "id"]
    if len(run.results) > 1:
        columns.insert(1, "document")
    stream.write("| " + " | ".join(words["list"][name] for name in columns) + " |\n")
    stream.write("|" + " --- |" * len(columns) + "\n")
    shown = {name: _COLUMNS.index(name) for name in columns}
    for number, entry in enumerate(entries(run), 1):
        cells = list(_cells(number, entry, run))
        told = [_struck(_escaped(cells[shown[name]]), entry) for name in columns]
        if entry.accepted:
            told[columns.index("message")] += f" {words['accepted']['accepted']}: {_escaped(entry.accepted)}"
        stream.write("| " + " | ".join(told) + " |\n")
    stream.write("\n")
    for path, result in run.results:
        name = clean(str(path) if isinstance(result, str) else result.document.name)
        said = clean(result if isinstance(result, str) else _said(result, words))
        stream.write(f"- {_escaped(name)}: {_escaped(said)}\n")


def _struck(text: str, entry: Entry) -> str:
    return f"~~{text}~~" if entry.accepted and text.strip() else text


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _said(review: Review, words: Mapping[str, Any]) -> str:
    return str(words["clause"]).join((summary_line(review, words), coverage_line(review.coverage, words)))
