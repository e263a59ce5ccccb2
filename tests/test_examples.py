from __future__ import annotations

import json
from pathlib import Path

import pytest

from budgetcheck import __version__, check
from budgetcheck.reports.machine import to_dict

FOLDER = Path(__file__).parents[1] / "examples"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*-consistent.txt")), ids=lambda path: path.stem)
def test_a_consistent_report_is_silent(path: Path) -> None:
    review = check(path)
    assert [finding.message for finding in review.findings] == []
    assert review.ok
    assert review.coverage.unread == 0
    assert review.coverage.share_checked >= 0.85


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*-planted.txt")), ids=lambda path: path.stem)
def test_planted_errors_are_found_and_nothing_else(path: Path) -> None:
    review = to_dict(check(path), __version__)
    review["document"]["path"] = path.name
    review["outcomes"] = [outcome for outcome in review["outcomes"] if outcome["passed"] or outcome["failed"]]
    assert review == EXPECTED[path.name]


@pytest.mark.parametrize(
    "line", (FOLDER / "planted.jsonl").read_text(encoding="utf-8").splitlines(), ids=lambda s: s[:60]
)
def test_every_planted_error_is_among_them(line: str) -> None:
    planted = json.loads(line)
    places = {
        side["place"]["line"]
        for finding in EXPECTED[planted["file"]]["findings"]
        for side in (*finding["stated"], *finding["computed"], *finding["culprits"])
    }
    assert planted["line"] in places
