"""Rules that are equations: bind names to facts, compare the intervals of both sides, say what it should be."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .amounts import cut_off, format_value, refined
from .constraints import Constraint, Word, constraint
from .expression import Relation
from .intervals import Interval, exact, total
from .ledger import Ledger
from .model import Claim, Culprit, Fact, Quantity, Severity, Span
from .polynomial import Polynomial, difference, vanishes
from .rulebook import Rule
from .table_facts import TableRow
from .verdicts import Draft, Field, Verdict, lowered, skipped

__all__ = ["Binding", "bindings", "judge_equation"]

_MOST_READINGS = 400
# So many rows with several numbers show that a row with one has lost the others.
_WITNESSES = 2


@dataclass(frozen=True, slots=True)
class Binding:
    """Facts for a relation's names. `absent` names are optional and count as exactly zero."""

    parts: Mapping[str, Fact]
    groups: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    explicit: bool = True
    marks: Mapping[str, Span] = field(default_factory=dict)
    cells: Mapping[str, tuple[TableRow, str]] = field(default_factory=dict)

    def facts(self, names: Sequence[str]) -> tuple[Fact, ...]:
        """The facts behind some names, in their order."""
        found: list[Fact] = []
        for name in names:
            found.extend((self.parts[name],) if name in self.parts else self.groups.get(name, ()))
        return tuple(found)

    def intervals(self, house: Mapping[str, int] | None) -> dict[str, Interval | tuple[Interval, ...]]:
        """Each name's interval: as printed, or refined to the decimals of the house."""
        read = (lambda f: f.quantity.interval) if house is None else (lambda f: refined(f.quantity, dict(house)))
        env: dict[str, Interval | tuple[Interval, ...]] = {name: read(fact) for name, fact in self.parts.items()}
        env |= {name: tuple(map(read, facts)) for name, facts in self.groups.items()}
        return env | dict.fromkeys(self.absent, exact(0))

    def points(self) -> dict[str, Interval | tuple[Interval, ...]]:
        """Each name's printed value as an exact interval."""
        env: dict[str, Interval | tuple[Interval, ...]] = {n: exact(f.quantity.point) for n, f in self.parts.items()}
        env |= {name: tuple(exact(f.quantity.point) for f in facts) for name, facts in self.groups.items()}
        return env | dict.fromkeys(self.absent, exact(0))


