"""Text of a report made harmless for the place where it is shown: controls, marks of direction, formulas."""

from __future__ import annotations

import re

__all__ = ["clean", "inert", "shortened"]

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SHOWN = (
    dict.fromkeys((9, 10, 11, 12, 13, 133, 8232, 8233), " ")
    | {code: chr(0x2400 + code) for code in range(32) if code not in (9, 10, 11, 12, 13)}
    | dict.fromkeys((*range(127, 133), *range(134, 160), *range(64976, 65008)), "�")
    | {ord(mark): f"<U+{ord(mark):04X}>" for mark in _BIDI}
)
_UNSAFE = re.compile(
    "[" + "".join(re.escape(chr(code)) for code in _SHOWN) + "\ud800-\udfff\ufffe\uffff]|[\U0001fffe\U0001ffff]"
)


def clean(text: str) -> str:
    """One line that any format can hold: line breaks are spaces, other controls and marks of direction are visible."""
    return _UNSAFE.sub(lambda found: _SHOWN.get(ord(found[0]), "\ufffd"), text) if _UNSAFE.search(text) else text


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before = + - @, also in their wide forms."""
    return f"'{text}" if _FORMULA.match(text) else text


def shortened(text: str, longest: int) -> str:
    """At most `longest` characters, with an ellipsis where something was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
