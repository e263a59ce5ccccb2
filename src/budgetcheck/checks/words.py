"""Checks of wording: leftovers of templates, renamed subjects, contradictory verdicts, wrong names and years."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ..ledger import Ledger
from ..model import Culprit, Fact, Span
from ..outline import Passage
from ..rulebook import Rule
from ..statements import span_of
from ..subjects import Subject, subjects
from ..verdicts import Draft, Verdict, passed, skipped

__all__ = ["abbreviation", "grades", "mention", "pattern", "renamed", "year"]


def _passages(rule: Rule, ledger: Ledger) -> Iterator[tuple[int, Passage]]:
    """Passages of the roles that a rule looks at: statements where it says nothing else."""
    roles = rule.options.get("roles", ["statement"])
    titles = rule.options.get("sections")
    for number, statement in enumerate(ledger.statements):
        section = statement.passage.section
        if section.role in roles and (not titles or any(word in title for title in section.titles for word in titles)):
            yield number, statement.passage


def _found(
    ledger: Ledger,
    number: int,
    start: int,
    end: int,
    fields: Mapping[str, str],
    suggestion: str | None,
    rule: Rule,
) -> Verdict:
    span = span_of(ledger.statements[number], start, end)
    fields = {"text": span.text, "quote": span.quote, **fields, "suggestion": suggestion or ""}
    return Verdict(
        "failed",
        (),
        (),
        Draft((span,), (), fields, suggestion, None, (Culprit(span.text, suggestion, span),)),
    )


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _absent(rule: Rule, ledger: Ledger, wanted: str) -> bool:
    """Whether a pattern is nowhere in the texts that a rule looks at: one search over all of them, for speed."""
    if rule.options.get("sections"):
        return False
    text = ledger.joined(tuple(rule.options.get("roles", ["statement"])))
    if text and "needs" in rule.options and not any(each in text for each in rule.options["needs"]):
        return True
    return bool(text) and not re.compile(wanted, re.MULTILINE).search(text)


def pattern(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Text that must not stand in a published report: regular expressions over folded text.

    The same text is reported once a paragraph.
    """
    wanted = _compiled("|".join(f"(?:{each})" for each in rule.options["patterns"]))
    unless = _compiled(rule.options.get("unless", "(?!)"))
    if _absent(rule, ledger, wanted.pattern):
        yield passed()
        return
    looked = False
    for number, passage in _passages(rule, ledger):
        looked = True
        seen: set[str] = set()
        for found in wanted.finditer(passage.text.folded):
            if not unless.search(found.group()) and found.end() > found.start() and found.group() not in seen:
                seen.add(found.group())
                yield _found(ledger, number, *found.span(), {}, rule.options.get("suggestion"), rule)
    yield passed() if looked else skipped("text")


