"""budgetcheck: a linter for public accounts.

`check(path_or_text)` reads a 预算 or 决算 report and returns a `Review` of what in it cannot be true.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import BudgetcheckError, ReadError, RuleError
    from .model import Coverage, Fact, Finding, Outcome, Quantity, Review, Span
    from .pipeline import Options, check, check_frames
    from .reports.tidy import facts_frame

__version__ = "0.1.0"

__all__ = [
    "BudgetcheckError",
    "Coverage",
    "Fact",
    "Finding",
    "Options",
    "Outcome",
    "Quantity",
    "ReadError",
    "Review",
    "RuleError",
    "Span",
    "check",
    "check_frames",
    "facts_frame",
]

_HOMES = {
    **dict.fromkeys(("BudgetcheckError", "ReadError", "RuleError"), "errors"),
    **dict.fromkeys(("Options", "check", "check_frames"), "pipeline"),
    "facts_frame": "reports.tidy",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `budgetcheck --version` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES.get(name, 'model')}", __name__), name)
