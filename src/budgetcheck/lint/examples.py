"""A rule's own examples, run as tests run them.

`failures(rule)` says what is wrong with the examples of one rule; an empty list means that every good example passes,
that every bad one gives exactly the messages it expects, and that a text without facts is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..engine import judge
from ..ledger import Ledger
from ..model import Outcome
from ..pipeline import read_beside
from ..readers import layout_of, text_document
from ..rulebook import Example, Rule, place_of
from ..wording import load_wording, messages
from .remarks import Remark, line_of

__all__ = ["failures", "judge_examples", "outcome_of"]

# A report that says nothing any rule could judge.
_SILENT = "办公地点已于年内迁入新址。"


# A field of a message that nothing filled.
_UNFILLED = re.compile(r"\{\w+\}")


Others = Mapping[str, Sequence[str]]


def outcome_of(
    rule: Rule, text: str, folders: Iterable[Path] = (), language: str = "zh", others: Others | None = None
) -> Outcome:
    """The outcome of one rule on a text; `others` are the texts of reports beside it, by role.

    `folders` hold further wordings. Raises RuleError where one is wrong.
    """
    ledger, notes = _ledgers(text, folders, language, others or {})
    outcome = judge(ledger, (rule,), language).outcomes[0]
    return replace(outcome, missing=(*outcome.missing, *notes))


def _ledgers(text: str, folders: Iterable[Path], language: str, others: Others) -> tuple[Ledger, tuple[str, ...]]:
    wording = load_wording(folders)
    layout = layout_of(wording)
    beside = [(role, text_document(each, layout)) for role, texts in others.items() for each in texts]
    return read_beside(text_document(text, layout), beside, wording, messages(language))


def _ledger(text: str, folders: Iterable[Path]) -> Ledger:
    return _ledgers(text, folders, "zh", {})[0]


def _outcome(rule: Rule, example: Example, folders: tuple[Path, ...], language: str = "zh") -> Outcome:
    return outcome_of(rule, example.text, folders, language, example.others)


def failures(rule: Rule, folders: Iterable[Path] = ()) -> list[str]:
    """What is wrong with a rule's examples, a line each."""
    return [message for _, message in _failures(rule, tuple(folders))]


def _failures(rule: Rule, folders: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """What is wrong, each with the file and line of the example."""
    path = Path(rule.source)
    for which, examples, run in (("good", rule.good, _good), ("bad", rule.bad, _bad)):
        for example in examples:
            message = run(rule, example, folders)
            if message:
                yield line_of(path, f"[[{which}]]", example.line), message
    silent = outcome_of(rule, _SILENT, folders)
    if silent.failed and rule.check != "nothing":
        yield str(path), f"{rule.id}: fails on a text without facts"


def judge_examples(rule: Rule, folders: Iterable[Path] = ()) -> Iterator[Remark]:
    """What lint says of a rule's examples, its English message and its `where`."""
    folders = tuple(folders)
    wrong = list(_failures(rule, folders))
    for place, message in wrong:
        yield Remark(place, "example", message, rule.id)
    unfilled = {
        field for e in rule.bad for message in _english(rule, e, folders) for field in _UNFILLED.findall(message)
    }
    if not wrong and unfilled:
        named = ", ".join(sorted(unfilled))
        yield Remark(place_of(Path(rule.source), "en"), "message", f"{rule.id}: nothing fills {named}", rule.id)
    if rule.each.startswith("claim."):
        yield from _never_where(rule, folders)


def _english(rule: Rule, example: Example, folders: tuple[Path, ...]) -> list[str]:
    return [finding.message for finding in _outcome(rule, example, folders, "en").findings]


def _never_where(rule: Rule, folders: tuple[Path, ...]) -> Iterator[Remark]:
    """A `where` that no claim of the rule's own examples has."""
    ledgers = [_ledger(example.text, folders) for example in (*rule.good, *rule.bad)]
    claims = [claim for ledger in ledgers for claim in ledger.claims_of(rule.each.removeprefix("claim."))]
    for key, wanted in rule.where.items():
        seen = sorted({claim.words.get(key, "") for claim in claims})
        if claims and not set(wanted) & set(seen):
            shown = ", ".join(word or '""' for word in seen)
            message = f"{rule.id}: no claim of its examples has {key} {' or '.join(wanted)}; they have {shown}"
            yield Remark(place_of(Path(rule.source), "where"), "never-applicable", message, rule.id)


def _good(rule: Rule, example: Example, folders: tuple[Path, ...]) -> str:
    outcome = _outcome(rule, example, folders)
    if outcome.status == "passed":
        return ""
    said = "; ".join(finding.message for finding in outcome.findings) or f"missing {', '.join(outcome.missing)}"
    return f"{rule.id} good {example.line}: {outcome.status}: {said}"


def _bad(rule: Rule, example: Example, folders: tuple[Path, ...]) -> str:
    outcome = _outcome(rule, example, folders)
    messages = tuple(finding.message for finding in outcome.findings)
    if messages == example.expect:
        return ""
    return f"{rule.id} bad {example.line}: {outcome.status}: got {list(messages)}, expected {list(example.expect)}" + (
        f", missing {', '.join(outcome.missing)}" if outcome.missing else ""
    )
