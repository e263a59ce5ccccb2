"""Settings: where they are found, what they may say, and the line of what is wrong in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from budgetcheck import check
from budgetcheck.config import ConfigError, find_config, load_config
from budgetcheck.reports.formats import FORMATS
from budgetcheck.rulebook import load_rules

from .test_command import BAD, GOOD, RULE, run

OWN_RULE = RULE.replace('severity = "error"', 'severity = "info"', 1)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as working directory, with a wrong report."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "report.txt").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(text: str, name: str = "budgetcheck.toml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.resolve()


def severities(*args: object) -> dict[str, str]:
    """Severities by rule; of several findings of a rule the last."""
    told = json.loads(run("check", "report.txt", "--format", "json", "--fail-on", "never", *args)[1])
    return {finding["rule"]: finding["severity"] for finding in told["findings"]}


def test_without_settings_everything_is_as_it_was(project: Path) -> None:
    assert severities() == {"BC201": "error", "BC202": "error"}
    assert run("check", "report.txt")[0] == 1


def test_settings_are_found_upwards_as_far_as_the_repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = project.parent / "budgetcheck.toml"
    outer.write_text('ignore = ["BC2"]\n', encoding="utf-8")
    deep = project / "a" / "b"
    deep.mkdir(parents=True)
    assert find_config(deep) is None
    shared = configure('[tool.budgetcheck]\nignore = ["BC202"]\n', "pyproject.toml")
    assert find_config(deep) == shared
    configure("[tool.other]\nx = 1\n", "a/pyproject.toml")
    assert find_config(deep) == shared
    own = configure('ignore = ["BC201"]\n')
    assert find_config(deep) == own
    nearer = configure("", "a/budgetcheck.toml")
    assert find_config(deep) == nearer
    nearer.unlink()
    assert set(severities()) == {"BC202"}
    monkeypatch.chdir(deep)
    assert set(json.loads(run("check", "../../report.txt", "--format", "json")[1])["summary"]) >= {"error", "accepted"}
    (project / ".git").rmdir()
    own.unlink()
    shared.unlink()
    assert find_config(deep) == outer
    outer.unlink()


def test_the_command_line_comes_first(project: Path) -> None:
    configure('select = ["BC201"]\nfail-on = "never"\nlanguage = "en"\n')
    assert set(severities()) == {"BC201"}
    assert set(severities("--select", "BC202")) == {"BC202"}
    code, out, _ = run("check", "report.txt")
    assert code == 0
    assert "wrong is 57.00%" in out
    code, out, _ = run("check", "report.txt", "--lang", "zh", "--fail-on", "error")
    assert code == 1
    assert "错的是57.00%" in out
    other = configure('ignore = ["BC201"]', "elsewhere/my.toml")
    assert set(severities("--config", other)) == {"BC202"}
    for flag in ("--isolated", "--no-config"):
        assert set(severities(flag)) == {"BC201", "BC202"}


def test_severities_by_id_and_prefix_the_longest_wins(project: Path) -> None:
    configure('[severity]\nBC2 = "info"\nBC201 = "warning"\n')
    assert severities() == {"BC201": "warning", "BC202": "info"}
    assert run("check", "report.txt")[0] == 0
    assert run("check", "report.txt", "--fail-on", "warning")[0] == 1
    configure('[severity]\n"BC2" = "off"\n"BC202" = "error"\n')
    assert severities() == {"BC202": "error"}


def test_a_chosen_severity_leaves_what_is_found_as_it_is(project: Path) -> None:
    """A rule that is told more quietly still vouches for numbers as it did."""
    before = check(BAD).findings
    configure('[severity]\nBC2 = "info"\n')
    after = check(BAD, load_config().options).findings
    assert [(f.id, f.message, f.culprits) for f in before] == [(f.id, f.message, f.culprits) for f in after]
    assert {f.severity for f in before} == {"error"}
    assert {f.severity for f in after} == {"info"}


def test_a_likely_finding_stays_below_a_certain_one(project: Path) -> None:
    """20 among numbers of two decimals stands for 20.00: the finding is likely, and one severity lower."""
    text = (
        GOOD.replace("200.00", "200.2").replace("50.00万元，占25.00%", "50.23万元，占25.09%").replace("75.00", "74.92")
    )
    likely = [f for f in check(text).findings if f.certainty == "likely"]
    assert {f.severity for f in likely} == {"warning"}
    for chosen, told in (("error", "warning"), ("warning", "info"), ("info", "info")):
        configure(f'[severity]\nBC1 = "{chosen}"\n')
        again = check(text, load_config().options).findings
        assert {f.severity for f in again if f.id in {each.id for each in likely}} == {told}


def test_rounding_and_blank_forms_are_never_raised(project: Path) -> None:
    configure('[severity]\n"BC" = "error"\n')
    found = check(GOOD.replace("75.00%", "75.01%"), load_config().options).findings
    assert {(f.kind, f.severity) for f in found} == {("rounding", "info")}
    blank = next(rule for rule in load_rules() if rule.id == "BC811").bad[0].text + "\n各项收支，，详见附表。\n"
    told = {f.rule: f.severity for f in check(blank, load_config().options).findings}
    assert told == {"BC811": "error", "BC911": "info"}


def test_rule_folders_and_wording_are_relative_to_the_settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "own").mkdir()
    (project / "own" / "BC201-share.toml").write_text(OWN_RULE, encoding="utf-8")
    configure('[figures]\n"支出合计" = ["全年花销"]\n', "words.toml")
    configure('rules = ["own"]\nwording = ["words.toml"]\n')
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    config = load_config()
    assert config.options.rules == (project / "own",)
    assert config.options.wording == (project / "words.toml",)
    told = json.loads(run("check", "../report.txt", "--format", "json")[1])
    assert {f["rule"]: f["severity"] for f in told["findings"]}["BC201"] == "info"
    assert "info" in next(line for line in run("rules")[1].splitlines() if line.startswith("BC201"))


def test_an_overlay_of_words_is_read(project: Path) -> None:
    text = BAD.replace("占57.00%", "所占份额57.00%").replace("占25.00%", "所占份额25.00%")
    assert "BC201" not in {f.rule for f in check(text).findings}
    configure('[lexicon]\nshare = ["所占份额"]\n', "words/local.toml")
    configure('wording = ["words"]\n')
    assert "BC201" in {f.rule for f in check(text, load_config().options).findings}


def test_excluded_files_and_rules_of_some_files(project: Path) -> None:
    for name in ("archive/2019/old.txt", "draft.txt"):
        configure(BAD, name)
    configure('exclude = ["archive"]\n[per-file-ignores]\n"dra*" = ["BC2"]\n')
    code, out, err = run("check", "archive/2019/old.txt", "draft.txt", "--format", "csv")
    assert code == 0
    assert err == f"budgetcheck: archive/2019/old.txt: left out, as {project / 'budgetcheck.toml'} excludes it\n"
    assert len(out.splitlines()) == 1
    assert run("check", "draft.txt", "--isolated")[0] == 1
    assert run("check", "report.txt")[0] == 1


@pytest.mark.parametrize("form", ["terminal", *FORMATS])
def test_a_run_from_which_everything_is_excluded(form: str, project: Path) -> None:
    configure('exclude = ["*.txt"]\n')
    assert run("check", "report.txt", "--format", form, "-o", "out")[0] == 0
    assert Path("out").exists()


WRONG = [
    ("selct = []\n", 1, "unknown key selct, did you mean select?"),
    ("\n# select\nmisc = 1\n", 3, "unknown key misc"),
    ('language = "zh"\nselect = "BC2"\n', 2, "select is a list of strings"),
    ("ignore = [1]\n", 1, "ignore is a list of strings"),
    ('ignore = [""]\n', 1, "ignore is a list of strings"),
    ('select = [\n  "BC2",\n  # "BC999"\n  "BC999",\n]\n', 4, "select: no rule is called BC999"),
    ('ignore = ["bc201"]\n', 1, "ignore: no rule is called bc201, did you mean BC201?"),
    ('language = "fr"\n', 1, "language is zh or en, not fr"),
    ('x = """\nfail-on = 3\n"""\n', 1, "unknown key x"),
    ('fail-on = "warnings"\n', 1, "fail-on is error, warning or never, not warnings, did you mean warning?"),
    ("fail-on = true\n", 1, "fail-on is error, warning or never, not True"),
    ('severity = "error"\n', 1, "severity is a table"),
    ('# severity\n[severity]\n\nBC201 = "off"\nBC202 = "warn"\n', 5,
     "severity.BC202 is error, warning, info or off, not warn, did you mean warning?"),
    ('[severity]\n"BC2" = "off"\n"XY1" = "off"\n', 3, "severity: no rule is called XY1"),
    ('rules = ["nowhere"]\n', 1, "rules: no folder is called nowhere"),
    ('wording = [\n"nowhere.toml"]\n', 2, "wording: no file or folder is called nowhere.toml"),
    ("accepted = 1\n", 1, "accepted is a string"),
    ('[per-file-ignores]\n"a" = ["BC2"]\n"b" = ["BC9x"]\n', 3, "per-file-ignores: no rule is called BC9x"),
    ('[per-file-ignores]\n"a" = "BC2"\n', 2, "per-file-ignores.a is a list of strings"),
    ('select = ["BC2"]\nselect = []\n', 2, "not valid TOML: Cannot overwrite a value"),
    ("a = 1\nb =\n", 2, "not valid TOML: Invalid value"),
    ('a = """\n\n', 2, "not valid TOML: Unterminated string"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), WRONG)
