"""Rules and wordings judged by themselves, before any report is.

`lint(folder)` gives every remark on a folder of rules; `check_rules(folder)` those that must be mended, for tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import RuleError
from ..packs import Pack
from ..rulebook import DATA, Rule, load_rules, read_rule, rule_files
from ..wording import Wording, load_wording, rules_folder
from .examples import failures, judge_examples, outcome_of
from .names import judge_names
from .reach import judge_reports
from .relations import judge_alone, judge_pairs
from .remarks import Remark, exempted
from .words import judge_words

__all__ = ["Remark", "check_rules", "failures", "lint", "outcome_of"]


def check_rules(folder: str | Path) -> list[str]:
    """What is wrong with a folder of rules, a line each, as `budgetcheck rules --lint` prints it; advice is left out.

    For the tests of a rule pack: `assert check_rules("src/my_pack/rules") == []`.
    """
    return [str(remark) for remark in lint(Path(folder)) if not remark.advice]


def lint(folder: Path, reports: Sequence[Path] = (), packs: Iterable[Pack] = ()) -> tuple[Remark, ...]:
    """Every remark on the rules and wordings of a folder, together with the shipped rules and those of packs.

    With `reports` also what of them no rule touches. Raises RuleError where the folder, the shipped rules or a pack
    cannot be read, ReadError where a report cannot be.
    """
    shipped = folder.resolve() == rules_folder().resolve()
    own = () if shipped else (folder,)
    packs = tuple(pack for pack in packs if pack.folder.resolve() != folder.resolve())
    files = rule_files(folder)
    try:
        wording = load_wording(own, packs)
    except RuleError as error:
        return (_broken(error),)
    rules, remarks = _read(files, wording)
    if not files and not (folder / "wording").is_dir():
        remarks.append(Remark(str(folder), "empty", "there is no rule and no wording in it"))
    remarks += _strays(folder)
    remarks += judge_words(folder, wording)
    known = {rule.id: rule for rule in (() if shipped else load_rules((), packs))}
    remarks += _replaced(rules, known)
    whole = tuple((known | {rule.id: rule for rule in rules}).values())
    for rule in rules:
        remarks += _alone(rule, wording, own, shipped=shipped)
    sound = [rule for rule in rules if not any(r.rule == rule.id and r.code in _UNSOUND for r in remarks)]
    remarks += judge_pairs(sound, [rule for rule in whole if rule in sound or rule not in rules])
    remarks = list(exempted(remarks, rules))
    remarks += judge_reports(reports, whole, frozenset(rule.id for rule in rules), wording) if reports else ()
    return tuple(remarks)


# What is said of such a rule alone is enough; compared with others it would only be said again.
_UNSOUND = ("infeasible", "tautology", "broken")


def _read(files: Sequence[Path], wording: Wording) -> tuple[list[Rule], list[Remark]]:
    rules: dict[str, Rule] = {}
    remarks: list[Remark] = []
    for path in files:
        try:
            rule = read_rule(path, wording)
        except RuleError as error:
            remarks.append(_broken(error))
            continue
        if rule.id in rules:
            remarks.append(Remark(str(path), "broken", f"{rule.id} is also in {rules[rule.id].source}"))
        rules.setdefault(rule.id, rule)
    return list(rules.values()), remarks


def _broken(error: RuleError) -> Remark:
    place, _, message = str(error).partition(": ")
    return Remark(place, "broken", message)


def _strays(folder: Path) -> Iterator[Remark]:
    """Files that look like rules and are not read."""
    rules = set(rule_files(folder))
    for path in sorted(folder.rglob("*.toml")):
        if path not in rules and path.relative_to(folder).parts[0] not in DATA:
            yield Remark(
                str(path), "stray", "is not read: a rule's file is called XY123-words-like-these.toml", advice=True
            )


def _replaced(rules: Sequence[Rule], known: dict[str, Rule]) -> Iterator[Remark]:
    for rule in rules:
        if rule.id in known:
            other = known[rule.id]
            message = f"{rule.id} takes the place of {other.source}; in an installed pack that is an error"
            yield Remark(rule.source, "replaces", message, rule.id, advice=True)


def _alone(rule: Rule, wording: Wording, folders: tuple[Path, ...], *, shipped: bool) -> Iterator[Remark]:
    named = list(judge_names(rule, wording, shipped=shipped))
    yield from named
    yield from judge_alone(rule)
    if any(remark.code == "never-applicable" for remark in named):
        return
    try:
        yield from judge_examples(rule, folders)
    except (RuleError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # A check finds its options wrong only when it runs.
        yield Remark(rule.source, "broken", f"{rule.id}: {type(error).__name__}: {error}", rule.id)
