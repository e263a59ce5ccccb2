"""The command with its formats: exit status, unreadable files, many documents, hooks and jobs to copy."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import budgetcheck
from budgetcheck.reports.formats import FORMATS

from .runs import EMPTY, MIXED
from .test_command import run
from .test_reports_lists import sheets, table

ROOT = Path(__file__).parents[1]
IN_CI = ROOT / "examples" / "in-ci"
FIRST = "8be84d437e8d"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mixed.txt").write_text(MIXED, encoding="utf-8")
    (tmp_path / "good.txt").write_text(EMPTY, encoding="utf-8")
    (tmp_path / "empty.txt").touch()
    return tmp_path


def told(path: Path, form: str) -> str:
    """All that a file of this format says, as text."""
    if form != "xlsx":
        return path.read_text(encoding="utf-8")
    return "\n".join(str(row) for row in table(sheets(path.read_bytes())["问题清单"], 0))


@pytest.mark.parametrize("form", FORMATS)
def test_status_and_unreadable_files_in_every_format(form: str, folder: Path) -> None:
    out = folder / "out"
    good, bad, unread = (folder / name for name in ("good.txt", "mixed.txt", "empty.txt"))
    assert run("check", good, "--format", form, "-o", out)[0] == 0
    assert run("check", bad, "--format", form, "-o", out)[0] == 1
    assert run("check", bad, "--format", form, "-o", out, "--fail-on", "never")[0] == 0
    assert FIRST in told(out, form)
    code, _, err = run("check", unread, bad, "--format", form, "-o", out)
    assert code == 2
    assert f"budgetcheck: {unread}: the file is empty" in err.splitlines()
    assert "the file is empty" in told(out, form)
    assert FIRST in told(out, form)
    assert run("check", unread, "--format", form, "-o", out, "--fail-on", "never")[0] == 2
    assert "the file is empty" in told(out, form)


@pytest.mark.parametrize("form", FORMATS)
def test_what_goes_to_a_file_goes_to_a_pipe(form: str, folder: Path) -> None:
    command = [sys.executable, "-m", "budgetcheck", "check", str(folder / "mixed.txt"), "--format", form]
    piped = subprocess.run(command, capture_output=True, check=False)
    assert (piped.returncode, piped.stderr) == (1, b"")
    assert run("check", folder / "mixed.txt", "--format", form, "-o", folder / "out")[0] == 1
    (folder / "piped").write_bytes(piped.stdout)
    same = [re.sub(r'timestamp="[^"]*"', "", told(folder / name, form)) for name in ("piped", "out")]
    assert same[0] == same[1]


def test_a_workbook_is_not_poured_on_a_terminal(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "budgetcheck", "check", str(folder / "mixed.txt"), "--format", "xlsx"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stderr.decode() == "budgetcheck: a workbook is no text for a terminal: name a file with -o\n"


def test_many_documents_end_with_a_table(folder: Path) -> None:
    files = [folder / name for name in ("mixed.txt", "empty.txt", "good.txt")]
    code, out, err = run("check", *files, "--format", "github")
    assert code == 2
    assert [line.split("file=")[1].split(",")[0] for line in out.splitlines()] == (
        [str(files[0])] * 8 + [str(files[1])]
    )  # fmt: skip
    lines = [" ".join(line.split()) for line in err.splitlines()]
    assert lines == [
        f"budgetcheck: {files[1]}: the file is empty",
        "文件 错误 存疑 提示 数字 已核对",
        f"{files[0]} 6 1 1 11 100.0%",
        f"{files[1]} 无法读取",
        f"{files[2]} 0 0 0 5 100.0%",
    ]
    assert run("check", files[0], "--format", "csv")[2] == ""
    assert run("check", *files, "--format", "json")[2] == f"budgetcheck: {files[1]}: the file is empty\n"


def test_progress_is_for_terminals_only(folder: Path) -> None:
    files = [str(folder / name) for name in ("mixed.txt", "good.txt")]
    command = [sys.executable, "-m", "budgetcheck", "check", *files, "--format", "csv", "-o", str(folder / "out")]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(command, stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
    os.close(ours)
    assert process.returncode == 1
    assert b"0/2" in seen
    assert b"0/2" not in subprocess.run(command, capture_output=True, check=False).stderr


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize("form", FORMATS)
def test_file_names_may_be_anything(form: str, folder: Path) -> None:
    odd = folder / os.fsdecode(b"=a\nb \xff|,:%]]>.txt")
    odd.write_text(MIXED, encoding="utf-8")
    assert run("check", odd, folder / "good.txt", "--format", form, "-o", folder / "out")[0] == 1
    assert FIRST in told(folder / "out", form)


def test_formats_of_the_command_are_those_of_the_writers() -> None:
    from budgetcheck.commands.check import check_command

    choices = next(option for option in check_command.params if option.name == "form").type
    assert list(choices.choices) == ["terminal", *FORMATS]


def hook() -> tuple[list[str], re.Pattern[str]]:
    """The command of the hook, run by this Python, and what files it is for."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entry = shlex.split(re.findall(r"^  entry: (.*)$", text, re.M)[0])
    assert entry[0] == "budgetcheck"
    return [sys.executable, "-m", *entry], re.compile(re.findall(r"^  files: (.*)$", text, re.M)[0])


