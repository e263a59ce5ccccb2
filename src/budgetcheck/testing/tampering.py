"""Spoil a consistent report in a way that can be named: slips of the pen, of the clipboard, of the unit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from .habits import SCALE, grouped, rounded, scaled
from .report import Place, Printing, Report

__all__ = ["KINDS", "Tampering", "tamper"]


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was done: at `place` stood `was` and stands `now`.

    `index` is that printing among the report's; `also` are the others that were changed with it.
    """

    kind: str
    index: int
    place: Place
    was: str
    now: str
    also: tuple[int, ...] = ()


# What becomes of each printing that changes; nothing where this printing cannot be spoiled in this way.
Change = dict[int, str]
Draw = random.Random
# How many printings away the neighbour may stand; rows have up to a dozen columns.
_NEAR = 13
_TRIES = 200


def tamper(report: Report, kind: str | None = None, seed: int = 0) -> tuple[Report, Tampering]:
    """The report with one thing wrong in it, and what.

    Raises ValueError for an unknown kind, and where nothing in the report can be spoiled in that way.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"no kind of tampering is called {kind}; known are {', '.join(KINDS)}")
    draw = random.Random(f"tamper {report.truth.seed} {seed}")
    for _ in range(_TRIES):
        chosen = kind or draw.choice(list(KINDS))
        index = draw.randrange(len(report.printings))
        change = _KINDS[chosen](report, index, draw)
        if change and not _still_true(report, change):
            place = report.printings[index].place
            was = report.printings[index].text
            label = Tampering(chosen, index, place, was, change[index], tuple(i for i in change if i != index))
            return _changed(report, change), label
    raise ValueError(f"nothing in report {report.truth.seed} can be spoiled by {kind}")


# --- how a printed number goes wrong


def _digits(text: str) -> list[int]:
    return [place for place, char in enumerate(text) if char.isdigit()]


def _substituted(report: Report, index: int, draw: Draw) -> Change:
    text = report.printings[index].text
    places = _digits(text)
    if not places:
        return {}
    at = draw.choice(places)
    return {index: text[:at] + draw.choice("0123456789".replace(text[at], "")) + text[at + 1 :]}


def _transposed(report: Report, index: int, draw: Draw) -> Change:
    text = report.printings[index].text
    pairs = [(a, b) for a, b in zip(_digits(text), _digits(text)[1:], strict=False) if text[a] != text[b]]
    if not pairs:
        return {}
    one, other = draw.choice(pairs)
    return {index: text[:one] + text[other] + text[one + 1 : other] + text[one] + text[other + 1 :]}


def _dropped(report: Report, index: int, draw: Draw) -> Change:
    text = report.printings[index].text
    places = _digits(text.partition(".")[0])
    if len(places) < 2:
        return {}
    at = draw.choice(places)
    return {index: _again(text, text[:at] + text[at + 1 :])}


def _inserted(report: Report, index: int, draw: Draw) -> Change:
    text = report.printings[index].text
    places = _digits(text.partition(".")[0])
    if not places:
        return {}
    at = draw.choice(places)
    return {index: _again(text, text[:at] + draw.choice("123456789") + text[at:])}


def _again(before: str, digits: str) -> str:
    """Digits with their separators set anew where there were any, and no zero in front."""
    bare = digits.replace(",", "")
    whole, dot, part = bare.partition(".")
    bare = (whole.lstrip("0") or "0") + dot + part
    return grouped(bare) if "," in before else bare


def _shifted(report: Report, index: int, draw: Draw) -> Change:
    printing = report.printings[index]
    if printing.kind not in ("amount", "percent") or not printing.value:
        return {}
    bare = printing.text.replace(",", "")
    whole, _, part = bare.partition(".")
    units, places = int(whole + part), len(part)
    digits = scaled(units * 10, places) if draw.random() < 0.5 else scaled(units, places + 1)
    return {index: _again(printing.text, digits)}


def _negative(report: Report, index: int, draw: Draw) -> Change:
    """A sign that came or went: reports print a minus only in tables."""
    printing = report.printings[index]
    if printing.kind != "amount" or _in_prose(printing) or not printing.value:
        return {}
    return {index: printing.text[1:] if printing.text[0] == "-" else f"-{printing.text}"}


# --- figures that stand where another belongs


def _printed(report: Report, printing: Printing, value: Fraction) -> str:
    """A value as this printing would have printed it."""
    if printing.kind == "count":
        return str(value)
    units = rounded(value / SCALE.get(printing.unit, 1), printing.decimals)
    drop = report.habit.drop_zeros if _in_prose(printing) else report.habit.drop_zeros_in_tables
    digits = scaled(units, printing.decimals, drop_zeros=drop)
    return grouped(digits) if "," in printing.text else digits


def _last_year(report: Report, index: int, draw: Draw) -> Change:
    printing = report.printings[index]
    before = f"{printing.name}.last"
    if printing.kind != "amount" or before not in report.figures.amounts:
        return {}
    return {index: _printed(report, printing, Fraction(report.figures[before]))}


def _neighbour(report: Report, index: int, draw: Draw) -> Change:
    """The number of the next row or item, pasted into this one."""
    if report.printings[index].kind == "word":
        return {}
    here = report.printings[index]
    near = [*report.printings[index + 1 : index + _NEAR], *report.printings[max(index - _NEAR, 0) : index][::-1]]
    for other in near:
        beside = other.place.column == here.place.column and (other.place.block == here.place.block or _in_prose(here))
        if beside and other.kind == here.kind and other.text != here.text:
            return {index: other.text}
    return {}


def _in_prose(printing: Printing) -> bool:
    return printing.place.row < 0


def _another_share(report: Report, index: int, draw: Draw) -> Change:
    printing = report.printings[index]
    if printing.kind != "percent":
        return {}
    others = [p.text for p in report.printings if p.kind == "percent" and p.text != printing.text]
    return {index: draw.choice(others)} if others else {}


# --- figures that agree with each other and with nothing else


def _copies(report: Report, index: int) -> list[int]:
    printing = report.printings[index]
    same = (n for n, other in enumerate(report.printings) if (other.name, other.kind) == (printing.name, printing.kind))
    return [n for n in same if printing.kind != "word" and printing.name != "zero"]


def _one_copy(report: Report, index: int, draw: Draw) -> Change:
    if len(_copies(report, index)) < 2:
        return {}
    return {index: _printed(report, report.printings[index], _drifted(report.printings[index], draw))}


def _all_copies(report: Report, index: int, draw: Draw) -> Change:
    copies = _copies(report, index)
    if len(copies) < 2:
        return {}
    value = _drifted(report.printings[index], draw)
    return {n: _printed(report, report.printings[n], value) for n in (index, *copies)}


def _drifted(printing: Printing, draw: Draw) -> Fraction:
    """Another value of the same size."""
    value = printing.value * Fraction(draw.randint(60, 140), 100)
    return Fraction(rounded(value, 0)) + 1 if printing.kind == "count" else value


def _total_left(report: Report, index: int, draw: Draw) -> Change:
    """An item grew, and so did all its copies; the totals above it were left."""
    printing = report.printings[index]
    is_part = any(printing.name in total.parts for total in report.figures.sums)
    if printing.kind != "amount" or not is_part or not printing.value:
        return {}
    value = printing.value * Fraction(draw.randint(105, 150), 100)
    return {n: _printed(report, report.printings[n], value) for n in (index, *_copies(report, index))}


def _left_out(report: Report, index: int, draw: Draw) -> Change:
    """A cell of an item is blank."""
    printing = report.printings[index]
    if _in_prose(printing) or not printing.value:
        return {}
    return {index: ""}


def _swapped(report: Report, index: int, draw: Draw) -> Change:
    """Two totals changed places."""
    totals = {total.total for total in report.figures.sums}
    here = report.printings[index]
    if here.name not in totals or here.kind != "amount":
        return {}
    near = [
        n for n, p in enumerate(report.printings)
        if p.place.block == here.place.block and p.name in totals and p.kind == "amount" and p.text != here.text
    ]  # fmt: skip
    if not near:
        return {}
    other = draw.choice(near)
    return {index: report.printings[other].text, other: here.text}


def _unit(report: Report, index: int, draw: Draw) -> Change:
    """元 printed where 万元 stands, or the other way."""
    printing = report.printings[index]
    if printing.kind != "amount" or not printing.value:
        return {}
    other = "one" if printing.unit == "ten_thousand" else "ten_thousand"
    digits = scaled(rounded(printing.value / SCALE[other], 2), 2)
    return {index: grouped(digits) if "," in printing.text else digits}


def _direction(report: Report, index: int, draw: Draw) -> Change:
    printing = report.printings[index]
    return {index: printing.opposite} if printing.kind == "word" else {}


Spoil = Callable[[Report, int, Draw], Change]
_KINDS: dict[str, Spoil] = {
    "substituted": _substituted,
    "transposed": _transposed,
    "dropped": _dropped,
    "inserted": _inserted,
    "shifted": _shifted,
    "sign": _negative,
    "last-year": _last_year,
    "neighbour": _neighbour,
    "one-copy": _one_copy,
    "all-copies": _all_copies,
    "direction": _direction,
    "other-share": _another_share,
    "total-left": _total_left,
    "left-out": _left_out,
    "swapped": _swapped,
    "unit": _unit,
}
KINDS = tuple(_KINDS)


# --- what comes of it


def _still_true(report: Report, change: Change) -> bool:
    """Whether any changed number could still stand for the truth as its digits show it."""
    return any(_could_be(report.printings[index], text) for index, text in change.items())


def _could_be(printing: Printing, text: str) -> bool:
    if printing.kind == "word" or not text:
        return text == printing.text
    shown = Fraction(text.replace(",", "")) * SCALE.get(printing.unit, 1)
    kept = Fraction(printing.text.replace(",", "")) * SCALE.get(printing.unit, 1)
    return min(abs(shown - printing.value), abs(shown - kept)) <= 4 * printing.half


def _changed(report: Report, change: Change) -> Report:
    """The report with other text at some printings; the places behind them move along."""
    blocks = list(report.blocks)
    printings = list(report.printings)
    for index, text in change.items():
        printing = printings[index]
        place, block = printing.place, blocks[printing.place.block]
        if place.row >= 0:
            row = list(block.cells[place.row])
            row[place.column] = text
            cells = (*block.cells[: place.row], tuple(row), *block.cells[place.row + 1 :])
            blocks[place.block] = replace(block, cells=cells)
        else:
            end = place.start + len(printing.text)
            blocks[place.block] = replace(block, text=block.text[: place.start] + text + block.text[end:])
            moved = len(text) - len(printing.text)
            for n, other in enumerate(printings):
                if other.place.block == place.block and other.place.start > place.start:
                    printings[n] = replace(other, place=replace(other.place, start=other.place.start + moved))
        printings[index] = replace(printing, text=text)
    return replace(report, blocks=tuple(blocks), printings=tuple(printings))
