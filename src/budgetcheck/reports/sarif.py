"""Reviews as SARIF 2.1.0 (OASIS), the format of code scanning."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from .. import __version__
from ..amounts import fold
from ..model import Block, Fact, Finding, Review, Span
from ..rulebook import Rule
from .run import Absent, Earlier, RuleText, Run, acceptance_line, reason, rule_text, spot, where

__all__ = ["write_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_MOST_RELATED = 50
_BRACES, _BRACKETS = re.compile(r"([{}])"), re.compile(r"([\[\]])")


def write_sarif(run: Run, stream: IO[str]) -> None:
    """One run of one tool; results are written one by one, so that a long list takes no memory."""
    rules = list(run.rules.values())
    places = {rule.id: number for number, rule in enumerate(rules)}
    head = {
        "tool": {"driver": _driver(rules, run)},
        "language": "zh-CN" if run.language == "zh" else "en",
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(run)],
        "artifacts": list({a["location"]["uri"]: a for review in run.reviews for a in _artifacts(review)}.values()),
    }
    stream.write(f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [\n')
    stream.write(_json(head)[:-1] + ', "results": [')
    for number, result in enumerate(_results(run, places)):
        stream.write(",\n" if number else "\n")
        stream.write(_json(result))
    stream.write("\n]}]}\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _driver(rules: Sequence[Rule], run: Run) -> dict[str, Any]:
    return {
        "name": "budgetcheck",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule, rule_text(rule, run.language), run.words["rule_fields"]) for rule in rules],
    }


def _rule(rule: Rule, text: RuleText, names: Mapping[str, str]) -> dict[str, Any]:
    parts = [(names["why"], text.why), (names["basis"], text.basis), (names["equation"], text.relation)]
    said = [(name, value) for name, value in parts if value]
    return {
        "id": rule.id,
        "shortDescription": {"text": text.title},
        "fullDescription": {"text": text.why or text.title},
        "help": {
            "text": "\n".join((text.title, *(f"{name}: {value}" for name, value in said))),
            "markdown": "\n\n".join((f"**{text.title}**", *(_paragraph(name, value, names) for name, value in said))),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.kind], "since": rule.since},
    }


def _paragraph(name: str, value: str, names: Mapping[str, str]) -> str:
    return f"**{name}** `{value}`" if name == names["equation"] else f"**{name}** {value}"


def _invocation(run: Run) -> dict[str, Any]:
    """Files that could not be read are errors of the run; rules that could not be judged, and notes, are said."""
    notes = []
    for path, result in run.results:
        if isinstance(result, str):
            notes.append(_notification("error", result, str(path)))
            continue
        notes += [_notification("note", note, result.document.name) for note in result.document.notes]
        for outcome in result.outcomes:
            if outcome.status == "skipped":
                text = f"{run.words['statuses']['skipped']}: {outcome.rule}: {reason(outcome.missing, run.words)}"
                note = _notification("note", text, result.document.name)
                notes.append({**note, "associatedRule": {"id": outcome.rule}})
    failed = any(isinstance(result, str) for _, result in run.results)
    return {"executionSuccessful": not failed, "toolExecutionNotifications": notes}


def _notification(level: str, text: str, name: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _literal(text)}, "locations": [{"physicalLocation": _artifact(name)}]}


def _artifacts(result: Review) -> Iterator[dict[str, Any]]:
    coverage = result.coverage
    names = dict.fromkeys(block.source for block in result.document.blocks if block.source)
    for name in names or [result.document.name]:
        yield {
            "location": {"uri": _uri(name)},
            **({} if names else {"hashes": {"sha-256": result.document.sha256}}),
            "properties": {
                "kind": result.kind, "year": result.year, "entity": result.entity,
                "coverage": {
                    "numbers": coverage.numbers, "checked": coverage.checked,
                    "unconstrained": coverage.unconstrained, "unread": coverage.unread,
                },
            },
        }  # fmt: skip


def _results(run: Run, places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    suppresses = any(finding.accepted for review in run.reviews for finding in review.findings)
    for result in run.reviews:
        name, earlier = result.document.name, (run.earlier or {}).get(result.document.name, Earlier())
        offsets = _Columns(result.document.blocks)
        for number, finding in enumerate((*result.findings, *earlier.unchanged)):
            told = _result(finding, name, places, offsets, run.words)
            # Either all results of a run say whether they are suppressed, and how they compare, or none does.
            if suppresses:
                told["suppressions"] = _suppressions(finding, run)
            if run.earlier is not None:
                told["baselineState"] = _state(finding, known=number >= len(result.findings), earlier=earlier)
            yield told
        for absent in earlier.absent:
            yield _absent(absent, name, places, run) | ({"suppressions": []} if suppresses else {})


def _state(finding: Finding, *, known: bool, earlier: Earlier) -> str:
    if known or finding.accepted:
        return "unchanged"
    return "updated" if finding.id in earlier.updated else "new"


def _absent(absent: Absent, name: str, places: Mapping[str, int], run: Run) -> dict[str, Any]:
    """What an earlier review had: its place in the file is not known any more."""
    rule = run.rules.get(absent.rule)
    return {
        "ruleId": absent.rule,
        **({"ruleIndex": places[absent.rule], "level": _LEVELS[rule.severity]} if rule else {}),
        "message": {"text": _literal(absent.message)},
        "locations": [
            {
                "physicalLocation": _artifact(name),
                **({"logicalLocations": [{"fullyQualifiedName": absent.section}]} if absent.section else {}),
            }
        ],
        "fingerprints": {"budgetcheck/v1": absent.id},
        "baselineState": "absent",
    }


def _suppressions(finding: Finding, run: Run) -> list[dict[str, str]]:
    if finding.accepted is None:
        return []
    reason = _literal(acceptance_line(finding.accepted, run.words))
    return [{"kind": "external", "status": "accepted", "justification": reason}]


def _result(
    finding: Finding, name: str, places: Mapping[str, int], columns: _Columns, words: Mapping[str, Any]
) -> dict[str, Any]:
    first = spot(finding)
    sides = [*finding.stated, *finding.computed]
    spans = [_said(side) for side in sides] + [(culprit.text, culprit.span) for culprit in finding.culprits]
    others = {(span.block, span.start, span.source): (text, span) for text, span in spans if span.block >= 0}
    others.pop((first.block, first.start, first.source), None)
    return {
        "ruleId": finding.rule,
        **({"ruleIndex": places[finding.rule]} if finding.rule in places else {}),
        "level": _LEVELS[finding.severity],
        "message": {"text": _literal(finding.message)},
        "locations": [_location(first, name, columns, words)],
        "relatedLocations": [
            {"id": number, "message": {"text": _literal(text)}, **_location(span, name, columns, words)}
            for number, (text, span) in enumerate(list(others.values())[:_MOST_RELATED], 1)
        ],
        "fingerprints": {"budgetcheck/v1": finding.id},
        "properties": {
            "id": finding.id, "root": finding.root, "kind": finding.kind, "certainty": finding.certainty,
            "located": finding.located, "expected": finding.expected, "difference": finding.difference,
        },
    }  # fmt: skip


def _literal(text: str) -> str:
    """Text of a message: SARIF takes bare braces for placeholders and brackets for links."""
    return _BRACES.sub(r"\1\1", _BRACKETS.sub(r"\\\1", text.replace("\\", "\\\\")))


def _said(side: Fact | Span) -> tuple[str, Span]:
    return (f"{side.name} {side.quantity.shown}".strip(), side.span) if isinstance(side, Fact) else (side.text, side)


def _location(span: Span, name: str, columns: _Columns, words: Mapping[str, Any]) -> dict[str, Any]:
    """A place: line and column where the file has lines, else page and box as properties."""
    place = {
        "page": span.page, "box": list(span.box) if span.box else None, "section": span.section, "table": span.table,
        "row": span.row, "column": span.column, "quote": span.quote or None,
    }  # fmt: skip
    known = {key: value for key, value in place.items() if value is not None}
    label = " ".join(part for part in (span.section, where(span, words)) if part)
    return {
        "physicalLocation": _artifact(span.source or name) | columns.region(span),
        **({"logicalLocations": [{"fullyQualifiedName": label}]} if label else {}),
        **({"properties": known} if known else {}),
    }


def _artifact(name: str) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(name)}}


@functools.lru_cache(maxsize=1024)
def _uri(name: str) -> str:
    """A relative path as a relative reference, an absolute one as a file URI; every odd byte is escaped."""
    path = Path(name)
    escaped = quote(os.fsencode(path.as_posix()))
    return f"file://{'' if escaped.startswith('/') else '/'}{escaped}" if path.is_absolute() else escaped


class _Columns:
    """Lines and columns of spans in the paragraphs of one document."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.offsets = functools.lru_cache(maxsize=64)(self._offsets)

    def _offsets(self, block: int) -> Sequence[int]:
        return fold(self.blocks[block].text).offsets

    def region(self, span: Span) -> dict[str, Any]:
        """The region of a span; none where its file has no lines."""
        return {"region": {"startLine": span.line, **self._between(span)}} if span.line else {}

    def _between(self, span: Span) -> dict[str, Any]:
        """Start and end column in characters from 1, where the source's lines are kept and the text stands in one."""
        block = self.blocks[span.block] if 0 <= span.block < len(self.blocks) else None
        if block is None or not block.lines or span.start < 0:
            return {}
        offsets = self.offsets(span.block)
        first = offsets[span.start] if span.start < len(offsets) else len(block.text)
        begins = next((offset for offset, line in block.lines if line == span.line), first + 1)
        ends = min((offset for offset, _ in block.lines if offset > begins), default=len(block.text))
        last = first + len(span.text)
        if not begins <= first < last <= ends or block.text[first:last] != span.text:
            return {}
        return {"startColumn": first - begins + 1, "endColumn": last - begins + 1, "snippet": {"text": span.text}}