def test_the_hook_refuses_a_commit_with_a_wrong_report(tmp_path: Path) -> None:
    entry, _ = hook()
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    source = str(Path(budgetcheck.__file__).parents[1])
    environment = {**os.environ, **own, "PYTHONPATH": source}

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        return subprocess.run(
            ["git", *who, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    git("init", "-q")
    script = tmp_path / ".git" / "hooks" / "pre-commit"
    staged = "git diff --cached --name-only --diff-filter=ACM -z | xargs -0 -r"
    script.write_text(f"#!/bin/sh\n{staged} {shlex.join(entry)}\n", encoding="utf-8")
    script.chmod(0o755)

    def commits(name: str, text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        git("add", name)
        return git("commit", "-q", "-m", "report")

    assert commits("good report.txt", EMPTY).returncode == 0
    refused = commits("wrong.txt", MIXED)
    assert refused.returncode != 0
    assert "BC104" in refused.stdout + refused.stderr
    assert commits("wrong.txt", EMPTY).returncode == 0
    assert git("log", "--oneline").stdout.count("\n") == 2


def test_the_hook_is_for_reports() -> None:
    _, files = hook()
    assert [name for name in ("a/b.docx", "x.pdf", "t.xlsx", "setup.py", "notes.md") if files.search(name)] == [
        "a/b.docx", "x.pdf", "t.xlsx",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (["vendor.github-workflows"], "github-workflow.yml"),
        (["vendor.gitlab-ci", "--data-transform", "gitlab-ci"], "gitlab-ci.yml"),
    ],
)
def test_jobs_to_copy_are_valid(schema: list[str], name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema, str(IN_CI / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_commands_of_the_jobs_run(tmp_path: Path) -> None:
    """Every call of budgetcheck in the examples, on a folder of reports."""
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "report.txt").write_text(MIXED, encoding="utf-8")
    for name in ("github-workflow.yml", "gitlab-ci.yml"):
        text = (IN_CI / name).read_text(encoding="utf-8")
        calls = re.findall(r"budgetcheck (check published/\* .*)$", text, re.M)
        assert len(calls) == 3
        for call in calls:
            environment = {**os.environ, "PYTHONPATH": str(Path(budgetcheck.__file__).parents[1])}
            shell = f"{shlex.quote(sys.executable)} -m budgetcheck {call}"
            done = subprocess.run(shell, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=False)
            assert done.returncode == (0 if "never" in call else 1), call
    assert json.loads((tmp_path / "budgetcheck.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "budgetcheck.xlsx").stat().st_size > 5000
