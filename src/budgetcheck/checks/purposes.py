"""Checks of what a paragraph says of its own subject: purposes and reasons that name another, lists of unused items."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from ..ledger import Ledger
from ..model import Culprit, Fact
from ..rulebook import Rule
from ..statements import Statement, span_of
from ..verdicts import Draft, Verdict, passed, skipped

__all__ = ["listed", "purpose", "reason"]


@functools.lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _items(ledger: Ledger) -> Mapping[int, tuple[str, ...]]:
    """Blocks whose figures all belong to one item (类, 款, 项), with its path."""
    paths: dict[int, set[tuple[str, ...]]] = {}
    for fact in ledger.facts:
        if fact.path and not fact.span.table:
            paths.setdefault(fact.span.block, set()).add(fact.path)
    return {
        block: next(iter(found)) for block, found in paths.items() if len(found) == 1 and len(next(iter(found))) == 3
    }


def purpose(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A purpose or reason that consists of another item's name: copied from the paragraph before.

    A clause is judged only when nothing but names of subjects and words such as 支出 or 经费 stand in it; a list, or a
    clause that says anything of its own, is none of this check's business.
    """
    items = _items(ledger)
    names = {path[-1] for path in items.values()}
    wanted = _compiled("|".join(rule.options["patterns"]))
    filler = _compiled(rule.options["filler"])
    judged = False
    for statement in ledger.statements:
        path = items.get(statement.passage.index)
        if path is None:
            continue
        for found in wanted.finditer(statement.passage.text.folded):
            judged = True
            other = _other(filler.sub("", found["clause"]), path, names, filler)
            if other is None:
                yield passed()
                continue
            facts = tuple(f for f in ledger.facts if f.span.block == statement.passage.index and f.path == path)
            yield _copied(statement, found, path, other, facts[:2])
    if not judged:
        yield skipped("purpose of an item")


def _other(clause: str, path: tuple[str, ...], names: set[str], filler: re.Pattern[str]) -> str | None:
    """The other item that a clause names, and nothing else; None where it names its own or says more."""
    own = [filler.sub("", part) for part in path]
    if own[-1] in clause or clause in own[-1]:
        return None
    rest = clause
    for part in sorted(own[:-1], key=len, reverse=True):
        rest = rest.replace(part, "")
    return next((name for name in names if filler.sub("", name) == rest and name != path[-1]), None)


def _copied(
    statement: Statement, found: re.Match[str], path: tuple[str, ...], other: str, facts: tuple[Fact, ...]
) -> Verdict:
    span = span_of(statement, *found.span("clause"))
    fields = {"text": span.text, "name": path[-1], "other": other}
    draft = Draft((span,), facts, fields, None, None, (Culprit(span.text, None, span),), certainty="likely")
    return Verdict("failed", (), (), draft)


def reason(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A reason that goes the other way than its change: 减少…, 主要原因是…增加.

    Judged only where the reason is one short clause with one direction word, about the item itself.
    """
    judged = False
    pattern = _compiled(rule.options["pattern"])
    words: Mapping[str, list[str]] = rule.options["words"]
    for claim in ledger.claims_of("change"):
        way = claim.words.get("direction", "")
        current = claim.parts.get("current", ())
        if way not in ("up", "down") or not current:
            continue
        statement = next((s for s in ledger.statements if s.passage.index == claim.span.block), None)
        if statement is None:
            continue
        found = pattern.match(statement.passage.text.folded, claim.span.start + len(claim.span.text))
        if found is None:
            continue
        judged = True
        said = "up" if found["way"] in words["up"] else "down"
        if said == way or not _about(found["clause"], current[0]):
            yield passed(current[0])
            continue
        span = span_of(statement, *found.span("way"))
        fields = {"text": found["clause"] + found["way"], "way": claim.words["direction_text"], "word": found["way"]}
        culprits = (Culprit(span.text, None, span), Culprit(claim.words["direction_text"], None, claim.span))
        yield Verdict(
            "failed", (current[0],), (), Draft((span,), (current[0],), fields, None, None, culprits, "likely")
        )
    if not judged:
        yield skipped("reason of a change")


def _about(clause: str, fact: Fact) -> bool:
    """Whether a reason speaks of the figure itself and not of one of several causes."""
    names = [fact.path[-1]] if fact.path else [fact.name, fact.figure or fact.name]
    return any(name and name in clause for name in names)


def listed(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Items listed as spent in the narrative whose row in the table of basic expenditure is zero."""
    zero = {
        row.label: next(iter(row.cells.values()))
        for row in ledger.rows
        if row.table == rule.options["table"] and len(row.code) == 5 and row.cells
        if not any(fact.quantity.value for fact in row.cells.values())
    }
    passage = _compiled(rule.options["passage"])
    judged = False
    for statement in ledger.statements:
        found = passage.search(statement.passage.text.folded) if statement.passage.section.role == "statement" else None
        if found is None or not any(row.table == rule.options["table"] for row in ledger.rows):
            continue
        judged = True
        names = [name.strip() for name in re.split(rule.options["separator"], found["list"])]
        wrong = [name for name in names if name in zero]
        if not wrong:
            yield passed()
        for name in wrong:
            place = statement.passage.text.folded.index(name, found.start("list"))
            span = span_of(statement, place, place + len(name))
            fact = zero[name]
            fields: dict[str, str | Fact] = {"name": name, "amount": fact.quantity.shown, "place": fact}
            yield Verdict(
                "failed", (fact,), (), Draft((span,), (fact,), fields, None, None, (Culprit(span.text, None, span),))
            )
    if not judged:
        yield skipped(rule.options["table"])
