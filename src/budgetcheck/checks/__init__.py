"""Kinds of rules that an equation cannot say. A new kind is code here; a new rule is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ..ledger import Ledger
from ..rulebook import Rule
from ..verdicts import Verdict
from . import across, balances, codes, columns, contents, figures, purposes, sentences, structure, sums, tables, words

__all__ = ["CHECKS"]

CHECKS: Mapping[str, Callable[[Rule, Ledger], Iterator[Verdict]]] = {
    "same": figures.same,
    "children": figures.children,
    "rates": figures.rates,
    "direction": sentences.direction,
    "trend": sentences.trend,
    "turn": sentences.turn,
    "flat": sentences.flat,
    "zero-base": sentences.zero_base,
    "no-plan": sentences.no_plan,
    "carried": sentences.carried,
    "itemised": balances.itemised,
    "negated": sentences.negated,
    "indicator": sentences.indicator,
    "pattern": words.pattern,
    "renamed": words.renamed,
    "mention": words.mention,
    "grades": words.grades,
    "abbreviation": words.abbreviation,
    "year": words.year,
    "parts": structure.parts,
    "enumeration": structure.enumeration,
    "annex": structure.annex,
    "tables": structure.tables,
    "nothing": structure.nothing,
    "hierarchy": tables.hierarchy,
    "unrecognised": tables.unrecognised,
    "blank-note": tables.blank_note,
    "filled": tables.filled,
    "schema": tables.schema,
    "listed-tables": contents.listed_tables,
    "makers": contents.makers,
    "beside": columns.beside,
    "columns": columns.columns,
    "items": sums.items,
    "listing": sums.listing,
    "panel": sums.panel,
    "points": sums.points,
    "under": sums.under,
    "pictures": structure.pictures,
    "code-name": codes.code_name,
    "code-year": codes.code_year,
    "purpose": purposes.purpose,
    "reason": purposes.reason,
    "listed": purposes.listed,
    "across": across.across,
}
