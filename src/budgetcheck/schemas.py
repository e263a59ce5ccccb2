"""Pandera models of the standard tables: what is printed, before anyone asks whether it agrees.

One `DataFrameModel` a table, made from `rules/wording/tables.toml`: Chinese column names by alias, English attribute
names, text cells so that printed precision survives, checks local to a column (code and amount patterns).

    from budgetcheck import schemas
    schemas.ExpenditureTable.validate(frame, lazy=True)

Frames have one row a subject: 科目编码 (str, "" on the total row), 科目名称 (str), then the table's amount columns
(str, "" for zero). A model of a table with two panels, of a list or of a form describes
项目, then its amounts. `validate` raises `pandera.errors.SchemaErrors`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandera.pandas as pa
from pandera.typing import Series

from .wording import load_wording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["failures", "model_of", "models"]


def __getattr__(name: str) -> type[pa.DataFrameModel]:
    """A model by its English name, such as `ExpenditureTable`."""
    found = models().get(name)
    if found is None:
        raise AttributeError(f"no table model is called {name!r}; known are {', '.join(sorted(models()))}")
    return found


@functools.cache
def models() -> Mapping[str, type[pa.DataFrameModel]]:
    """All models by English name; each is a class with `validate(frame, lazy=True)`."""
    table = load_wording().table("tables")
    return {spec["model"]: _model(spec, table) for spec in table["standard"]}


@functools.cache
def model_of(table: str) -> type[pa.DataFrameModel]:
    """The model of a table by its Chinese name; KeyError where there is none."""
    specs = {spec["name"]: spec["model"] for spec in load_wording().table("tables")["standard"]}
    return models()[specs[table]]


def _model(spec: Mapping[str, Any], table: Mapping[str, Any]) -> type[pa.DataFrameModel]:
    fields: dict[str, Any] = {}
    if spec["shape"] == "codes":
        fields["code"] = pa.Field(alias=table["column_code"], str_matches=table["code"])
        fields["name"] = pa.Field(alias=table["column_name"])
    elif spec["shape"] != "row":
        fields["name"] = pa.Field(alias=table["column_item"])
    measures = spec.get("measures") or {"": ""}
    for column in spec["columns"]:
        for measure in measures:
            attribute = f"{column['as']}_{measure}" if measure and len(measures) > 1 else column["as"]
            alias = f"{column['name']}.{measure}" if measure else column["name"]
            fields[attribute] = pa.Field(alias=alias, str_matches=table["amount"])
    needed = list(fields)[2:3] if spec["shape"] in ("codes", "panels", "row") else []
    optional = set(fields) - {"code", "name", *needed}
    annotations = {name: (Series[str] | None if name in optional else Series[str]) for name in fields}
    config = type("Config", (pa.DataFrameModel.Config,), {"strict": False, "unique": None, "name": spec["name"]})
    body = {"__annotations__": annotations, "__doc__": spec["name"], "Config": config, "__module__": __name__, **fields}
    return type(spec["model"], (pa.DataFrameModel,), body)


def _case(case: Mapping[Any, Any]) -> tuple[int, str, str, str]:
    row = int(case["index"]) if case["index"] is not None else -1
    return row, str(case["column"]), str(case["failure_case"]), str(case["check"])


def failures(table: str, frame: pd.DataFrame) -> list[tuple[int, str, str, str]]:
    """What of a frame does not fit its table's model: (row, column, cell, check), in the order of the rows.

    Rows count from 0, -1 for what concerns a whole column; none where all fits. Raises KeyError for an unknown table.
    """
    try:
        model_of(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        rows = [
            (
                int(case["index"]) if case["index"] is not None else -1,
                str(case["column"]),
                str(case["failure_case"]),
                str(case["check"]),
            )
            for case in cases.to_dict("records")
        ]
        return sorted(set(rows))
    return []
