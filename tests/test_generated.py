"""Whole consistent reports in the manner of every province are silent; one thing wrong in one of them is found."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import budgetcheck
from budgetcheck.errors import RuleError
from budgetcheck.testing import (
    KINDS,
    Printing,
    Report,
    broken,
    frames,
    manners,
    report,
    reports,
    tamper,
    tampered,
    ties,
    write,
)
from budgetcheck.testing.habits import SCALE

EVERY = [(kind, name) for kind in ("final", "budget") for name in manners(kind)]
# Of 36 tamperings that a relation sees, this many are found at least.
FOUND = 33


def said(review: budgetcheck.Review) -> list[str]:
    return sorted(f"{f.rule} {f.severity}" for f in review.findings if f.severity != "info")


def printed(made: Report, printing: Printing) -> str:
    """What stands at a printing's place."""
    block, place = made.blocks[printing.place.block], printing.place
    if place.row >= 0:
        return block.cells[place.row][place.column]
    return block.text[place.start : place.start + len(printing.text)]


def test_there_are_eight_manners_of_final_accounts_and_four_of_budgets() -> None:
    assert len(manners("final")) >= 8
    assert len(manners("budget")) >= 4


@pytest.mark.parametrize(("kind", "manner"), EVERY)
def test_a_consistent_report_is_silent_and_understood(kind: str, manner: str) -> None:
    @settings(max_examples=4, deadline=None, derandomize=True)
    @given(reports(kind, manner))
    def silent(made: Report) -> None:
        review = budgetcheck.check(str(made))
        assert said(review) == []
        assert review.coverage.unread * 20 <= review.coverage.numbers
        assert review.coverage.checked * 10 >= review.coverage.numbers * 5

    silent()


@settings(max_examples=20, deadline=None)
@given(tampered())
def test_a_label_is_true(drawn: tuple[Report, Report, object]) -> None:
    good, bad, label = drawn
    here = bad.printings[label.index]
    assert (printed(good, good.printings[label.index]), printed(bad, here)) == (label.was, label.now)
    assert label.was != label.now
    assert label.kind in KINDS
    changed = {label.index, *label.also}
    for index, (one, other) in enumerate(zip(good.printings, bad.printings, strict=True)):
        assert printed(bad, other) == other.text
        assert (one.text != other.text) == (index in changed)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_tampering_can_be_done_and_shows(kind: str) -> None:
    with_tables = [seed for seed in range(12) if any(block.cells for block in report(seed, "final").blocks)]
    for seed in with_tables[:3]:
        good = report(seed, "final")
        bad, label = tamper(good, kind, seed)
        assert label.kind == kind
        assert str(bad) != str(good)
        assert tamper(good, kind, seed)[1] == label
    with pytest.raises(ValueError, match="no kind of tampering is called nonsense"):
        tamper(report(0), "nonsense")


def test_what_is_spoiled_is_found_where_a_relation_sees_it() -> None:
    tried = found = seed = 0
    missed = []
    while tried < 36:
        good = report(seed)
        bad, label = tamper(good, None, seed)
        seed += 1
        if not broken(bad):
            continue
        tried += 1
        hit = any(f.severity != "info" for f in budgetcheck.check(str(bad)).findings)
        found += hit
        missed += [] if hit else [f"{seed - 1} {label}"]
    assert found >= FOUND, missed


def test_one_seed_is_one_report() -> None:
    assert str(report(5)) == str(report(5))
    assert str(report(5)) != str(report(6))
    code = "from budgetcheck.testing import report; import sys; sys.stdout.buffer.write(str(report(5)).encode())"
    elsewhere = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert elsewhere.decode() == str(report(5))


def test_strategies_are_the_only_part_that_needs_hypothesis() -> None:
    code = "import sys, budgetcheck.testing as t; t.report(0); assert 'hypothesis' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_manner_that_does_not_exist_is_one_line() -> None:
    with pytest.raises(RuleError, match="no manner is called atlantis; of final reports there are beijing, "):
        report(1, "final", "atlantis")


@settings(max_examples=25, deadline=None)
@given(reports())
def test_printings_stand_where_they_say_and_round_the_truth(made: Report) -> None:
    slack = {"nearest": 1, "truncated": 2, "balanced": 12}[made.habit.shares]
    lines = str(made).split("\n")
    for printing in made.printings:
        assert printed(made, printing) == printing.text
        assert printing.text in lines[made.line(printing) - 1]
        if printing.kind != "word":
            shown = Fraction(printing.text.replace(",", "")) * SCALE.get(printing.unit, 1)
            assert abs(shown - printing.value) <= printing.half * (slack if printing.kind == "percent" else 1)


@settings(max_examples=25, deadline=None)
@given(reports())
def test_the_truth_is_consistent(made: Report) -> None:
    for total in made.figures.sums:
        assert made.figures[total.total] == sum(made.figures[part] for part in total.parts), total.total
    assert all(amount >= 0 for amount in made.figures.amounts.values())
    assert broken(made) == []
    for tie in ties(made):
        assert len(tie.printings) > 1
        if tie.kind == "same":
            assert len({made.printings[index].value for index in tie.printings}) == 1


def test_the_printings_are_all_the_numbers_of_the_report() -> None:
    """Every amount and percentage of the prose was put there by a figure of the truth, save the limit of 100万元."""
    for seed in range(40):
        made = report(seed)
        places = {(p.place.block, p.place.start) for p in made.printings}
        for number, block in enumerate(made.blocks):
            for found in re.finditer(r"\d+(?:\.\d+)?(?=万?元|[%％])", "" if block.cells else block.text):
                assert (number, found.start()) in places or block.text.startswith("100万元", found.start())


@pytest.mark.parametrize(("form", "seed"), [*product(("txt", "docx", "html", "xlsx"), (2, 5))])
def test_every_format_says_the_same(form: str, seed: int, tmp_path: Path) -> None:
    for made in (report(seed), tamper(report(seed), None, 1)[0]):
        review, reference = read_back(made, form, tmp_path), budgetcheck.check(str(made))
        assert said(review) == said(reference)
        assert review.coverage.numbers == reference.coverage.numbers


@pytest.mark.parametrize(("form", "seed"), [("pdf", 2), ("pdf", 7), ("ofd", 5), ("ofd", 9)])
def test_pages_say_the_same(form: str, seed: int, tmp_path: Path) -> None:
    made = report(seed)
    review, reference = read_back(made, form, tmp_path), budgetcheck.check(str(made))
    assert said(review) == said(reference)
    assert review.coverage.numbers == reference.coverage.numbers


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_frames_say_the_same(seed: int) -> None:
    made = report(seed)
    tables, prose, unit = frames(made)
    if tables:
        review = budgetcheck.check_frames(tables, prose, unit)
        assert said(review) == []
        assert review.coverage.numbers == budgetcheck.check(str(made)).coverage.numbers


def read_back(made: Report, form: str, folder: Path) -> budgetcheck.Review:
    paths = write(made, form, folder)
    return budgetcheck.check(paths[0] if len(paths) == 1 else paths)


def test_an_unknown_format_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no format is called scroll; known are txt, docx"):
        write(report(0), "scroll", tmp_path)