def renamed(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Names of subjects that were no longer, or not yet, in force in the report's year."""
    if ledger.year is None:
        yield skipped("year")
        return
    outdated = _outdated(ledger.year, tuple(rule.options["levels"]))
    if not outdated:
        yield passed()
        return
    ending = _compiled(rule.options.get("ending", "(?!)"))
    bare = {ending.sub("", name): name for name in outdated}
    wanted = _compiled("|".join(sorted(map(re.escape, {*outdated, *bare}), key=len, reverse=True)))
    seen: set[str] = set()
    for number, statement in enumerate(ledger.statements):
        if statement.passage.section.role not in ("statement", "glossary"):
            continue
        for found in wanted.finditer(statement.passage.text.folded):
            name = bare.get(found.group(), found.group())
            if name in seen or not _as_subject(statement.passage.text.folded, *found.span(), rule):
                continue
            seen.add(name)
            subject, now = outdated[name]
            fields = {
                "name": name,
                "now": now,
                "code": subject.code,
                "until": str(subject.until or ""),
                "year": str(ledger.year),
            }
            yield _found(ledger, number, *found.span(), fields, now, rule)
    if not seen:
        yield passed()


@functools.lru_cache(maxsize=32)
def _outdated(year: int, levels: tuple[int, ...]) -> dict[str, tuple[Subject, str]]:
    """Folded names that another name of the same code has replaced in `year`, with the name in force."""
    current: dict[str, str] = {s.code: s.name for s in subjects("functions") if s.in_force(year)}
    names = set(current.values())
    return {
        s.name: (s, current[s.code])
        for s in subjects("functions")
        if len(s.code) in levels
        and s.until is not None
        and s.until < year
        and s.code in current
        and s.name not in names
    }


def _as_subject(text: str, start: int, end: int, rule: Rule) -> bool:
    """Whether a name stands as a subject: with a level mark or a code beside it, or before an amount."""
    return bool(
        _compiled(rule.options["after"]).match(text, end)
        or _compiled(rule.options["before"]).search(text[max(0, start - 8) : start])
    )


def mention(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Words that say that something took place, beside a figure of it that is zero."""
    judged = False
    for figure, words in rule.options["figures"].items():
        printed = [f for f in ledger.figure(figure, ledger.measure) if f.quantity.dimension == "money"]
        if not printed or any(fact.quantity.value for fact in printed):
            continue
        judged = True
        hit = _mentioned(rule, ledger, words)
        if hit is None:
            yield passed(printed[0])
            continue
        number, start, end = hit
        yield _contradicted(rule, ledger, number, start, end, printed[0])
    if not judged:
        yield skipped("figure that is zero")


def _mentioned(rule: Rule, ledger: Ledger, words: list[str]) -> tuple[int, int, int] | None:
    wanted, about = _compiled("|".join(words)), _compiled(rule.options.get("passage", ""))
    for number, passage in _passages(rule, ledger):
        if not about.search(passage.text.folded):
            continue
        found = wanted.search(passage.text.folded)
        if found:
            return number, *found.span()
    return None


def _contradicted(rule: Rule, ledger: Ledger, number: int, start: int, end: int, fact: Fact) -> Verdict:
    span = span_of(ledger.statements[number], start, end)
    fields = {"text": span.text, "name": fact.name, "amount": fact.quantity.text, "quote": span.quote}
    return Verdict(
        "failed",
        (fact,),
        (),
        Draft((span,), (fact,), fields, None, None, (Culprit(span.text, None, span),), "likely"),
    )


def grades(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Different grades for one and the same evaluation."""
    given: dict[str, list[tuple[int, int, int, str]]] = {}
    for number, passage in _passages(rule, ledger):
        text = passage.text.folded
        hits = [found for each in rule.options["patterns"] for found in _compiled(each).finditer(text)]
        sentences = [_sentence(text, found.start()) for found in hits]
        others = {each for each in set(sentences) if _of_another_year(text, ledger.year, *each)}
        for found, sentence in zip(hits, sentences, strict=True):
            if sentence not in others:
                grade = rule.options["same"].get(found["grade"], found["grade"])
                given.setdefault(grade, []).append((number, *found.span("grade"), found["grade"]))
    if len(given) < 2:
        yield passed() if given else skipped("grade")
        return
    (first, *_), (second, *_) = sorted(given.values())[:2]
    here, there = (span_of(ledger.statements[n], start, end) for n, start, end, _ in (second, first))
    fields = {"here": here.text, "there": there.text}
    culprits = tuple(Culprit(span.text, None, span) for span in (here, there))
    yield Verdict("failed", (), (), Draft((here,), (there,), fields, None, None, culprits, "likely"))


def _sentence(text: str, place: int) -> tuple[int, int]:
    """Where the sentence around a place begins and ends."""
    end = text.find("。", place)
    return text.rfind("。", 0, place) + 1, end if end > 0 else len(text)


def _of_another_year(text: str, year: int | None, begin: int, end: int) -> bool:
    """Whether a sentence names years, and none of them is the report's."""
    years = {int(found) for found in _compiled(r"(?:19|20)\d\d(?=年)").findall(text[begin:end])}
    return bool(years) and year is not None and year not in years


def abbreviation(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Short names of the maker that differ by one character from the one the report introduces or uses most."""
    counts: Counter[str] = Counter()
    for statement in ledger.statements:
        for found in _compiled(rule.options["name"]).finditer(statement.passage.text.folded):
            counts[found.group()] += 1
    usual = next((name for name, n in counts.most_common() if name in ledger.names), None)
    if usual is None or counts[usual] < int(rule.options["at_least"]):
        yield skipped("abbreviation")
        return
    odd = [name for name in counts if name != usual and counts[name] * 3 < counts[usual] and _shortened(name, usual)]
    for name in odd:
        number, start = _first(ledger, name)
        yield _found(
            ledger,
            number,
            start,
            start + len(name),
            {"usual": usual, "times": str(counts[name])},
            usual,
            rule,
        )
    if not odd:
        yield passed()


def _shortened(name: str, usual: str) -> bool:
    """Whether `name` is `usual` with one inner character lost."""
    return len(name) == len(usual) - 1 and any(usual[:i] + usual[i + 1 :] == name for i in range(1, len(usual) - 1))


def _first(ledger: Ledger, name: str) -> tuple[int, int]:
    for number, statement in enumerate(ledger.statements):
        place = statement.passage.text.folded.find(name)
        if place >= 0:
            return number, place
    return 0, 0


def year(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Headings, or sentences, that name another year than the report's; `years` are those that count, from its own."""
    if ledger.year is None:
        yield skipped("year")
        return
    wanted = _compiled(rule.options["pattern"])
    counted = {ledger.year + each for each in rule.options.get("years", ())}
    headings = rule.each == "headings"
    aside = rule.options.get("aside", {}).get(ledger.kind or "")
    looks_back = _compiled(aside) if aside else None
    odd = False
    for number, statement in enumerate(ledger.statements):
        looked = statement.passage.heading if headings else statement.passage.section.role == "statement"
        found = wanted.search(statement.passage.text.folded) if looked else None
        if found and looks_back and looks_back.search(statement.passage.text.folded):
            continue
        if found and int(found["year"]) != ledger.year and (not counted or int(found["year"]) in counted):
            odd = True
            span: Span = span_of(ledger.statements[number], *found.span("year"))
            fields = {"text": span.quote, "stated": found["year"], "year": str(ledger.year)}
            yield Verdict(
                "failed",
                (),
                (),
                Draft((span,), (), fields, str(ledger.year), None, (Culprit(span.text, str(ledger.year), span),)),
            )
    if not odd:
        yield passed()
