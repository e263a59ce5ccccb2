"""What a check needs and a rule's options do not give is said in one line, however deep it lies."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner

from budgetcheck import check
from budgetcheck.cli import main
from budgetcheck.errors import RuleError
from budgetcheck.pipeline import Options
from budgetcheck.rulebook import load_rules

SHIPPED = {rule.id: Path(rule.source) for rule in load_rules()}
# A rule, what is taken out of its options, and the line that a report gets which needs it.
LACKING = [
    ("BC503", 'less    = "小于"\n', "lacks the option words.less", "[options.words]"),
    ("BC503", '[options.words]\ngreater = "大于"\nless    = "小于"\nequal   = "等于"\n', "lacks the option words", ""),
    ("BC314", 'new = "应删去并说明上年无此项支出", ', "lacks the option hint.new", "[options]"),
    ("BC314", 'new = "', "lacks the option hint.new; did you mean news?", "[options]"),
]


def spoiled(rule: str, taken: str, folder: Path) -> Path:
    """A folder with a copy of a shipped rule, under another id, that lacks an option."""
    text = SHIPPED[rule].read_text(encoding="utf-8")
    assert taken in text
    path = folder / f"XY{rule[2:]}-x.toml"
    path.write_text(text.replace(taken, 'news = "' if taken == 'new = "' else ""), encoding="utf-8")
    return path


@pytest.mark.parametrize(("rule", "taken", "said", "head"), LACKING)
def test_a_report_that_needs_it_gets_one_line(rule: str, taken: str, said: str, head: str, tmp_path: Path) -> None:
    path = spoiled(rule, taken, tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    place = f"{path}:{lines.index(head) + 1}" if head else str(path)
    bad = next(each for each in load_rules() if each.id == rule).bad[0].text
    with pytest.raises(RuleError) as error:
        check(bad, Options(rules=(tmp_path,)))
    assert str(error.value) == f"{place}: {said}"
    report = tmp_path / "report.txt"
    report.write_text(bad, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(report), "--rules", str(tmp_path)])
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"budgetcheck: {place}: {said}\n")


def test_options_are_what_the_file_says_and_travel_to_other_processes() -> None:
    rule = next(each for each in load_rules() if each.id == "BC503")
    assert dict(rule.options) == {"words": {"greater": "大于", "less": "小于", "equal": "等于"}}
    again = pickle.loads(pickle.dumps(rule))
    assert again.options == rule.options
    with pytest.raises(RuleError, match=r"lacks the option words\.other$"):
        again.options["words"]["other"]
