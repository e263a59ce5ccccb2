"""For authors of rules: run a rule's own examples.

`failures(rule)` says what is wrong with the examples of one rule; an empty list means that every good example passes,
that every bad one gives exactly the messages it expects, and that a text without facts is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..engine import judge
from ..model import Outcome
from ..pipeline import read_ledger
from ..readers import layout_of, text_document
from ..rulebook import Example, Rule
from ..wording import load_wording

__all__ = ["failures", "outcome_of"]

# A report that says nothing any rule could judge.
_SILENT = "办公地点已于年内迁入新址。"


def outcome_of(rule: Rule, text: str, folders: Iterable[Path] = ()) -> Outcome:
    """The outcome of one rule on a text."""
    wording = load_wording(folders)
    ledger = read_ledger(text_document(text, layout_of(wording)), wording)
    return judge(ledger, (rule,)).outcomes[0]


def failures(rule: Rule, folders: Iterable[Path] = ()) -> list[str]:
    """What is wrong with a rule's examples, a line each."""
    folders = tuple(folders)
    wrong = [line for example in rule.good if (line := _good(rule, example, folders))]
    wrong += [line for example in rule.bad if (line := _bad(rule, example, folders))]
    silent = outcome_of(rule, _SILENT, folders)
    if silent.failed and rule.check != "nothing":
        wrong.append(f"{rule.id}: fails on a text without facts")
    return wrong


def _good(rule: Rule, example: Example, folders: tuple[Path, ...]) -> str:
    outcome = outcome_of(rule, example.text, folders)
    if outcome.status == "passed":
        return ""
    said = "; ".join(finding.message for finding in outcome.findings) or f"missing {', '.join(outcome.missing)}"
    return f"{rule.id} good {example.line}: {outcome.status}: {said}"


def _bad(rule: Rule, example: Example, folders: tuple[Path, ...]) -> str:
    outcome = outcome_of(rule, example.text, folders)
    messages = tuple(finding.message for finding in outcome.findings)
    if messages == example.expect:
        return ""
    return f"{rule.id} bad {example.line}: {outcome.status}: got {list(messages)}, expected {list(example.expect)}" + (
        f", missing {', '.join(outcome.missing)}" if outcome.missing else ""
    )
