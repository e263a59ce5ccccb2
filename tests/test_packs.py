from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from budgetcheck import Options, RuleError, check
from budgetcheck.cli import main
from budgetcheck.packs import GROUP, Pack, installed_packs
from budgetcheck.rulebook import load_rules
from budgetcheck.testing import check_rules

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "rule-pack"
RULE = next((EXAMPLE / "src").rglob("EXAMPLE001-*.toml"))
REPORT = """2023年度部门决算情况说明
一、支出情况
公用经费支出16.00万元。会务费支出8.00万元。培训费支出12.00万元。
"""


def run(*args: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def installed(site: Path, name: str, points: dict[str, str], source: Path | None = None) -> None:
    """What pip leaves of a package: its files and what it offers."""
    if source:
        shutil.copytree(source, site / source.name, dirs_exist_ok=True)
    told = site / f"{name.replace('-', '_')}-1.0.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n", encoding="utf-8")
    lines = "".join(f"{pack} = {value}\n" for pack, value in points.items())
    (told / "entry_points.txt").write_text(f"[{GROUP}]\n{lines}", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in ("alpha", "beta", "wild", "budgetcheck_example_pack"):
        sys.modules.pop(name, None)


@pytest.fixture
def example(site: Path) -> Path:
    """The example pack, installed as its own pyproject.toml says."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = project["entry-points"][GROUP]
    installed(site, project["name"], points, EXAMPLE / "src" / "budgetcheck_example_pack")
    return site / "budgetcheck_example_pack" / "rules"


def own(folder: Path, number: str, text: str | None = None) -> Path:
    """A folder inside a package with one rule of that number."""
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    path = folder / f"{number}-meetings.toml"
    path.write_text(text or RULE.read_text(encoding="utf-8").replace("会务费", "会议费"), encoding="utf-8")
    return path


def test_an_installed_pack_takes_part_in_every_check(example: Path) -> None:
    assert installed_packs() == (Pack("example", example),)
    review = check(REPORT)
    (finding,) = [each for each in review.findings if each.rule == "EXAMPLE001"]
    assert finding.message.startswith(
        "会议费8.00万元与培训费12.00万元合计20.00万元，超过公用经费16.00万元，多出4.00万元"
    )
    without = check(REPORT, Options(packs=False))
    assert "EXAMPLE001" not in {outcome.rule for outcome in without.outcomes}


def test_rules_says_which_pack_a_rule_is_from(example: Path, tmp_path: Path) -> None:
    own(tmp_path / "more" / "rules", "MORE001")
    code, out, _ = run("rules", "--rules", tmp_path / "more" / "rules")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert lines["EXAMPLE001"] == "EXAMPLE001  warning  order        会议费与培训费之和不超过公用经费  [example]"
    assert lines["MORE001"].endswith(f"  [{tmp_path / 'more' / 'rules'}]")
    assert "[" not in lines["BC101"]
    assert "EXAMPLE001" not in run("rules", "--no-packs")[1]


def test_explain_knows_the_rules_and_words_of_packs(example: Path) -> None:
    code, out, _ = run("explain", "EXAMPLE001")
    assert code == 0
    assert "会议费 + 培训费 ≤ 公用经费" in out
    assert "规则包：example" in out
    assert "“会务费”" in out
    assert "docs/rules" not in out


def test_packs_come_by_name(site: Path) -> None:
    own(site / "beta" / "rules", "BETA001")
    own(site / "alpha" / "rules", "ALPHA001")
    installed(site, "one", {"b": "beta:rules"})
    installed(site, "two", {"a": "alpha:rules"})
    assert [pack.name for pack in installed_packs()] == ["a", "b"]
    assert [rule.pack for rule in load_rules((), installed_packs()) if rule.pack] == ["a", "b"]


def test_a_number_is_taken_once(site: Path) -> None:
    first = own(site / "alpha" / "rules", "CITY001")
    second = own(site / "beta" / "rules", "CITY001")
    installed(site, "one", {"a": "alpha:rules"})
    installed(site, "two", {"b": "beta:rules"})
    with pytest.raises(RuleError) as caught:
        check(REPORT)
    assert str(caught.value) == f"pack b: {second}: CITY001 is also in {first}"


def test_a_pack_must_not_replace_a_shipped_rule_a_folder_may(site: Path) -> None:
    path = own(site / "alpha" / "rules", "BC101")
    assert next(rule for rule in load_rules((path.parent,)) if rule.id == "BC101").source == str(path)
    installed(site, "one", {"a": "alpha:rules"})
    code, out, err = run("rules")
    shipped = next(rule.source for rule in load_rules() if rule.id == "BC101")
    assert (code, out, err) == (2, "", f"budgetcheck: pack a: {path}: BC101 is also in {shipped}\n")


def test_a_broken_pack_is_one_line_that_names_it(site: Path) -> None:
    path = own(
        site / "alpha" / "rules", "CITY001", RULE.read_text(encoding="utf-8").replace('公用经费"', '公用经验"', 1)
    )
    path.write_text(path.read_text(encoding="utf-8").replace("<= 公用经费", "<= 公用经"), encoding="utf-8")
    installed(site, "one", {"a": "alpha:rules"})
    (site / "report.txt").write_text(REPORT, encoding="utf-8")
    code, out, err = run("check", site / "report.txt")
    assert (code, out) == (2, "")
    assert err == (
        f"budgetcheck: pack a: {path}:7: CITY001 names 公用经, which figures does not have; did you mean 公用经费?\n"
    )


def test_a_broken_wording_names_its_pack(site: Path) -> None:
    own(site / "alpha" / "rules", "CITY001")
    words = site / "alpha" / "rules" / "wording" / "words.toml"
    words.parent.mkdir()
    words.write_text('[lexicon]\nup = "飙升"\n', encoding="utf-8")
    installed(site, "one", {"a": "alpha:rules"})
    with pytest.raises(RuleError) as caught:
        check(REPORT)
    assert str(caught.value) == f"pack a: {words}: up is a list, not '飙升'"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nowhere_at_all:rules", "cannot import nowhere_at_all: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("alpha:roles", "alpha has no folder roles"),
        ("alpha", "alpha has no folder (none named)"),
        ("wild:rules", "cannot import wild: ZeroDivisionError: division by zero"),
    ],
)
def test_a_pack_that_is_not_there_is_one_line(site: Path, value: str, said: str) -> None:
    own(site / "alpha" / "rules", "CITY001")
    (site / "wild.py").write_text("1 / 0\n", encoding="utf-8")
    installed(site, "one", {"a": value})
    with pytest.raises(RuleError) as caught:
        installed_packs()
    assert str(caught.value) == f"pack a: {said}"


def test_two_packs_of_one_name_are_told_apart_by_nobody(site: Path) -> None:
    own(site / "alpha" / "rules", "ALPHA001")
    own(site / "beta" / "rules", "BETA001")
    installed(site, "one", {"city": "alpha:rules"})
    installed(site, "two", {"city": "beta:rules"})
    with pytest.raises(RuleError, match="pack city: two installed packages offer a pack of this name"):
        installed_packs()


def test_without_packs_nothing_is_imported_to_look_for_them() -> None:
    said = "import sys; from budgetcheck.packs import installed_packs; print(installed_packs(), 'email' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert found.stdout == "() False\n"


def test_the_example_pack_keeps_its_own_test() -> None:
    assert check_rules(RULE.parent) == []
