"""For authors of rules and for tests: run a rule's own examples; make consistent reports, and spoil them.

`check_rules(folder)` says all that is wrong with a folder of rules, `failures(rule)` with the examples of one.
`report(seed)` is a whole consistent report, `tamper` spoils one in a way it can name. `series(seed)` are those of one
department year after year, `department(seed)` one with its units, `plant` breaks a link between them. `reports()` and
`tampered()` are Hypothesis strategies (extra `testing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lint import check_rules, failures, outcome_of
from .compose import compose, report
from .figures import Figures, figures
from .habits import Habit, habit
from .links import LINKS, Planted, plant
from .manners import Manner, manner, manners
from .report import Place, Printing, Report
from .series import Department, Year, department, series
from .tampering import KINDS, Tampering, tamper
from .ties import Tie, broken, ties
from .truth import Truth, truth
from .writers import FORMATS, frames, write

if TYPE_CHECKING:
    from .strategies import reports, tampered

__all__ = [
    "FORMATS", "KINDS", "LINKS", "Department", "Figures", "Habit", "Manner", "Place", "Planted", "Printing", "Report",
    "Tampering", "Tie", "Truth", "Year", "broken", "check_rules", "compose", "department", "failures", "figures",
    "frames", "habit", "manner", "manners", "outcome_of", "plant", "report", "reports", "series", "tamper", "tampered",
    "ties", "truth", "write",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The Hypothesis strategies, only where they are asked for."""
    if name in ("reports", "tampered"):
        from . import strategies

        return getattr(strategies, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
