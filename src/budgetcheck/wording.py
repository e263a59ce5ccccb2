"""The words of reports, compiled from `rules/wording/*.toml`; no word of a report stands in Python."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from .amounts import NUMBER, fold
from .errors import RuleError
from .packs import Pack, blamed
from .shapes import CODES, Shape, compile_shape

__all__ = ["Unit", "Wording", "alternation", "load_wording", "messages", "read_toml", "rules_folder"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as printed: its dimension and the factor to the dimension's base unit."""

    text: str
    dimension: str
    scale: Fraction


@dataclass(frozen=True, eq=False)
class Wording:
    """Everything data says about words; `data` is the merged TOML, the rest is compiled from it."""

    data: Mapping[str, Any]
    scanner: re.Pattern[str]
    number: re.Pattern[str]
    words: Mapping[str, tuple[str, str]]
    units: Mapping[str, Unit]
    figures: Mapping[str, str]
    shapes: tuple[Shape, ...]

    def table(self, name: str) -> Mapping[str, Any]:
        """One table of the merged data; empty where absent."""
        found = self.data.get(name, {})
        return found if isinstance(found, dict) else {}

    @functools.cached_property
    def ending(self) -> re.Pattern[str]:
        """Endings that say what kind of figure a name is."""
        return re.compile(f"(?:{alternation(self.table('marks')['ending'])})$")

    @functools.cached_property
    def level_mark(self) -> re.Pattern[str]:
        """The (类), (款), (项) marks."""
        return re.compile(alternation(self.table("marks")["class"]))


# Marks that are tokens of their own.
_MARKS = r"，。；：、()\"!?？！"


def messages(language: str) -> Mapping[str, Any]:
    """What the program itself says in a language."""
    found: Mapping[str, Any] = load_wording().table("messages")[language]
    return found


def rules_folder() -> Path:
    """The rules shipped with the package, or of the checkout that it runs from."""
    here = Path(__file__).resolve().parent
    shipped = here / "rules"
    return shipped if shipped.is_dir() else here.parents[1] / "rules"


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file with exact decimals.

    Raises RuleError with file and line where it is not TOML or not UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise RuleError(f"{path}: {error.strerror}") from None


