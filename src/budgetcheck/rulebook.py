"""Rules from TOML files: one file a rule, read, checked and compiled; the folder is the registry."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

from .claims import PARTS
from .errors import RuleError
from .expression import Relation, parse_relation
from .matching import ROLES
from .model import Severity
from .packs import Pack, blamed
from .wording import Wording, load_wording, read_toml, rules_folder

__all__ = [
    "DATA",
    "KINDS",
    "Example",
    "Rule",
    "load_rules",
    "nearest",
    "place_of",
    "read_rule",
    "rule_files",
    "select_rules",
]

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
    "allow",
}
_FILE = re.compile(r"([A-Z]{2,8}\d{3,4})-[a-z0-9-]+\.toml")
_LIKELY = re.compile(r"[A-Z]{2,8}\d")  # what begins so wants to be a rule
DATA = ("wording", "subjects", "manners", "handbook")  # folders of rule folders that hold no rules


_TEXTS = ("when", "optional", "documents")
_SAID: Mapping[type, str] = {str: "a text", dict: "a table", list: "a list"}
# What a field holds, where it is no text.
_HOLDS: Mapping[str, type] = {
    "where": dict, "when": list, "optional": list, "documents": list, "options": dict, "en": dict, "good": list,
    "bad": list, "allow": dict,
}  # fmt: skip


class _Options(dict[str, Any]):
    """The options of a rule, or a table in them; what a check needs and does not find is the rule's mistake."""

    def __init__(self, options: Mapping[str, Any], path: Path, name: str = "options") -> None:
        super().__init__((key, _option(value, path, f"{name}.{key}")) for key, value in options.items())
        self.path, self.name = path, name

    def __missing__(self, key: str) -> Any:
        place = place_of(self.path, self.name)
        if place == str(self.path):
            place = place_of(self.path, "options")
        wanted = f"{self.name}.{key}".removeprefix("options.")
        raise RuleError(f"{place}: lacks the option {wanted}{nearest(key, self)}")


def _option(value: Any, path: Path, name: str) -> Any:
    """An option with every table in it as one that says what it lacks."""
    if isinstance(value, Mapping):
        return _Options(value, path, name)
    return [_option(each, path, name) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the whole messages that a rule must give on it; none for a good one.

    `others` are the texts of the reports beside it, by what they are to it ("previous", "budget", "units").
    """

    text: str
    expect: tuple[str, ...]
    line: int
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `relation` is None where a check of `checks.py` says what an equation cannot.

    `pack` names the pack or folder that it is from, "" for a shipped one; `allow` are the remarks of
    `budgetcheck rules --lint` that it is exempt from, each with the reason. `chosen` is the severity that the caller
    wants its findings to have; what the rule vouches for stays as written.
    """

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
    pack: str = ""
    allow: Mapping[str, str] = field(default_factory=dict)
    chosen: Severity | None = None


def load_rules(folders: Iterable[Path] = (), packs: Iterable[Pack] = ()) -> tuple[Rule, ...]:
    """The shipped rules, those of packs, and those of further folders, by id.

    A folder replaces a rule of the same id; a pack must not. Raises RuleError naming file and line (and the pack)
    where a file is wrong or an id is taken.
    """
    return _load(tuple(str(folder) for folder in folders), tuple(packs))


@functools.lru_cache(maxsize=8)
def _load(folders: tuple[str, ...], packs: tuple[Pack, ...]) -> tuple[Rule, ...]:
    wording = load_wording(map(Path, folders), packs)
    rules: dict[str, Rule] = {}
    for pack in (Pack("", rules_folder()), *packs):
        with blamed(pack.name):
            rules |= _read_folder(pack, wording, taken=rules)
    for folder in folders:
        rules |= _read_folder(Pack(folder, Path(folder)), wording, taken={})
    return tuple(rules[key] for key in sorted(rules))


def _read_folder(pack: Pack, wording: Wording, taken: Mapping[str, Rule]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for path in rule_files(pack.folder):
        rule = read_rule(path, wording, pack.name)
        other = found.get(rule.id) or taken.get(rule.id)
        if other:
            raise RuleError(f"{path}: {rule.id} is also in {other.source}")
        found[rule.id] = rule
    return found


def rule_files(folder: Path) -> list[Path]:
    """The files of a folder that are rules, or want to be, in the order of their paths.

    Raises RuleError where it is no folder.
    """
    if not folder.is_dir():
        raise RuleError(f"{folder}: not a folder of rules")
    named = (path for path in folder.rglob("*.toml") if _LIKELY.match(path.name))
    return sorted(path for path in named if path.relative_to(folder).parts[0] not in DATA)


def select_rules(
    rules: Iterable[Rule],
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, str] | None = None,
) -> tuple[Rule, ...]:
    """Rules whose id starts with one of `select` (all where empty) and with none of `ignore`.

    `severity` maps an id or its beginning to a severity or "off"; the longest that fits a rule decides.
    Raises RuleError for a prefix that no rule has, or a severity that is none.
    """
    rules = tuple(rules)
    wanted, unwanted, severity = tuple(select), tuple(ignore), severity or {}
    for prefix in (*wanted, *unwanted, *severity):
        if not any(rule.id.startswith(prefix) for rule in rules):
            raise RuleError(f"no rule is called {prefix}")
    kept = (
        rule
        for rule in rules
        if (not wanted or rule.id.startswith(wanted)) and not (unwanted and rule.id.startswith(unwanted))
    )
    return tuple(_with_severity(kept, severity))


def _with_severity(rules: Iterable[Rule], severity: Mapping[str, str]) -> Iterator[Rule]:
    for rule in rules:
        prefix = max((each for each in severity if rule.id.startswith(each)), key=len, default=None)
        chosen = None if prefix is None else severity[prefix]
        if chosen not in (None, "off", *get_args(Severity)):
            raise RuleError(f"severity is {', '.join(get_args(Severity))} or off, not {chosen}")
        if chosen != "off":
            yield rule if chosen is None else replace(rule, chosen=cast(Severity, chosen))


def read_rule(path: Path, wording: Wording, pack: str = "") -> Rule:
    """One rule from its file; its names must be ones that the wording defines.

    Raises RuleError naming file and line where something is wrong.
    """
    raw = read_toml(path)
    name = _FILE.fullmatch(path.name)
    if not name:
        raise RuleError(f"{path}: a rule's file is called XY123-words-like-these.toml")
    _check_fields(raw, path)
    relation = parse_relation(raw["equation"], place_of(path, "equation")) if "equation" in raw else None
    when = tuple(parse_relation(text, place_of(path, "when")) for text in raw.get("when", ()))
    _check_names(name[1], raw, path, [each for each in (relation, *when) if each is not None], wording)
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
        options=_Options(raw.get("options", {}), path),
        good=_examples(raw["good"], path, "good"),
        bad=_examples(raw["bad"], path, "bad"),
        since=raw["since"],
        source=str(path),
        pack=pack,
        allow=raw.get("allow", {}),
    )


