"""A run as one self-contained web page: the report with its numbers coloured, the findings beside it."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import IO

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from ... import __version__
from ...model import Severity
from ..plain import clean
from ..run import Run, rule_text
from .marks import STATES
from .sheet import Sheet, make_sheet

__all__ = ["write_page"]

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_CHUNKS = 256


def write_page(run: Run, stream: IO[str]) -> None:
    """Write the page; the same run gives the same page. Numbers are coloured where reviews list them (`numbers`)."""
    style, script = _asset("page.css"), _asset("page.js")
    # The hashes let nothing run and nothing be styled but these two; `trusted-types` forbids to make markup of text.
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    written = _template().stream(
        language=_LANGUAGES[run.language], version=__version__, policy=policy, style=Markup(style),
        script=Markup(script), words=run.words, web=run.words["web"], states=STATES, severities=_SEVERITIES,
        failures=[clean(result) for _, result in run.results if isinstance(result, str)],
        rules=_rules(run), sheets=_sheets(run), names=[clean(review.document.name) for review in run.reviews],
    )  # fmt: skip
    written.enable_buffering(_CHUNKS)
    for chunk in written:
        stream.write(chunk)


def _sheets(run: Run) -> Iterator[Sheet]:
    for number, review in enumerate(run.reviews):
        yield make_sheet(review, run, number)


def _rules(run: Run) -> list[tuple[str, str]]:
    """Ids and titles of the rules that found something."""
    found = sorted({finding.rule for review in run.reviews for finding in review.findings})
    titles = {each: rule_text(run.rules[each], run.language).title for each in found if each in run.rules}
    return [(each, clean(titles.get(each, ""))) for each in found]


@functools.lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.jinja")


def _asset(name: str) -> str:
    """A file that lies beside this module, with line breaks as browsers hash them."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
