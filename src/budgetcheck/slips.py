"""How a wrong number came about and what it should be: keystrokes, lost signs, shifted points, pasted neighbours.

The errors are those that transcription studies find (Gentner 1983, Keystroke timing in transcription typing;
Panko 1998, What we know about spreadsheet errors): one digit substituted, transposed, dropped or doubled.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from .amounts import format_value, spread
from .intervals import Interval
from .model import Quantity

__all__ = ["odd", "one_keystroke", "should_be", "slipped"]

_DIGITS = "0123456789"
# A point shifted by one or two places, and 元 written for 万元 or the other way round.
_SHIFTS = tuple(Fraction(power) ** sign for power in (10, 100, 10_000) for sign in (1, -1))


def should_be(number: Quantity, values: Interval, house: int, points: Sequence[Fraction]) -> str | None:
    """What should be printed, in the number's own unit, decimals and separators; None where nothing bounds it.

    `points` are what single equations give for it; without one there are bounds at most. Where several printed values
    are possible, one that a slip turned into what is printed is preferred, then one that most relations give, else the
    one in the middle.
    """
    if values.low is None or values.high is None or not points:
        return None
    decimals = max(number.decimals, house)
    given = [format_value(point / number.scale, decimals) for point in points]
    given = [text for text in given if _fits(text, number, values)]
    middle = format_value((values.low + values.high) / 2 / number.scale, decimals)
    best = max(dict.fromkeys(given), key=given.count) if given else middle
    if not _only(values, number, decimals):
        near = [
            text for text in one_keystroke(_plain(number)) if len(text.partition(".")[2]) in (number.decimals, house)
        ]
        near += [text for text in _shifted(number, decimals) if abs(Decimal(text) - Decimal(best)) <= _nearby(decimals)]
        other = (text for text in dict.fromkeys(near) if Decimal(text) != number.value)
        near = [text for text in other if _fits(text, number, values)]
        best = near[0] if len(near) == 1 else best
    text = _unpadded(format_value(Fraction(best), decimals), number.decimals)
    return f"{Decimal(text):,}" if "," in number.text else text


def slipped(number: Quantity, values: Interval, house: int) -> bool:
    """Whether a possible value is one keystroke, a lost sign, a shifted point or a unit away from what is printed.

    The possible values are those with the decimals of the number or of the house.
    """
    if values.low is None or values.high is None:
        return False
    # Any number may be shifted to next to nothing: that it could be tells nothing.
    shifts = () if values.contains_zero else tuple(_shifted(number, house))
    if shifts and any(number.interval.scaled(factor).meets(values) for factor in _SHIFTS):
        return True
    usual = (number.decimals, house)
    texts = (*_slips(number), *shifts)
    return any(_fits(text, number, values) for text in texts if len(text.partition(".")[2]) in usual)


def odd(number: Quantity, printed: Collection[int]) -> bool:
    """Whether a number is printed as no other of its unit: a leading zero, or decimals not among the `printed` ones."""
    digits = number.text.lstrip("-−(（")
    led = digits[:1] == "0" and digits[1:2].isdigit()
    return led or (bool(printed) and number.decimals not in printed)


def _nearby(decimals: int) -> Decimal:
    """How far rounding may take a shifted number from what relations give: two units of the last place."""
    return Decimal(2).scaleb(-decimals)


def _plain(number: Quantity) -> str:
    return format_value(Fraction(number.value), number.decimals)


def _only(values: Interval, number: Quantity, decimals: int) -> bool:
    """Whether just one value with these decimals is possible."""
    assert values.low is not None
    assert values.high is not None
    return bool(values.high - values.low <= number.scale / 10**decimals)


def _fits(text: str, number: Quantity, values: Interval) -> bool:
    """Whether a printed text could stand for one of the values."""
    decimals = len(text.partition(".")[2])
    return values.meets(spread(Decimal(text), decimals, number.scale))


def _unpadded(text: str, decimals: int) -> str:
    """Without the trailing zeros that the printed number, with its fewer decimals, does not show either."""
    whole, point, fraction = text.partition(".")
    kept = fraction[:decimals] + fraction[decimals:].rstrip("0")
    return f"{whole}{point}{kept}" if kept else whole


def _slips(number: Quantity) -> Iterator[str]:
    plain = _plain(number)
    yield from one_keystroke(plain)
    yield plain[1:] if plain.startswith("-") else f"-{plain}"


def _shifted(number: Quantity, decimals: int) -> Iterator[str]:
    if number.value:
        yield from (format_value(Fraction(number.value) * factor, decimals) for factor in _SHIFTS)


def one_keystroke(text: str) -> Iterator[str]:
    """Every number that differs from this one by one digit substituted, transposed, dropped or inserted."""
    places = [index for index, char in enumerate(text) if char.isdigit()]
    for index in places:
        yield from (text[:index] + digit + text[index + 1 :] for digit in _DIGITS if digit != text[index])
        dropped = text[:index] + text[index + 1 :]
        if any(char.isdigit() for char in dropped) and not dropped.endswith(".") and not dropped.startswith("."):
            yield dropped
    for one, other in itertools.pairwise(places):
        chars = list(text)
        chars[one], chars[other] = chars[other], chars[one]
        if "".join(chars) != text:
            yield "".join(chars)
    start = places[0] if places else 0
    for index in range(start, len(text) + 1):
        yield from (text[:index] + digit + text[index:] for digit in _DIGITS)
