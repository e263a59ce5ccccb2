"""Reviews as JUnit XML: a testsuite a document, a testcase a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

from lxml import etree

from ..model import Finding, Outcome, Review
from .plain import clean
from .run import Run, acceptance_line, reason, rule_text, spot, where

__all__ = ["write_junit"]


def write_junit(run: Run, stream: IO[bytes]) -> None:
    """Rules with an open finding that makes the run fail are failures; the others stand in the suite's output.

    What is not measured (the time of a rule) is 0, the host is "localhost": the schema wants both.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    with etree.xmlfile(stream, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element("testsuites"):
            for number, (path, result) in enumerate(run.results):
                name = clean(str(path) if isinstance(result, str) else result.document.name)
                suite = etree.Element(
                    "testsuite", name=name, id=str(number), package="budgetcheck", hostname="localhost"
                )
                suite.set("timestamp", now)
                properties = etree.SubElement(suite, "properties")
                if isinstance(result, str):
                    _unreadable(suite, name, clean(result), run.words)
                else:
                    _cover(properties, result)
                    _fill(suite, name, result, run)
                xml.write(suite)


def _unreadable(suite: etree._Element, name: str, message: str, words: Mapping[str, Any]) -> None:
    case = _case(suite, name, words["unreadable"])
    etree.SubElement(case, "error", message=message, type="unreadable").text = message
    _finish(suite, "", message)


def _cover(properties: etree._Element, review: Review) -> None:
    """How many numbers there are, and what became of them: a suite without failures is not yet a pass."""
    for name in ("numbers", "checked", "unconstrained", "unread"):
        etree.SubElement(properties, "property", name=name, value=str(getattr(review.coverage, name)))


def _fill(suite: etree._Element, name: str, review: Review, run: Run) -> None:
    by_rule: dict[str, list[Finding]] = {}
    for finding in review.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for outcome in review.outcomes:
        rule = run.rules.get(outcome.rule)
        title = rule_text(rule, run.language).title if rule else ""
        case = _case(suite, name, clean(f"{outcome.rule} {title}".strip()))
        _judge(case, outcome, by_rule.get(outcome.rule, []), run)
    lesser = [finding for finding in review.findings if not _fails(finding, run)]
    known = [run.words["accepted"]["known"].format(count=review.known)] if review.known else []
    told = [*(_line(finding, run.words) for finding in lesser), *known]
    _finish(suite, "\n".join(told), "\n".join(review.document.notes))


def _fails(finding: Finding, run: Run) -> bool:
    return finding.severity in run.failing and finding.accepted is None


def _judge(case: etree._Element, outcome: Outcome, findings: list[Finding], run: Run) -> None:
    failing = [finding for finding in findings if _fails(finding, run)]
    if failing:
        first = clean(failing[0].message)
        more = f" (+{len(failing) - 1})" if len(failing) > 1 else ""
        failure = etree.SubElement(case, "failure", message=first + more, type=failing[0].severity)
        failure.text = "\n".join(_line(finding, run.words) for finding in failing)
    elif outcome.status == "skipped" and not findings:
        etree.SubElement(case, "skipped", message=reason(outcome.missing, run.words))


def _case(suite: etree._Element, classname: str, name: str) -> etree._Element:
    return etree.SubElement(suite, "testcase", classname=classname, name=name, time="0")


def _line(finding: Finding, words: Mapping[str, Any]) -> str:
    """A finding in one line: severity, rule, place, message, id; an accepted one with its reason."""
    place = where(spot(finding), words)
    head = " ".join(part for part in (words[f"{finding.severity}s"], finding.rule, place) if part)
    line = f"{head}: {finding.message} [{finding.id}]"
    if finding.accepted:
        line = f"{words['accepted']['accepted']} ({acceptance_line(finding.accepted, words)}): {line}"
    return clean(line)


def _finish(suite: etree._Element, out: str, err: str) -> None:
    etree.SubElement(suite, "system-out").text = out
    etree.SubElement(suite, "system-err").text = "\n".join(clean(line) for line in err.split("\n"))
    counts = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    for attribute, path in (counts | {"skipped": "testcase/skipped"}).items():
        suite.set(attribute, str(len(suite.findall(path))))
    suite.set("time", "0")
