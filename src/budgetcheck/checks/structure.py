"""Checks of a report's build: missing parts, lists against their counts, annexes without content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..ledger import Ledger
from ..model import Culprit, Span
from ..rulebook import Rule
from ..statements import Statement, span_of
from ..verdicts import Draft, Verdict, passed, skipped

__all__ = ["annex", "enumeration", "nothing", "parts", "tables"]

_DIGITS = "一二三四五六七八九十"


def _whole(statement: Statement) -> Span:
    return span_of(statement, 0, len(statement.passage.text.folded))


def parts(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Numbered parts of which one in the middle is missing (第二部分, then 第四部分)."""
    found: list[tuple[int, Statement]] = []
    for statement in ledger.statements:
        passage = statement.passage
        if passage.heading and passage.level == 1:
            number = _DIGITS.find(passage.section.path[0][-1:]) + 1
            if number:
                found.append((number, statement))
    # Where the first part stands twice, what is before the second time is the table of contents.
    starts = [place for place, (number, _) in enumerate(found) if number == 1]
    found = found[starts[-1] :] if starts else found
    if len(found) < 2:
        yield skipped("numbered parts")
        return
    present = {number for number, _ in found}
    gaps = [n for n in range(min(present), max(present)) if n not in present]
    for gap in gaps:
        after = next(statement for number, statement in found if number > gap)
        fields = {"missing": _DIGITS[gap - 1], "number": str(gap), "after": after.passage.text.folded[:30]}
        span = _whole(after)
        draft = Draft((span,), (), fields, None, None, (Culprit(span.text, None, span),), "likely")
        yield Verdict("failed", (), (), draft)
    if not gaps:
        yield passed()


def enumeration(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A count against the list that follows it; any count of the sentence may be the one that is meant."""
    judged = False
    for claim in ledger.claims_of("enumeration"):
        if rule.where and not all(claim.words.get(k, "") in v for k, v in rule.where.items()):
            continue
        judged = True
        listed = int(claim.words["listed"])
        counts = claim.parts["count"]
        allowed = {listed, *((listed - int(n)) for n in claim.words.get("extra", "").split(",") if n)}
        values = {int(fact.quantity.value) for fact in counts}
        sums = {sum(int(f.quantity.value) for f in counts if f.span.block == fact.span.block) for fact in counts}
        if (values | sums) & allowed:
            yield passed(*counts[:1])
            continue
        fact = counts[0]
        fields = {
            "count": fact.quantity.text,
            "listed": str(listed),
            "items": claim.words.get("items", ""),
            "name": fact.name,
        }
        unit = fact.quantity.unit
        draft = Draft(
            (fact,), (claim.span,), fields, f"{listed}{unit}", f"{abs(listed - int(fact.quantity.value))}{unit}",
            (Culprit(fact.quantity.text, f"{listed}{unit}", fact.span),), severity=rule.severity,
        )  # fmt: skip
        yield Verdict("failed", (fact,), (), draft)
    if not judged:
        yield skipped("count with list")


def annex(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Tables that are only named: headings of tables with nothing below any of them."""
    wanted = re.compile(rule.options["table"])
    unless = re.compile(rule.options["unless"])
    listed: list[Statement] = []
    titled = False
    for place, statement in enumerate(ledger.statements):
        text = statement.passage.text.folded
        if unless.search(text):
            yield passed()
            return
        if statement.passage.section.role != "contents" and wanted.fullmatch(text):
            titled = True
            follower = ledger.statements[place + 1].passage.text.folded if place + 1 < len(ledger.statements) else ""
            if not follower or wanted.fullmatch(follower):
                listed.append(statement)
            else:
                listed.clear()
    grids = any(p.block.cells for p in ledger.passages)
    if not titled:
        yield skipped("table titles")
        return
    if len(listed) < int(rule.options["at_least"]) or grids:
        yield passed()
        return
    span = _whole(listed[0])
    fields = {"count": str(len(listed)), "first": listed[0].passage.text.folded}
    yield Verdict("failed", (), (), Draft((span,), (), fields, None, None, (Culprit(span.text, None, span),), "likely"))


def tables(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """The number of items a sentence promises against the forms that follow."""
    claims = ledger.claims_of("promised")
    forms = ledger.claims_of("form")
    if not claims or not forms:
        yield skipped("promised" if forms else "form")
        return
    fact = claims[0].parts["count"][0]
    if int(fact.quantity.value) == len(forms):
        yield passed(fact)
        return
    fields = {"count": fact.quantity.text, "forms": str(len(forms))}
    draft = Draft(
        (fact,),
        (forms[0].span,),
        fields,
        None,
        None,
        (Culprit(fact.quantity.text, None, fact.span),),
        "likely",
    )
    yield Verdict("failed", (fact,), (), draft)


def nothing(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """A report in which no amount and no percentage was found."""
    cells = any(table.spec or table.loose_amounts for table in ledger.tables)
    if cells or any(token.code in "MP" for statement in ledger.statements for token in statement.tokens):
        yield passed()
        return
    span = Span(text=ledger.document.name, quote=ledger.document.name, line=1)
    yield Verdict("failed", (), (), Draft((span,), (), {"name": ledger.document.name}))


def pictures(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Pages and lines that hold a picture and no character: what it shows is not checked."""
    held = [
        (n, block) for n, block in enumerate(ledger.document.blocks, ledger.document.first) if block.kind == "picture"
    ]
    for number, block in held:
        span = Span("", "", block.line, block.page, block=number, start=0, source=block.source)
        place = str(block.page or block.line or "")
        yield Verdict("failed", (), (), Draft((span,), (), {"place": place}, None, None, ()))
    if not held:
        yield passed()
