"""Findings on a terminal: by section, the sentence with its wrong number marked, what it should be, coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from ..amounts import format_value
from ..model import Fact, Finding, Review, Span
from ..wording import load_wording
from .lines import broken
from .plain import clean, shortened
from .run import acceptance_line, children, coverage_line, reason, side_name, summary_line

__all__ = ["finding_lines", "open_console", "print_line", "print_reviews"]

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_WIDTH = 100
_MOST_PLACES = 4
_LONGEST = 70


def print_reviews(
    reviews: Sequence[Review], *, verbose: bool = False, language: str = "zh", stream: IO[str] | None = None
) -> None:
    """Print each review; to `stream` without colours, else to the terminal."""
    console = open_console(stream)
    words = load_wording().table("messages")[language]
    for review in reviews:
        _print_review(console, review, words, verbose=verbose)


def open_console(stream: IO[str] | None) -> Console:
    """The terminal, or a stream or file of the same width without colours."""
    console = Console(file=stream, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(file=stream, highlight=False, width=_WIDTH, no_color=True)


def print_line(console: Console, text: Text, indent: int = 0) -> None:
    """A text in as many lines as it takes, each indented so far."""
    margin = " " * indent
    for line in broken(text, console.width - indent):
        console.print(Text.assemble(margin, line) if line.plain else line, no_wrap=True, overflow="ignore", crop=False)


def _print_review(console: Console, review: Review, words: Mapping[str, Any], *, verbose: bool) -> None:
    title = Text(review.document.name, style="bold")
    about = [review.entity or "", str(review.year or ""), words.get(review.kind or "", "")]
    console.rule(title, style="dim")
    console.print(Text(" · ".join(part for part in about if part), style="dim"))
    for note in review.document.notes:
        print_line(console, Text(f"{words['notes']}: {note}", style="dim"))
    for section, group in groupby(children(review.findings), key=lambda each: _section(each[0], words)):
        console.print(Text(f"\n{section}", style="bold underline"))
        for finding, symptoms in group:
            _print_finding(console, finding, words)
            for symptom in symptoms[:_MOST_PLACES]:
                line = f"← {words['symptom']}: {symptom.rule} {_where(_first(symptom), words)} {symptom.message}"
                accepted = f"  {words['accepted']['accepted']}" if symptom.accepted else ""
                print_line(console, Text.assemble((line, _dim(symptom)), (accepted, "green")), 2)
            if len(symptoms) > _MOST_PLACES:
                more = words["more"].format(count=len(symptoms) - _MOST_PLACES)
                print_line(console, Text(f"← {words['symptom']}: {more}", style="dim"), 2)
    _print_summary(console, review, words)
    if verbose:
        _print_details(console, review, words)
    console.print()


def _section(finding: Finding, words: Mapping[str, Any]) -> str:
    return _first(finding).section or str(words["no_section"])


def _first(finding: Finding) -> Span:
    return _span(finding.stated[0]) if finding.stated else Span("")


def _span(side: Fact | Span) -> Span:
    return side.span if isinstance(side, Fact) else side


def _print_finding(console: Console, finding: Finding, words: Mapping[str, Any]) -> None:
    head, *rest = finding_lines(finding, words)
    print_line(console, head)
    for line in rest:
        print_line(console, line, 2)


def finding_lines(finding: Finding, words: Mapping[str, Any]) -> list[Text]:
    """A finding in lines: what and where, the message, the quoted sentence, the other side, what it should be."""
    style = _STYLES[finding.severity]
    head = Text()
    head.append(f"{words[finding.severity + 's']}", style=style)
    head.append(f" {finding.rule}", style="bold")
    if finding.certainty == "likely":
        head.append(f" ({words['likely']})", style="dim")
    head.append(f"  {_where(_first(finding), words)}  {finding.id}", style="dim")
    if finding.accepted:
        head.append(f"  {words['accepted']['accepted']}", style="bold green")
        return [head, Text(finding.message, style=_dim(finding)), Text(acceptance_line(finding.accepted, words))]
    lines = [head, Text(finding.message), _quote(finding, style)]
    others = _others(finding, words)
    if others:
        lines.append(Text(others, style="dim"))
    suggestion = _suggestion(finding, words)
    return [*lines, suggestion] if suggestion.plain else lines


def _dim(finding: Finding) -> str:
    return "dim strike" if finding.accepted else "dim"


def _where(span: Span, words: Mapping[str, Any]) -> str:
    if span.page:
        return str(words["page"]).format(page=span.page)
    return str(words["line"]).format(line=span.line) if span.line else ""


def _quote(finding: Finding, style: str) -> Text:
    """The quoted sentence with every culprit that stands in it marked."""
    span = _first(finding)
    quote = Text(" ".join(span.quote.split("\n")), style="dim")
    for culprit in finding.culprits:
        here = culprit.span
        if here.block == span.block and here.mark >= 0:
            begin = span.mark + here.start - span.start if here is not span else span.mark
            if span.quote[begin : begin + len(here.text)] == here.text:
                quote.stylize(f"not dim reverse {style}", begin, begin + len(here.text))
    return quote


def _others(finding: Finding, words: Mapping[str, Any]) -> str:
    """Where the other side stands, for what is printed in another paragraph."""
    here = _first(finding)
    places = [
        f"{side_name(side, words)} {side.quantity.shown} {_of_file(side.span, here)}{_where(side.span, words)}"
        for side in finding.computed
        if isinstance(side, Fact) and side.span.block != here.block
    ]
    shown = str(words["separator"]).join(places[:_MOST_PLACES])
    return f"{words['other']}: {shown}{'…' if len(places) > _MOST_PLACES else ''}" if places else ""


def _of_file(span: Span, here: Span) -> str:
    """The file of a number, where it is not the one that the finding stands in."""
    return f"{Path(span.source).name} " if span.source and span.source != here.source else ""


def _suggestion(finding: Finding, words: Mapping[str, Any]) -> Text:
    text = Text()
    for printed, suggestion in dict.fromkeys((culprit.text, culprit.suggestion) for culprit in finding.culprits):
        if suggestion:
            text.append(f"→ {printed} ", style="strike")
            text.append(f"{words['should']} {suggestion}  ", style="bold green")
    return text


def _percent(review: Review) -> str:
    return f"{format_value(review.coverage.share_checked * 100, 1)}%"


def _print_summary(console: Console, review: Review, words: Mapping[str, Any]) -> None:
    coverage = review.coverage
    wrong = any(finding.severity == "error" for finding in review.open)
    console.print(Text(f"\n{summary_line(review, words)}", style="bold red" if wrong else "bold"))
    print_line(console, Text(coverage_line(coverage, words), style="" if coverage.numbers else "bold red"))
    if coverage.numbers and coverage.checked * 2 < coverage.numbers:
        print_line(console, Text(words["thin"].format(share=_percent(review)), style="yellow"))
    status = [outcome.status for outcome in review.outcomes]
    console.print(
        Text(
            words["rules"].format(total=len(status), **{s: status.count(s) for s in ("passed", "failed", "skipped")}),
            style="dim",
        )
    )


def _print_details(console: Console, review: Review, words: Mapping[str, Any]) -> None:
    skipped = [outcome for outcome in review.outcomes if outcome.status == "skipped"]
    lacking = [f"{outcome.rule}  {reason(outcome.missing, words)}" for outcome in skipped]
    unread = [
        "  ".join(part for part in (gap.text, _where(gap.span, words), shortened(gap.span.quote, _LONGEST)) if part)
        for gap in review.coverage.gaps
    ]
    for heading, listed in (("skipped", lacking), ("gaps", unread)):
        if listed:
            console.print(Text(f"\n{words[heading]}", style="bold"))
        for line in listed:
            print_line(console, Text(clean(line), style="dim"), 2)
