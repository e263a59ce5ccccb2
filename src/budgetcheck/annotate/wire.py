"""What goes to the process that writes into a file, and what comes back: notes as JSON before the file's bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ..model import Severity
from .places import Region

__all__ = ["AUTHOR", "Answer", "Mark", "Standing", "packed", "unpacked"]

AUTHOR = "budgetcheck"

# Over exactly the characters that are meant; at what holds them; at the top of the file or page.
Standing = Literal["exact", "near", "top"]
Answer = tuple[tuple[bytes, tuple[Standing, ...]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A note as those who write files see it: `block` is None at the top, `start` where the whole is meant.

    `wanted` are the characters that are meant, as printed; `regions` is empty where the file has no pages.
    """

    text: str
    severity: Severity
    subject: str
    block: int | None = None
    cell: tuple[int, int] | None = None
    start: int | None = None
    end: int | None = None
    wanted: str = ""
    page: int | None = None
    regions: tuple[Region, ...] = ()


def packed(marks: Sequence[Mark], data: bytes) -> bytes:
    """Notes and file in one."""
    return json.dumps([asdict(mark) for mark in marks]).encode() + b"\n" + data


def unpacked(payload: bytes) -> tuple[list[Mark], bytes]:
    """The notes and the file of `packed`."""
    head, _, data = payload.partition(b"\n")
    return [_mark(each) for each in json.loads(head)], data


def _mark(fields: dict[str, object]) -> Mark:
    regions, cell = fields["regions"], fields["cell"]
    assert isinstance(regions, list)
    fields["regions"] = tuple(Region(**each) for each in regions)
    fields["cell"] = tuple(cell) if isinstance(cell, list) else None
    return Mark(**fields)  # type: ignore[arg-type]
