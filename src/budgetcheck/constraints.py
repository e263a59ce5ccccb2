"""What a judged rule says of printed numbers, as one linear constraint with at most one rate in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .model import Fact, Span
from .polynomial import Polynomial

__all__ = ["Constraint", "Term", "Word", "bound", "constraint", "equal", "summed"]


@dataclass(frozen=True, slots=True)
class Term:
    """(factor + by_rate · rate) · fact, in base units."""

    fact: Fact
    factor: Fraction
    by_rate: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word that a constraint rests on, and what would stand there if it were the wrong one."""

    span: Span
    should: str | None = None


@dataclass(frozen=True, slots=True)
class Constraint:
    """The sum of the terms and `constant` is 0 ("=="), or not above 0 ("<=").

    Where it rests on `words`, any of which may be wrong, `turned` is what holds with one of them turned into its
    opposite; None where nothing follows from it.
    """

    terms: tuple[Term, ...]
    operator: str = "=="
    constant: Fraction = Fraction(0)
    rate: Fact | None = None
    words: tuple[Word, ...] = ()
    turned: Constraint | None = None


def summed(whole: Fact, parts: Sequence[Fact], operator: str = "==") -> Constraint:
    """whole == sum of the parts; with "<=" the parts make no more than the whole."""
    terms = (*(Term(part, Fraction(1)) for part in parts), Term(whole, Fraction(-1)))
    return _merged(terms, operator)


def equal(one: Fact, other: Fact) -> Constraint:
    """Two printings of one figure."""
    return summed(one, (other,))


def bound(fact: Fact, operator: str, limit: Fraction) -> Constraint:
    """fact == limit, fact <= limit or fact >= limit."""
    sign = -1 if operator == ">=" else 1
    return _merged((Term(fact, Fraction(sign)),), "==" if operator == "==" else "<=", -sign * limit)


def constraint(
    form: Polynomial, operator: str, parts: Mapping[str, Fact], groups: Mapping[str, Sequence[Fact]]
) -> Constraint | None:
    """A polynomial over bound names as a constraint; unbound names are zero.

    None where two amounts are multiplied, or two different rates stand in it.
    """
    sign = -1 if operator == ">=" else 1
    constant, rate, terms = Fraction(0), None, []
    for names, factor in form.items():
        facts = [groups.get(name) or ((parts[name],) if name in parts else ()) for name in names]
        if not names:
            constant += sign * factor
        elif len(names) == 1:
            terms += [Term(fact, sign * factor) for fact in facts[0]]
        elif all(facts):
            product = _product([found[0] for found in facts], rate)
            if product is None:
                return None
            rate, fact = product
            terms.append(Term(fact, Fraction(0), sign * factor))
    return _merged(terms, "==" if operator == "==" else "<=", constant, rate)


def _product(facts: Sequence[Fact], rate: Fact | None) -> tuple[Fact, Fact] | None:
    """The rate and the amount of a product of two."""
    rates = [fact for fact in facts if fact.quantity.dimension == "percent"]
    if len(facts) != 2 or not rates or (rate is not None and rate is not rates[0]):
        return None
    return rates[0], next(fact for fact in facts if fact is not rates[0])


def _merged(
    terms: Sequence[Term], operator: str, constant: Fraction = Fraction(0), rate: Fact | None = None
) -> Constraint:
    """A constraint whose derived facts are written out by what they were derived from, each fact once."""
    merged: dict[tuple[int, int], Term] = {}
    for term in terms:
        for times, fact in term.fact.derived or ((1, term.fact),):
            place = (fact.span.block, fact.span.start)
            before = merged.get(place, Term(fact, Fraction(0)))
            merged[place] = Term(
                before.fact, before.factor + times * term.factor, before.by_rate + times * term.by_rate
            )
    kept = tuple(term for term in merged.values() if term.factor or term.by_rate)
    return Constraint(kept, operator, constant, rate)
