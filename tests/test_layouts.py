"""Tables as provinces lay them out: what is consistent is silent, and a cell that is changed is found.

The pages under `layouts/` are made up: national grids with 行次 and 栏次, codes in one or three columns, unit codes
between the subjects, tables that go on in the next grid, last year's columns beside this year's.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

import budgetcheck

PAGES = sorted((Path(__file__).parent / "layouts").glob("*.html"))
WHOLE = [page for page in PAGES if not page.name.startswith("case_")]
# A report whose columns are mostly understood, by how many of ten changed cells are found at least.
FOUND = {"budget_two_classifications": 7}
AMOUNT = re.compile(r">\s*(\d[\d,]*\.\d{1,2})\s*<")


def alarms(path: Path) -> list[str]:
    return [f"{f.rule} {f.message}" for f in budgetcheck.check(path).findings if f.severity != "info"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_consistent_report_is_silent(page: Path) -> None:
    assert alarms(page) == []


@pytest.mark.parametrize("page", WHOLE, ids=lambda page: page.stem)
def test_a_changed_cell_is_found(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    cells = [cell for cell in AMOUNT.finditer(text) if float(cell[1].replace(",", ""))]
    missed = []
    for cell in random.Random(7).sample(cells, 10):
        changed = f"{float(cell[1].replace(',', '')) * 1.1 + 3:,.2f}"
        file = tmp_path / "changed.html"
        file.write_text(text[: cell.start(1)] + changed + text[cell.end(1) :], encoding="utf-8")
        if not alarms(file):
            missed.append(f"{cell[1]} at {cell.start(1)}")
    assert 10 - len(missed) >= FOUND.get(page.stem, 8), missed
