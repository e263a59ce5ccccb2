"""What became of every amount and percentage: checked, read but unconstrained, not understood, or no statement."""

from __future__ import annotations

from collections.abc import Iterator

from .ledger import Ledger
from .model import Coverage, Fact, Gap, Span
from .statements import Statement, span_of
from .tables import is_loose

__all__ = ["cover"]


def cover(ledger: Ledger, touched: frozenset[tuple[int, int]]) -> Coverage:
    """Count the amounts and percentages of a ledger by what became of them; `touched` took part in a rule."""
    read = _read(ledger)
    numbers = checked = unread = excluded = 0
    gaps: list[Gap] = []
    for statement in ledger.statements:
        for place, span in _numbers(statement):
            if statement.passage.section.role != "statement":
                excluded += 1
                continue
            numbers += 1
            if place in touched:
                checked += 1
            elif place not in read:
                unread += 1
                gaps.append(Gap(span.text, span))
    strange = sum(table.loose_amounts for table in ledger.tables if not table.spec)
    numbers, unread = numbers + strange, unread + strange
    blurred = list(_blurred(ledger, read))
    numbers, unread = numbers + len(blurred), unread + len(blurred)
    gaps.extend(blurred)
    forms = {(f.span.block, f.span.start) for f in _form_facts(ledger)}
    numbers += len(forms)
    checked += len(forms & touched)
    return Coverage(numbers, checked, numbers - checked - unread, unread, excluded, tuple(gaps))


def _numbers(statement: Statement) -> Iterator[tuple[tuple[int, int], Span]]:
    if statement.skipped:
        return
    for token in statement.tokens:
        if token.code in "MP" and token.quantity is not None:
            yield (
                (statement.passage.index, token.start),
                span_of(statement, token.start, token.end, token.quantity.text),
            )


def _blurred(ledger: Ledger, read: set[tuple[int, int]]) -> Iterator[Gap]:
    """Cells of known tables without a fact: amounts, and whatever else is printed where an amount belongs."""
    for table in ledger.tables:
        block, place = table.passage.block, table.passage.index
        wanted = {(cell.row, cell.column) for cell in table.amount_cells}
        for r, row in enumerate(block.cells) if table.spec else ():
            for c, text in enumerate(row):
                if (place, r * 1000 + c) not in read and ((r, c) in wanted or is_loose(text)):
                    start, quote = r * 1000 + c, " ".join(cell for cell in row if cell)[:120]
                    span = Span(text.strip(), quote, block.line, block.page, table=table.name, block=place, start=start)
                    yield Gap(span.text, span)


def _form_facts(ledger: Ledger) -> Iterator[Fact]:
    skipped = {statement.passage.index for statement in ledger.statements if statement.skipped}
    forms = skipped | {passage.index for passage in ledger.passages if passage.block.kind == "grid"}
    for fact in (*ledger.facts, *(f for c in ledger.claims for fs in c.parts.values() for f in fs)):
        if fact.span.block in forms and fact.quantity.dimension in ("money", "percent"):
            yield fact


def _read(ledger: Ledger) -> set[tuple[int, int]]:
    """Places of numbers that have a name or a part in a claim."""
    places = {(f.span.block, f.span.start) for f in ledger.facts if f.name != f.quantity.text or f.topic}
    for claim in ledger.claims:
        for facts in (*claim.parts.values(), *claim.groups.values()):
            places.update((fact.span.block, fact.span.start) for fact in facts)
    return places
