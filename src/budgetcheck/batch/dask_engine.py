"""The engine for a cluster: the same processes, one below each thread of each Dask worker.

A report that ends its process ends no Dask worker; a Dask worker that is lost has its reports done by another.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import BudgetcheckError
from .child import Child
from .frames import pack
from .jobs import Job, Settings
from .rows import failed

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["run_dask"]

# Reports under way for each thread of the cluster: one that is checked and what it needs not wait for.
_AHEAD = 4
# Workers that may be lost over one report before it is given up; the report itself cannot end any.
_LOSSES = 20
_PATIENCE = 30
_here = threading.local()


def run_dask(jobs: Iterator[Job], settings: Settings, count: int, address: str | None = None) -> Iterator[bytes]:
    """The packed answers to jobs from the cluster at an address, or from `count` workers started for the run.

    Raises BudgetcheckError where no scheduler answers there.
    """
    with ExitStack() as stack:
        client = _client(address, count, stack)
        yield from _answers(client, jobs, settings)


def _client(address: str | None, count: int, stack: ExitStack) -> Client:
    import dask
    from distributed import Client, LocalCluster

    stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": _LOSSES}))
    if address is None:
        cluster = stack.enter_context(
            LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, silence_logs=50)
        )
        return stack.enter_context(Client(cluster))
    try:
        return stack.enter_context(Client(address, timeout=_PATIENCE))
    except (OSError, ValueError, TimeoutError) as error:
        raise BudgetcheckError(f"{address}: no scheduler answers: {type(error).__name__}") from None


def _answers(client: Client, jobs: Iterator[Job], settings: Settings) -> Iterator[bytes]:
    """Never more reports under way than the cluster can use, so that memory does not grow with their number."""
    from distributed import as_completed

    waiting: dict[Any, Job] = {}

    def submitted(number: int) -> list[Any]:
        found = []
        for job in islice(jobs, number):
            future = client.submit(_isolated, job, settings, pure=False, retries=_LOSSES)
            waiting[future.key] = job
            found.append(future)
        return found

    under_way = as_completed(submitted(_AHEAD * _threads(client)), with_results=True, raise_errors=False)
    for future, result in under_way:
        job = waiting.pop(future.key)
        under_way.update(submitted(1))
        if future.status == "finished":
            yield result
        else:
            yield pack(job.document, failed(job, "", "stopped", "cannot be checked: the cluster lost it"))


def _threads(client: Client) -> int:
    """The threads of all workers, of which there may be more later."""
    client.wait_for_workers(1, timeout=_PATIENCE)
    return max(1, sum(client.nthreads().values()))


def _isolated(job: Job, settings: Settings) -> bytes:
    """On a worker: the report in the process of this thread, which outlives the report where it can."""
    child: Child | None = getattr(_here, "child", None)
    if child is None or child.settings != settings:
        if child is not None:
            child.close()
        child = _here.child = Child(settings)
        atexit.register(child.end)
    found = child.run(job)
    assert found is not None
    return found
