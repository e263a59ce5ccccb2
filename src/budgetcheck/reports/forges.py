"""Findings for the pages of code forges: workflow commands of GitHub, code quality of GitLab."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..model import Finding
from .plain import clean
from .run import Run, spot, where

__all__ = ["write_github", "write_gitlab"]

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
_SEVERITIES = {"error": "critical", "warning": "minor", "info": "info"}


def write_github(run: Run, stream: IO[str]) -> None:
    """One workflow command an open finding; that of a document without lines (a PDF) names the page in its message."""
    for path, result in run.results:
        if isinstance(result, str):
            stream.write(_command("error", str(path), None, run.words["unreadable"], result))
            continue
        for finding in result.open:
            span = spot(finding)
            file = span.source or result.document.name
            message = f"{_placed(finding, run)} [{finding.id}]"
            stream.write(_command(_COMMANDS[finding.severity], file, span.line, finding.rule, message))


def _command(command: str, file: str, line: int | None, title: str, message: str) -> str:
    place = f"file={_property(file)}" + (f",line={line}" if line else "")
    return f"::{command} {place},title={_property(clean(title))}::{_data(clean(message))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _placed(finding: Finding, run: Run) -> str:
    """The message; where there is no line, with the page or cell before it."""
    span = spot(finding)
    place = "" if span.line else where(span, run.words)
    return f"{place}: {finding.message}" if place else finding.message


def write_gitlab(run: Run, stream: IO[str]) -> None:
    """A code quality report of open findings. GitLab wants a line: 1 where a document has pages instead."""
    stream.write("[")
    for number, issue in enumerate(_issues(run)):
        stream.write(",\n" if number else "\n")
        stream.write(json.dumps(issue, ensure_ascii=False))
    stream.write("\n]\n")


def _issues(run: Run) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for path, result in run.results:
        if isinstance(result, str):
            mark = hashlib.sha256(f"unreadable {path}".encode("utf-8", "replace")).hexdigest()[:12]
            yield _issue(result, "unreadable", mark, "blocker", str(path), None)
            continue
        for finding in result.open:
            span = spot(finding)
            # Copies of one document have the same ids; GitLab drops what has the fingerprint of another.
            copies = seen[finding.id]
            mark = f"{finding.id}-{copies + 1}" if copies else finding.id
            seen[finding.id] += 1
            file = span.source or result.document.name
            severity = _SEVERITIES[finding.severity]
            yield _issue(_placed(finding, run), finding.rule, mark, severity, file, span.line)


def _issue(text: str, rule: str, mark: str, severity: str, file: str, line: int | None) -> dict[str, Any]:
    return {
        "description": clean(text),
        "check_name": rule,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": Path(file).as_posix(), "lines": {"begin": line or 1}},
    }
