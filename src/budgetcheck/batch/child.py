"""A process that checks one report after another, and whose death costs only the report that it had.

It is started by `python -c` for the reasons that `readers.sandbox` gives, and so runs below a Dask worker too, which
multiprocessing would not allow. Jobs go in as pickles; what comes back is bytes that hold no code.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import IO

from .frames import pack
from .jobs import Job, Settings
from .rows import failed

__all__ = ["Child"]

_START = "import sys; sys.path[:0] = {path!r}; from {module} import _serve; _serve()"
_LENGTH = struct.Struct(">Q")
# Seconds for a process that is told to stop to stop the reader below it.
_GRACE = 2.0


class Child:
    """One process at a time; another is started for the report after one that ended it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.closed = False

    def run(self, job: Job) -> bytes | None:
        """The packed rows of a report, with the reason where it ended the process; None after `close`."""
        if self.closed:
            return None
        start = time.perf_counter()
        process = self._started()
        deadline = _Deadline(process, self.settings.wall)
        try:
            found = _asked(process, job)
        finally:
            late = deadline.met()
        if found is not None and not late:
            return found
        if self.closed:
            return None
        _stop(process)
        self.process = None
        reason = f"took longer than {self.settings.wall:g} seconds" if late else _death(process.returncode)
        rows = failed(job, "", "stopped", f"cannot be checked: {reason}")
        return pack(job.document, rows, time.perf_counter() - start)

    def end(self) -> None:
        """Ask the process to end, whatever it does; from any thread."""
        self.closed = True
        if self.process is not None:
            with suppress(OSError):
                self.process.terminate()

    def close(self) -> None:
        """End the process and wait until it has; from any thread."""
        self.end()
        if self.process is not None:
            _stop(self.process)

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START.format(path=sys.path, module=__name__)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for the process that knows what to do about it.
                start_new_session=os.name == "posix",
            )
            _send(self.process.stdin, pickle.dumps(self.settings))
        return self.process


def _asked(process: subprocess.Popen[bytes], job: Job) -> bytes | None:
    """A process's answer, None where it died over the job."""
    _send(process.stdin, pickle.dumps(job))
    return _receive(process.stdout)


def _send(stream: IO[bytes] | None, data: bytes) -> None:
    assert stream is not None
    # A dead process shows when it is read from.
    with suppress(OSError, ValueError):
        stream.write(_LENGTH.pack(len(data)) + data)
        stream.flush()


def _receive(stream: IO[bytes] | None) -> bytes | None:
    assert stream is not None
    try:
        head = stream.read(_LENGTH.size)
        data = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    except (OSError, ValueError):
        return None
    return data if data and len(data) == _LENGTH.unpack(head)[0] else None


class _Deadline:
    """Ends a process that is not done in time; either it was done or it was late, never both."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.process, self.lock = process, threading.Lock()
        self.late = self.over = False
        self.timer = threading.Timer(seconds, self._expire)
        self.timer.daemon = True
        self.timer.start()

    def _expire(self) -> None:
        with self.lock:
            if self.over:
                return
            self.late = True
        _stop(self.process)

    def met(self) -> bool:
        """Whether it was too late; from here on nothing is ended."""
        with self.lock:
            self.over = True
        self.timer.cancel()
        return self.late


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask first: a process that is asked ends the reader that it waits for."""
    with suppress(OSError):
        process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _death(code: int | None) -> str:
    """What became of a process that gave no answer."""
    if code is None or code >= 0:
        return f"the checker stopped (exit code {code})"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the checker was killed ({name})" if name == "SIGKILL" else f"the checker crashed ({name})"


def _serve() -> None:
    """The child: settings, then a job and an answer at a time until the parent is gone."""
    source, target = _private()
    settings: Settings = pickle.loads(_received(source))
    module, _, name = settings.work.partition(":")
    work: Callable[[Job, Settings], bytes] = getattr(import_module(module), name)
    _limit(settings)
    while data := _received(source):
        # Where no parent is left to watch the time, the process ends itself, even inside a library.
        _alarm(settings.wall + 5 * _GRACE)
        _send(target, work(pickle.loads(data), settings))
        _alarm(0)
    os._exit(0)


def _received(source: IO[bytes]) -> bytes:
    return _receive(source) or b""


def _private() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the parent, out of reach of what a library prints or reads."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    os.close(nothing)
    return source, target


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit(settings: Settings) -> None:
    if os.name != "posix":
        return
    import resource

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ceiling = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = settings.memory if ceiling == resource.RLIM_INFINITY else min(settings.memory, ceiling)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, ceiling))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
