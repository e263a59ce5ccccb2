"""Number formats of spreadsheets: what a cell shows, with the decimals that its author let stand.

Only what decides how a number is read is kept: decimals, thousands, percent, scale, sign, dates, literal text.
Colours, padding and column widths are not.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from functools import lru_cache

__all__ = ["BUILTIN", "display", "plain"]

_DAY = 'm"月"d"日"'
_YEAR_MONTH = 'yyyy"年"m"月"'
_FULL = _YEAR_MONTH + 'd"日"'
# The numbers that a Chinese Excel gives to its own formats; 27 to 58 are dates in East Asian versions only.
BUILTIN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"},
    **{5: "#,##0;-#,##0", 6: "#,##0;-#,##0", 7: "#,##0.00;-#,##0.00", 8: "#,##0.00;-#,##0.00"},
    **{14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm"},
    **{21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: _YEAR_MONTH, 28: _DAY, 29: _DAY, 30: "m-d-yy", 31: _FULL},
    **{32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: "h:mm", 35: "h:mm:ss", 36: _YEAR_MONTH},
    **{37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00"},
    **{41: "#,##0;-#,##0;-", 42: "#,##0;-#,##0;-", 43: "#,##0.00;-#,##0.00;-", 44: "#,##0.00;-#,##0.00;-"},
    **{45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0", 49: "@", 50: _YEAR_MONTH, 51: _DAY},
    **{52: _YEAR_MONTH, 53: _DAY, 54: _DAY, 55: _YEAR_MONTH, 56: _DAY, 57: _YEAR_MONTH, 58: _DAY},
}
_LONGEST = 1000
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)'
    r"|(?P<noon>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])(?=[0#?])|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+)"
    r"|(?P<digit>[0#?])|(?P<mark>[.,%@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_COMMON = re.compile(r"(?P<grouped>#,##)?0(?:\.(?P<decimals>0{1,9}))?(?P<percent>%)?(?:_[ )])*")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_HOLDS = {
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "=": lambda order: order == 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
    "<>": lambda order: order != 0,
}
_WEEK = "一二三四五六日"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_Token = tuple[str, str]
_Section = tuple[_Token, ...]


def display(value: object, code: str, base: datetime = datetime(1899, 12, 30)) -> str:
    """What a cell with this value and number format shows; `base` is day 0 of the workbook."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime, date, time, timedelta)):
        return _moment(value, code, base)
    if not isinstance(value, (int, float)):
        return str(value)
    exact = _decimal(value)
    if exact is None:
        return str(value)
    common = _common(code)
    if common is not None:
        return _commonly(exact, *common)
    section, signed = _chosen(code, exact)
    kinds = {kind for kind, _ in section}
    if "date" in kinds:
        return _serial(value, section, base)
    if not section and code:
        return ""
    if not kinds & {"digit", "general"} and ("mark", "@") not in section:
        return ("-" if signed else "") + _literals(section)
    if "digit" not in kinds:
        bare = plain(abs(exact) if signed is not None else exact)
        text = "".join(bare if kind == "general" or (kind, t) == ("mark", "@") else t for kind, t in section)
        return ("-" if signed else "") + text
    try:
        return _number(exact, section, bool(signed))
    except InvalidOperation:
        # A format of hundreds of decimals or percent signs.
        return plain(exact)


@lru_cache(maxsize=1024)
def _common(code: str) -> tuple[str, int, Decimal] | None:
    """Nearly all cells have one of these: its pattern, its percent signs, and its last decimal; else None."""
    found = _COMMON.fullmatch(code)
    if found is None:
        return None
    decimals = found["decimals"] or ""
    return (",f" if found["grouped"] else "f"), int(bool(found["percent"])), Decimal(1).scaleb(-len(decimals))


def _commonly(exact: Decimal, pattern: str, percent: int, last: Decimal) -> str:
    if exact.adjusted() < 15:
        rounded = exact.scaleb(2 * percent).quantize(last, ROUND_HALF_UP)
    else:
        with localcontext() as context:
            context.prec = 400
            rounded = exact.scaleb(2 * percent).quantize(last, ROUND_HALF_UP)
    # Minus nought is shown without its sign.
    return format(rounded or abs(rounded), pattern) + "%" * percent


