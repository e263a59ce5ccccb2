"""Lines of a terminal: broken where a reader can bear it, and what the report says in them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

import budgetcheck
from budgetcheck.cli import main
from budgetcheck.reports.lines import broken
from budgetcheck.reports.terminal import print_reviews

ROOT = Path(__file__).parents[1]
BAD = (
    "2023年度部门决算情况说明\n本年支出合计200.00万元，其中：基本支出150.00万元，占57.00%；项目支出50.00万元，占25%。\n"
)
NUMBER = re.compile(r"\d[\d.,]*%?")
WORDS = st.sampled_from(["本年支出", "合计", "1725.23", "−7.21%", "万元", "占", "off by", "points "])
SENTENCES = st.lists(
    st.tuples(st.sampled_from(["", "（", "《“"]), WORDS, st.sampled_from(["", "，", "）。", "%"])).map("".join),
    max_size=30,
).map("、".join)


def run(*args: object) -> tuple[int, str]:
    """The exit status of a command, and what it says on stderr."""
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stderr


def plain(text: str, width: int) -> list[str]:
    return [line.plain for line in broken(Text(text), width)]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])), st.integers(2, 60))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = plain(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(SENTENCES, st.integers(16, 60))
def test_a_number_stands_on_one_line_and_no_mark_begins_one(text: str, width: int) -> None:
    lines = plain(text, width)
    whole = [n for n in NUMBER.findall(text) if len(n) <= width - 4]
    assert sorted(n for line in lines for n in NUMBER.findall(line) if n in whole) == sorted(whole)
    assert not any(line.startswith(tuple("，。）、%")) or line.endswith(tuple("（《“")) for line in lines)


def test_lines_are_broken_as_in_print() -> None:
    said = "支出58.53万元，占支出1725.23万元的比重应为3.39%（依据：两项）。"
    assert plain(said, 20) == ["支出58.53万元，占支", "出1725.23万元的比重", "应为3.39%（依据：两", "项）。"]
    assert plain("most likely wrong is 57.00%", 12) == ["most likely", "wrong is", "57.00%"]
    assert plain("1234567890", 4) == ["1234", "5678", "90"]
    assert plain("一\n\n二", 10) == ["一", "", "二"]


def test_colours_stay_where_they_were() -> None:
    text = Text.assemble("支出合计 ", ("1725.23", "red"))
    first, second = broken(text, 10)
    assert (first.plain, second.plain) == ("支出合计", "1725.23")
    assert [(span.start, span.end, span.style) for span in second.spans] == [(0, 7, "red")]


def test_no_line_of_a_report_ends_in_blanks_or_is_too_wide() -> None:
    stream = io.StringIO()
    print_reviews([budgetcheck.check(BAD)], verbose=True, stream=stream)
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if line != line.rstrip() or cell_len(line) > 100] == []
    assert "  BC110  合计与其中各项的表述" in lines
    assert "claim." not in stream.getvalue()


def test_what_is_in_no_statement_is_said_where_there_is_any() -> None:
    def said(text: str) -> str:
        stream = io.StringIO()
        print_reviews([budgetcheck.check(text)], stream=stream)
        return stream.getvalue()

    assert "不在陈述中" not in said(BAD)
    glossary = "第四部分 名词解释\n小额采购：单笔在5万元以下的采购，如3.20万元的办公桌椅。\n"
    assert "；另有1个不在陈述中（职责、名词解释、目录）\n" in said(BAD + glossary)


def test_a_figure_is_called_by_words_only() -> None:
    from budgetcheck.reports.run import side_name
    from budgetcheck.wording import messages

    fact = next(iter(budgetcheck.check(BAD).facts))
    named = type(fact)("三公经费.budget", fact.quantity, fact.span)
    assert side_name(named, messages("zh")) == "三公经费（预算数）"
    assert side_name(type(fact)("A.B公司", fact.quantity, fact.span), messages("zh")) == "A.B公司"


@pytest.mark.parametrize(
    ("name", "start"),
    [("out.html", b"<!doctype html>"), ("OUT.XLSX", b"PK"), ("out.json", b"{"), ("out.txt", "──".encode())],
)
def test_the_new_files_name_says_its_format(name: str, start: bytes, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(BAD, encoding="utf-8")
    assert run("check", report, "-o", tmp_path / name)[0] == 1
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_format_that_is_asked_for_goes_before_the_name(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(BAD, encoding="utf-8")
    assert run("check", report, "-o", tmp_path / "out.html", "--format", "json")[0] == 1
    assert (tmp_path / "out.html").read_bytes().startswith(b"{")
    assert run("facts", report, "-o", tmp_path / "out.json")[0] == 0
    assert (tmp_path / "out.json").read_bytes().startswith(b"[")


def test_a_folder_of_several_files_is_said_to_be_one_report(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text(BAD, encoding="utf-8")
    assert run("check", folder)[1] == ""
    (folder / "b.txt").write_text(BAD, encoding="utf-8")
    said = (
        f"budgetcheck: {folder}: its 2 files are taken as one report; where each is a report, name the files instead\n"
    )
    assert run("check", folder)[1] == said
    assert run("check", folder, "--format", "json")[1] == ""


def test_a_workbook_to_a_pipe_that_closes_costs_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from budgetcheck.reports.formats import write_run
    from budgetcheck.reports.run import Run

    class Closed(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        write_run(Run([(tmp_path, budgetcheck.check(BAD))]), "xlsx", Closed())


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_what_is_printed(name: str) -> None:
    shown = re.search(
        r"```text\n\$ budgetcheck check (\S+)\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL
    )
    assert shown
    stream = io.StringIO()
    print_reviews([budgetcheck.check(ROOT / shown[1])], stream=stream)
    _, printed = stream.getvalue().split("\n", 1)
    assert shown[2].strip() == printed.strip()
