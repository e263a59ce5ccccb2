"""The guides are followed to the letter: files written as printed, commands run, what comes out compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import budgetcheck

DOCS = Path(__file__).parents[1] / "docs"
GUIDES = ["adding-a-rule.md", "adding-a-rule.zh-CN.md"]
_FENCE = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shell(command: str, folder: Path) -> str:
    """What a command prints, errors first line to last line as on a terminal."""
    ran = subprocess.run(
        ["bash", "-c", command], check=False, cwd=folder, capture_output=True, encoding="utf-8", timeout=120,
        env={**os.environ, "PATH": f"{folder / '.bin'}:{os.environ['PATH']}", "PYTHONIOENCODING": "utf-8",
             "PYTHONPATH": str(Path(budgetcheck.__file__).parents[1])},
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in (ran.stdout + ran.stderr).strip("\n").splitlines())


def parts(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    pieces = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return [(command, output.strip("\n")) for command, output in zip(pieces[::2], pieces[1::2], strict=True)]


@pytest.mark.skipif(sys.platform == "win32", reason="the guides use bash and sed")
@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_does_what_it_says(guide: str, tmp_path: Path) -> None:
    command = tmp_path / ".bin" / "budgetcheck"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m budgetcheck "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    done = 0
    for language, name, body in _FENCE.findall((DOCS / guide).read_text(encoding="utf-8")):
        if name:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        elif language == "console":
            for line, output in parts(body):
                assert shell(line, tmp_path) == output, line
                done += 1
    assert done == 7


def test_both_guides_show_the_same_files_and_commands() -> None:
    shown = [_FENCE.findall((DOCS / guide).read_text(encoding="utf-8")) for guide in GUIDES]
    files = [[(name, body) for _, name, body in each if name] for each in shown]
    commands = [
        [line.replace(" --lang en", "") for _, name, b in each if not name for line, _ in parts(b)] for each in shown
    ]
    assert files[0] == files[1]
    assert commands[0] == commands[1]
