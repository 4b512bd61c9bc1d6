"""One driver for any executor, which survives dead workers; it may not know studies or files."""

from __future__ import annotations

import concurrent.futures as cf
import functools
import inspect
import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, Literal, NamedTuple, ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

from limelab.types import BadInput

P = ParamSpec("P")
T = TypeVar("T")
Spec = TypeVar("Spec")
Result = TypeVar("Result")
MakeExecutor = Callable[[], cf.Executor]

# Errors of the machinery and not of the task; by name, as loky and dask are imported only for use.
INFRASTRUCTURE = frozenset(
    {
        "TerminatedWorkerError",
        "BrokenProcessPool",
        "KilledWorker",
        "CancelledError",
        "FutureCancelledError",
        "CommClosedError",
        "ShutdownExecutorError",  # somebody in this process asked loky for another pool
    }
)
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
IDLE_SECONDS = 300  # as joblib: a pool outlives the pauses between two studies
MAX_BARREN = 5
MAX_ERROR = 500


class EngineError(RuntimeError):
    """The machinery has failed, not a task: what is done was handed on, the rest has not run."""


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """How one task ended.

    Attributes
    ----------
    status : {"ok", "error", "died"}
        "error": the task raised; "died": its worker did not survive it, also when it ran alone.
    value : the task's result, None unless ok
    error : str
        Type, message and innermost place of the error, "" if ok.
    """

    status: Literal["ok", "error", "died"]
    value: Result | None = None
    error: str = ""


def drive(
    tasks: Mapping[str, Spec],
    execute: Callable[[Spec], Result],
    *,
    make_executor: MakeExecutor,
    workers: int,
    on_done: Callable[[str, Outcome[Result]], None],
    stall_s: float = 600.0,
) -> None:
    """Run all tasks and hand each outcome on as soon as it is there.

    When a worker dies, everything that was in flight is suspect; suspects run again one at a time,
    so that only the task that kills its worker is blamed.

    Parameters
    ----------
    tasks : mapping of str to spec
        Small picklable specs; workers load what they need themselves.
    execute : callable
        Importable by the workers; may raise, which becomes an outcome.
    make_executor : callable
        Asked at the start and after each breakdown; it may hand out the same living pool again.
        A pool is shut down here only when it broke or the run ends early.
    workers : int
        At most twice as many tasks are in flight.
    on_done : callable
        Gets key and outcome, in this thread, each key once; what it raises ends the run.
    stall_s : float
        Longest wait without any task finishing.

    Raises
    ------
    EngineError
        When nothing finishes for `stall_s` seconds, or fresh executors keep breaking before any
        task runs.
    KeyboardInterrupt
        After finished results are handed on and the rest is cancelled.

    Examples
    --------
    >>> done = {}
    >>> drive(
    ...     {"a": 2, "b": 0},
    ...     lambda n: 6 // n,
    ...     make_executor=serial,
    ...     workers=1,
    ...     on_done=done.__setitem__,
    ... )
    >>> done["a"].value, done["b"].status, done["b"].error.split(":")[0]
    (3, 'error', 'ZeroDivisionError')
    """
    _Driver(tasks, execute, make_executor, 2 * workers, on_done, stall_s).run()


