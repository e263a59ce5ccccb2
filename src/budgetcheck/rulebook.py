"""Rules from TOML files: one file a rule, read, checked and compiled; the folder is the registry."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from .claims import PARTS
from .errors import RuleError
from .expression import Relation, parse_relation
from .model import Severity
from .wording import load_wording, read_toml, rules_folder

__all__ = ["KINDS", "Example", "Rule", "load_rules", "select_rules"]

KINDS = frozenset(
    (
        "sum", "hierarchy", "share", "change", "completion", "direction", "breakdown", "equality", "order",
        "carry-over", "count", "zero-base", "performance", "term", "residue", "structure", "schema", "rounding",
        "cross-year",
    )
)  # fmt: skip
_REQUIRED = ("title", "severity", "kind", "basis", "why", "each", "message", "since", "en", "good", "bad")
_KNOWN = {
    *_REQUIRED,
    "equation",
    "check",
    "where",
    "when",
    "optional",
    "culprit",
    "documents",
    "options",
    "ignore_house",
    "figures",
}
_FILE = re.compile(r"(BC\d{3})-[a-z0-9-]+\.toml")


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the whole messages that a rule must give on it; none for a good one."""

    text: str
    expect: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `relation` is None where a check of `checks.py` says what an equation cannot."""

    id: str
    title: str
    severity: Severity
    kind: str
    basis: str
    why: str
    each: str
    message: str
    english: Mapping[str, str]
    relation: Relation | None
    check: str | None
    where: Mapping[str, tuple[str, ...]]
    when: tuple[Relation, ...]
    optional: tuple[str, ...]
    culprit: str | None
    documents: tuple[str, ...]
    options: Mapping[str, Any]
    good: tuple[Example, ...]
    bad: tuple[Example, ...]
    since: str
    source: str


def load_rules(folders: Iterable[Path] = ()) -> tuple[Rule, ...]:
    """The shipped rules and those of further folders, by id; a later folder replaces a rule of the same id.

    Raises RuleError naming file and line where a file is wrong.
    """
    return _load(tuple(str(folder) for folder in folders))


@functools.lru_cache(maxsize=8)
def _load(folders: tuple[str, ...]) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for folder in (rules_folder(), *map(Path, folders)):
        if not folder.is_dir():
            raise RuleError(f"{folder}: not a folder of rules")
        found: dict[str, Rule] = {}
        for path in sorted(folder.rglob("BC*.toml")):
            rule = _read(path)
            if rule.id in found:
                raise RuleError(f"{path}: {rule.id} is also in {found[rule.id].source}")
            found[rule.id] = rule
        rules |= found
    return tuple(rules[key] for key in sorted(rules))


def select_rules(rules: Iterable[Rule], select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Rules whose id starts with one of `select` (all where empty) and with none of `ignore`.

    Raises RuleError for a prefix that no rule has.
    """
    rules = tuple(rules)
    wanted, unwanted = tuple(select), tuple(ignore)
    for prefix in (*wanted, *unwanted):
        if not any(rule.id.startswith(prefix) for rule in rules):
            raise RuleError(f"no rule is called {prefix}")
    return tuple(
        rule
        for rule in rules
        if (not wanted or rule.id.startswith(wanted)) and not (unwanted and rule.id.startswith(unwanted))
    )


def _read(path: Path) -> Rule:
    raw = read_toml(path)
    name = _FILE.fullmatch(path.name)
    if not name:
        raise RuleError(f"{path}: a rule's file is called BCnnn-words-like-these.toml")
    _check_fields(raw, path)
    relation = parse_relation(raw["equation"], _place(path, "equation")) if "equation" in raw else None
    when = tuple(parse_relation(text, _place(path, "when")) for text in raw.get("when", ()))
    _check_names(name[1], raw, path, [each for each in (relation, *when) if each is not None])
    return Rule(
        id=name[1],
        title=raw["title"],
        severity=raw["severity"],
        kind=raw["kind"],
        basis=raw["basis"],
        why=raw["why"],
        each=raw["each"],
        message=raw["message"],
        english=raw["en"],
        relation=relation,
        check=raw.get("check"),
        where={key: tuple(values) for key, values in raw.get("where", {}).items()},
        when=when,
        optional=tuple(raw.get("optional", ())),
        culprit=raw.get("culprit"),
        documents=tuple(raw.get("documents", ())),
        options=raw.get("options", {}),
        good=_examples(raw["good"], path, "good"),
        bad=_examples(raw["bad"], path, "bad"),
        since=raw["since"],
        source=str(path),
    )


