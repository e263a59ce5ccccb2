"""The summary as one web page: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files
from typing import IO

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ... import __version__
from ...amounts import format_value
from .figures import Figures, Table

__all__ = ["write_page"]

_LANGUAGES = {"zh": "zh-CN", "en": "en"}
# Rows of a table that the page shows; the workbook has the rest.
_SHOWN = 100


def write_page(figures: Figures, stream: IO[bytes]) -> None:
    """Write the page; the same figures give the same page."""
    environment = Environment(
        loader=FunctionLoader(_asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("page.html.jinja").render(
        language=_LANGUAGES[figures.language], version=__version__, style=Markup(_asset("page.css")), figures=figures,
        words=figures.words, said=figures.words["batch"], shown=_SHOWN, widths=_widths(figures.top),
        tiles=("reports", "checked", "unreadable", "stopped", "with_errors"),
        tables=(figures.regions, figures.entities, figures.rules),
    )  # fmt: skip
    stream.write(page.encode("utf-8", errors="replace"))


def _widths(top: Table) -> list[str]:
    """Lengths of the bars of the most frequent rules, in per cent of the longest."""
    longest = max((row[2] for row in top.rows), default=1)
    return [f"{format_value(Fraction(row[2] * 100, longest), 1)}%" for row in top.rows]


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
