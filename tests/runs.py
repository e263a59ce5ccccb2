"""Runs that the tests of reports share: all severities with symptoms, nothing at all, hostile content."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import budgetcheck
from budgetcheck import Options, Review
from budgetcheck.model import Culprit, Finding, Span
from budgetcheck.reports.formats import write_run
from budgetcheck.reports.run import Result, Run
from budgetcheck.rulebook import load_rules

RULES = {rule.id: rule for rule in load_rules()}
EMPTY = "2021年度部门决算\n本年支出合计200.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25.00%。\n"
# A wrong total with three symptoms, a wrong share with one, staff above posts (a warning), a doubled comma (an info).
MIXED = """2021年度部门决算
一、支出情况
本年支出合计210.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25.00%。
二、收入情况
本年收入合计400.00万元，其中：财政拨款收入300.00万元，占57.00%；事业收入100.00万元，占25.00%，，其他收入0万元。
三、人员情况
核定编制10名，在编在职人员总数12人。
"""
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "]]><x a='1'>&amp;{0}[a](1)",
    "a\x00b\x1b[31m\x07\x0bc\x85d\ufffe",
    "\u202e1.00\u202c\u2066x\u2069\u200f",
    "one\r\ntwo\nthree\t| `x` *y* _z_ <b>",
    "长" * 40_000,
    "\ud800 alone",
    "::error file=x::y%0A",
    "",
)


def run_of(*results: Review | str, language: str = "zh", failing: tuple[str, ...] = ("error",)) -> Run:
    paired: list[Result] = [
        (Path(f"unread-{number}.txt" if isinstance(each, str) else each.document.name), each)
        for number, each in enumerate(results)
    ]
    return Run(paired, RULES, language, failing)


def reviewed(text: str, name: str = "report.txt", language: str = "zh") -> Review:
    review = budgetcheck.check(text, Options(numbers=True, language=language))
    return replace(review, document=replace(review.document, name=name))


def hostile(name: str = "bad\nname ]]>,:%\u202e.txt") -> Review:
    """A review whose findings say whatever a report can make them say."""
    review = reviewed(MIXED, name)
    template = review.findings[0]
    return replace(
        review, entity=HOSTILE[4], findings=tuple(_with(template, n, text) for n, text in enumerate(HOSTILE))
    )


def _with(finding: Finding, number: int, text: str) -> Finding:
    span = Span(text, text, line=number + 1, section=text, table=text, row=text, column=text)
    culprit = Culprit(text, text, span)
    severity: Any = ("error", "warning", "info")[number % 3]
    return replace(
        finding, id=f"{number:012x}", message=text, stated=(span,), computed=(), expected=text, difference=text,
        culprits=(culprit,), severity=severity, root=f"{number - 1:012x}" if number % 2 else None, located=None,
    )  # fmt: skip


def written(run: Run, form: str) -> bytes:
    stream = io.BytesIO()
    write_run(run, form, stream)
    return stream.getvalue()


def ids(run: Run) -> list[str]:
    """The ids of the JSON, in its order."""
    told = json.loads(written(run, "json"))
    return [f["id"] for each in (told if isinstance(told, list) else [told]) for f in each.get("findings", ())]