def _check_fields(raw: Mapping[str, Any], path: Path) -> None:
    missing = [field for field in _REQUIRED if not raw.get(field)]
    if missing:
        raise RuleError(f"{path}: lacks {', '.join(missing)}")
    unknown = sorted(set(raw) - _KNOWN)
    if unknown:
        raise RuleError(f"{_place(path, unknown[0])}: unknown field {unknown[0]}")
    if ("equation" in raw) == ("check" in raw):
        raise RuleError(f"{path}: a rule has either an equation or a check")
    if raw["severity"] not in get_args(Severity):
        raise RuleError(f"{_place(path, 'severity')}: severity is error, warning or info, not {raw['severity']}")
    if raw["kind"] not in KINDS:
        raise RuleError(f"{_place(path, 'kind')}: unknown kind {raw['kind']}")
    if not {"title", "message"} <= set(raw["en"]):
        raise RuleError(f"{_place(path, 'en')}: the English title or message is missing")


def _check_names(rule: str, raw: Mapping[str, Any], path: Path, relations: Iterable[Relation]) -> None:
    """Every name of a rule must be one that its claims, or the figures, can have."""
    kind = raw["each"].removeprefix("claim.")
    if raw["each"].startswith("claim.") and kind in PARTS:
        known = PARTS[kind]
    elif raw["each"] == "figures" or ("check" in raw and not raw["each"].startswith("claim.")):
        known = frozenset(load_wording().figures.values())
    elif raw["each"] == "codes" or raw["each"].startswith("row."):
        known = _columns(raw["each"], path)
    else:
        raise RuleError(f"{_place(path, 'each')}: nothing is called {raw['each']}")
    prefixes = raw.get("options", {}).get("prefixes", {})
    for relation in relations:
        for name in relation.names:
            prefix, _, figure = name.rpartition(".")
            if name not in known and (figure not in known or prefix not in prefixes):
                raise RuleError(f"{_place(path, 'equation')}: {rule} names {name}, which {raw['each']} does not have")


def _columns(each: str, path: Path) -> frozenset[str]:
    """The columns that rules on rows of one table, or on subjects across tables, may name."""
    tables = {spec["name"]: spec["columns"] for spec in load_wording().table("tables")["standard"]}
    if each == "codes":
        return frozenset(f"{name}.{column['name']}" for name, columns in tables.items() for column in columns)
    table = each.removeprefix("row.")
    if table not in tables:
        raise RuleError(f"{_place(path, 'each')}: no table is called {table}")
    measures = ("", ".budget", ".actual")
    return frozenset(f"{column['name']}{measure}" for column in tables[table] for measure in measures)


def _examples(raw: list[dict[str, Any]], path: Path, which: str) -> tuple[Example, ...]:
    examples = []
    for number, each in enumerate(raw):
        expect = each.get("expect", [])
        if "text" not in each or (which == "bad") != bool(expect):
            raise RuleError(
                f"{path}: {which} example {number + 1} needs text{' and expect' if which == 'bad' else ' only'}"
            )
        examples.append(
            Example(each["text"].strip(), (expect,) if isinstance(expect, str) else tuple(expect), number + 1)
        )
    return tuple(examples)


def _place(path: Path, field: str) -> str:
    """File and line of a field, for messages."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(rf"\s*\[?\[?{re.escape(field)}\b", line):
            return f"{path}:{number}"
    return str(path)
