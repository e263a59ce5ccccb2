"""An argument of the wrong kind is refused in a line that says what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from budgetcheck import Options, check

REPORT = "2022年度部门决算情况说明\n机关运行经费支出31.40万元。"


@pytest.mark.parametrize("name", ["select", "ignore", "rules", "wording"])
@pytest.mark.parametrize("value", ["BC2", Path("BC2")])
def test_one_text_is_no_list(name: str, value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        Options(**{name: value})
    assert str(caught.value) == f"Options.{name} is a list: give ['BC2'], not 'BC2'"


def test_the_units_under_a_department_are_a_list() -> None:
    with pytest.raises(TypeError, match=r"units is a list: give \['unit.txt'\], not 'unit.txt'"):
        check(REPORT, units="unit.txt")


def test_a_second_file_is_no_options() -> None:
    second: Any = "second.txt"
    with pytest.raises(TypeError) as caught:
        check(REPORT, second)
    assert str(caught.value) == (
        "options is a budgetcheck.Options, not 'second.txt'; several files of one report are a list"
    )
