"""Every rule is sound, and every example gives what it says."""

from pathlib import Path

import budgetcheck_example_pack

from budgetcheck.testing import check_rules

RULES = Path(budgetcheck_example_pack.__file__).parent / "rules"


def test_the_rules_are_sound() -> None:
    assert check_rules(RULES) == []
