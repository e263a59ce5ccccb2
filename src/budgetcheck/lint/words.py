"""Wordings: shapes that do not read their examples, words with two meanings, aliases and figures that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..amounts import fold
from ..errors import RuleError
from ..rulebook import nearest
from ..shapes import CODES, Shape, compile_shape
from ..tokens import codes, tokenise
from ..wording import Wording, read_toml
from .remarks import Remark, line_of

__all__ = ["judge_words"]

# Words of these lexicons are only looked for at places of their own.
_BOUND = ("particle", "from", "to", "each")


def judge_words(folder: Path, wording: Wording) -> Iterator[Remark]:
    """What is wrong in `wording/*.toml` of a folder, as part of a whole wording."""
    meanings = _meanings(wording.data)
    for path in sorted((folder / "wording").glob("*.toml")):
        try:
            content = read_toml(path)
            shapes = [compile_shape(raw, path) for raw in content.pop("shape", [])]
        except RuleError as error:
            yield Remark(str(path), "broken", str(error).removeprefix(f"{path}: "))
            continue
        for shape in shapes:
            yield from _shape(path, shape, wording)
        yield from _words(path, content, meanings)
        yield from _aliases(path, content, wording)
        yield from _references(path, content, frozenset(wording.figures.values()))
        yield from _patterns(path, content)


def _shape(path: Path, shape: Shape, wording: Wording) -> Iterator[Remark]:
    place = _line(path, shape.example) if shape.example else str(path)
    if not shape.example or not shape.reads:
        yield Remark(place, "shape", f"a {shape.kind} shape has no example, or says of it nothing that is read")
        return
    tokens = tokenise(fold(shape.example), wording)
    found = shape.pattern.search(codes(tokens))
    got = {s: tokens[found.start(s)].text for s in shape.slots if found.start(s) >= 0} if found else {}
    wrong = {slot: text for slot, text in shape.reads.items() if got.get(slot) != text}
    if found is None:
        yield Remark(place, "shape", f"does not read its own example {shape.example}")
    elif wrong:
        said = ", ".join(f"{slot} {got.get(slot, 'nothing')}, not {text}" for slot, text in wrong.items())
        yield Remark(place, "shape", f"reads in its own example {said}")


def _classes(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every word with the class that claims it, as written."""
    for group in ("lexicon", "measures", "years"):
        for kind, words in data.get(group, {}).items():
            if not (group == "lexicon" and kind in _BOUND):
                yield from ((word, f"{group}.{kind}") for word in words)
    for figure, aliases in data.get("figures", {}).items():
        yield from ((alias, f"figure {figure}") for alias in aliases)


def _meanings(data: Mapping[str, Any]) -> dict[str, list[str]]:
    meanings: dict[str, list[str]] = {}
    for word, kind in _classes(data):
        kinds = meanings.setdefault(fold(word).folded, [])
        if kind not in kinds:
            kinds.append(kind)
    return meanings


def _words(path: Path, content: Mapping[str, Any], meanings: Mapping[str, list[str]]) -> Iterator[Remark]:
    for word in dict.fromkeys(word for word, _ in _classes(content)):
        kinds = meanings.get(fold(word).folded, [])
        if len(kinds) > 1:
            yield Remark(_line(path, word), "word", f"{word} is in {' and in '.join(kinds)}; only the last counts")


def _aliases(path: Path, content: Mapping[str, Any], wording: Wording) -> Iterator[Remark]:
    """A name that the scanner does not read as the figure it is to stand for."""
    for figure, aliases in content.get("figures", {}).items():
        for alias in aliases:
            folded = fold(alias)
            if wording.figures.get(folded.folded) != figure:
                continue  # claimed twice, which is said of the word
            tokens = tokenise(folded, wording)
            if not any(token.code == CODES["NAME"] and token.text == folded.folded for token in tokens):
                seen = " ".join(token.text for token in tokens) or "nothing"
                yield Remark(_line(path, alias), "alias", f"{alias} is never read as {figure}: it is read as {seen}")


def _references(path: Path, content: Mapping[str, Any], known: frozenset[str]) -> Iterator[Remark]:
    """Figures that are named where no figure is called so."""
    for figure in dict.fromkeys(_named(content)):
        if figure and figure not in known:
            message = f"no figure is called {figure}{nearest(figure, known)}"
            yield Remark(_line(path, figure), "alias", message)


def _named(content: Mapping[str, Any]) -> Iterator[str]:
    for name in ("combined", "parents", "alone"):
        for value in content.get(name, {}).values():
            yield from [value] if isinstance(value, str) else value
    for name in ("funded", "carried", "flows"):
        yield from content.get(name, {}).get("figures", ())
    for table in content.get("tables", {}).get("standard", ()):
        for name in ("left", "right", "totals"):
            yield from table.get(name, {}).values()
        for column in table.get("columns", ()):
            yield column.get("figure", "")
            yield from column.get("rows", {}).values()


def _patterns(path: Path, content: Mapping[str, Any]) -> Iterator[Remark]:
    """Columns of tables whose expression is none."""
    for table in content.get("tables", {}).get("standard", ()):
        for column in table.get("columns", ()):
            try:
                re.compile(column.get("match", ""))
            except re.error as error:
                message = f"column {column.get('name', '?')} of {table.get('name', '?')}: no expression: {error}"
                yield Remark(_line(path, column["match"]), "broken", message)


def _line(path: Path, word: str) -> str:
    """The line that holds a word as TOML writes it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    for quoted in (f'"{escaped}"', f"'{word}'", word):
        found = line_of(path, quoted)
        if found != str(path):
            return found
    return str(path)
