"""The tidy table of numbers as a file: CSV, JSON or Parquet, one row a number, written report by report."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from .plain import inert
from .tidy import Column, columns

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FORMATS", "arrow_schema", "can_write_parquet", "fit", "write_facts"]

FORMATS = ("csv", "json", "parquet")
# Digits and decimals of a number in Parquet: what decimal128 holds, ten of them behind the point.
PRECISION, SCALE = 38, 10
_NUMBER = re.compile(r"[-−]?[\d,.]+%?")
_BATCH = 4096

Row = dict[str, Any]


def can_write_parquet() -> bool:
    """Whether pyarrow (the extra `parquet`) is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def write_facts(rows: Iterable[Row], form: str, stream: IO[bytes], language: str = "en", *, raw: bool = False) -> int:
    """Write rows of `fact_rows` in a format; how many numbers it could not hold (they are left empty).

    CSV has a byte order mark and an apostrophe before texts that a spreadsheet would take for formulas; `raw` leaves
    both out. `language` is that of the columns' meanings, which Parquet holds beside its fields.
    """
    if form == "parquet":
        return _write_parquet(rows, stream, language)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        (_write_csv if form == "csv" else _write_json)(rows, text, raw=raw)
        text.flush()
    finally:
        text.detach()
    return 0


def _write_csv(rows: Iterable[Row], stream: IO[str], *, raw: bool) -> None:
    listed = columns()
    stream.write("" if raw else "\ufeff")
    table = csv.writer(stream)
    table.writerow([each.name for each in listed])
    for row in rows:
        table.writerow([_cell(row[each.name], each, raw=raw) for each in listed])


def _cell(value: object, column: Column, *, raw: bool) -> str:
    """Numbers stay numbers; a text that is none is guarded."""
    text = _plain(value)
    if text is None:
        return ""
    guarded = column.type == "text" and not raw and not _NUMBER.fullmatch(text)
    return inert(text) if guarded else text


def _plain(value: object) -> str | None:
    """A value as characters; decimals without exponent, truths as true and false."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _write_json(rows: Iterable[Row], stream: IO[str], *, raw: bool) -> None:
    """An array with one object a line; exact decimals are strings."""
    mark = "["
    for row in rows:
        plain = {name: _plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        stream.write(f"{mark}\n{json.dumps(plain, ensure_ascii=False)}")
        mark = ","
    stream.write("[]\n" if mark == "[" else "\n]\n")


def _write_parquet(rows: Iterable[Row], stream: IO[bytes], language: str) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    schema = arrow_schema(language)
    lost = 0
    with parquet.ParquetWriter(stream, schema) as writer:
        for batch in _batches(rows):
            lost += sum(fit(row) for row in batch)
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    return lost


def arrow_schema(language: str) -> pa.Schema:
    """The columns in Arrow's types, with their meanings in a language."""
    import pyarrow as pa

    types = {
        "text": pa.string(), "word": pa.string(), "integer": pa.int64(), "truth": pa.bool_(),
        "decimal": pa.decimal128(PRECISION, SCALE),
    }  # fmt: skip
    described = ((each, {"description": each.meaning[language]}) for each in columns())
    return pa.schema([pa.field(each.name, types[each.type], metadata=about) for each, about in described])


def fit(row: Row) -> int:
    """Empty the numbers of a row that Arrow's decimals cannot hold exactly; how many."""
    lost = [name for name, value in row.items() if isinstance(value, Decimal) and not _fits(value)]
    row.update(dict.fromkeys(lost))
    return len(lost)


def _fits(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -SCALE and value.adjusted() < PRECISION - SCALE


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch
