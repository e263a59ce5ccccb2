"""What became of every amount and percentage: checked, read but unconstrained, not understood, or no statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from .amounts import quantity
from .ledger import Ledger
from .model import Coverage, Fact, Fate, Gap, Number, Quantity, Span
from .statements import Statement, span_of
from .tables import Table, is_loose
from .wording import load_wording

__all__ = ["cover", "list_numbers"]

Place = tuple[int, int]
_QUOTE = 120


def cover(ledger: Ledger, touched: Collection[Place]) -> Coverage:
    """Count the amounts and percentages of a ledger by what became of them; `touched` took part in a rule."""
    fates: Counter[Fate] = Counter()
    gaps: list[Gap] = []
    for _, span, fate in _fates(ledger, touched):
        fates[fate] += 1
        if fate == "unread":
            gaps.append(Gap(span.text, span))
    fates["unread"] += sum(table.loose_amounts for table in ledger.tables if not table.spec)
    numbers = fates["checked"] + fates["unconstrained"] + fates["unread"]
    return Coverage(numbers, fates["checked"], fates["unconstrained"], fates["unread"], fates["excluded"], tuple(gaps))


def list_numbers(ledger: Ledger, rules: Mapping[Place, Sequence[str]]) -> list[Number]:
    """Every amount and percentage that `cover` counts, in reading order; `rules` are those that each took part in."""
    names = {(f.span.block, f.span.start): f.name for f in ledger.facts if f.name != f.quantity.text}
    quantities = _quantities(ledger)
    listed = [
        Number(span, fate, names.get(place), tuple(rules.get(place, ())), quantities.get(place))
        for place, span, fate in _fates(ledger, rules)
    ]
    listed += [number for table in ledger.tables if not table.spec for number in _loose(table)]
    return sorted(listed, key=lambda number: (number.span.block, number.span.start))


def _fates(ledger: Ledger, touched: Collection[Place]) -> Iterator[tuple[Place, Span, Fate]]:
    """Every amount and percentage of sentences, forms and known tables."""
    read = _read(ledger)
    for statement in ledger.statements:
        states = statement.passage.section.role == "statement"
        for place, span in _numbers(statement):
            fate: Fate = "checked" if place in touched else "unconstrained" if place in read else "unread"
            yield place, span, fate if states else "excluded"
    for span in _blurred(ledger, read):
        yield (span.block, span.start), span, "unread"
    forms = {(fact.span.block, fact.span.start): fact.span for fact in _form_facts(ledger)}
    for place, span in forms.items():
        yield place, span, "checked" if place in touched else "unconstrained"


def _quantities(ledger: Ledger) -> dict[Place, Quantity]:
    """What is printed at each place, as far as it was understood as a number with its unit."""
    tokens = ((s.passage.index, t) for s in ledger.statements for t in s.tokens)
    printed = {(block, token.start): token.quantity for block, token in tokens if token.quantity is not None}
    cells = {(f.span.block, f.span.start): f.quantity for f in ledger.facts if not f.derived}
    return printed | cells


def _loose(table: Table) -> Iterator[Number]:
    """The amounts of a grid that is no known table, each with its row; their unit is what stands above the grid."""
    block, section = table.passage.block, table.passage.section.label or None
    units = load_wording().units
    for row, column, text in table.loose_cells():
        page = block.pages[row] if row < len(block.pages) else block.page
        quote = " ".join(cell for cell in block.cells[row] if cell)[:_QUOTE]
        span = Span(
            text, quote, block.line, page, section, table.title or None, block=table.passage.index,
            start=row * 1000 + column, source=block.source,
        )  # fmt: skip
        unit = units.get("%" if text.endswith("%") else table.unit or "")
        known = quantity(text, text.rstrip("%"), unit.text, unit.dimension, unit.scale) if unit else None
        yield Number(span, "unread", quantity=known)


def _numbers(statement: Statement) -> Iterator[tuple[tuple[int, int], Span]]:
    if statement.skipped:
        return
    for token in statement.tokens:
        if token.code in "MP" and token.quantity is not None:
            yield (
                (statement.passage.index, token.start),
                span_of(statement, token.start, token.end, token.quantity.text),
            )


def _blurred(ledger: Ledger, read: set[tuple[int, int]]) -> Iterator[Span]:
    """Cells of known tables without a fact: amounts, and whatever else is printed where an amount belongs."""
    for table in ledger.tables:
        block, place = table.passage.block, table.passage.index
        wanted = {(cell.row, cell.column) for cell in table.amount_cells}
        for r, row in enumerate(block.cells) if table.spec else ():
            for c, text in enumerate(row):
                if (place, r * 1000 + c) not in read and ((r, c) in wanted or is_loose(text)):
                    start, quote = r * 1000 + c, " ".join(cell for cell in row if cell)[:120]
                    yield Span(text.strip(), quote, block.line, block.page, table=table.name, block=place, start=start)


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
