"""The tables as pandas frames, as they come from a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..manners import table_specs
from ..report import Report

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frames"]


def frames(report: Report) -> tuple[dict[str, pd.DataFrame], str, str]:
    """Frames by the table's standard name, the prose, and the unit of the frames: what `check_frames` takes.

    Cells are text as printed; two panels stand side by side, so that names of columns repeat.
    """
    import pandas as pd

    specs = {spec.get("name", spec["title"]): spec for spec in table_specs(report.truth.kind)}
    found: dict[str, pd.DataFrame] = {}
    prose: list[str] = []
    for number, block in enumerate(report.blocks):
        if block.cells:
            columns = specs[block.text].get("frame", specs[block.text]["header"][-1])
            found[block.text] = pd.DataFrame(list(block.cells[block.header :]), columns=columns)
        elif not any(other.cells for other in report.blocks[number + 1 : number + 3]):
            prose.append(block.text)
    return found, "\n".join(prose), _unit(report)


def _unit(report: Report) -> str:
    """The unit that the tables print, in the words of their manner."""
    from ..manners import manner

    return str(manner(report.manner, report.truth.kind).words[report.habit.tables])
