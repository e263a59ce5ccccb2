"""What no report holds and what would take for ever to understand: refused in one line, whatever the format."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from ..errors import ReadError
from ..model import Block

__all__ = ["refuse_endless"]

_WIDEST = 16_384
_LONGEST = 30_000
_ENDLESS = re.compile(r"[\d,.]{400}")


def refuse_endless(blocks: Iterable[Block]) -> None:
    """Raise ReadError for a paragraph, a table's row or a number without end."""
    for block in blocks:
        width = max(map(len, block.cells), default=0)
        if width > _WIDEST:
            raise ReadError(f"a table of {width:,} columns; at most {_WIDEST:,} are read")
        for text in (block.text, *itertools.chain.from_iterable(block.cells)):
            if len(text) > _LONGEST:
                raise ReadError(f"a paragraph of {len(text):,} characters; at most {_LONGEST:,} are read")
            if _ENDLESS.search(text):
                raise ReadError("a number of 400 digits or more")