@pytest.mark.parametrize("shared", [False, True])
def test_what_is_wrong_in_settings_is_said_with_its_line(
    text: str, line: int, message: str, shared: bool, project: Path
) -> None:
    if shared:
        before = '[project]\nname = "x"\nselect = 1\n[tool.other]\nselct = 2\n[tool.budgetcheck]\n'
        tables = text.replace("\n[", "\n[tool.budgetcheck.")
        text = before + (tables if not tables.startswith("[") else f"[tool.budgetcheck.{tables[1:]}")
        line += 6
    path = configure(text, "pyproject.toml" if shared else "budgetcheck.toml")
    code, out, err = run("check", "report.txt")
    assert (code, out) == (2, "")
    assert err.splitlines() == [f"budgetcheck: {path}:{line}: {message}"]


def test_settings_that_cannot_be_read(project: Path) -> None:
    assert run("check", "report.txt", "--config", "no.toml")[2] == "budgetcheck: no.toml: No such file or directory\n"
    configure("[tool.other]\n", "pyproject.toml")
    assert run("check", "report.txt", "--config", "pyproject.toml")[2] == (
        "budgetcheck: pyproject.toml: has no table [tool.budgetcheck]\n"
    )
    Path("budgetcheck.toml").write_bytes(b"# \xff\n")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 2"):
        load_config()
    configure("[tool]\nbudgetcheck = 1\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject.toml:2: tool.budgetcheck is a table"):
        load_config(Path("pyproject.toml"))


@pytest.mark.parametrize(
    "text",
    [
        "units = 1\n",
        "[units]\nmoney = []\n",
        '[figures]\n"a" = 1\n',
        "[[shape]]\n",
        "[lexicon]\nshare = 3\n",
        "x = ",
        "[lexicon]\nshare = [3]\n",
        '[joints]\nyear = "("\n',
        '[units.money]\n"x" = "y"\n',
    ],
)
def test_words_that_do_not_fit_are_one_line(text: str, project: Path) -> None:
    path = configure(text, "words.toml")
    configure('wording = ["words.toml"]\n')
    code, _, err = run("check", "report.txt")
    assert code == 2
    assert err.startswith(f"budgetcheck: {path}")
    assert err.count("\n") == 1
