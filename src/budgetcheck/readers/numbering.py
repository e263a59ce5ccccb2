"""Word's automatic numbers: 一、 （一） 1. ① 第一部分 are in no text of the file and are counted here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .archive import Element, attribute, child, name, value

__all__ = ["Numbering", "format_number", "whole"]

_DIGITS = "〇一二三四五六七八九"
_LEGAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_LEGAL_TRADITIONAL = str.maketrans("一二三四五六七八九十百千", "壹貳參肆伍陸柒捌玖拾佰仟")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
# After these a person typing the number would leave no space.
_CLOSED = "、，。．：）)】〕》"
_LONGEST = 64
_DEEPEST = 8
_LARGEST = 10**9


def whole(text: str | None, default: int) -> int:
    """An integer attribute, at most a billion either way; `default` where it is missing or none."""
    try:
        return max(-_LARGEST, min(int(text), _LARGEST)) if text is not None else default
    except ValueError:
        return default


def format_number(number: int, style: str) -> str | None:
    """A number in one of Word's formats (ST_NumberFormat); None where the format is not known here."""
    if style in ("none", "bullet"):
        return ""
    if style not in _FORMATS:
        return None
    low, high, write = _FORMATS[style]
    return write(number) if low <= number <= high else str(number)


def _chinese(number: int) -> str:
    text, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = False
        elif text:
            gap = True
    return text[1:] if text.startswith("一十") else text


def _counting(number: int) -> str:
    """The short form: only up to 99 in words, then digit by digit."""
    return _chinese(number) if number < 100 else _digital(number).replace("〇", "○")


def _japanese(number: int) -> str:
    return re.sub("一(?=[千百十])", "", _chinese(number).replace("零", ""))


