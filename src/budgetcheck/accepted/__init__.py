"""Findings that need not be mended: accepted by somebody, or known from an earlier review."""

from .baseline import Baseline, new_only, read_baseline, read_reviews
from .file import read_entries, update_entries
from .marks import Mark, document_key, mark_of
from .settle import Entry, Settled, rule_digest, settle

__all__ = [
    "Baseline",
    "Entry",
    "Mark",
    "Settled",
    "document_key",
    "mark_of",
    "new_only",
    "read_baseline",
    "read_entries",
    "read_reviews",
    "rule_digest",
    "settle",
    "update_entries",
]
