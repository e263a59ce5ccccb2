"""Printed text to quantities: folding that keeps offsets, and numbers with the interval they stand for.

Rounding is to nearest, so d decimals stand for half a unit of the last place to either side
(Nuijten et al. 2016, statcheck, use the same reading for reported statistics).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from .intervals import Interval
from .model import Quantity, Text

__all__ = ["NUMBER", "cut_off", "fold", "format_value", "house_decimals", "quantity", "refined", "spread"]

# Digits with thousands separators (comma or, as some typesetters leave, a space) or plain, with decimals.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?"

_PUNCTUATION = {
    **dict.fromkeys("“”„‟＂\"'‘’‚‛「」『』﹁﹂", '"'),
    **dict.fromkeys("（﹙", "("),
    **dict.fromkeys("）﹚", ")"),
    **dict.fromkeys("［【〔", "["),
    **dict.fromkeys("］】〕", "]"),
    **dict.fromkeys("—–‐‑－―", "-"),
    "−": "-",
    "；": "；",
    ";": "；",
    "：": "：",
    ":": "：",
    "，": "，",
    "。": "。",
    "｡": "。",
    "、": "、",
    "．": ".",
    "％": "%",
    "﹪": "%",
    "…": "…",
    "㎡": "㎡",
    "\u200b": "",
    "\ufeff": "",
    "\u00ad": "",
}
_SPACE = re.compile(r"\s")


def _fold_char(char: str) -> str:
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    if _SPACE.match(char):
        return " "
    if unicodedata.category(char) in ("Cf", "Cc"):
        return ""
    return unicodedata.normalize("NFKC", char)


class _Table(dict[int, str]):
    """Folded characters by code point, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_char(chr(code))
        return folded


_FOLD = _Table()
_DIGIT = frozenset("0123456789")
# Without one of these, and nothing that folds to several characters, a text keeps its length.
_MOVING = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\x00-\x1f\x7f-\x9f]")
_COMMA = re.compile(r"(?<!\d),|,(?!\d)")


def fold(raw: str) -> Text:
    """Fold width, quotes, brackets and spaces of `raw`, keeping for each character where it was printed.

    Spaces survive only between two digits, where they may part two numbers.
    """
    folded = raw.translate(_FOLD)
    if len(folded) == len(raw) and not _MOVING.search(raw) and not _full_width_comma(raw):
        return Text(raw, _COMMA.sub("，", folded), range(len(raw)))
    chars: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(raw):
        for each in _FOLD[ord(char)]:
            chars.append(each)
            offsets.append(index)
    return _without_spaces(raw, chars, offsets)


def _without_spaces(raw: str, chars: list[str], offsets: list[int]) -> Text:
    kept: list[str] = []
    places: list[int] = []
    size = len(chars)
    index = 0
    while index < size:
        char = chars[index]
        if char == " ":
            end = index
            while end < size and chars[end] == " ":
                end += 1
            if kept and kept[-1] in _DIGIT and end < size and chars[end] in _DIGIT:
                kept.append(" ")
                places.append(offsets[index])
            index = end
            continue
        if char == "," and not _between_digits(chars, index):
            char = "，"
        elif char == "，" and raw[offsets[index]] == "，" and _full_width_number(raw, offsets[index]):
            char = ","
        kept.append(char)
        places.append(offsets[index])
        index += 1
    return Text(raw, "".join(kept), tuple(places))


def _between_digits(chars: list[str], index: int) -> bool:
    return 0 < index < len(chars) - 1 and chars[index - 1] in _DIGIT and chars[index + 1] in _DIGIT


def _full_width_comma(raw: str) -> bool:
    return "，" in raw and bool(re.search("[０-９]，[０-９]{3}", raw))


def _full_width_number(raw: str, at: int) -> bool:
    return bool(re.fullmatch(r"[０-９]，[０-９]{3}", raw[max(at - 1, 0) : at + 4]))


@functools.lru_cache(maxsize=4096)
def spread(value: Decimal, decimals: int, scale: Fraction) -> Interval:
    """What a number rounded half away from zero to `decimals` may have been, in the base unit."""
    doubled = 2 * int(value.scaleb(decimals))
    parts = 2 * 10**decimals * scale.denominator
    low = Fraction((doubled - 1) * scale.numerator, parts)
    high = Fraction((doubled + 1) * scale.numerator, parts)
    return Interval(low, high, open_low=doubled <= 0, open_high=doubled >= 0)


def quantity(text: str, number: str, unit: str, dimension: str, scale: Fraction, qualifier: str = "") -> Quantity:
    """A quantity from its printed `number`; `qualifier` is one of "", about, above, below, exact-above …

    Counts are exact: 120批次 means 120. Raises `decimal.InvalidOperation` where `number` is none.
    """
    digits = number.replace(",", "").replace(" ", "")
    value = Decimal(digits)
    decimals = len(digits.partition(".")[2])
    interval = spread(value, decimals, scale)
    if dimension == "count" and scale == 1 and not decimals:
        interval = Interval(Fraction(value), Fraction(value))
    if qualifier:
        interval = _qualified(interval, Fraction(value) * scale, digits, scale, qualifier)
    return Quantity(text, value, unit, dimension, scale, decimals, interval, bool(qualifier))


def _qualified(interval: Interval, point: Fraction, digits: str, scale: Fraction, qualifier: str) -> Interval:
    """Widen or open an interval by the words around it (DESIGN: 约 widens; 余, 以上, 超过 are one-sided)."""
    if qualifier == "above":
        return Interval(interval.low, None)
    if qualifier == "below":
        return Interval(None, interval.high)
    step = _last_significant(digits) * scale
    return Interval(point - step, point + step)


def _last_significant(digits: str) -> Fraction:
    """One unit of the last non-zero place: 100 for 2300, 1/10 for 0.3."""
    whole, _, decimals = digits.partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    zeros = len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0
    return Fraction(10**zeros)


def house_decimals(quantities: Iterable[Quantity]) -> dict[str, int]:
    """For each unit of money or percentage the decimals that at least half of a document's numbers show.

    0 and 100 % show none anyway and do not count.
    """
    counts: dict[str, list[int]] = {}
    for each in quantities:
        plain = not each.value or (each.dimension == "percent" and each.value == 100)
        if each.dimension in ("money", "percent") and not plain and not each.approximate:
            counts.setdefault(each.unit, []).append(each.decimals)
    return {unit: sorted(shown, reverse=True)[(len(shown) - 1) // 2] for unit, shown in counts.items()}


def refined(each: Quantity, house: dict[str, int]) -> Interval:
    """The finer reading of a number whose trailing zeros the house drops; else the printed one."""
    usual = house.get(each.unit, each.decimals)
    if each.approximate or each.dimension != "money" or usual <= each.decimals:
        return each.interval
    return spread(each.value, usual, each.scale)


def cut_off(each: Quantity) -> Interval:
    """What a percentage may have been before it was rounded or cut off; any other number as printed."""
    if each.dimension != "percent" or each.approximate or each.interval.low is None:
        return each.interval
    return Interval(each.interval.low, each.point + each.scale / 10**each.decimals, each.interval.open_low)


def format_value(value: Fraction, decimals: int) -> str:
    """A fraction as digits, rounded half away from zero to `decimals`."""
    sign = "-" if value < 0 else ""
    scaled = (abs(value) * 10**decimals * 2 + 1) // 2
    digits = str(scaled).rjust(decimals + 1, "0")
    if not decimals:
        return ("" if not scaled else sign) + digits
    return ("" if not scaled else sign) + f"{digits[:-decimals]}.{digits[-decimals:]}"
