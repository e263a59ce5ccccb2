"""The rows of one report as bytes: what a worker hands back, and what a journal holds."""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..reports.tidy_files import PRECISION, SCALE, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TABLES", "WHOLE", "Answer", "pack", "schemas", "unpack"]

_LENGTH = struct.Struct(">I")
_TEXT = "text"
_COUNT = "count"
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "document": _TEXT, "files": "texts", "sha256": _TEXT, "region": _TEXT, "folder": _TEXT, "status": _TEXT,
        "reason": _TEXT, "kind": _TEXT, "report_year": _COUNT, "entity": _TEXT, "pages": _COUNT, "errors": _COUNT,
        "warnings": _COUNT, "infos": _COUNT, "numbers": _COUNT, "checked": _COUNT, "unconstrained": _COUNT,
        "unread": _COUNT, "excluded": _COUNT, "notes": "texts", "beside": "texts",
    },
    "findings": {
        "document": _TEXT, "region": _TEXT, "entity": _TEXT, "report_year": _COUNT, "id": _TEXT, "rule": _TEXT,
        "kind": _TEXT, "severity": _TEXT, "certainty": _TEXT, "message": _TEXT, "section": _TEXT, "table": _TEXT,
        "row": _TEXT, "column": _TEXT, "file": _TEXT, "page": _COUNT, "line": _COUNT, "printed": "texts",
        "expected": "texts", "difference": _TEXT, "located": _TEXT, "root": _TEXT,
    },
    "outcomes": {
        "document": _TEXT, "rule": _TEXT, "status": _TEXT, "passed": _COUNT, "failed": _COUNT, "skipped": _COUNT,
        "missing": "texts",
    },
    "links": {
        "document": _TEXT, "rule": _TEXT, "side": _TEXT, "table": _TEXT, "code": _TEXT, "key": _TEXT, "unit": _TEXT,
        "decimals": _COUNT, "derived": "truth", "point": "decimal", "low": "decimal", "high": "decimal",
        "fine_low": "decimal", "fine_high": "decimal",
    },
    "pairs": {"document": _TEXT, "role": _TEXT, "other": _TEXT, "reason": _TEXT},
    "across": {"document": _TEXT, "rule": _TEXT, "compared": _COUNT, "apart": _COUNT},
}  # fmt: skip
# Tables that a run writes anew when it ends; of the others each part has the rows of its reports.
WHOLE = ("pairs", "across")
TABLES = (*(name for name in _COLUMNS if name not in WHOLE), "facts")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one report: `row` is its row of `documents`, `same` that it is as an earlier run left it.

    `seconds` is what it took; no row has it, since rows are the same in every run.
    """

    document: str
    same: bool
    seconds: float
    row: Mapping[str, Any]
    tables: Mapping[str, pa.RecordBatch]


@functools.lru_cache(maxsize=1)
def schemas() -> Mapping[str, pa.Schema]:
    """The columns of each table in Arrow's types; those of `facts` as `budgetcheck facts` writes them."""
    import pyarrow as pa

    types = {
        _TEXT: pa.string(), _COUNT: pa.int64(), "texts": pa.list_(pa.string()), "truth": pa.bool_(),
        "decimal": pa.decimal128(PRECISION, SCALE),
    }  # fmt: skip
    made = {
        name: pa.schema([(each, types[kind]) for each, kind in listed.items()]) for name, listed in _COLUMNS.items()
    }
    return {**made, "facts": arrow_schema("en")}


def pack(
    document: str, rows: Mapping[str, Sequence[Mapping[str, Any]]], seconds: float = 0.0, *, same: bool = False
) -> bytes:
    """Rows by table as bytes: a header in JSON, then one batch of Arrow for each table that has rows."""
    import pyarrow as pa

    header: dict[str, Any] = {"document": document, "same": same, "seconds": round(seconds, 3)}
    header |= {"row": dict(rows["documents"][0]) if rows else {}, "tables": []}
    packed = []
    for name, listed in rows.items():
        # A batch without its schema, which is the same for all reports and larger than most batches.
        data = pa.RecordBatch.from_pylist(list(listed), schema=schemas()[name]).serialize()
        packed.append(pa.compress(data, codec="zstd", asbytes=True))
        header["tables"].append((name, data.size, len(packed[-1])))
    told = json.dumps(header, ensure_ascii=False).encode()
    return b"".join((_LENGTH.pack(len(told)), told, *packed))


def unpack(data: bytes, *wanted: str) -> Answer:
    """The answer that `pack` made bytes of, with the rows of the wanted tables only."""
    import pyarrow as pa

    start = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    about = json.loads(data[_LENGTH.size : start])
    found = {}
    for name, size, length in about["tables"]:
        if name in wanted:
            plain = pa.decompress(data[start : start + length], decompressed_size=size, codec="zstd")
            found[name] = pa.ipc.read_record_batch(plain, schemas()[name])
        start += length
    return Answer(about["document"], about["same"], about["seconds"], about["row"], found)