class _Driver(Generic[Spec, Result]):
    """The state of one `drive`: what waits, what is suspect, what is in flight."""

    def __init__(
        self,
        tasks: Mapping[str, Spec],
        execute: Callable[[Spec], Result],
        make_executor: MakeExecutor,
        window: int,
        on_done: Callable[[str, Outcome[Result]], None],
        stall_s: float,
    ) -> None:
        self.tasks = tasks
        self.call = functools.partial(_attempt, execute)
        self.make_executor = make_executor
        self.window = window
        self.on_done = on_done
        self.stall_s = stall_s
        self.waiting = deque(tasks)
        self.suspects: deque[str] = deque()
        self.live: dict[cf.Future[Outcome[Result]], str] = {}
        self.executor: cf.Executor | None = None
        self.settled = 0
        self.barren = 0

    def run(self) -> None:
        try:
            while self.waiting or self.suspects:
                self._work_until_broken_or_empty()
        except KeyboardInterrupt:
            self._hand_on_finished()
            raise
        finally:
            if self.live or self.waiting or self.suspects:
                self._stop()

    def _work_until_broken_or_empty(self) -> None:
        alone = bool(self.suspects)
        queue, width = (self.suspects, 1) if alone else (self.waiting, self.window)
        self.executor = self.executor or self.make_executor()
        settled, sound = self.settled, True
        while self.live or (queue and sound):
            sound = sound and self._fill(self.executor, queue, width)
            for future in self._wait():
                sound = self._settle(future, alone=alone) and sound
        if not sound:
            self._stop()
            self._check_barren(self.settled - settled)

    def _fill(self, executor: cf.Executor, queue: deque[str], width: int) -> bool:
        """Hand out tasks up to the window; False where the executor takes no more."""
        while queue and len(self.live) < width:
            try:
                future = executor.submit(self.call, self.tasks[queue[0]])
            except Exception as error:
                if not _is_infrastructure(error):
                    raise
                return False
            self.live[future] = queue.popleft()
            if future.done():  # a serial executor: commit this result before the next is computed
                break
        return True

    def _wait(self) -> list[cf.Future[Outcome[Result]]]:
        """Futures that have finished, in the order of submission."""
        deadline = time.monotonic() + self.stall_s
        while self.live:
            # In slices, because Windows delivers Ctrl-C only between waits.
            patience = min(1.0, max(0.0, deadline - time.monotonic()))
            done = cf.wait(self.live, timeout=patience, return_when=cf.FIRST_COMPLETED).done
            if done:
                return [future for future in self.live if future in done]
            if time.monotonic() >= deadline:
                raise EngineError(self._say_stalled())
        return []

    def _settle(self, future: cf.Future[Outcome[Result]], *, alone: bool) -> bool:
        """Hand on how a task ended; False where the executor died of it or with it."""
        key = self.live.pop(future)
        self.settled += 1
        try:
            outcome = future.result()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if not _is_infrastructure(error):
                outcome = Outcome("error", error=_say(error))
            elif alone:
                self.on_done(key, Outcome("died", error=_say(error)))
                return False
            else:
                self.suspects.append(key)
                return False
        self.on_done(key, outcome)
        return True

    def _hand_on_finished(self) -> None:
        finished = [future for future in self.live if future.done() and not future.cancelled()]
        for future in finished:
            if future.exception() is None:
                self.on_done(self.live.pop(future), future.result())

    def _stop(self) -> None:
        """Cancel what has not begun and, where the executor can, kill what hangs."""
        executor, self.executor = self.executor, None
        if executor is None:
            return
        # Pools differ in what shutdown takes. Futures are not cancelled one by one: loky's manager
        # thread dies of a cancelled future before it has killed the workers.
        known = inspect.signature(executor.shutdown).parameters
        wanted = {"wait": False, "cancel_futures": True, "kill_workers": True}
        executor.shutdown(**{name: value for name, value in wanted.items() if name in known})

    def _check_barren(self, settled: int) -> None:
        self.barren = 0 if settled else self.barren + 1
        if self.barren == MAX_BARREN:
            raise EngineError(
                f"{MAX_BARREN} executors in a row broke before any task ran; check that workers "
                "can start (memory, address), then run again: it goes on from what is done"
            )

    def _say_stalled(self) -> str:
        keys = list(self.live.values())
        return (
            f"no task finished in {self.stall_s:g} s ({self.settled} had before; {len(keys)} in "
            f"flight, the oldest is {keys[0]}); check "
            "the workers, then run again: it goes on from what is done"
        )


def _attempt(execute: Callable[[Spec], Result], spec: Spec) -> Outcome[Result]:
    # Errors become text where they arise: an exception that does not survive pickling breaks a
    # pool, and one that carries the name of an infrastructure error would be taken for one.
    try:
        return Outcome("ok", value=execute(spec))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Outcome("error", error=f"{_say(error)} (at {_place(error)})")


def _say(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}"[:MAX_ERROR]


def _place(error: BaseException) -> str:
    """The innermost frame, without its folder, which differs between machines."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"


def _is_infrastructure(error: BaseException) -> bool:
    return any(kind.__name__ in INFRASTRUCTURE for kind in type(error).__mro__)


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


def loky(workers: int) -> cf.Executor:
    """The pool of processes of this machine, one BLAS thread each, made anew once dead."""
    from joblib.externals.loky import get_reusable_executor

    executor: cf.Executor = get_reusable_executor(
        max_workers=workers,
        timeout=IDLE_SECONDS,
        env=dict(ONE_THREAD),
        initializer=_leave_with,
        initargs=(os.getpid(),),
    )
    return executor


def _leave_with(driver: int) -> None:
    """End this worker when its driver is gone, which after a SIGKILL tells nobody.

    Windows keeps naming the dead parent; there the worker leaves when it has been idle for long.
    """

    def watch() -> None:
        while os.getppid() == driver:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Engine(NamedTuple):
    """What `drive` needs to know of a backend."""

    make_executor: MakeExecutor
    workers: int


def from_name(backend: str, n_jobs: int) -> Engine:
    """The backend of a name.

    Parameters
    ----------
    backend : {"serial", "loky"}
    n_jobs : int
        As in joblib: -1 is every core, -2 all but one. A serial engine has one worker.

    Examples
    --------
    >>> from_name("serial", 4).workers
    1
    >>> from_name("dusk", 1)
    Traceback (most recent call last):
    limelab.types.BadInput: backend='dusk' is not known; use 'serial' or 'loky'
    """
    if backend not in {"serial", "loky"}:
        raise BadInput(f"backend={backend!r} is not known; use 'serial' or 'loky'")
    workers = _count(n_jobs)
    if backend == "serial":
        return Engine(serial, 1)
    return Engine(functools.partial(loky, workers), workers)


def _count(n_jobs: int) -> int:
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs == 0:
        raise BadInput(
            f"n_jobs={n_jobs!r} is not a number of workers; use 1, 2, ... or -1 for every core"
        )
    if n_jobs > 0:
        return n_jobs
    from joblib import cpu_count

    return max(1, int(cpu_count()) + 1 + n_jobs)
