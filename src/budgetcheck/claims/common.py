"""What all kinds of claims need: facts at tokens, words of slots, claims from readings."""

from __future__ import annotations

from collections.abc import Mapping

from ..context import Context, Reading
from ..model import Claim, Fact, Span
from ..statements import Match, Statement, span_of
from ..tokens import Token

__all__ = ["PLANS", "VALUES", "make_claim", "matched_marks", "matched_span", "matched_words", "printed", "slot_reading"]

# The words that say which way a relation goes.
_TURNING = frozenset(("direction", "turn", "compare"))
PLANS = ("initial", "adjusted", "budget")
# What a token's code says as a word of a claim.
VALUES = {
    "u": "up", "d": "down", "f": "flat", ">": "greater", "<": "less", "=": "equal",
    "i": "initial", "j": "adjusted", "b": "budget", "a": "actual", "B": "time", "Q": "plan", "K": "",
}  # fmt: skip


def printed(context: Context, number: int, token: int) -> Fact:
    """The fact printed at a token; a percentage or change is a fact named by its own text."""
    level = context.at(number, token)
    if level is not None:
        return level.fact
    statement = context.statements[number]
    found: Token = statement.tokens[token]
    assert found.quantity is not None
    span = span_of(statement, found.start, found.end, found.quantity.text)
    return Fact(found.quantity.text, found.quantity, span, measure="claimed")


def matched_span(statement: Statement, match: Match, slot: str = "") -> Span:
    """The span of a whole match, or of the token in one of its slots."""
    if slot:
        token = statement.tokens[match.slots[slot]]
        return span_of(statement, token.start, token.end)
    first, last = statement.tokens[match.first], statement.tokens[match.last - 1]
    return span_of(statement, first.start, last.end)


def matched_words(statement: Statement, match: Match) -> dict[str, str]:
    """The non-numeric slots as their lexicon values ("up", "greater", …) with the printed word beside."""
    words: dict[str, str] = {}
    for slot, index in match.slots.items():
        token = statement.tokens[index]
        if token.quantity is None:
            words[slot] = VALUES.get(token.code, token.value or token.text)
            words[f"{slot}_text"] = token.text
    return words


def _parts(readings: Mapping[str, Reading]) -> dict[str, tuple[Fact, ...]]:
    return {name: reading.facts for name, reading in readings.items() if reading.facts}


def matched_marks(statement: Statement, match: Match) -> dict[str, Span]:
    """Where the words of a match are printed, by slot."""
    return {slot: matched_span(statement, match, slot) for slot in _TURNING & match.slots.keys()}


def make_claim(
    kind: str,
    readings: Mapping[str, Reading],
    words: Mapping[str, str],
    span: Span,
    marks: Mapping[str, Span] | None = None,
) -> Claim:
    """A claim from the readings of its parts; explicit only where every reading that has facts is."""
    explicit = all(reading.explicit for reading in readings.values() if reading.facts)
    return Claim(kind, _parts(readings), words, span, explicit=explicit, marks=marks or {})


def slot_reading(context: Context, number: int, match: Match, slot: str) -> Reading:
    """The number that stands in a slot, as the only reading of a part."""
    return Reading((printed(context, number, match.slots[slot]),)) if slot in match.slots else Reading()
