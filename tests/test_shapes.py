from __future__ import annotations

import re
from pathlib import Path

import pytest

from budgetcheck.amounts import fold
from budgetcheck.errors import RuleError
from budgetcheck.outline import outline
from budgetcheck.readers import layout_of, text_document
from budgetcheck.shapes import Shape, compile_shape
from budgetcheck.statements import read_statements
from budgetcheck.tokens import codes, tokenise
from budgetcheck.wording import alternation, load_wording

WORDING = load_wording()


@pytest.mark.parametrize("shape", WORDING.shapes, ids=lambda shape: f"{shape.kind}: {shape.example}")
def test_every_shape_reads_its_example(shape: Shape) -> None:
    tokens = tokenise(fold(shape.example), WORDING)
    found = shape.pattern.search(codes(tokens))
    assert found is not None
    got = {slot: tokens[found.start(slot)].text for slot in shape.slots if found.start(slot) >= 0}
    assert {slot: got.get(slot) for slot in shape.reads} == dict(shape.reads)


def test_no_number_has_two_meanings() -> None:
    text = "三公经费支出9.81万元，占10.00%，完成预算65.4%，比上年减少0.82万元，下降7.68%。"
    (statement,) = read_statements(outline(text_document(text, layout_of(WORDING)), WORDING), WORDING)
    percents = [m.slots["percent"] for m in statement.matches if "percent" in m.slots]
    assert len(percents) == len(set(percents)) == 3


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"kind": "share", "tokens": "SHARE PERCENT:p", "example": "占1%"}, "lacks reads"),
        ({"kind": "share", "tokens": "SHAER", "example": "占1%", "reads": {}}, "unknown token kind 'SHAER'"),
        ({"kind": "share", "tokens": "SHARE ...3", "example": "占1%", "reads": {}}, "cannot read '...3'"),
    ],
)
def test_a_wrong_shape_is_said_with_its_file(raw: dict[str, object], said: str) -> None:
    with pytest.raises(RuleError, match=re.escape(said)) as caught:
        compile_shape(raw, Path("wording/own.toml"))
    assert str(caught.value).startswith("wording/own.toml: ")


def test_an_alternation_prefers_the_longest_word() -> None:
    pattern = re.compile(alternation(["占", "占比", "占比为", "比"]))
    assert pattern.match("占比为5").group() == "占比为"  # type: ignore[union-attr]
