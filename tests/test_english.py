"""Under `--lang en` Chinese stands only where the report, its tables or its figures are quoted by name."""

from __future__ import annotations

import functools
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from budgetcheck.amounts import fold
from budgetcheck.model import Finding, Review
from budgetcheck.pipeline import review
from budgetcheck.readers import layout_of, text_document
from budgetcheck.reports.terminal import print_reviews
from budgetcheck.rulebook import Rule, load_rules
from budgetcheck.subjects import subjects
from budgetcheck.testing import report, tamper
from budgetcheck.wording import load_wording, messages

from .runs import MIXED, reviewed, run_of, written

RULES = load_rules()
WORDING = load_wording()
CHINESE = re.compile("[\u3400-\u9fff]+")
# Marks that only Chinese sentences have; 《》 and “” quote.
MARKS = re.compile("[，。；：、！？（）]")
EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*-planted.txt"))
# Names of fonts in a workbook's theme.
FONTS = frozenset(("宋体", "新細明體"))


@functools.cache
def canonical() -> frozenset[str]:
    """Names that are the same in every language: figures, tables, their columns and rows, units, subjects, levels."""
    found = {*WORDING.figures, *WORDING.figures.values(), *WORDING.units}
    for spec in WORDING.table("tables")["standard"]:
        found |= {spec["name"], *spec["titles"], *spec.get("items", ()), *spec.get("totals", ())}
        found |= {spec.get("whole", ""), *(column["name"] for column in spec["columns"])}
    found |= {subject.name for kind in ("functions", "economics") for subject in subjects(kind)}
    found |= {name for rule in RULES for name in _named(rule.options) if CHINESE.fullmatch(name)}
    return frozenset(fold(name).folded for name in found) | FONTS


def _named(options: Any) -> Iterator[str]:
    """Names of rows and columns that a rule's options hold."""
    if isinstance(options, str):
        yield options
    elif isinstance(options, Mapping):
        yield from (each for value in options.values() for each in _named(value))
    elif isinstance(options, list):
        yield from (each for value in options for each in _named(value))


def foreign(text: str, quoted: str) -> list[str]:
    """Runs of Chinese that are not made of canonical names and of what the report prints, two characters at least."""
    return [run for run in CHINESE.findall(text) if not (run in quoted or _made_of(run, quoted))]


def _made_of(run: str, quoted: str) -> bool:
    reached = {0}
    for end in range(1, len(run) + 1):
        if any(run[i:end] in canonical() or (end - i > 1 and run[i:end] in quoted) for i in reached):
            reached.add(end)
    return len(run) in reached


def quotable(found: Review, text: str) -> str:
    """The report's own text, as printed and folded, and what should stand in it."""
    right = [each.suggestion or "" for finding in found.findings for each in finding.culprits]
    right += [finding.expected or "" for finding in found.findings]
    return "\n".join([text, fold(text).folded, *right, *(fact.name for fact in found.facts)])


def said(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"{finding.message}\n{finding.difference or ''}" for finding in findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_message_is_english(rule: Rule) -> None:
    for example in rule.bad:
        layout = layout_of(WORDING)
        printed = "\n".join((example.text, *(text for texts in example.others.values() for text in texts)))
        beside = [(role, text_document(text, layout)) for role, texts in example.others.items() for text in texts]
        found = review(text_document(example.text, layout), WORDING, (rule,), "en", beside=beside)
        assert found.findings
        for finding in found.findings:
            assert (
                foreign(
                    said((finding,)),
                    quotable(found, printed),
                )
                == []
            )
            assert re.search("[a-z]{2}", finding.message)
            assert "{" not in finding.message


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_a_rule_says_of_itself_is_english(rule: Rule) -> None:
    english = rule.english
    for name in ("title", "why", "basis"):
        assert re.search("[A-Za-z]{2}", english[name])
        assert set(CHINESE.findall(english[name])) <= canonical()
        assert not MARKS.search(english[name])
    template = re.sub(r"\{[^{}]*\}", "", " ".join((english["message"], english.get("hint", ""))))
    assert not MARKS.search(template)


def templates(words: Mapping[str, Any] | Sequence[Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in words.items() if isinstance(words, Mapping) else enumerate(words):
        if isinstance(value, str):
            yield f"{path}{key}", value
        else:
            yield from templates(value, f"{path}{key}.")


def test_the_program_has_all_its_words_in_both_languages() -> None:
    """What a rule lacks may be missing: its key is English already. Opposites are words of the report."""
    zh, en = dict(templates(messages("zh"))), dict(templates(messages("en")))
    assert set(en) <= set(zh)
    missing = set(zh) - set(en)
    assert all(key.startswith("lacks.") and not CHINESE.search(key) for key in missing)
    for key, value in en.items():
        if not key.startswith("opposites."):
            assert not CHINESE.search(value), key
            assert not MARKS.search(value), key
            assert set(re.findall(r"\{\w+\}", value)) == set(re.findall(r"\{\w+\}", zh[key])), key


def test_what_findings_say_of_each_other_is_english() -> None:
    told = 0
    for seed in range(40):
        text = str(tamper(report(seed), None, seed)[0])
        found = reviewed(text, language="en")
        quoted = quotable(found, text)
        for finding in found.findings:
            assert foreign(said((finding,)), quoted) == []
            told += finding.located is not None
    assert told > 40


def terminal(found: Review) -> bytes:
    stream = io.StringIO()
    print_reviews([found], verbose=True, language="en", stream=stream)
    return stream.getvalue().encode()


def cells(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return b"\n".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.parametrize("path", [None, *EXAMPLES], ids=lambda path: path.stem if path else "mixed")
def test_every_format_is_english(path: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Lines that are too long are wrapped wherever they are, also within a quotation.
    monkeypatch.setattr("budgetcheck.reports.terminal._WIDTH", 10_000)
    text = MIXED if path is None else path.read_text(encoding="utf-8")
    found = reviewed(text, language="en")
    run, quoted = run_of(found, "unread-1.txt: the file is empty", language="en"), quotable(found, text)
    quoted += "".join(quoted.split())
    outputs = {form: written(run, form) for form in ("csv", "md", "json", "sarif", "junit", "github", "gitlab")}
    outputs |= {"xlsx": cells(written(run, "xlsx")), "terminal": terminal(found)}
    for form, data in outputs.items():
        assert (form, foreign(data.decode(), quoted)) == (form, [])


def test_a_foreign_word_would_be_seen() -> None:
    assert foreign("the total is 应为 200.00万元 of 基本支出", "本年支出合计200.00万元") == ["应为"]
    assert foreign("row 基本支出合计", "") == []
    assert foreign("row 基本支出的合计", "") == ["基本支出的合计"]
