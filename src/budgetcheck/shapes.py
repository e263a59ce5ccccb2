"""Shapes: sequences of token kinds with named slots and bounded gaps, one line of TOML each.

`BASE ..6 CHANGE:direction AMOUNT:delta ..3 PERCENT:percent` reads as: a base, at most six soft tokens, a
direction kept as `direction`, an amount kept as `delta`, at most three soft tokens, a percentage. `?` makes a
token optional, `A|B` takes either. A shape becomes one regular expression over a paragraph's token codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import RuleError

__all__ = ["CODES", "Shape", "compile_shape"]

# One letter for each kind of token.
CODES = {
    "AMOUNT": "M", "COUNT": "N", "PERCENT": "P", "POINTS": "O", "NUMBER": "#", "YEAR": "Y", "SKIP": "!",
    "UP": "u", "DOWN": "d", "FLAT": "f", "GREATER": ">", "LESS": "<", "EQUAL": "=", "BASE": "B", "PLANBASE": "Q",
    "ACTUAL": "a", "INITIAL": "i", "ADJUSTED": "j", "BUDGET": "b", "PART": "T", "EXHAUSTIVE": "L", "SHARE": "S",
    "COMPLETE": "K", "EACH": "e", "REASON": "R", "NONE": "Z", "CARRY": "c", "FROM": "F", "TO": "t", "NAME": "n",
    "TEXT": "x", "PLAIN": "x", "COMMA": ",", "STOP": ".", "SEMI": ";", "COLON": ":", "OPEN": "(", "CLOSE": ")",
    "QUOTE": '"', "LIST": "/",
}  # fmt: skip
_CLASSES = {
    "CHANGE": "ud",
    "DIRECTION": "udf",
    "PLAN": "ijb",
    "MEASURE": "aijb",
    "COMPARE": "><=",
    "ANYBASE": "BQ",
    "WORDS": "xn",
}
# What a gap may hold: no number, no end of sentence, no reason; `--` no base and no carry-over either.
_SOFT = 'xnYaijb,:()"/eBQc'
_CLOSE = 'xnYaijb,:()"/e'


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled shape: its claim kind, its expression over codes, its example and what is read from it."""

    kind: str
    pattern: re.Pattern[str]
    slots: tuple[str, ...]
    example: str
    reads: Mapping[str, str]
    source: str


def compile_shape(raw: Mapping[str, Any], path: Path) -> Shape:
    """A shape from its TOML table.

    Raises RuleError naming the file and the shape where a token kind is unknown or a field is missing.
    """
    missing = {"kind", "tokens", "example", "reads"} - set(raw)
    if missing:
        raise RuleError(f"{path}: shape {raw.get('tokens', '?')!r} lacks {', '.join(sorted(missing))}")
    pieces = [_piece(token, raw["tokens"], path) for token in raw["tokens"].split()]
    pattern = re.compile("".join(pieces))
    return Shape(
        kind=raw["kind"],
        pattern=pattern,
        slots=tuple(pattern.groupindex),
        example=raw["example"],
        reads=raw["reads"],
        source=str(path),
    )


def _piece(token: str, whole: str, path: Path) -> str:
    gap = re.fullmatch(r"(\.\.|--)(\d+)", token)
    if gap:
        soft = _SOFT if gap[1] == ".." else _CLOSE
        return f"[{re.escape(soft)}]{{0,{gap[2]}}}?"
    found = re.fullmatch(r"([A-Z|]+)(\??)(?::(\w+))?", token)
    if not found:
        raise RuleError(f"{path}: shape {whole!r}: cannot read {token!r}")
    codes = ""
    for kind in found[1].split("|"):
        code = _CLASSES.get(kind) or CODES.get(kind)
        if code is None:
            raise RuleError(f"{path}: shape {whole!r}: unknown token kind {kind!r}")
        codes += code
    body = f"[{re.escape(codes)}]"
    body = f"(?P<{found[3]}>{body})" if found[3] else body
    return body + found[2]
