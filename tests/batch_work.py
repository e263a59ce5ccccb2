"""Work for the processes of a batch that does to them what a report with such a name would."""

from __future__ import annotations

import ctypes
import os
import time

from budgetcheck.batch.jobs import Job, Settings
from budgetcheck.batch.work import answer


def hostile(job: Job, settings: Settings) -> bytes:
    name = job.document
    if "crash" in name:
        ctypes.string_at(0)
    if "leave" in name:
        os._exit(7)
    if "hang" in name:
        time.sleep(600)
    if "loop" in name:
        while True:
            pass
    if "kill" in name:
        os.kill(os.getpid(), 9)
    return answer(job, settings)


def slow(job: Job, settings: Settings) -> bytes:
    time.sleep(0.1)
    return answer(job, settings)


def greedy(job: Job, settings: Settings) -> bytes:
    from budgetcheck.batch import work

    def judged(*_: object, **__: object) -> None:
        bytearray(2**31)

    work.judged = judged  # type: ignore[assignment]
    return answer(job, settings)
