from __future__ import annotations

import pytest

from budgetcheck.rulebook import Rule, load_rules
from budgetcheck.testing import failures, outcome_of

RULES = load_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    assert failures(rule) == []


@pytest.mark.parametrize(
    "rule", [r for r in RULES if r.check not in ("pattern", "nothing", "renamed", "pictures")], ids=lambda rule: rule.id
)
def test_a_rule_without_facts_is_skipped_and_names_them(rule: Rule) -> None:
    outcome = outcome_of(rule, "办公地点已于年内迁入新址。")
    assert outcome.status == "skipped"
    assert outcome.missing
