"""Frames from other tools as documents, and recognised tables as frames."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .errors import BudgetcheckError
from .model import Block, Document
from .readers import layout_of, text_document
from .wording import Wording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frames_document"]


def frames_document(frames: Mapping[str, pd.DataFrame], narrative: str, unit: str | None, wording: Wording) -> Document:
    """A document of tables, by Chinese table name, and a narrative.

    Cells may be strings or numbers; None and NaN are blank. Raises BudgetcheckError for a name that is no table's.
    """
    specs = {spec["name"]: spec for spec in wording.table("tables")["standard"]}
    unknown = [name for name in frames if name not in specs]
    if unknown:
        raise BudgetcheckError(f"no table is called {unknown[0]}; known are {', '.join(specs)}")
    kinds = {specs[name]["kind"] for name in frames} - {"any"}
    blocks: list[Block] = []
    if len(kinds) == 1 and not narrative:
        blocks.append(Block("paragraph", wording.table("document")[kinds.pop()][0]))
    blocks += text_document(narrative, layout_of(wording)).blocks
    for name, frame in frames.items():
        blocks.append(Block("paragraph", specs[name]["titles"][0]))
        if unit:
            blocks.append(Block("paragraph", f"{wording.table('tables')['unit_line']}{unit}"))
        blocks.append(Block("grid", "", cells=tuple(_rows(frame, specs[name]))))
    digest = hashlib.sha256(repr([(b.text, b.cells) for b in blocks]).encode()).hexdigest()
    return Document("<frames>", digest, tuple(blocks))


def _rows(frame: pd.DataFrame, spec: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    words = {measure: pattern.split("|")[0] for measure, pattern in spec.get("measures", {}).items()}
    yield tuple(_header(str(column), words) for column in frame.columns)
    for row in frame.itertuples(index=False):
        yield tuple(_cell(value) for value in row)


def _header(column: str, words: Mapping[str, str]) -> str:
    name, _, measure = column.partition(".")
    return f"{name}{words[measure]}" if measure in words else column


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    text = str(value)
    return "" if text in ("nan", "NaT", "<NA>", "None") else text
