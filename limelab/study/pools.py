"""Pools of workers on this machine, by name; they know nothing of tasks and studies."""

from __future__ import annotations

import concurrent.futures as cf
import functools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec, Protocol, TypeVar

from threadpoolctl import threadpool_limits

from limelab.study.engine import MakeExecutor
from limelab.study.own import OwnCode
from limelab.types import BadInput

P = ParamSpec("P")
T = TypeVar("T")
Result = TypeVar("Result")

ONE_THREAD = MappingProxyType(
    dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "BLIS_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "NUMBA_NUM_THREADS",
        ),
        "1",
    )
)
CONTAINED = "contained"
IDLE_SECONDS = 300  # as joblib: a pool outlives the pauses between two studies


class _Serial(cf.Executor):
    """Runs each task in place, at submit, with one BLAS thread as in every worker."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> cf.Future[T]:
        future: cf.Future[T] = cf.Future()
        try:
            with threadpool_limits(limits=1):
                future.set_result(fn(*args, **kwargs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            future.set_exception(error)
        return future


def serial() -> cf.Executor:
    """An executor that runs tasks one after the other in this process."""
    return _Serial()


def loky(workers: int, own: OwnCode) -> cf.Executor:
    """The pool of processes of this machine, one BLAS thread each, made anew once dead."""
    from joblib.externals.loky import get_reusable_executor

    executor: cf.Executor = get_reusable_executor(
        max_workers=workers,
        timeout=IDLE_SECONDS,
        env=dict(ONE_THREAD),
        initializer=_begin,
        initargs=(os.getpid(), own),
    )
    return executor


def _begin(driver: int, own: OwnCode) -> None:
    """What a worker does first."""
    own.install()
    threading.Thread(target=_leave_with, args=(driver,), daemon=True).start()


def _leave_with(driver: int) -> None:
    """End this worker when its driver is gone, which after a SIGKILL tells nobody.

    Windows keeps naming the dead parent; there the worker leaves when it has been idle for long.
    """
    while os.getppid() == driver:
        time.sleep(1.0)
    os._exit(1)


class Engine(Protocol):
    """What a run needs to know of its workers."""

    @property
    def name(self) -> str:
        """What stands in the manifest."""

    def make_executor(self) -> cf.Executor:
        """A living pool, also the same again."""

    def workers(self) -> int:
        """How many blocks can be done at one time, now."""

    def shares(self, mark: Path) -> bool:
        """Whether every worker sees this very file."""

    def checked(self, execute: Callable[[T], Result]) -> Callable[[T], Result]:
        """The call as a worker makes it, after a look whether it can."""


@dataclass(frozen=True)
class Local:
    """Workers of this machine."""

    name: str
    count: int
    make: MakeExecutor

    def make_executor(self) -> cf.Executor:
        """A living pool."""
        return self.make()

    def workers(self) -> int:
        """As many as were asked for."""
        return self.count

    def shares(self, mark: Path) -> bool:
        """They do."""
        return True

    def checked(self, execute: Callable[[T], Result]) -> Callable[[T], Result]:
        """Nothing can differ."""
        return execute


def local(backend: str, n_jobs: int, own: OwnCode | None = None) -> Engine:
    """The engine of a name.

    Parameters
    ----------
    backend : {"serial", "loky", "contained"}
        Contained: one worker, in a process that may die instead of this one.
    n_jobs : int
        As in joblib: -1 is every core, -2 all but one. A serial engine has one worker.
    own : OwnCode, optional
        What the workers must be able to import.

    Examples
    --------
    >>> local("serial", 4).workers()
    1
    >>> local("dusk", 1)
    Traceback (most recent call last):
    limelab.types.BadInput: backend='dusk' is not known; use 'serial' or 'loky'
    """
    if backend == CONTAINED:
        return Local("loky", 1, functools.partial(loky, 1, own or OwnCode()))
    if backend not in {"serial", "loky"}:
        raise BadInput(f"backend={backend!r} is not known; use 'serial' or 'loky'")
    workers = count(n_jobs)
    if backend == "serial":
        return Local("serial", 1, serial)
    return Local("loky", workers, functools.partial(loky, workers, own or OwnCode()))


def count(n_jobs: int) -> int:
    """A number of workers, as joblib reads it."""
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
        raise BadInput(
            f"n_jobs={n_jobs!r} is not a number of workers; use 1, 2, ... or -1 for every core"
        )
    if n_jobs > 0:
        return n_jobs
    from joblib import cpu_count

    return max(1, int(cpu_count()) + 1 + n_jobs)
