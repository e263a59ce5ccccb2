"""The engine for one machine: as many processes as wanted, each taking the largest report that is left."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from .child import Child
from .jobs import Job, Settings

__all__ = ["run_local"]


def run_local(jobs: Iterator[Job], settings: Settings, count: int) -> Iterator[bytes]:
    """The packed answers to jobs, in the order in which they are ready; `count` processes.

    Jobs are taken one by one as a process becomes free. Closing the iterator ends all processes.
    """
    turn = threading.Lock()
    # Bounded, so that answers do not pile up in memory where the disk is slower than the processes.
    answers: queue.Queue[bytes | BaseException | None] = queue.Queue(4 * count)
    children = [Child(settings) for _ in range(count)]
    stopped = threading.Event()
    threads = [
        threading.Thread(target=_work, args=(jobs, turn, child, answers, stopped), daemon=True) for child in children
    ]
    for thread in threads:
        thread.start()
    try:
        left = count
        while left:
            found = answers.get()
            if isinstance(found, BaseException):
                raise found
            if found is None:
                left -= 1
            else:
                yield found
    finally:
        stopped.set()
        for child in children:
            child.end()
        for child in children:
            child.close()


def _work(
    jobs: Iterator[Job], turn: threading.Lock, child: Child, answers: queue.Queue[bytes | BaseException | None],
    stopped: threading.Event,
) -> None:  # fmt: skip
    """One thread for one process: it mostly waits."""
    try:
        while not stopped.is_set():
            with turn:
                job = next(jobs, None)
            found = child.run(job) if job is not None else None
            if found is None:
                break
            answers.put(found)
    except BaseException as error:
        answers.put(error)
    answers.put(None)