def judge_equation(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """One verdict for each binding of an equation rule."""
    assert rule.relation is not None
    relation = rule.relation
    for readings in bindings(rule, ledger):
        if isinstance(readings, Verdict):
            yield readings
        elif all(_condition(when, readings[0]) for when in rule.when):
            yield _judge(rule, relation, readings, ledger)


def bindings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """Alternative readings for each instance of a rule, or a skipped verdict naming what is missing."""
    if rule.each.startswith("claim."):
        for claim in ledger.claims_of(rule.each.removeprefix("claim.")):
            if _where(rule, claim):
                yield _claim_readings(rule, claim)
    elif rule.each.startswith("row."):
        yield from _row_readings(rule, ledger, rule.each.removeprefix("row."))
    elif rule.each == "codes":
        yield from _code_readings(rule, ledger)
    else:
        yield from _figure_readings(rule, ledger)


def _where(rule: Rule, claim: Claim) -> bool:
    return all(claim.words.get(key, "") in values for key, values in rule.where.items())


def _claim_readings(rule: Rule, claim: Claim) -> list[Binding] | Verdict:
    assert rule.relation is not None
    wanted = tuple(dict.fromkeys((*rule.relation.names, *(n for when in rule.when for n in when.names))))
    missing = [n for n in wanted if n not in claim.parts and n not in claim.groups and n not in rule.optional]
    if missing:
        return skipped(*missing)
    single = [name for name in wanted if name in claim.parts]
    absent = tuple(n for n in wanted if n not in claim.parts and n not in claim.groups)
    choices = itertools.islice(itertools.product(*(claim.parts[name] for name in single)), _MOST_READINGS)
    return [
        Binding(dict(zip(single, choice, strict=True)), claim.groups, absent, claim.words, claim.explicit, claim.marks)
        for choice in choices
    ]


def _wanted(rule: Rule) -> tuple[str, ...]:
    assert rule.relation is not None
    return tuple(dict.fromkeys((*rule.relation.names, *(n for when in rule.when for n in when.names))))


def _row_readings(rule: Rule, ledger: Ledger, table: str) -> Iterator[list[Binding] | Verdict]:
    """One binding for each row of a table that holds a number; a blank cell of a printed column is zero.

    What holds one number of those wanted is judged where it alone of its grid does: another may have been left out.
    """
    wanted = _wanted(rule)
    rows = [row for row in ledger.rows if row.table == table and row.cells]
    alone = _alone(rows, wanted) if rule.relation is not None and rule.relation.operator == "==" else frozenset()
    for row in rows:
        missing = [name for name in wanted if name not in row.columns and name not in rule.optional]
        if rule.relation is not None and rule.relation.operator == "==" and not missing:
            # A column that was not recognised may belong to the sum.
            missing = [name for name in row.strange if name in row.cells and row.cells[name].quantity.value]
        parts = {name: row.cells[name] for name in wanted if name in row.cells}
        lone = (row.block, row.group, row.number) in alone
        if missing or (len(parts) < 2 and not lone):
            yield skipped(*(missing or wanted))
            continue
        words = {"row": " ".join(part for part in (row.code, row.label) if part), "table": row.table}
        absent = tuple(n for n in wanted if n not in parts)
        yield [Binding(parts, {}, absent, words, explicit=not lone, cells={n: (row, n) for n in wanted})]
    if not rows:
        yield skipped(table)


def _alone(rows: Sequence[TableRow], wanted: Sequence[str]) -> frozenset[tuple[int, int, int]]:
    """Block, group and number of each row that alone of its panel has but one of some columns, where others have more."""
    grids: dict[tuple[int, int], list[TableRow]] = {}
    for row in rows:
        if any(name in row.cells for name in wanted):
            grids.setdefault((row.block, row.group), []).append(row)
    found = []
    for key, grid in grids.items():
        few = [row for row in grid if sum(name in row.cells for name in wanted) == 1]
        if len(few) == 1 and len(grid) > _WITNESSES:
            found.append((*key, few[0].number))
    return frozenset(found)


def _code_readings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """One binding for each subject that stands in all the tables that a rule's names (表.列) point to."""
    wanted = _wanted(rule)
    tables = {name.partition(".")[0] for name in wanted}
    rows = {(row.table, row.code): row for row in ledger.rows if row.code and row.table in tables}
    missing = sorted(tables - {table for table, _ in rows})
    if missing:
        yield skipped(*missing)
        return
    for code in dict.fromkeys(code for _, code in rows):
        cells = {name: rows.get((name.partition(".")[0], code)) for name in wanted}
        if any(row is None or name.partition(".")[2] not in row.columns for name, row in cells.items()):
            continue
        parts = {
            n: row.cells[n.partition(".")[2]] for n, row in cells.items() if row and n.partition(".")[2] in row.cells
        }
        if len(parts) > 1 or (parts and len(wanted) > 1):
            words = {"row": next(f"{row.code} {row.label}" for row in cells.values() if row)}
            places = {n: (row, n.partition(".")[2]) for n, row in cells.items() if row}
            absent = tuple(n for n in wanted if n not in parts)
            yield [Binding(parts, absent=absent, words=words, cells=places)]


def _figure_readings(rule: Rule, ledger: Ledger) -> Iterator[list[Binding] | Verdict]:
    """One binding for each fund whose figures the report prints."""
    assert rule.relation is not None
    names = tuple(dict.fromkeys((*rule.relation.names, *(n for when in rule.when for n in when.names))))
    anchors = _printings(names[0], rule, ledger, rule.options.get("fund"))
    if not anchors:
        yield skipped(names[0])
        return
    for anchor in anchors:
        fund = anchor.fund if names[0].rpartition(".")[2] in ledger.funded else None
        parts: dict[str, Fact] = {names[0]: anchor}
        for name in names[1:]:
            funded = name.rpartition(".")[2] in ledger.funded
            if fund and not funded:
                continue
            found = _printings(name, rule, ledger, fund)
            if found:
                parts[name] = min(
                    found,
                    key=lambda f: (bool(f.fund) and fund is None, abs(f.span.block - anchor.span.block)),
                )
        missing = [n for n in names if n not in parts and n not in rule.optional]
        if missing or len({id(fact) for fact in parts.values()}) < 2:
            yield skipped(*(missing or names[1:]))
            continue
        yield [Binding(parts, absent=tuple(n for n in names if n not in parts))]


def _printings(name: str, rule: Rule, ledger: Ledger, fund: str | None = None) -> list[Fact]:
    """Distinct printings of a figure: the first of each value and fund. `上年.` in front of a name is last year."""
    prefix, _, figure = name.rpartition(".")
    year = int(rule.options.get("prefixes", {}).get(prefix, 0))
    measure = "implied" if prefix and year else rule.options.get("measure", ledger.measure)
    firsts: dict[tuple[Fraction, str], Fact] = {}
    dimension = rule.options.get("dimension", "money")
    for fact in ledger.figure(figure, measure, year, fund):
        if fact.quantity.dimension != dimension:
            continue
        firsts.setdefault((fact.quantity.point, fact.fund), fact)
    return list(firsts.values())


def _condition(when: Relation, binding: Binding) -> bool:
    env = binding.intervals(None) if when.operator == "==" else binding.points()
    return when.holds(when.left.over(env), when.right.over(env))


def _says(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger) -> Constraint | None:
    """The relation on its facts; where it rests on a direction word, with what the opposite word would say."""
    form = difference(relation.source)
    parts = dict(binding.parts)
    for name in binding.absent:
        blank = ledger.blank(*binding.cells[name]) if name in binding.cells else None
        if blank is not None:
            parts[name] = blank
    found = constraint(form, relation.operator, parts, binding.groups)
    word = binding.marks.get("direction")
    turns = rule.options.get("turns")
    if found is None or word is None or not turns:
        return found
    turned = constraint(_negated(form, frozenset(turns)), relation.operator, binding.parts, binding.groups)
    return replace(found, words=(Word(word),), turned=turned)


def _negated(form: Polynomial, names: frozenset[str]) -> Polynomial:
    """The polynomial with the opposite of some names in their places."""
    return {m: -factor if sum(name in names for name in m) % 2 else factor for m, factor in form.items()}


def _judge(rule: Rule, relation: Relation, readings: list[Binding], ledger: Ledger) -> Verdict:
    """A relation is broken only where no reading satisfies it."""
    defined = [binding for binding in readings if _defined(relation, binding)] or readings
    fitting = next((binding for binding in defined if _holds(relation, binding, None)), None)
    if fitting is not None:
        verdict = _house_verdict(rule, relation, fitting, ledger)
    else:
        verdict = _broken(rule, relation, defined[0], ledger, printed=True)
    return replace(verdict, says=functools.partial(_says, rule, relation, fitting or defined[0], ledger))


def _defined(relation: Relation, binding: Binding) -> bool:
    """Whether a relation can be true of a reading at all: what is printed as 0 is the whole of no share but 0 of 0."""
    env = binding.intervals(None)
    sides = (relation.left.over(env), relation.right.over(env))
    if relation.operator != "==" or all(side.bounded for side in sides):
        return True
    flat = {name: value if isinstance(value, Interval) else total(value) for name, value in env.items()}
    return vanishes(difference(relation.source), flat)


def _holds(relation: Relation, binding: Binding, house: Mapping[str, int] | None) -> bool:
    env = binding.intervals(house)
    return relation.holds(relation.left.over(env), relation.right.over(env))


def _house_verdict(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger) -> Verdict:
    """Printed digits agree; where the finer reading of the house does not, a likely finding one lower."""
    facts = binding.facts(relation.names)
    if rule.options.get("house", True) is False or not _coarse(facts, ledger):
        return Verdict("passed", facts)
    if _holds(relation, binding, ledger.house):
        return Verdict("passed", facts)
    if _last_place(relation, binding, ledger) or lowered(rule.severity) is None:
        return Verdict("passed", facts)
    return _broken(rule, relation, binding, ledger, printed=False)


def _broken(rule: Rule, relation: Relation, binding: Binding, ledger: Ledger, *, printed: bool) -> Verdict:
    facts = binding.facts(relation.names)
    likely = not printed or not binding.explicit
    severity = lowered(rule.severity) if likely else rule.severity
    kind = None
    if printed and _last_place(relation, binding, ledger):
        severity, kind = "info", "rounding"
    if severity is None:
        return Verdict("passed", facts)
    return Verdict("failed", facts, (), _draft(rule, relation, binding, ledger, severity, kind, likely=likely))


def _last_place(relation: Relation, binding: Binding, ledger: Ledger) -> bool:
    """Whether one unit in the last place of the left side, or truncation, explains the difference."""
    left = relation.left.over(binding.points())
    facts = binding.facts(relation.left.names)
    if not facts or left.low is None or facts[0].quantity.dimension == "count":
        return False
    unit = max(facts, key=lambda f: f.quantity.decimals).quantity
    decimals = max(unit.decimals, ledger.house.get(unit.unit, 0))
    ulp = unit.scale / 10**decimals
    near = Interval(left.low - ulp * 3 / 2, left.low + ulp * 3 / 2, open_low=True, open_high=True)
    env = binding.intervals(ledger.house)
    if _holds_truncated(relation, binding):
        return True
    return relation.holds(near, relation.right.over(env)) or (
        bool(left.low)
        and relation.holds(near, relation.right.over(binding.intervals(None)))
        and not _coarse(binding.facts(relation.names), ledger)
    )


def _holds_truncated(relation: Relation, binding: Binding) -> bool:
    """Whether a relation holds for percentages that were cut off instead of rounded, as in 16.66 % six times."""
    if not any(fact.quantity.dimension == "percent" for fact in binding.facts(relation.names)):
        return False
    env = binding.intervals(None) | {name: cut_off(fact.quantity) for name, fact in binding.parts.items()}
    env |= {name: tuple(cut_off(fact.quantity) for fact in facts) for name, facts in binding.groups.items()}
    return relation.holds(relation.left.over(env), relation.right.over(env))


def _coarse(facts: Sequence[Fact], ledger: Ledger) -> bool:
    """Whether some number has fewer decimals than the house prints."""
    return any(f.quantity.decimals < ledger.house.get(f.quantity.unit, 0) for f in facts)


def _draft(
    rule: Rule,
    relation: Relation,
    binding: Binding,
    ledger: Ledger,
    severity: Severity,
    kind: str | None,
    *,
    likely: bool,
) -> Draft:
    stated, computed = binding.facts(relation.left.names), binding.facts(relation.right.names)
    if not stated:  # the left side is blank in the table: what contradicts it is what is printed
        stated, computed = computed, ()
    points = binding.points()
    left, right = relation.left.over(points), relation.right.over(points)
    lead = stated[0].quantity
    decimals = max(
        [
            lead.decimals,
            _usual(lead, ledger),
            *(f.quantity.decimals for f in computed if f.quantity.dimension == lead.dimension),
        ]
    )
    expected = _suggestion(right, lead, decimals) if relation.operator == "==" else None
    rounded = (
        exact(Fraction(format_value(right.low / lead.scale, decimals)) * lead.scale) if right.low is not None else right
    )
    difference = _difference(left, rounded, lead.unit, lead.scale, decimals)
    fields = _fields(binding, relation, left, right, decimals)
    fields |= {"expected": expected or "", "difference": difference or ""}
    target = binding.parts.get(rule.culprit or relation.target or "")
    suggestion = expected if target is not None and target is binding.parts.get(relation.target or "") else None
    culprits = (Culprit(target.quantity.text, suggestion, target.span),) if target is not None else ()
    return Draft(
        stated, computed, fields, expected, difference, culprits,
        certainty="likely" if likely else "certain",
        severity=severity, kind=kind,
    )  # fmt: skip


def _usual(lead: Quantity, ledger: Ledger) -> int:
    """Decimals in which a suggestion is given: the document's own, except for whole numbers of things."""
    return ledger.house.get(lead.unit, 0) if lead.dimension in ("money", "percent") else 0


def _suggestion(side: Interval, lead: Quantity, decimals: int) -> str | None:
    """The printed form of the value that the other side's printed numbers give."""
    return None if side.low is None else f"{format_value(side.low / lead.scale, decimals)}{lead.unit}"


def _difference(left: Interval, right: Interval, unit: str, scale: Fraction, decimals: int) -> str | None:
    if left.low is None or right.low is None:
        return None
    return f"{format_value(abs(left.low - right.low) / scale, decimals)}{unit}"


def _named(fact: Fact) -> str:
    return fact.quantity.shown if fact.name == fact.quantity.text else f"{fact.name}{fact.quantity.shown}"


def _fields(binding: Binding, relation: Relation, left: Interval, right: Interval, decimals: int) -> dict[str, Field]:
    fields: dict[str, Field] = {name: fact.quantity.shown for name, fact in binding.parts.items()}
    fields |= {f"{name}_place": fact for name, fact in binding.parts.items()}
    fields |= {f"{name}_name": fact.name for name, fact in binding.parts.items()}
    fields |= {name: tuple(map(_named, facts)) for name, facts in binding.groups.items()}
    fields |= dict(binding.words)
    lead = binding.facts((*relation.left.names, *relation.right.names))[0].quantity
    for name, side in (("left", left), ("right", right)):
        fields[name] = f"{format_value(side.low / lead.scale, decimals)}{lead.unit}" if side.low is not None else "?"
    return fields
