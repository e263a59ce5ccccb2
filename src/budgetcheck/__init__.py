"""budgetcheck: a linter for public accounts.

`check(path_or_text)` reads a 预算 or 决算 report and returns a `Review` of what in it cannot be true.
"""

from .errors import BudgetcheckError, ReadError, RuleError
from .model import Coverage, Culprit, Fact, Finding, Outcome, Quantity, Review, Span
from .pipeline import Options, check

__version__ = "0.1.0"

__all__ = [
    "BudgetcheckError",
    "Coverage",
    "Culprit",
    "Fact",
    "Finding",
    "Options",
    "Outcome",
    "Quantity",
    "ReadError",
    "Review",
    "RuleError",
    "Span",
    "__version__",
    "check",
]
