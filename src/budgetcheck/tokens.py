"""A paragraph's folded text as typed tokens: numbers with units, directions, measures, names, punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from .amounts import quantity
from .model import Quantity, Text
from .shapes import CODES
from .wording import Wording

__all__ = ["NUMERIC", "Token", "codes", "tokenise"]

NUMERIC = frozenset("MNPO#")
_PUNCTUATION = {
    "，": ",",
    "。": ".",
    "!": ".",
    "！": ".",
    "?": ".",
    "？": ".",
    "；": ";",
    "：": ":",
    "、": "/",
}
_DIMENSIONS = {"money": "M", "count": "N", "percent": "P", "points": "O"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its one-letter code, folded text and place, and what it says beyond its code."""

    code: str
    text: str
    start: int
    end: int
    value: str = ""
    quantity: Quantity | None = None


def codes(tokens: tuple[Token, ...]) -> str:
    """The token codes as one string, for shapes."""
    return "".join(token.code for token in tokens)


def tokenise(text: Text, wording: Wording, begin: int = 0) -> tuple[Token, ...]:
    """All tokens of a folded text from `begin`, in order; what is no word becomes TEXT, particles are dropped."""
    tokens: list[Token] = []
    folded = text.folded
    # Where the text begins that is in no token yet.
    since = begin
    for found in wording.scanner.finditer(folded, begin):
        token = _token(found, text, wording)
        if token is not None and token.code == "x":
            continue
        start, end = found.span()
        if start > since:
            tokens.append(Token("x", folded[since:start], since, start))
        if token is not None:
            tokens.append(token)
        since = end
    if since < len(folded):
        tokens.append(Token("x", folded[since:], since, len(folded)))
    return tuple(tokens)


def _token(found: re.Match[str], text: Text, wording: Wording) -> Token | None:
    kind, word = found.lastgroup or "", found.group()
    start, end = found.span()
    if kind == "number":
        return _number(word, start, text, wording)
    if kind == "word":
        code, value = wording.words[word]
        return Token(code, word, start, end, value)
    if kind == "punctuation":
        return Token(_PUNCTUATION.get(word, word), word, start, end)
    if kind == "base":
        return _base(word, start, end, wording)
    if kind == "particle":
        return None
    if kind in ("skip", "limit"):
        return Token("!", word, start, end, kind)
    if kind == "bracket":
        return Token("x", word, start, end)
    return Token(CODES[kind.upper()], word, start, end, word)


def _base(word: str, start: int, end: int, wording: Wording) -> Token:
    """A base of comparison; one that is a plan (年初预算, 预算数) and no year gets its own code."""
    measures, unplanned = wording.table("measures"), wording.table("joints")["unplanned"]
    for kind in ("initial", "adjusted", "budget"):
        if any(name in word for name in measures[kind]) and not re.search(unplanned, word):
            return Token(CODES["PLANBASE"], word, start, end, kind)
    return Token(CODES["BASE"], word, start, end, word)


def _number(word: str, start: int, text: Text, wording: Wording) -> Token:
    found = wording.number.fullmatch(word)
    assert found is not None
    unit = wording.units.get(found["unit"] or "")
    end = start + len(word)
    digits_end = start + (found.end("unit") if unit else found.end("digits"))
    printed = text.printed(start + found.start("digits"), digits_end)
    number = quantity(
        printed,
        found["digits"],
        unit.text if unit else "",
        unit.dimension if unit else "number",
        unit.scale if unit else Fraction(1),
        _qualifier(found, wording),
    )
    code = _DIMENSIONS.get(number.dimension, "#")
    return Token(code, word, start + found.start("digits"), end, "", number)


def _qualifier(found: re.Match[str], wording: Wording) -> str:
    words = wording.table("qualifiers")
    if found["inner"]:
        return "above"
    for where in ("before", "after"):
        for kind in ("about", "above", "below"):
            if found[where] and found[where] in words[f"{kind}_{where}"]:
                return kind
    return ""


def clauses(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int]]:
    """Half-open token ranges of the sentences (up to a full stop)."""
    begin = 0
    for index, token in enumerate(tokens):
        if token.code == ".":
            yield begin, index
            begin = index + 1
    if begin < len(tokens):
        yield begin, len(tokens)
