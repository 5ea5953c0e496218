"""Workers of Dask, of this machine or of a cluster that stands, and a bar over what they do."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

import cloudpickle
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed
from tqdm import tqdm

from sweeps import worker
from sweeps.schema import Setting
from sweeps.worker import Job, work
from vae.files.errors import InputError

cloudpickle.register_pickle_by_value(worker)

_ELSEWHERE = 2
"""How often what failed by trouble is tried again, maybe by another worker."""
_AHEAD = 1000
"""So many settings at most wait at the scheduler, at 20 kB each."""
_BAR = "{desc}{bar}| {n_fmt}/{total_fmt} done{postfix} [{elapsed}, {remaining} left]"


@contextmanager
def connected(scheduler: str, workers: int, dashboard: str) -> Iterator[Client]:
    """A client of the scheduler at an address or, without one, of workers of this machine.

    Args:
        scheduler: such as tcp://host:8786, or nothing.
        workers: so many here, of one thread each; 0: one for each core.
        dashboard: where theirs shows Dask's own, such as :8787, or nothing.

    Raises:
        InputError: nobody answers there.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # all that matters is told here
    if scheduler:
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, ValueError) as error:
            raise InputError(f"SCHEDULER is {scheduler}: {error}") from None
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers or os.cpu_count(),
            threads_per_worker=1,
            silence_logs=logging.CRITICAL,
            memory_limit=0,  # what computes is no part of them
            # without a dashboard there is a server of its own status all the same, on a free port
            dashboard_address=dashboard or "127.0.0.1:0",
            scheduler_kwargs={"dashboard": bool(dashboard)},
            local_directory=".dvc/tmp",  # beside the cache, to which its files can be linked
        ) as cluster,
        Client(cluster) as client,
    ):
        if dashboard:
            print(f"Dask's dashboard: {client.dashboard_link}")
        yield client


def run_all(client: Client, job: Job, settings: Mapping[str, Setting], what: str) -> dict[str, str]:
    """Run settings, under their experiments' names; why each that failed did so.

    On a terminal there is a bar of those that are done, run, failed, and of the time left.

    Raises:
        InputError: the scheduler is gone.
    """
    failed: dict[str, str] = {}
    names: dict[Future, str] = {}
    waiting = iter(settings.items())

    def run(name: str, setting: Setting) -> str:
        return work(job, name, setting)  # sent whole: workers have no such module

    def submitted(count: int) -> Iterator[Future]:
        for name, setting in islice(waiting, count):
            key = f"{name}-{job.base}"
            future = client.submit(run, name, setting, key=key, retries=_ELSEWHERE, pure=False)
            names[future] = name
            yield future

    with tqdm(total=len(settings), desc=what, bar_format=_BAR, disable=None, leave=False) as bar:
        try:
            ended = as_completed(list(submitted(_AHEAD)))
            for future in ended:
                name = names.pop(future)
                if future.status == "cancelled":
                    raise OSError
                if reason := _failure(future):
                    failed[name] = reason
                future.release()
                ended.update(list(submitted(1)))
                running = min(len(names), sum(client.nthreads().values()))
                bar.set_postfix_str(f"{running} running, {len(failed)} failed", refresh=False)
                bar.update()
        except (OSError, CancelledError):  # whatever was asked of it
            raise InputError(
                "the scheduler is gone; what is done is kept: run this again"
            ) from None
    return failed


def _failure(future: Future) -> str:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, KilledWorker):
        return "every worker that ran it was killed, perhaps for want of memory"
    return str(error).strip().splitlines()[-1]