def _digital(number: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _roman(number: int) -> str:
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (number // worth)
        number %= worth
    return text


def _letters(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _circled(number: int) -> str:
    return chr(number + (0x245F if number <= 20 else 0x323C if number <= 35 else 0x328D))


def _full_width(number: int) -> str:
    return "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in str(number))


def _series(first: str, count: int) -> tuple[int, int, Callable[[int], str]]:
    return 1, count, lambda number: chr(ord(first) + number - 1)


def _listed(signs: str) -> tuple[int, int, Callable[[int], str]]:
    return 1, len(signs), lambda number: signs[number - 1]


# Format: first and last number it can write (beyond them Word, too, falls back to 1, 2, 3) and how.
_FORMATS: dict[str, tuple[int, int, Callable[[int], str]]] = {
    **dict.fromkeys(("decimal", "decimalHalfWidth"), (0, 0, str)),
    "decimalZero": (0, 99, lambda number: f"{number:02d}"),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2"), (0, 10**9, _full_width)),
    **dict.fromkeys(("chineseCounting", "taiwaneseCounting"), (1, 9999, _counting)),
    **dict.fromkeys(("chineseCountingThousand", "taiwaneseCountingThousand", "koreanDigital2"), (1, 9999, _chinese)),
    "japaneseCounting": (1, 9999, _japanese),
    **dict.fromkeys(("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"), (0, 10**9, _digital)),
    "chineseLegalSimplified": (1, 9999, lambda number: _chinese(number).translate(_LEGAL)),
    "ideographLegalTraditional": (1, 9999, lambda number: _chinese(number).translate(_LEGAL_TRADITIONAL)),
    "ideographTraditional": _listed("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _listed("子丑寅卯辰巳午未申酉戌亥"),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), (1, 50, _circled)),
    "decimalEnclosedParen": _series("⑴", 20),
    "decimalEnclosedFullstop": _series("⒈", 20),
    "ideographEnclosedCircle": _series("㊀", 10),
    "numberInDash": (0, 10**9, lambda number: f"- {number} -"),
    "upperLetter": (1, 780, _letters),
    "lowerLetter": (1, 780, lambda number: _letters(number).lower()),
    "upperRoman": (1, 3999, _roman),
    "lowerRoman": (1, 3999, lambda number: _roman(number).lower()),
}


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level counts and prints; `restart` is the 1-based level that restarts it, 0 for none."""

    start: int = 1
    style: str = "decimal"
    text: str = ""
    pad: int = 0
    restart: int | None = None
    legal: bool = False
    suffix: str = "tab"
    linked: str | None = None


@dataclass(slots=True)
class _List:
    """One `w:num`: its abstract list, its own levels and its own starts."""

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of one document, in reading order.

    Lists of one abstract list go on counting together, until one of them says where it starts.
    """

    def __init__(self, root: Element | None) -> None:
        self.unknown: set[str] = set()
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        self._lists: dict[str, _List] = {}
        self._linked: dict[str, dict[str, int]] = {}
        if root is not None:
            self._load(root)

    def _load(self, root: Element) -> None:
        abstracts = {attribute(each, "abstractNumId"): each for each in root if name(each) == "w:abstractNum"}
        styled = {value(each, "w:styleLink"): key for key, each in abstracts.items()}
        known: dict[str, dict[int, _Level]] = {}
        for each in root:
            key, number = value(each, "w:abstractNumId"), attribute(each, "numId")
            if name(each) != "w:num" or key not in abstracts or number is None:
                continue
            link = value(abstracts[key], "w:numStyleLink")
            target = styled.get(link, key) if link else key
            if target is None:
                continue
            if target not in known:
                known[target] = _levels(abstracts[target])
            self._lists[number] = _list(each, target, known[target])

    def level(self, number: str, styles: Iterable[str]) -> int | None:
        """The level that a paragraph style, or one it is based on, is linked to; the nearest wins."""
        if number not in self._lists:
            return None
        if number not in self._linked:
            levels = self._lists[number].levels
            self._linked[number] = {each.linked: depth for depth, each in levels.items() if each.linked}
        return next((self._linked[number][each] for each in styles if each in self._linked[number]), None)

    def mark(self, number: str, depth: int) -> str:
        """Count one paragraph of list `number` at level `depth` (0 to 8); gives what is printed before it."""
        entry = self._lists.get(number)
        depth = min(max(depth, 0), _DEEPEST)
        if entry is None or depth not in entry.levels:
            return ""
        self._count(number, entry, depth)
        level = entry.levels[depth]
        if level.style == "bullet":
            return ""
        printed = re.sub("%([1-9])", lambda found: self._part(entry, int(found[1]) - 1, level), level.text)
        tight = not printed or level.suffix == "nothing" or printed[-1] in _CLOSED
        return printed if tight else f"{printed} "

    def _count(self, number: str, entry: _List, depth: int) -> None:
        counts = self._counts.setdefault(entry.abstract, {})
        fresh = depth in entry.starts and (number, depth) not in self._started
        self._started.add((number, depth))
        counts[depth] = _start(entry, depth) if fresh or depth not in counts else counts[depth] + 1
        for deeper in [each for each in counts if each > depth]:
            restart = entry.levels[deeper].restart if deeper in entry.levels else None
            if restart is None or depth < restart:
                del counts[deeper]

    def _part(self, entry: _List, depth: int, shown: _Level) -> str:
        level = entry.levels.get(depth, _Level())
        number = self._counts[entry.abstract].get(depth, _start(entry, depth))
        if shown.legal and level.style not in ("none", "bullet"):
            return str(number)
        text = str(number).zfill(level.pad) if level.pad else format_number(number, level.style)
        if text is None:
            self.unknown.add(level.style)
            return str(number)
        return text


def _start(entry: _List, depth: int) -> int:
    return entry.starts.get(depth, entry.levels.get(depth, _Level()).start)


def _list(element: Element, abstract: str, shared: dict[int, _Level]) -> _List:
    entry = _List(abstract, dict(shared))
    for override in element:
        if name(override) != "w:lvlOverride":
            continue
        entry.levels.update(_levels(override))
        start = value(override, "w:startOverride")
        if start is not None:
            entry.starts[whole(attribute(override, "ilvl"), 0)] = whole(start, 1)
    return entry


def _levels(parent: Element) -> dict[int, _Level]:
    return {whole(attribute(each, "ilvl"), 0): _level(each) for each in parent if name(each) == "w:lvl"}


def _level(element: Element) -> _Level:
    style, pad = _style(element)
    restart = value(element, "w:lvlRestart")
    legal = child(element, "w:isLgl")
    return _Level(
        start=whole(value(element, "w:start"), 0),
        style=style,
        text=(value(element, "w:lvlText") or "")[:_LONGEST],
        pad=pad,
        restart=None if restart is None else whole(restart, 0),
        legal=legal is not None and value(element, "w:isLgl") not in ("0", "false", "off"),
        suffix=value(element, "w:suff") or "tab",
        linked=value(element, "w:pStyle"),
    )


def _style(level: Element) -> tuple[str, int]:
    """The format of a level, and the width of zero-padded custom ones ("001, 002, 003, ...")."""
    found = child(level, "w:numFmt")
    if found is None:
        found = child(level, "mc:AlternateContent", "mc:Choice", "w:numFmt")
    style = attribute(found, "val") or "decimal"
    first = re.match(r"0*1(?=,)", attribute(found, "format") or "")
    return ("decimal", min(len(first[0]), 9)) if style == "custom" and first else (style, 0)
