"""The handbook is what the rules say now; `explain` says the same; everything in it has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from budgetcheck.cli import main
from budgetcheck.expression import parse_relation
from budgetcheck.handbook import blocks, pages, stale
from budgetcheck.rulebook import load_rules
from budgetcheck.spelling import Speller, handbook_words
from budgetcheck.wording import load_wording

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "rules"
RULES = load_rules()
WORDING = load_wording()
COMMAND = "budgetcheck handbook -o docs/rules --no-packs"


def rule(number: str):  # type: ignore[no-untyped-def]
    return next(each for each in RULES if each.id == number)


def run(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_handbook_is_not_stale() -> None:
    late = stale(FOLDER, RULES, WORDING)
    assert late == [], f"stale: {', '.join(late)}; run `{COMMAND}`"


def test_a_stale_page_is_named(tmp_path: Path) -> None:
    few = [rule("BC201"), rule("BC202")]
    for name, text in pages(few, WORDING).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale(tmp_path, few, WORDING) == []
    (tmp_path / "BC202.md").write_text("changed", encoding="utf-8")
    (tmp_path / "BC999.md").write_text("no rule", encoding="utf-8")
    (tmp_path / "README.md").unlink()
    assert stale(tmp_path, few, WORDING) == ["BC202.md", "BC999.md", "README.md"]


def test_the_command_writes_it_and_removes_what_is_no_rule(tmp_path: Path) -> None:
    (tmp_path / "BC999.md").write_text("no rule", encoding="utf-8")
    (tmp_path / "notes.md").write_text("mine", encoding="utf-8")
    code, out, _ = run("handbook", "-o", tmp_path, "--no-packs")
    assert (code, out) == (0, f"{tmp_path}: {len(RULES) + 1} files\n")
    assert {path.name for path in tmp_path.iterdir()} == {f"{r.id}.md" for r in RULES} | {"README.md", "notes.md"}


@pytest.mark.parametrize("number", ["BC201", "BC130", "BC315", "BC904"])
def test_a_page_gives_what_the_command_gives(number: str, tmp_path: Path) -> None:
    """The command that the page names, on the text that the page shows, prints what the page says it does."""
    page = pages([rule(number)], WORDING)[f"{number}.md"]
    report, text, output = tmp_path / "例.txt", *re.findall(r"```text\n(.*?)\n```", page, flags=re.S)[:2]
    report.write_text(text, encoding="utf-8")
    code, out, _ = run("check", report, "--select", number, "--fail-on", "never")
    assert code == 0
    assert "".join(output.split()) in "".join(out.split())


def test_every_link_of_the_handbook_leads_somewhere() -> None:
    written = pages(RULES, WORDING)
    anchors = set(re.findall(r'<a id="([^"]+)">', written["README.md"]))
    for name, text in written.items():
        prose = re.sub(r"```text\n.*?```", "", text, flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", prose):
            page, _, anchor = target.partition("#")
            assert page in written, f"{name} links to {target}"
            assert not anchor or anchor in anchors, f"{name} links to {target}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_a_rule_uses_has_words(language: str) -> None:
    words = handbook_words(language)
    lacking = {f"kinds.{r.kind}" for r in RULES if r.kind not in words["kinds"]}
    lacking |= {f"checks.{r.check}" for r in RULES if r.check and r.check not in words["checks"]}
    lacking |= {f"option_names.{option}" for r in RULES for option in r.options if option not in words["option_names"]}
    lacking |= {f"where.{key}" for r in RULES for key in r.where if key not in words["where"]}
    lacking |= {
        f"where.{key}={value}"
        for r in RULES
        for key, values in r.where.items()
        for value in values
        if value.isascii() and f"{key}={value}" not in words["where"]
    }
    lacking |= {f"categories.{name}" for r in RULES if (name := Path(r.source).parent.name) not in words["categories"]}
    claims = [r for r in RULES if r.each.startswith("claim.") and r.relation is not None]
    lacking |= {f"parts.{name}" for r in claims for name in r.relation.names if name not in words["parts"]}  # type: ignore[union-attr]
    assert lacking == set()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("percent == share(part, whole)", "百分比 = 部分 ÷ 整体 × 100%"),
        ("percent == share(delta, current - delta)", "百分比 = 增减额 ÷ (本年数 − 增减额) × 100%"),
        ("percent == change(current, prior)", "百分比 = （本年数 − 上年数）÷ 上年数 × 100%"),
        ("sum(parts) <= total", "所列各项之和 ≤ 合计"),
        ("actual * 2 >= budget - (delta - prior)", "决算数（实际数） × 2 ≥ 预算数 − (增减额 − 上年数)"),
        ("-delta == -(current - prior)", "−增减额 = −(本年数 − 上年数)"),
    ],
)
def test_relations_in_words(source: str, said: str) -> None:
    assert Speller(rule("BC201"), "zh").relation(parse_relation(source, "here")) == said


def test_explain_prints_what_the_page_says() -> None:
    for language in ("zh", "en"):
        code, out, _ = run("explain", "BC201", "--lang", language)
        assert code == 0
        flat = "".join(out.split())
        for block in blocks(rule("BC201"), WORDING, language):
            for line in (block.label, *block.lines):
                assert "".join(line.replace("`", "").split()) in flat, line
        assert out.rstrip().endswith("docs/rules/BC201.md")
