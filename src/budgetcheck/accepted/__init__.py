"""Findings that need not be mended: accepted by somebody, or known from an earlier review."""

from .baseline import Baseline, Compared, compared, read_baseline, read_reviews
from .file import read_entries, update_entries
from .marks import Mark, document_key, mark_of
from .settle import Entry, Settled, rule_digest, settle

__all__ = [
    "Baseline",
    "Compared",
    "Entry",
    "Mark",
    "Settled",
    "compared",
    "document_key",
    "mark_of",
    "read_baseline",
    "read_entries",
    "read_reviews",
    "rule_digest",
    "settle",
    "update_entries",
]
