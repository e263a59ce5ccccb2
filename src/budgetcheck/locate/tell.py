"""Findings told anew: the root of each blame names its culprits, what they should be and why; symptoms point to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..amounts import format_value
from ..intervals import Interval
from ..model import Culprit, Fact, Finding, Located, Quantity, Span
from ..slips import should_be
from .cases import Blame, Diagnosis
from .proofs import gap, limits, placed, points, proofs
from .rows import Key, satisfiable
from .web import Web

__all__ = ["retold"]

_RANK = {"error": 0, "warning": 1, "info": 2}
_MOST_SHOWN = 4
_MOST_PROOFS = 3


def retold(
    findings: Sequence[Finding],
    diagnoses: Sequence[Diagnosis],
    web: Web,
    words: Mapping[str, Any],
    house: Mapping[str, int],
) -> tuple[Finding, ...]:
    """The findings in their order, those of a diagnosed case with their culprits or their root."""
    teller = _Teller({finding.id: finding for finding in findings}, web, words, house)
    for diagnosis in diagnoses:
        for blame in diagnosis.blames:
            teller.blame(blame)
        teller.leave(diagnosis)
    return tuple(teller.told.get(finding.id, finding) for finding in findings)


class _Teller:
    """Retells findings, blame by blame; what has been told once is not told again."""

    def __init__(
        self, findings: Mapping[str, Finding], web: Web, words: Mapping[str, Any], house: Mapping[str, int]
    ) -> None:
        self.findings, self.web, self.words, self.house = findings, web, words, house
        self.told: dict[str, Finding] = {}

    def blame(self, blame: Blame) -> None:
        """The root names the choices; the other findings of the blame, and what its repair would silence, fold."""
        ids = dict.fromkeys(each for row in blame.rows for each in row.findings)
        group = [self.findings[each] for each in ids if each not in self.told]
        if not group:
            return
        root = min(group, key=lambda finding: _order(finding, blame.choices))
        usual = {(culprit.span.block, culprit.span.start) for culprit in root.culprits}
        ordered = sorted(blame.choices, key=lambda key: (key[0], key[1]) not in usual)
        choices = blame.choices[:1] if blame.picked else tuple(ordered)
        culprits = tuple(self._culprit(key, blame) for key in (*choices, *blame.copies))
        located: Located = "certain" if blame.sure else "likely" if len(choices) == 1 else "one-of"
        expected = culprits[0].suggestion if len(choices) == 1 and culprits[0].suggestion else root.expected
        remaining = self._remaining(root.id, blame)
        if blame.company and located == "likely" and len(choices[0]) == 2 and culprits[0].suggestion is None:
            # One of several errors at once, and nothing says what it should be: too little to name it.
            for symptom in group:
                self.told[symptom.id] = replace(symptom, root=root.id) if symptom is not root else root
            self.told[root.id] = replace(root, message=f"{root.message}{remaining}")
            return
        # Where a reading explains a part of the gap, no number has to answer for all of it.
        vague = bool(remaining) and located == "one-of"
        said = "" if vague else self._said(blame, choices, culprits, located, root.stated[0])
        message = f"{root.message}{said}{remaining}"
        for symptom in (*group, *self._echoes(blame, choices)):
            self.told[symptom.id] = replace(symptom, root=root.id, culprits=culprits, located=located)
        self.told[root.id] = replace(root, message=message, culprits=culprits, expected=expected, located=located)

    def _remaining(self, finding: str, blame: Blame) -> str:
        """How much of a gap is left when a number stands for what another finding reads it as."""
        for row in blame.rows:
            reading = next((key for key in row.terms if key in self.web.readings and row.rate is None), None)
            if finding in row.findings and reading is not None:
                now, then = gap(self.web, row), gap(self.web, row, reading)
                number = self.web.numbers[reading].quantity
                if abs(then) < abs(now):
                    house = self.house.get(number.unit, 0)
                    fields = {"text": number.shown, "explained": _printed(abs(now) - abs(then), number, house)}
                    return str(self.words["locate"]["remaining"]).format(
                        rest=_printed(abs(then), number, house), **fields
                    )
        return ""

    def leave(self, diagnosis: Diagnosis) -> None:
        """Findings of a case that no number is blamed for: their relation may not apply, or nothing was proved."""
        key = "doubted" if diagnosis.proved else "unproved"
        for row in diagnosis.case.rows:
            for finding in (self.findings[each] for each in row.findings if each not in self.told):
                message = f"{finding.message.removesuffix(self.words['locate'][key])}{self.words['locate'][key]}"
                self.told[finding.id] = replace(finding, message=message)

    def _culprit(self, key: Key, blame: Blame) -> Culprit:
        if len(key) == 3:
            word = self.web.words[key]
            return Culprit(word.span.text, word.should or self.words["opposites"].get(word.span.text), word.span)
        fact = self.web.numbers[key]
        number, values = fact.quantity, blame.values[key]
        house = self.house.get(number.unit, 0)
        digits = should_be(number, values, house, points(self.web, key, blame))
        return Culprit(number.text, None if digits is None else f"{digits}{number.unit}", fact.span, values)

    def _said(
        self, blame: Blame, choices: Sequence[Key], culprits: Sequence[Culprit], located: Located, stated: Fact | Span
    ) -> str:
        words = self.words["locate"]
        if located == "one-of":
            shown = [self._choice(k, c, blame, stated) for k, c in zip(choices, culprits, strict=False)][:_MOST_SHOWN]
            told = str(words["one_of"]).format(choices=words["or"].join(shown))
            more = len(choices) - len(shown)
            return told + (words["more"].format(count=more) if more else "")
        key, culprit = choices[0], culprits[0]
        text = str(words[located]).format(text=self._shown(key, stated))
        if blame.copies:
            text += str(words["copies"]).format(count=len(blame.copies) + 1)
        text += self._should(key, culprit, blame)
        why = list(dict.fromkeys(proofs(self.web, key, blame, self.words)))[:_MOST_PROOFS]
        return text + (words["proof"].format(proofs=words["and"].join(why)) if why else "")

    def _choice(self, key: Key, culprit: Culprit, blame: Blame, stated: Fact | Span) -> str:
        should = self._should(key, culprit, blame)
        return str(self.words["locate"]["each"]).format(text=self._shown(key, stated), should=should)

    def _should(self, key: Key, culprit: Culprit, blame: Blame) -> str:
        """What the culprit should be, as far as that is known: a value, or a bound."""
        words = self.words["locate"]
        if culprit.suggestion:
            return str(words["should"]).format(suggestion=culprit.suggestion)
        if len(key) == 3:
            return ""
        number = self.web.numbers[key].quantity
        low, high = limits(self.web, key, blame)
        for side, limit in (("at_least", low), ("at_most", high)):
            if limit is not None and (limit > number.point if side == "at_least" else limit < number.point):
                return str(words[side]).format(limit=_printed(limit, number, self.house.get(number.unit, 0)))
        return ""

    def _shown(self, key: Key, stated: Fact | Span) -> str:
        if len(key) == 3:
            return str(self.words["locate"]["word"]).format(text=self.web.words[key].span.text)
        return placed(self.web.numbers[key], self.words, stated)

    def _echoes(self, blame: Blame, choices: Sequence[Key]) -> Iterator[Finding]:
        """Findings that state the one culprit and that its right value would silence."""
        key = choices[0]
        if len(choices) > 1 or len(key) == 3:
            return
        for finding in self.findings.values():
            if finding.id in self.told or not any(_place(side) == key for side in finding.stated):
                continue
            rows = [row for row in self.web.at(key) if finding.id in row.findings]
            if rows and all(satisfiable(row, self._repaired(blame)) for row in rows):
                yield finding

    def _repaired(self, blame: Blame) -> Any:
        def domain(key: Key) -> Interval:
            return blame.values[key] if key in blame.values else self.web.printed(key)

        return domain


def _order(finding: Finding, choices: Sequence[Key]) -> tuple[int, bool, int, int, int, str]:
    """The most telling finding first: severe, stating the culprit itself, of few numbers, early."""
    stated = [_place(side) for side in finding.stated]
    first = stated[0] if stated else (0, 0)
    states = any((key[0], key[1]) in stated for key in choices[:1])
    return _RANK[finding.severity], not states, len(finding.stated) + len(finding.computed), *first, finding.rule


def _printed(value: Fraction, number: Quantity, house: int) -> str:
    return f"{format_value(value / number.scale, max(number.decimals, house))}{number.unit}"


def _place(side: Fact | Span) -> tuple[int, int]:
    span = side.span if isinstance(side, Fact) else side
    return span.block, span.start
