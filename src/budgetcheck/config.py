"""Settings of a project: `[tool.budgetcheck]` of `pyproject.toml`, or `budgetcheck.toml`.

In a program: `budgetcheck.check(path, load_config().options)`.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from .errors import BudgetcheckError
from .model import Severity
from .packs import installed_packs
from .rulebook import load_rules
from .wording import load_wording

if TYPE_CHECKING:
    from .pipeline import Options

__all__ = ["FAIL_ON", "Config", "ConfigError", "find_accepted", "find_config", "load_config"]

FAIL_ON: Mapping[str, tuple[Severity, ...]] = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
_OWN, _SHARED, _ACCEPTED = "budgetcheck.toml", "pyproject.toml", "accepted.toml"


class ConfigError(BudgetcheckError):
    """A file of settings is wrong: says the file, the line and why."""


def _usual() -> Options:
    # Imported when it is needed: `budgetcheck explain` reads settings and no report.
    from .pipeline import Options

    return Options()


@dataclass(frozen=True, slots=True)
class Config:
    """What a file of settings says, every path made absolute; `path` is None where there is no file.

    Patterns of `exclude` and `per_file_ignores` are held against paths relative to the file's folder; * takes / too.
    """

    path: Path | None = None
    options: Options = field(default_factory=_usual)
    fail_on: str = "error"
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    accepted: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder of the file of settings, or the working directory."""
        return self.path.parent if self.path else Path.cwd()

    def excludes(self, path: Path) -> bool:
        """Whether a file is to be left out."""
        return any(self._matches(path, pattern) for pattern in self.exclude)

    def options_for(self, path: Path, options: Options) -> Options:
        """The options without the rules that are not wanted for this file."""
        more = (ids for pattern, ids in self.per_file_ignores.items() if self._matches(path, pattern))
        ignored = tuple(each for ids in more for each in ids)
        return replace(options, ignore=(*options.ignore, *ignored)) if ignored else options

    def _matches(self, path: Path, pattern: str) -> bool:
        name = Path(os.path.relpath(path.resolve(), self.folder.resolve())).as_posix()
        return fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern.rstrip('/')}/*")


def find_config(folder: Path) -> Path | None:
    """The file of settings for a folder: its own or that of the nearest one above it, up to the root of a repository.

    `budgetcheck.toml` comes before `pyproject.toml`, which counts only with a table `[tool.budgetcheck]`.
    """
    for each in _upwards(folder):
        if (each / _OWN).is_file():
            return each / _OWN
        if (each / _SHARED).is_file() and _table(each / _SHARED, _parsed(each / _SHARED)[0]) is not None:
            return each / _SHARED
    return None


def find_accepted(config: Config) -> Path:
    """The file of accepted differences: as the settings say, else `accepted.toml` beside them.

    Without settings, that of the nearest folder that has one, from the working directory up to the root of a
    repository; where there is none, in the working directory.
    """
    if config.accepted or config.path:
        return config.accepted or config.folder / _ACCEPTED
    there = (each / _ACCEPTED for each in _upwards(Path.cwd()) if (each / _ACCEPTED).is_file())
    return next(there, Path.cwd() / _ACCEPTED)


def _upwards(folder: Path) -> Iterator[Path]:
    """A folder and those above it, up to the root of a repository."""
    for each in (folder.resolve(), *folder.resolve().parents):
        yield each
        if (each / ".git").exists():
            return


def load_config(path: Path | None = None, rules: Iterable[Path] = ()) -> Config:
    """The settings of a file; without one of the file that `find_config` finds for the working directory.

    `rules` are further folders whose rules the settings may name.
    Raises ConfigError with file and line where a key, a type or a name is wrong; RuleError where a rule's file is.
    """
    path = path or find_config(Path.cwd())
    if path is None:
        return Config()
    raw, text = _parsed(path)
    table = _table(path, raw)
    if table is None:
        raise ConfigError(f"{path}: has no table [tool.budgetcheck]")
    return _Reader(path, table, text, _prefix(raw)).config(tuple(rules))


def _parsed(path: Path) -> tuple[dict[str, Any], str]:
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        line = int(found[1]) if found else max(text.count("\n"), 1)
        raise ConfigError(f"{path}:{line}: not valid TOML: {reason}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None


def _table(path: Path, raw: Mapping[str, Any]) -> Any:
    """The settings in a parsed file; None where a file that others share has none."""
    if path.name != _SHARED and "tool" not in raw:
        return raw
    tools = raw.get("tool")
    return tools.get("budgetcheck") if isinstance(tools, dict) else None


def _prefix(raw: Mapping[str, Any]) -> tuple[str, ...]:
    return ("tool", "budgetcheck") if "tool" in raw else ()


class _Reader:
    """Reads a table of settings and says the line of what is wrong in it."""

    def __init__(self, path: Path, table: Any, text: str, prefix: tuple[str, ...]) -> None:
        self.path, self.table, self.text, self.prefix = path, table, text, prefix

    def config(self, folders: tuple[Path, ...]) -> Config:
        """All settings, checked."""
        if not isinstance(self.table, dict):
            raise self._error((), "is a table")
        for key, value in self.table.items():
            if key not in _KEYS:
                raise self._error((key,), f"unknown key {key}{_meant(key, _KEYS)}")
            _KEYS[key](self, key, value)
        table, base = self.table, self.path.resolve().parent
        rules = tuple(base / each for each in table.get("rules", ()))
        wording = tuple(base / each for each in table.get("wording", ()))
        self._names((*rules, *folders))
        load_wording((*rules, *folders), installed_packs(), wording)
        options = replace(
            _usual(),
            select=tuple(table.get("select", ())),
            ignore=tuple(table.get("ignore", ())),
            rules=rules,
            language=table.get("language", "zh"),
            severity=table.get("severity", {}),
            wording=wording,
        )
        per_file = {pattern: tuple(ids) for pattern, ids in table.get("per-file-ignores", {}).items()}
        accepted = base / table["accepted"] if "accepted" in table else None
        return Config(
            self.path, options, table.get("fail-on", "error"), tuple(table.get("exclude", ())), per_file, accepted
        )

    def strings(self, key: str, value: object) -> None:
        """A list of strings."""
        self._strings((key,), value)

    def string(self, key: str, value: object) -> None:
        """One string."""
        if not isinstance(value, str):
            raise self._error((key,), f"{key} is a string")

    def paths(self, key: str, value: object) -> None:
        """A list of files or folders that are there."""
        for each in self._strings((key,), value):
            found = self.path.parent / each
            if not (found.is_dir() if key == "rules" else found.exists()):
                what = "no folder" if key == "rules" else "no file or folder"
                raise self._error((key,), f"{key}: {what} is called {each}", each)

    def level(self, key: str, value: object) -> None:
        """What makes a run fail."""
        self._one_of((key,), value, FAIL_ON)

    def language(self, key: str, value: object) -> None:
        """A language that the program speaks."""
        self._one_of((key,), value, load_wording().table("messages"))

    def severities(self, key: str, value: object) -> None:
        """A table of severities by rule."""
        for name, severity in self._items(key, value):
            self._one_of((key, name), severity, (*get_args(Severity), "off"))

    def ignores(self, key: str, value: object) -> None:
        """A table of lists of rules by pattern."""
        for name, ids in self._items(key, value):
            self._strings((key, name), ids)

    def _items(self, key: str, value: object) -> Iterable[tuple[str, object]]:
        if not isinstance(value, dict):
            raise self._error((key,), f"{key} is a table")
        return value.items()

    def _strings(self, keys: tuple[str, ...], value: object) -> Sequence[str]:
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self._error(keys, f"{'.'.join(keys)} is a list of strings")
        return value

    def _one_of(self, keys: tuple[str, ...], value: object, known: Iterable[str]) -> None:
        known = tuple(known)
        if not isinstance(value, str) or value not in known:
            shown, meant = (value, _meant(value, known)) if isinstance(value, str) else (repr(value), "")
            raise self._error(keys, f"{'.'.join(keys)} is {_listed(known)}, not {shown}{meant}")

    def _names(self, folders: tuple[Path, ...]) -> None:
        """Every rule that is named must exist."""
        known = [rule.id for rule in load_rules(folders, installed_packs())]
        table = self.table
        named: list[tuple[tuple[str, ...], str]]
        named = [((key,), each) for key in ("select", "ignore") for each in table.get(key, ())]
        named += [(("severity", each), each) for each in table.get("severity", {})]
        named += [(("per-file-ignores", key), i) for key, ids in table.get("per-file-ignores", {}).items() for i in ids]
        for keys, name in named:
            if not any(each.startswith(name) for each in known):
                meant = any(each.startswith(name.upper()) for each in known)
                hint = f", did you mean {name.upper()}?" if meant else ""
                raise self._error(keys, f"{keys[0]}: no rule is called {name}{hint}", name)

    def _error(self, keys: tuple[str, ...], message: str, value: str | None = None) -> ConfigError:
        line = _line(self.text, (*self.prefix, *keys), value)
        said = message if keys else f"{'.'.join(self.prefix)} {message}"
        return ConfigError(f"{self.path}:{line}: {said}")


_KEYS: Mapping[str, Callable[[_Reader, str, object], None]] = {
    "select": _Reader.strings,
    "ignore": _Reader.strings,
    "severity": _Reader.severities,
    "fail-on": _Reader.level,
    "rules": _Reader.paths,
    "wording": _Reader.paths,
    "language": _Reader.language,
    "exclude": _Reader.strings,
    "per-file-ignores": _Reader.ignores,
    "accepted": _Reader.string,
}


def _line(text: str, keys: tuple[str, ...], value: str | None) -> int:
    """The line where a key stands; where a value in its list is meant, the line of that.

    The parser gives no places, and a search for the key's letters may hit a string, a comment or another table. So the
    parser is asked about the first 1, 2, 3, … lines: the statement with which the key appears is the one that says it.
    """
    lines = text.split("\n")
    done = 0
    for count in range(1, len(lines) + 1):
        try:
            parsed = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(parsed, keys):
            statement = range(done, count)
            spoken = [n for n in statement if lines[n].strip() and not lines[n].lstrip().startswith("#")]
            within = [n for n in spoken if value is not None and any(f"{q}{value}{q}" in lines[n] for q in "\"'")]
            return (within or spoken)[0] + 1
        done = count
    return 1


def _has(table: object, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""


def _listed(words: Sequence[str]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