def plain(value: float | Decimal) -> str:
    """The shortest writing of a number without exponent, free of float noise (15 significant digits)."""
    exact = value if isinstance(value, Decimal) else _decimal(value)
    if exact is None:
        return str(value)
    if exact and not -30 < exact.adjusted() < 30:
        return str(exact.normalize())
    text = format(exact, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0", "-") else text


def _decimal(value: float) -> Decimal | None:
    if isinstance(value, int):
        return Decimal(value)
    exact = Decimal(f"{value:.15g}")
    return exact if exact.is_finite() else None


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    """The parts of a format, each a row of (kind, text); `If` tokens hold its condition."""
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(code[:_LONGEST]):
        kind, text = found.lastgroup, found.group(found.lastgroup or 0)
        if kind == "other" and text == ";":
            sections.append([])
        elif kind == "bracket":
            sections[-1].extend(_bracket(text))
        elif kind is not None:
            sections[-1].append(("literal" if kind in ("quoted", "escaped", "other") else kind, text))
    return tuple(tuple(section) for section in sections)


def _bracket(text: str) -> list[_Token]:
    if _CONDITION.match(text):
        return [("if", text)]
    if re.fullmatch("h+|m+|s+", text, re.IGNORECASE):
        return [("date", f"[{text.lower()}")]
    currency = re.match(r"\$([^-]*)", text)
    return [("literal", currency[1])] if currency and currency[1] else []


def _chosen(code: str, value: Decimal) -> tuple[_Section, bool | None]:
    """The part of a format that a number falls under, and whether a minus must be written before it.

    None where the part shows the number with whatever sign it has. A negative part that differs only in its
    colour would read as positive, so the minus is written.
    """
    sections = _sections(code if code else "General")
    conditions = [next((t for kind, t in section if kind == "if"), None) for section in sections[:3]]
    if any(conditions):
        return _conditional(sections, conditions, value)
    if len(sections) == 1 or (value >= 0 and len(sections) == 2):
        return sections[0], value < 0
    if value == 0:
        return sections[2], False
    if value > 0:
        return sections[0], False
    shown = _literals(sections[1])
    # An empty negative part hides the number.
    return sections[1], bool(sections[1]) and not any(mark in shown for mark in "-−－(（△▲")


def _conditional(
    sections: tuple[_Section, ...], conditions: list[str | None], value: Decimal
) -> tuple[_Section, bool | None]:
    for section, condition in zip(sections, conditions, strict=False):
        found = _CONDITION.match(condition) if condition else None
        if found is None or _HOLDS[found[1]](value.compare(Decimal(found[2]))):
            return tuple(token for token in section if token[0] != "if"), value < 0
    return (("general", ""),), value < 0


def _literals(section: _Section) -> str:
    return "".join(text for kind, text in section if kind == "literal").strip()


def _number(value: Decimal, section: _Section, signed: bool) -> str:
    """A number laid into its placeholders from the right; literal text between them stays in its place."""
    if any(kind == "exponent" for kind, _ in section) or ("literal", "/") in section:
        return ("-" if signed else "") + plain(abs(value))
    first = next(n for n, (kind, _) in enumerate(section) if kind == "digit")
    last = max(n for n, (kind, _) in enumerate(section) if kind == "digit")
    point = next((n for n, token in enumerate(section) if token == ("mark", ".")), len(section))
    whole = sum(kind == "digit" for kind, _ in section[:point])
    decimals = sum(kind == "digit" for kind, _ in section[point:])
    commas = _trailing_commas(section, point, last)
    percent = sum(token == ("mark", "%") for token in section)
    with localcontext() as context:
        context.prec = 400
        scaled = abs(value).scaleb(2 * percent - 3 * commas)
        rounded = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    integer, _, fraction = format(rounded, "f").partition(".")
    grouped = any(token == ("mark", ",") for token in section[first : min(point, last)])
    body = _fill(section, first, min(point, last + 1), integer, whole, grouped)
    tail = _fraction(section[point:], fraction) if point < len(section) else _rest(section[last + 1 :])
    sign = "-" if signed and rounded else ""
    lead = "".join(text for kind, text in section[:first] if kind == "literal")
    return (sign + lead + body + tail).strip()


def _trailing_commas(section: _Section, point: int, last: int) -> int:
    """Commas behind the last placeholder, or right before the point: each divides by a thousand."""
    count, place = 0, last + 1
    while place < len(section) and section[place] == ("mark", ","):
        count, place = count + 1, place + 1
    before = point - 1
    while 0 <= before < last and section[before] == ("mark", ","):
        count, before = count + 1, before - 1
    return count


def _fill(section: _Section, start: int, end: int, integer: str, whole: int, grouped: bool) -> str:
    spots = [token for token in section[start:end] if token[0] in ("digit", "literal")]
    forced = next((whole - n for n, t in enumerate(t for k, t in spots if k == "digit") if t == "0"), 0)
    digits = "" if integer == "0" else integer
    digits = digits.rjust(forced, "0")
    if not any(kind == "literal" for kind, _ in spots):
        return format(int(digits), ",").rjust(forced, "0") if grouped and digits else digits
    parts: list[str] = []
    left = whole
    for kind, text in reversed(spots):
        if kind == "literal":
            parts.append(text)
            continue
        left -= 1
        taken = digits if left == 0 else digits[-1:]
        digits = "" if left == 0 else digits[:-1]
        parts.append(taken)
    return "".join(reversed(parts))


def _fraction(section: _Section, digits: str) -> str:
    parts: list[str] = []
    kept = len(digits.rstrip("0"))
    place = 0
    for kind, text in section:
        if kind == "digit":
            parts.append(digits[place] if text == "0" or place < kept else "")
            place += 1
        elif kind == "literal" or text in (".", "%"):
            parts.append(text)
    text = "".join(parts)
    return text if re.match(r"\.\d", text) else text.removeprefix(".")


def _rest(section: _Section) -> str:
    return "".join(text for kind, text in section if kind == "literal" or text == "%")


def _serial(value: float, section: _Section, base: datetime) -> str:
    try:
        # Excel counts a 29 February 1900 that never was.
        shift = 1 if base.year == 1899 and base.day == 30 and 0 <= value < 60 else 0
        moment = base + timedelta(seconds=round((value + shift) * 86400))
    except (OverflowError, ValueError):
        return plain(value)
    if value < 0 or moment.year > 9999:
        return plain(value)
    return _date(moment, section, timedelta(days=value))


def _moment(value: date | time | timedelta, code: str, base: datetime) -> str:
    section = next((s for s in _sections(code or "General") if any(kind == "date" for kind, _ in s)), None)
    if isinstance(value, timedelta):
        moment, elapsed = base + value, value
    elif isinstance(value, time):
        moment = datetime.combine(base.date(), value)
        elapsed = moment - base
    else:
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        elapsed = moment - base
    if section is not None:
        return _date(moment, section, elapsed)
    return str(value).removesuffix(" 00:00:00")


def _date(moment: datetime, section: _Section, elapsed: timedelta) -> str:
    parts: list[str] = []
    half = any(kind == "noon" for kind, _ in section)
    for n, (kind, text) in enumerate(section):
        if kind == "literal" or text in (".", ","):
            parts.append(text)
        elif kind == "noon":
            parts.append(("AM", "PM")[moment.hour > 11] if text.isascii() else "上下"[moment.hour > 11] + "午")
        elif kind == "date":
            letter = text.lower()
            minutes = letter.startswith("m") and len(letter) < 3 and _beside_time(section, n)
            parts.append(_field("min"[: len(letter) + 1] if minutes else letter, moment, elapsed, half))
        elif kind == "digit":
            parts.append("0")
    return "".join(parts).strip()


def _beside_time(section: _Section, place: int) -> bool:
    """Whether an "m" means minutes: behind hours or before seconds."""
    dates = [(n, text.lower().lstrip("[")) for n, (kind, text) in enumerate(section) if kind == "date"]
    at = [n for n, _ in dates].index(place)
    before = dates[at - 1][1] if at else ""
    after = dates[at + 1][1] if at + 1 < len(dates) else ""
    return before.startswith("h") or after.startswith("s")


def _field(letter: str, moment: datetime, elapsed: timedelta, half: bool) -> str:
    if letter.startswith("["):
        unit = {"h": 3600, "m": 60, "s": 1}[letter[1]]
        return str(int(elapsed.total_seconds()) // unit)
    if letter in ("mi", "min"):
        return str(moment.minute) if letter == "mi" else f"{moment.minute:02}"
    hour = (moment.hour + 11) % 12 + 1 if half else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}.get(letter[0], moment.year)
    if letter[0] in "ye":
        return f"{moment.year % 100:02}" if len(letter) < 3 and letter[0] == "y" else str(moment.year)
    if letter[0] == "a" or (letter[0] == "d" and len(letter) > 2):
        return ("星期" if len(letter) > 3 else "") + _WEEK[moment.weekday()]
    if letter[0] == "m" and len(letter) > 2:
        return _MONTHS[moment.month - 1]
    return f"{number:02}" if len(letter) > 1 else str(number)
