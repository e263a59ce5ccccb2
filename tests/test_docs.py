"""The pages of docs/ that are made from the sources are what these say now, and what they show is true."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import budgetcheck
from budgetcheck import schemas, testing
from budgetcheck.reports.tidy import columns
from budgetcheck.testing import report

DOCS = Path(__file__).parents[1] / "docs"
REPORTS = re.compile(r"```text report(?: coverage)?\n(.*?)```", re.DOTALL)
OUTPUTS = re.compile(r"```text output\n(.*?)```", re.DOTALL)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    made: dict[str, str] = script().pages()
    return made


@pytest.mark.parametrize(
    "name", ["api.md", "facts.md", "format.md", "certainty.md", "certainty.zh-CN.md", "schema/facts-1.schema.json"]
)
def test_a_page_is_not_stale(name: str, pages: dict[str, str]) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages[name], "run python docs/make_reference.py"


def test_the_reference_has_every_public_name(pages: dict[str, str]) -> None:
    headings = re.findall(r"^### (\w+)", pages["api.md"], re.MULTILINE)
    for module in (budgetcheck, schemas, testing):
        assert set(module.__all__) <= set(headings)
    assert all(f"| `{name}` |" in pages["api.md"] for name in schemas.models())


def test_every_public_name_says_what_it_is() -> None:
    for module in (budgetcheck, schemas, testing):
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                assert value.__doc__, name
                assert not value.__doc__.startswith(f"{name}("), name


def test_each_column_is_in_the_page(pages: dict[str, str]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", pages["facts.md"], re.MULTILINE)
    assert rows == [(each.name, each.type, each.meaning["en"], each.meaning["zh"]) for each in columns()]


def test_both_languages_show_the_same_examples() -> None:
    english, chinese = ((DOCS / name).read_text(encoding="utf-8") for name in ("certainty.md", "certainty.zh-CN.md"))
    assert len(REPORTS.findall(english)) == 13
    assert REPORTS.findall(english) == REPORTS.findall(chinese)
    assert len(OUTPUTS.findall(english)) == len(OUTPUTS.findall(chinese)) == 13
    assert len(re.findall("^## ", english, re.MULTILINE)) == len(re.findall("^## ", chinese, re.MULTILINE))


def test_the_examples_show_what_the_page_says_of_them() -> None:
    """Severity, certainty and how far the culprit is known, in the order of the page."""
    told = []
    for text in REPORTS.findall((DOCS / "certainty.md").read_text(encoding="utf-8")):
        found = budgetcheck.check(text).findings
        roots = [finding for finding in found if finding.root is None]
        told.append([(each.severity, each.certainty, each.located) for each in roots])
    assert told == [
        [],
        [("info", "certain", None)],
        [("error", "certain", "one-of")],
        [("warning", "likely", "likely")],
        [],
        [],
        [("error", "certain", "one-of")],
        [("error", "certain", "certain")],
        [("info", "certain", None)],
        [("error", "certain", "certain")],
        [("error", "certain", "likely")],
        [("error", "certain", "one-of")],
        [],
    ]


def test_the_program_of_the_facts_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", (DOCS / "facts.md").read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    (tmp_path / "report.txt").write_text(str(report(4, "final")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(code[1].replace("report.pdf", "report.txt"), names)
    assert len(names["spent"]) == 13  # type: ignore[arg-type]


def test_links_between_the_pages_lead_somewhere() -> None:
    for path in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
