"""Readers in a child process: crashes, loops and greed cost one file."""

from __future__ import annotations

import os
import pickle
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers import sandbox
from budgetcheck.readers.sandbox import Limits, run_limited

POSIX = os.name == "posix"
READERS = """
    import os, signal, sys, time
    from budgetcheck.errors import ReadError
    from budgetcheck.model import Block

    def fine(data, suffix=""):
        print("noise"); sys.stderr.write("noise"); os.write(1, b"noise")
        grid = Block("grid", "", cells=(("甲", "1.00"),), boxes=((None, (1.0, 2.0, 3.0, 4.0)),), sheet="表")
        return (Block("paragraph", data.decode() + suffix, line=1), grid), ("note",)

    def refuses(data):
        raise ReadError("not a file of this kind")

    def fails(data):
        raise KeyError("a\\nb")

    def segfaults(data):
        os.kill(os.getpid(), signal.SIGSEGV)

    def aborts(data):
        os.abort()

    def leaves(data):
        os._exit(3)

    def sleeps(data):
        if os.fork() == 0:
            open(data.decode(), "w").write(str(os.getpid()))
            time.sleep(600)
        time.sleep(600)

    def spins(data):
        while True:
            pass

    def eats(data):
        return [bytearray(2**26) for _ in range(10_000)]

    def recurses(data):
        return recurses(data)

    def smuggles(data):
        return (os.system,), ()

    def writes_far(data):
        return tuple(Block("paragraph", "x" * 1000) for _ in range(100_000)), ()
"""


@pytest.fixture
def readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "hostile_readers.py").write_text(textwrap.dedent(READERS), "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return "hostile_readers"


def test_reading_comes_back_whole(readers: str) -> None:
    blocks, notes = run_limited(f"{readers}:fine", "预算".encode(), ".x")
    assert blocks == (
        Block("paragraph", "预算.x", line=1),
        Block("grid", "", cells=(("甲", "1.00"),), boxes=((None, (1.0, 2.0, 3.0, 4.0)),), sheet="表"),
    )
    assert notes == ("note",)


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        ("refuses", "^not a file of this kind$"),
        ("fails", "^cannot read: KeyError: 'a\\\\nb'$"),
        pytest.param(
            "segfaults",
            r"^cannot read: the reader crashed \(SIGSEGV\)$",
            marks=pytest.mark.skipif(not POSIX, reason="POSIX"),
        ),
        pytest.param("aborts", "^cannot read: the reader crashed", marks=pytest.mark.skipif(not POSIX, reason="POSIX")),
        ("leaves", r"^cannot read: the reader stopped \(exit code 3\)$"),
        ("recurses", "^cannot read: nested too deeply$"),
        ("smuggles", "^cannot read: the reader's answer is broken$"),
        ("nosuch", "^cannot read: AttributeError"),
    ],
)
def test_failures_are_refusals(readers: str, reader: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        run_limited(f"{readers}:{reader}", b"x")


@pytest.mark.skipif(not POSIX, reason="limits need POSIX")
def test_memory_and_processor(readers: str) -> None:
    with pytest.raises(ReadError, match="needs too much memory"):
        run_limited(f"{readers}:eats", b"", limits=Limits(memory=2**29))
    with pytest.raises(ReadError, match="too much processor time"):
        run_limited(f"{readers}:spins", b"", limits=Limits(cpu=1))


@pytest.mark.skipif(not POSIX, reason="groups need POSIX")
def test_wall_time_ends_the_whole_group(readers: str, tmp_path: Path) -> None:
    place = tmp_path / "pid"
    start = time.perf_counter()
    with pytest.raises(ReadError, match="longer than 1 seconds"):
        run_limited(f"{readers}:sleeps", str(place).encode(), limits=Limits(wall=1))
    assert time.perf_counter() - start < 5
    state = Path(f"/proc/{place.read_text()}/stat")
    for _ in range(50):
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.1)
    else:
        pytest.fail("a grandchild lives on")


def test_large_data_both_ways(readers: str) -> None:
    blocks, _ = run_limited(f"{readers}:writes_far", b"x" * 30_000_000)
    assert len(blocks) == 100_000


def test_from_threads(readers: str) -> None:
    found: list[str] = []

    def work(n: int) -> None:
        found.append(run_limited(f"{readers}:fine", str(n).encode())[0][0].text)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list("012345")


def test_answers_hold_no_code() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, ("true",)

    for value in ((False, Evil()), (False, 5), 7, (False, ())):
        with pytest.raises(ReadError):
            sandbox._understood(b"budgetcheck\n" + pickle.dumps(value), 0)
    with pytest.raises(ReadError):
        sandbox._understood(b"noise", 0)