def alternation(words: Iterable[str]) -> str:
    """A regular expression for any of `words`, longest first, branching on the first character."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(word[1:])
    branches = []
    for first, rests in by_first.items():
        tails = [re.escape(rest) for rest in rests if rest]
        tail = f"(?:{'|'.join(tails)}){'?' if '' in rests else ''}" if tails else ""
        branches.append(re.escape(first) + tail)
    return "|".join(branches) or "(?!)"


def _merge(base: dict[str, Any], extra: Mapping[str, Any], path: Path) -> None:
    """Lists grow, tables merge, anything else is replaced: an overlay holds differences only."""
    for key, value in extra.items():
        old = base.get(key)
        kinds = set() if key in base else {type(each) for each in base.values()}
        if kinds in ({dict}, {list}) and type(value) not in kinds and not path.is_relative_to(rules_folder()):
            raise RuleError(f"{path}: {key} is a {'table' if kinds == {dict} else 'list'}, not {value!r}")
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value, path)
        elif isinstance(old, list) and isinstance(value, list):
            base[key] = old + [item for item in value if item not in old]
        elif isinstance(old, dict | list):
            raise RuleError(f"{path}: {key} is a {'list' if isinstance(old, list) else 'table'}, not {value!r}")
        else:
            base[key] = value


def load_wording(folders: Iterable[Path] = (), packs: Iterable[Pack] = (), overlays: Iterable[Path] = ()) -> Wording:
    """The shipped wording, extended by `wording/*.toml` of packs and further rule folders, then by overlays.

    An overlay is a TOML file or a folder of them. Raises RuleError where a file is not TOML or a shape is wrong.
    """
    return _load(tuple(str(folder) for folder in folders), tuple(packs), tuple(str(overlay) for overlay in overlays))


@functools.lru_cache(maxsize=8)
def _load(folders: tuple[str, ...], packs: tuple[Pack, ...], overlays: tuple[str, ...]) -> Wording:
    data: dict[str, Any] = {}
    shapes: list[Shape] = []
    for pack in (Pack("", rules_folder()), *packs, *(Pack("", Path(folder)) for folder in folders)):
        with blamed(pack.name):
            _read_all(_tomls(pack.folder / "wording"), data, shapes)
    for overlay in map(Path, overlays):
        _read_all(_tomls(overlay) or [overlay], data, shapes)
    try:
        return _compile(data, tuple(shapes))
    except (TypeError, ValueError, LookupError, AttributeError, re.error) as error:
        named = (*(pack.name for pack in packs), *folders, *overlays)
        raise RuleError(f"{', '.join(named)}: these words cannot be used: {error}") from None


def _read_all(paths: Iterable[Path], data: dict[str, Any], shapes: list[Shape]) -> None:
    for path in paths:
        content = read_toml(path)
        for raw in content.pop("shape", []):
            shapes.append(compile_shape(raw, path))
        _merge(data, content, path)


def _tomls(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _compile(data: dict[str, Any], shapes: tuple[Shape, ...]) -> Wording:
    units = _units(data["units"])
    figures = {_folded(alias): name for name, aliases in data["figures"].items() for alias in aliases}
    words = _words(data, figures)
    number = _number_pattern(data["qualifiers"], units, data["units"]["count"])
    return Wording(
        data=data,
        scanner=re.compile(_scanner_pattern(data, words, number)),
        number=re.compile(number),
        words=words,
        units=units,
        figures=figures,
        shapes=shapes,
    )


def _folded(word: str) -> str:
    return fold(word).folded


def _units(table: Mapping[str, Any]) -> dict[str, Unit]:
    units = {}
    for dimension in ("money", "percent", "points"):
        for text, factor in table[dimension].items():
            units[text] = Unit(text, dimension, Fraction(factor))
    for text in table["count"]:
        folded = _folded(text)
        units[folded] = Unit(folded, "count", Fraction(1))
        for power, factor in table["powers"].items():
            units.setdefault(power + folded, Unit(power + folded, "count", Fraction(factor)))
    return units


def _words(data: Mapping[str, Any], figures: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    lexicon = data["lexicon"]
    for kind in lexicon:
        if kind not in ("particle", "from", "to", "each"):
            for word in lexicon[kind]:
                words[_folded(word)] = (CODES[kind.upper()], kind)
    for kind, listed in data["measures"].items():
        for word in listed:
            words[_folded(word)] = (CODES[kind.upper()], kind)
    for when, listed in data["years"].items():
        for word in listed:
            words[_folded(word)] = (CODES["YEAR"], when)
    for alias, name in figures.items():
        words[alias] = (CODES["NAME"], name)
    return words


def _number_pattern(qualifiers: Mapping[str, list[str]], units: Mapping[str, Unit], counts: list[str]) -> str:
    before = alternation(
        _folded(word) for kind in ("about_before", "above_before", "below_before") for word in qualifiers[kind]
    )
    after = alternation(
        _folded(word) for kind in ("about_after", "above_after", "below_after") for word in qualifiers[kind]
    )
    inner = alternation(_folded(word) for word in qualifiers["above_inner"])
    unit = alternation(units)
    return (
        rf"(?P<before>{before})?(?P<digits>-?{NUMBER})(?![\d])"
        rf"(?P<inner>{inner})?(?P<unit>{unit})?(?P<after>{after})?"
    )


def _scanner_pattern(data: Mapping[str, Any], words: Iterable[str], number: str) -> str:
    """One branch for each kind of token, the first that fits; each tells what it can begin with.

    Most of a text is so passed over without trying any branch.
    """
    plain = re.sub(r"\?P<\w+>", "?:", number)
    lexicon, base, skip, joints = data["lexicon"], data["base"], data["skip"], data["joints"]
    qualifiers = [word for kind, listed in data["qualifiers"].items() if kind.endswith("before") for word in listed]
    digits = r"\d\-" + _beginnings(qualifiers)
    last = alternation(_folded(word) for word in data["years"]["last"])
    ends = "".join(sorted({word[-1] for kind in ("up", "down") for word in lexicon[kind] if len(word) < 3}))
    about = alternation(data["qualifiers"]["about_before"])
    directions = alternation(_folded(w) for k in ("up", "down", "flat", "share") for w in lexicon[k])
    years = (joints["year"], joints["years"])
    branches = (
        ("limit", _beginnings(skip["limit_before"]) + digits, _limit_pattern(data, plain)),
        ("skip", _first_characters(skip["patterns"]), "|".join(skip["patterns"])),
        ("base", _beginnings([*base["prefix"], *base["alone"]]), _base_pattern(data, last)),
        ("year", _first_characters(years), "|".join(years)),
        ("from", _beginnings(lexicon["from"]), rf"(?:{alternation(lexicon['from'])})(?={last}|{joints['from']})"),
        ("to", _beginnings(lexicon["to"]), rf"(?<=[{ends}])(?:{alternation(lexicon['to'])})(?=\d)"),
        (
            "particle",
            _beginnings(lexicon["particle"]),
            rf"(?:{alternation(lexicon['particle'])})+(?=(?:{about})?-?\d)",
        ),
        ("each", _beginnings(lexicon["each"]), rf"(?:{alternation(lexicon['each'])})(?={directions}|{joints['each']})"),
        ("bracket", r"\(", r"\([^()\d%]{0,24}\)|\(\d{3,9}\)"),
        ("number", digits, plain),
        ("word", _beginnings(words), alternation(words)),
        ("punctuation", _MARKS, f"[{_MARKS}]"),
    )
    tried = "|".join(f"(?=[{first}])(?P<{name}>{pattern})" for name, first, pattern in branches)
    return f"(?=[{''.join(first for _, first, _ in branches)}])(?:{tried})"


def _limit_pattern(data: Mapping[str, Any], number: str) -> str:
    """A number that is a limit and no figure, with the words that say so."""
    skip, joints = data["skip"], data["joints"]
    before, after = (alternation(_folded(word) for word in skip[key]) for key in ("limit_before", "limit_after"))
    return (
        rf"(?:{before}){joints['limit_before']}{number}(?:(?:{after})|{joints['limit_after']})?"
        rf"|{number}(?:{after})"
    )


def _base_pattern(data: Mapping[str, Any], last: str) -> str:
    """What a change is compared with: a year or a measure or both, or a word that alone says it."""
    base, joints = data["base"], data["joints"]
    measures = alternation(_folded(w) for listed in data["measures"].values() for w in listed)
    prefix, suffix, alone = (alternation(_folded(word) for word in base[key]) for key in ("prefix", "suffix", "alone"))
    dated = rf"(?:{prefix})(?:{joints['year']}|{last}){joints['dated']}(?:{measures})?(?:{suffix})*"
    planned = rf"(?:{prefix})(?:{measures})(?:{suffix})*"
    return f"{dated}|{planned}|(?:{alone})"


def _beginnings(words: Iterable[str]) -> str:
    """The body of a character class of what words begin with."""
    return re.escape("".join(sorted({_folded(word)[0] for word in words})))


def _first_characters(patterns: Iterable[str]) -> str:
    """A character class body that holds the first character of anything the patterns match.

    Every character of a regular expression counts, so the class is too wide rather than too narrow; it lets the scanner
    pass over most of a text without trying every branch.
    """
    chars = {char for pattern in patterns for char in pattern[: None if "[" in pattern else 1]}
    wide = {char for pattern in patterns if not pattern[0].isalnum() for char in pattern}
    return r"\d，。；：、()\"!?？！\-\[≥>≤<A-Za-z" + "".join(sorted(c for c in chars | wide if c > "\u2e7f"))
