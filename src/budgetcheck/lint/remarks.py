"""What lint says: one remark, its place, and the exemptions that the data gives with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..rulebook import Rule, place_of

__all__ = ["Remark", "exempted", "line_of"]


@dataclass(frozen=True, slots=True)
class Remark:
    """`place: code: message`. `rule` and `other` are the ids of the rules concerned; advice alone fails nothing."""

    place: str
    code: str
    message: str
    rule: str = ""
    other: str = ""
    advice: bool = False

    @property
    def key(self) -> str:
        """What exempts from this remark under a rule's [allow]."""
        return f"{self.code}:{self.other}" if self.other else self.code

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.message}"


def exempted(remarks: Iterable[Remark], rules: Iterable[Rule]) -> Iterator[Remark]:
    """The remarks that no rule allows, and one for each exemption that exempts from nothing or gives no reason."""
    allowed: dict[str, Mapping[str, str]] = {rule.id: rule.allow for rule in rules}
    used: set[tuple[str, str]] = set()
    for remark in remarks:
        if remark.key in allowed.get(remark.rule, ()):
            used.add((remark.rule, remark.key))
        else:
            yield remark
    for rule in rules:
        for key, reason in rule.allow.items():
            place = place_of(Path(rule.source), "allow")
            if (rule.id, key) not in used:
                yield Remark(place, "allow", f"{rule.id} is allowed {key}, but there is nothing to allow", rule.id)
            if not isinstance(reason, str) or not reason.strip():
                yield Remark(place, "allow", f"{rule.id} is allowed {key} without a reason", rule.id)


def line_of(path: Path, text: str, number: int = 1) -> str:
    """File and line where a text stands for the `number`-th time; the file alone where it does not."""
    for line, content in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text in content:
            number -= 1
            if not number:
                return f"{path}:{line}"
    return str(path)