def _check_fields(raw: Mapping[str, Any], path: Path) -> None:
    missing = [field for field in _REQUIRED if not raw.get(field)]
    if missing:
        raise RuleError(f"{path}: lacks {', '.join(missing)}")
    unknown = sorted(set(raw) - _KNOWN)
    if unknown:
        raise RuleError(f"{place_of(path, unknown[0])}: unknown field {unknown[0]}{nearest(unknown[0], _KNOWN)}")
    for field_name, value in raw.items():
        holds = _HOLDS.get(field_name, str)
        if not isinstance(value, holds):
            raise RuleError(f"{place_of(path, field_name)}: {field_name} is {_SAID[holds]}, not {value!r}")
    lists = {"where": [*raw.get("where", {}).values()], **{name: [raw.get(name, [])] for name in _TEXTS}}
    for field_name, values in lists.items():
        if not all(isinstance(value, list) and all(isinstance(each, str) for each in value) for value in values):
            raise RuleError(f'{place_of(path, field_name)}: {field_name} holds lists of texts, such as ["…"]')
    if ("equation" in raw) == ("check" in raw):
        raise RuleError(f"{path}: a rule has either an equation or a check")
    if raw["severity"] not in get_args(Severity):
        raise RuleError(f"{place_of(path, 'severity')}: severity is error, warning or info, not {raw['severity']}")
    if raw["kind"] not in KINDS:
        raise RuleError(f"{place_of(path, 'kind')}: unknown kind {raw['kind']}{nearest(raw['kind'], KINDS)}")
    if not {"title", "message"} <= set(raw["en"]):
        raise RuleError(f"{place_of(path, 'en')}: the English title or message is missing")


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that it may be meant for, "" where none is near."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _check_names(
    rule: str, raw: Mapping[str, Any], path: Path, relations: Iterable[Relation], wording: Wording
) -> None:
    """Every name of a rule must be one that its claims, or the figures, can have."""
    kind = raw["each"].removeprefix("claim.")
    if raw["each"].startswith("claim.") and kind in PARTS:
        known = PARTS[kind]
    elif raw["each"] == "figures" or ("check" in raw and not raw["each"].startswith("claim.")):
        known = frozenset(wording.figures.values())
    elif raw["each"] == "codes" or raw["each"].startswith("row."):
        known = _columns(raw["each"], path, wording)
    else:
        scopes = ("figures", "codes", *(f"claim.{kind}" for kind in PARTS))
        raise RuleError(f"{place_of(path, 'each')}: nothing is called {raw['each']}{nearest(raw['each'], scopes)}")
    prefixes = raw.get("options", {}).get("prefixes", {})
    for relation in relations:
        for name in relation.names:
            prefix, _, figure = name.rpartition(".")
            if name not in known and (figure not in known or prefix not in prefixes):
                raise RuleError(
                    f"{place_of(path, 'equation')}: {rule} names {name}, which {raw['each']} does not have"
                    f"{nearest(name, known)}"
                )


def _columns(each: str, path: Path, wording: Wording) -> frozenset[str]:
    """The columns that rules on rows of one table, or on subjects across tables, may name."""
    tables = {spec["name"]: spec["columns"] for spec in wording.table("tables")["standard"]}
    if each == "codes":
        return frozenset(f"{name}.{column['name']}" for name, columns in tables.items() for column in columns)
    table = each.removeprefix("row.")
    if table not in tables:
        raise RuleError(f"{place_of(path, 'each')}: no table is called {table}{nearest(table, tables)}")
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
        others = {role: tuple(text.strip() for text in _several(each[role])) for role in ROLES if role in each}
        examples.append(Example(each["text"].strip(), _several(expect), number + 1, others))
    return tuple(examples)


def _several(value: str | list[str]) -> tuple[str, ...]:
    """A field that may be one text or a list of them."""
    return (value,) if isinstance(value, str) else tuple(value)


def place_of(path: Path, field: str) -> str:
    """File and line of a field of a TOML file, for messages; the file alone where it has no such field."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(rf"\s*\[?\[?{re.escape(field)}\b", line):
            return f"{path}:{number}"
    return str(path)
