"""Exceptions: only for what the caller or we ourselves did wrong, never for what a report says."""

from __future__ import annotations

__all__ = ["BudgetcheckError", "ReadError", "RuleError"]


class BudgetcheckError(Exception):
    """Base of all errors of this package; its text is one line for a person."""


class ReadError(BudgetcheckError):
    """A document cannot be read: says which one and why."""


class RuleError(BudgetcheckError):
    """A rule or wording file is wrong: says the file, the line where known, and why."""
