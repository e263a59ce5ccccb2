"""Write what docs/ says from the sources: api.md from docstrings, the tables of facts.md and format.md from data.

    python docs/make_reference.py

Own script rather than a site generator: pdoc and mkdocstrings make web sites, and what is wanted is Markdown that a
code forge shows as it is.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import budgetcheck
from budgetcheck import intervals, model, schemas, testing
from budgetcheck.reports.machine import schema_path
from budgetcheck.reports.terminal import print_reviews
from budgetcheck.reports.tidy import columns
from budgetcheck.wording import load_wording

__all__ = ["pages"]

DOCS = Path(__file__).parent
_EXAMPLE = re.compile(r"(```text report( coverage)?\n(.*?)```\n```text output\n).*?(```)", re.DOTALL)
# Columns of `facts` that are empty in no row, and the words that those of few words have.
_FILLED = ("document", "file", "sha256", "text", "derived", "block", "start")
_WORDS = {
    "kind": ("final", "budget"),
    "direction": ("up", "down", "flat"),
    "classification": ("functions", "economics"),
    "dimension": ("money", "percent", "points", "count", "date"),
    "state": ("checked", "unconstrained", "unread", "excluded"),
    "wrong": ("certain", "likely", "one-of"),
}
_JSON: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string", "minLength": 1},
    "word": {"type": "string", "minLength": 1},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$"},
    "truth": {"type": "boolean"},
}
_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """The text that each page should have, by its name."""
    parts = {"columns": facts_table, "keys": keys_table}
    found = {"api.md": api(), "schema/facts-1.schema.json": facts_schema()}
    for name in ("facts.md", "format.md"):
        text = (DOCS / name).read_text(encoding="utf-8")
        found[name] = _PART.sub(lambda part: f"{part[1]}{parts[part[2]]()}{part[3]}", text)
    for name, language in (("certainty.md", "en"), ("certainty.zh-CN.md", "zh")):
        text = (DOCS / name).read_text(encoding="utf-8")
        found[name] = _EXAMPLE.sub(functools.partial(_example, language), text)
    return found


def _example(language: str, found: re.Match[str]) -> str:
    """An example with what `check` prints of it: its findings, and with `coverage` what became of its numbers."""
    review = budgetcheck.check(found[3], budgetcheck.Options(language=language))
    stream = io.StringIO()
    print_reviews([review], language=language, stream=stream)
    # Without the name, the kind and the year in front, and the number of rules at the end.
    lines = [line.rstrip() for line in stream.getvalue().splitlines()[2:]]
    findings, counts = "\n".join(lines).strip().rsplit("\n\n", 1) if review.findings else ("", "\n".join(lines).strip())
    counted = "\n".join(counts.splitlines()[:-1])
    shown = counted if found[2] else findings or counts.splitlines()[0]
    return f"{found[1]}{shown}\n{found[4]}"


def facts_table() -> str:
    """The columns of `budgetcheck facts`."""
    lines = ["| Column | Type | What it holds | 含义 |", "| --- | --- | --- | --- |"]
    lines += [f"| `{each.name}` | {each.type} | {each.meaning['en']} | {each.meaning['zh']} |" for each in columns()]
    return "\n".join(lines) + "\n"


def facts_schema() -> str:
    """The JSON schema of what `budgetcheck facts --format json` writes."""
    listed = columns()
    row = {each.name: _column(each.name, each.type, each.meaning["en"]) for each in listed}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:budgetcheck:facts:1",
        "title": "budgetcheck.facts/1",
        "description": "What `budgetcheck facts --format json` prints: an array with an object for each number. Keys "
        "stay; further ones may be added. Values that are exact decimals are strings; null is what is not known.",
        "type": "array",
        "items": {"type": "object", "required": [each.name for each in listed], "properties": row},
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _column(name: str, kind: str, meaning: str) -> dict[str, Any]:
    """The schema of one value."""
    holds = {"enum": list(_WORDS[name])} if name in _WORDS else dict(_JSON[kind])
    if name not in _FILLED:
        holds = {"enum": [*holds["enum"], None]} if "enum" in holds else {**holds, "type": [holds["type"], "null"]}
    return {"description": meaning, **holds}


def keys_table() -> str:
    """The keys of the JSON, from its schema."""
    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    definitions = schema["$defs"]
    lines = ["| Key | Type | What it holds |", "| --- | --- | --- |"]
    lines += [f"| `{path}` | {kind} | {said} |" for path, kind, said in _keys(definitions["review"], "", definitions)]
    return "\n".join(lines) + "\n"


def _keys(part: Mapping[str, Any], path: str, known: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    required = part.get("required", ())
    for name, value in part.get("properties", {}).items():
        resolved = _resolved(value, known)
        place = f"{path}{name}" + ("" if name in required else "?")
        yield place, _kind(resolved, known), value.get("description", resolved.get("description", ""))
        if value.get("$ref") == "#/$defs/place" and path != "findings[].stated[].":
            continue
        if resolved.get("type") == "object":
            yield from _keys(resolved, f"{place}.", known)
        if resolved.get("type") == "array":
            yield from _keys(_resolved(resolved.get("items") or {}, known), f"{place}[].", known)


def _resolved(value: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    reference = value.get("$ref", "").removeprefix("#/$defs/")
    return dict(known[reference]) if reference else dict(value)


def _kind(value: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return " · ".join(f"`{json.dumps(each)}`" for each in value["enum"])
    if "oneOf" in value:
        return " or ".join(_kind(_resolved(each, known), known) for each in value["oneOf"])
    listed = value.get("type", "any")
    return " or ".join(listed) if isinstance(listed, list) else str(listed)


def api() -> str:
    """The API reference."""
    lines = ["# API reference", "", "Written by `docs/make_reference.py` from the docstrings.", ""]
    lines += ["## budgetcheck", "", _text(budgetcheck), ""]
    lines += _members(budgetcheck, budgetcheck.__all__)
    lines += ["## budgetcheck.model", "", "What reviews are made of, besides the names above.", ""]
    lines += _members(
        model,
        [each for each in model.__all__ if each not in budgetcheck.__all__ and inspect.isclass(getattr(model, each))],
    )
    lines += _members(intervals, ["Interval"])
    lines += ["## budgetcheck.schemas", "", _text(schemas), ""]
    lines += _members(schemas, schemas.__all__)
    lines += ["### Models", "", "| Model | Table | Columns |", "| --- | --- | --- |"]
    tables = {spec["model"]: spec["name"] for spec in load_wording().table("tables")["standard"]}
    for name, table in schemas.models().items():
        shown = [f"{field}{'' if column.required else '?'}" for field, column in table.to_schema().columns.items()]
        lines.append(f"| `{name}` | {tables[name]} | {'、'.join(shown)} |".replace("\n", " "))
    lines += ["", "`?`: may be left out.", ""]
    lines += ["## budgetcheck.testing", "", _text(testing), ""]
    lines += _members(testing, testing.__all__)
    return "\n".join(lines).rstrip() + "\n"


def _members(module: ModuleType, names: list[str]) -> Iterator[str]:
    for name in names:
        value = getattr(module, name)
        if inspect.isclass(value):
            yield from _class(name, value)
        elif callable(value):
            yield from (f"### {name}", "", "```python", f"{name}{_signature(value)}", "```", "", _text(value), "")
        else:
            shown = tuple(value) if isinstance(value, Mapping) else value
            yield from (f"### {name}", "", f"`{shown!r}`", "")


def _class(name: str, value: type) -> Iterator[str]:
    bases = [base.__name__ for base in value.__bases__ if base is not object]
    yield from (f"### {name}{'(' + ', '.join(bases) + ')' if bases else ''}", "", _text(value), "")
    if dataclasses.is_dataclass(value):
        yield from ("| Field | Type | Default |", "| --- | --- | --- |")
        for field in dataclasses.fields(value):
            shown = f"`{field.default!r}`" if field.default is not dataclasses.MISSING else ""
            shown = "empty" if field.default_factory is not dataclasses.MISSING else shown
            yield f"| `{field.name}` | `{str(field.type).replace('|', chr(92) + '|')}` | {shown} |"
        yield ""
    for key, member in vars(value).items():
        call = "" if isinstance(member, property) else _signature(member) if inspect.isfunction(member) else None
        if call is not None and not key.startswith("_") and inspect.getdoc(member):
            yield from (f"- `.{key}{call}` {_text(member)}", "")


def _signature(function: Callable[..., Any]) -> str:
    """A signature as it is written in the source."""
    found = inspect.signature(function)
    shown = [
        str(each.replace(annotation=inspect.Parameter.empty))
        if each.annotation is inspect.Parameter.empty
        else _parameter(each)
        for each in found.parameters.values()
        if each.name != "self"
    ]
    first = next((n for n, p in enumerate(found.parameters.values()) if p.kind is inspect.Parameter.KEYWORD_ONLY), -1)
    if first >= 0:
        shown.insert(first - ("self" in found.parameters), "*")
    gives = "" if found.return_annotation is inspect.Signature.empty else f" -> {found.return_annotation}"
    # Hypothesis keeps what its own decorator cannot resolve in a wrapper.
    gives = re.sub(r"ForwardRef\('(.*?)'\)", r"\1", gives).replace("hypothesis.strategies", "st")
    return f"({', '.join(shown)}){gives}"


def _parameter(parameter: inspect.Parameter) -> str:
    default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
    return f"{parameter.name}: {parameter.annotation}{default}"


def _text(value: object) -> str:
    return inspect.getdoc(value) or ""


if __name__ == "__main__":
    for page, content in pages().items():
        (DOCS / page).write_text(content, encoding="utf-8")
