"""Rules that can never be judged: names, tables, documents, options and checks that do not exist or never meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..checks import CHECKS
from ..rulebook import Rule, nearest, place_of
from ..wording import Wording
from .remarks import Remark

__all__ = ["judge_names"]

_KINDS = ("final", "budget")
_OPTIONS = ("fund", "measure", "dimension", "prefixes", "house", "turns")
_OURS = "BC"


def judge_names(rule: Rule, wording: Wording, *, shipped: bool) -> Iterator[Remark]:
    """What a rule names that is not there; whether its number is one of ours."""
    for field, message in (*_fields(rule), *_documents(rule, wording)):
        yield Remark(place_of(Path(rule.source), field), "never-applicable", f"{rule.id}: {message}", rule.id)
    if rule.id.startswith(_OURS) and not shipped:
        message = f"{rule.id}: {_OURS} is how budgetcheck's own numbers begin; take letters of your own"
        yield Remark(rule.source, "prefix", message, rule.id, advice=True)


def _fields(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.check is not None and rule.check not in CHECKS:
        yield "check", f"no check is called {rule.check}{nearest(rule.check, CHECKS)}"
    for kind in rule.documents:
        if kind not in _KINDS:
            yield "documents", f"no document is of kind {kind}{nearest(kind, _KINDS)}"
    if rule.relation is None:
        return
    names = {*rule.relation.names, *(name for when in rule.when for name in when.names)}
    for name in rule.optional:
        if name not in names:
            yield "optional", f"optional {name} is in no relation{nearest(name, names)}"
    if rule.culprit and rule.culprit not in rule.relation.names:
        yield "culprit", f"culprit {rule.culprit} is not in the equation{nearest(rule.culprit, names)}"
    for option in rule.options:
        if option not in _OPTIONS:
            yield option, f"an equation has no option {option}{nearest(option, _OPTIONS)}"


def _documents(rule: Rule, wording: Wording) -> Iterator[tuple[str, str]]:
    """Tables of one kind of report in rules for another."""
    tables: Mapping[str, Any] = {spec["name"]: spec for spec in wording.table("tables")["standard"]}
    named = {rule.each.removeprefix("row.")} if rule.each.startswith("row.") else set()
    if rule.each == "codes" and rule.relation is not None:
        named = {name.partition(".")[0] for relation in (rule.relation, *rule.when) for name in relation.names}
    of = {name: tables[name]["kind"] for name in sorted(named) if tables.get(name, {}).get("kind") in _KINDS}
    for name, kind in of.items():
        if rule.documents and kind not in rule.documents:
            yield "documents", f"{name} is a table of {kind} reports, the rule is for {' and '.join(rule.documents)}"
    if len(set(of.values())) > 1:
        yield "equation", f"{', '.join(of)} never stand in one report: {', '.join(of.values())}"
