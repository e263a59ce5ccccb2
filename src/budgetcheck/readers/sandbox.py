"""Runs a reader in a child process, so that whatever a file does to it costs one file, not the run.

The child is started by `python -c`, not by multiprocessing: measured 14 ms against 45 ms to start ("spawn"), and
no import of the caller's main module. Its answer is a pickle read by an unpickler that knows no class but `Block`:
a reader taken over by a hostile file can hand back a wrong text, not code.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import ReadError
from ..model import Block
from .layout import Layout

__all__ = ["Layout", "Limits", "run_limited"]

_START = (
    "import sys; sys.path[:0] = {path!r}; from {module} import Layout, _serve; _serve({target!r}, {args!r}, {limits!r})"
)
_MARK = b"budgetcheck\n"
# What a child may send back. Its memory limit bounds this too, but not on every system.
_ANSWER = 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use: bytes of memory, seconds of processor and of wall time."""

    memory: int = 2 * 2**30
    cpu: int = 60
    wall: float = 90.0


Reading = tuple[tuple[Block, ...], tuple[str, ...]]


def run_limited(target: str, data: bytes, *args: object, limits: Limits | None = None) -> Reading:
    """`function(data, *args)` of a "module:function" target, run in a child process within limits.

    `args` must be a layout or plain values, which their repr() makes again. Raises `ReadError` as the reader does, and
    where it crashes or exceeds a limit.
    """
    limits = limits or Limits()
    bounds = (limits.memory, limits.cpu)
    code = _START.format(path=sys.path, module=__name__, target=target, args=args, limits=bounds)
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
    )
    try:
        answer, _ = child.communicate(data, timeout=limits.wall)
    except subprocess.TimeoutExpired:
        raise ReadError(f"cannot read: took longer than {limits.wall:g} seconds") from None
    finally:
        kill_group(child)
    if len(answer) > _ANSWER:
        raise ReadError("cannot read: the reading is too large")
    return _understood(answer, child.returncode)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, with all that it started; it must lead a session of its own."""
    # Never by the number of a child already waited for: it may be another process by now.
    if child.returncode is None and os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.returncode is None:
        child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream is not None and not stream.closed:
            stream.close()


class _Plain(pickle.Unpickler):
    """Tuples, text, numbers and blocks; nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (Block.__module__, Block.__name__):
            return Block
        raise pickle.UnpicklingError("not a reading")


def _understood(answer: bytes, code: int) -> Reading:
    head, mark, body = answer.partition(_MARK)
    if head or not mark:
        raise ReadError(f"cannot read: {_death(code)}")
    try:
        failed, value = _Plain(io.BytesIO(body)).load()
        blocks, notes = ((), value) if failed else map(tuple, value[:2])
    except Exception:
        raise ReadError("cannot read: the reader's answer is broken") from None
    if failed:
        raise ReadError(str(notes))
    return blocks, notes


def _death(code: int) -> str:
    """What became of a child that said nothing."""
    number = -code
    if number == getattr(signal, "SIGXCPU", None) or number == getattr(signal, "SIGKILL", None):
        return "took too much processor time"
    if number > 0:
        try:
            return f"the reader crashed ({signal.Signals(number).name})"
        except ValueError:
            return f"the reader crashed (signal {number})"
    return f"the reader stopped (exit code {code})"


def _serve(target: str, args: tuple[Any, ...], bounds: tuple[int, int]) -> None:
    """The child: limits first, then the reader, then one answer."""
    out = _silenced()
    data = sys.stdin.buffer.read()
    _limit(*bounds)
    try:
        from importlib import import_module

        module, _, function = target.partition(":")
        result = (False, getattr(import_module(module), function)(data, *args))
        answer = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        answer = pickle.dumps((True, "cannot read: needs too much memory"))
    except RecursionError:
        answer = pickle.dumps((True, "cannot read: nested too deeply"))
    except ReadError as error:
        answer = pickle.dumps((True, str(error)))
    except BaseException as error:
        kind = type(error).__name__
        answer = pickle.dumps((True, f"cannot read: {kind}: {' '.join(str(error).split())[:120]}"))
    with os.fdopen(out, "wb") as stream:
        stream.write(_MARK + answer)
    # Nothing is left to clean up, and freeing millions of objects takes time.
    os._exit(0)


def _silenced() -> int:
    """A private copy of standard output; whatever a library prints goes nowhere."""
    out = os.dup(1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    os.close(nothing)
    return out


def _limit(memory: int, cpu: int) -> None:
    if os.name != "posix":
        return
    import resource

    # A soft limit alone on the processor: SIGXCPU tells the parent what happened, SIGKILL would not.
    wanted = (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for kind, soft, hard in wanted:
        ceiling = resource.getrlimit(kind)[1]
        top = hard if ceiling == resource.RLIM_INFINITY else min(hard, ceiling)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (min(soft, top), top))
