"""One driver for any executor, which survives dead workers; it may not know studies or files."""

from __future__ import annotations

import concurrent.futures as cf
import functools
import inspect
import os
import platform
import re
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from limelab.study.timelimit import OverTime, limited
from limelab.types import EngineError

T = TypeVar("T")
Spec = TypeVar("Spec")
Result = TypeVar("Result")
MakeExecutor = Callable[[], cf.Executor]

# Errors of the machinery and not of the task; by name, as loky and dask are imported only for use.
WORKER_DIED = frozenset({"TerminatedWorkerError", "BrokenProcessPool", "KilledWorker"})
KILLED_SEVERAL = frozenset({"KilledWorker"})
CONNECTION_LOST = frozenset(
    {
        "CancelledError",
        "FutureCancelledError",
        "FuturesCancelledError",
        "CommClosedError",
        "ShutdownExecutorError",  # somebody in this process asked loky for another pool
    }
)
INFRASTRUCTURE = WORKER_DIED | CONNECTION_LOST
MAX_BARREN = 5
TRIES_ALONE = 2  # a worker that is killed from outside is no fault of its task
STALL_S = 600.0
LIMIT_EXIT = 75  # of a worker that could not be interrupted
UNSTOPPABLE = "and could not be interrupted"
MAX_ERROR = 500


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """How one task ended.

    Attributes
    ----------
    status : {"ok", "error", "died"}
        "error": the task raised or took too long; "died": its worker did not survive it, also
        when it ran alone.
    value : the task's result, None unless ok
    error : str
        Type, message and innermost place of the error, "" if ok.
    """

    status: Literal["ok", "error", "died"]
    value: Result | None = None
    error: str = ""


def died(error: str) -> bool:
    """Whether the text of an error tells of a task that ended its worker.

    Examples
    --------
    >>> died("KilledWorker: Attempted to run task"), died("ValueError: no KilledWorker")
    (True, False)
    """
    return error.split(":")[0] in WORKER_DIED or error.endswith(UNSTOPPABLE)


def drive(  # noqa: PLR0913  (how long to wait is said twice: for one task, and for any)
    tasks: Mapping[str, Spec],
    execute: Callable[[Spec], Result],
    *,
    make_executor: MakeExecutor,
    workers: int | Callable[[], int],
    on_done: Callable[[str, Outcome[Result]], None],
    stall_s: float = STALL_S,
    limit_s: float | None = None,
    on_start: Callable[[str], None] = lambda key: None,
    name: Callable[[str], str] = str,
) -> None:
    """Run all tasks and hand each outcome on as soon as it is there.

    When a worker dies, everything that was in flight is suspect; suspects run again one at a time,
    so that only the task that kills its worker is blamed.

    Parameters
    ----------
    tasks : mapping of str to spec
        Picklable specs, taken from the mapping as they are handed out.
    execute : callable
        Importable by the workers; may raise, which becomes an outcome.
    make_executor : callable
        Asked at the start and after each breakdown; it may hand out the same living pool again.
        A pool is shut down here only when it broke or the run ends early.
    workers : int or callable
        At most twice as many tasks are in flight; asked each time where it can change.
    on_done : callable
        Gets key and outcome, in this thread, each key once; what it raises ends the run.
    stall_s : float
        Longest wait without any task finishing.
    limit_s : float, optional
        Longest time of one task; then it is interrupted and, where that does not help and it has
        a process of its own, ended with its worker.
    on_start : callable
        Gets the key of a task before it is handed out.
    name : callable
        From key to what a person calls the task.

    Raises
    ------
    EngineError
        When nothing finishes for `stall_s` seconds, or fresh executors keep breaking before any
        task runs.
    KeyboardInterrupt
        After finished results are handed on and the rest is cancelled.

    Examples
    --------
    >>> from limelab.study.pools import serial
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
    call = functools.partial(_attempt, execute, limit_s, _here())
    count = workers if callable(workers) else lambda: workers
    told = _Told(on_start, on_done, name)
    _Driver(tasks, call, make_executor, count, told, (stall_s, limit_s)).run()


@dataclass(frozen=True)
class _Told(Generic[Result]):
    """Who hears of a task, and by which name."""

    on_start: Callable[[str], None]
    on_done: Callable[[str, Outcome[Result]], None]
    name: Callable[[str], str]


class _Driver(Generic[Spec, Result]):
    """The state of one `drive`: what waits, what is suspect, what is in flight."""

    def __init__(
        self,
        tasks: Mapping[str, Spec],
        call: Callable[[Spec], Outcome[Result]],
        make_executor: MakeExecutor,
        workers: Callable[[], int],
        told: _Told[Result],
        patience: tuple[float, float | None],
    ) -> None:
        self.tasks = tasks
        self.call = call
        self.make_executor = make_executor
        self.workers = workers
        self.told = told
        self.stall_s, self.limit_s = patience
        self.waiting = deque(tasks)
        self.suspects: deque[str] = deque()
        self.live: dict[cf.Future[Outcome[Result]], str] = {}
        self.executor: cf.Executor | None = None
        self.handed_on = 0
        self.barren = 0
        self.deaths: Counter[str] = Counter()

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
        queue = self.suspects if alone else self.waiting
        self.executor = self.executor or self.make_executor()
        handed_on, sound = self.handed_on, True
        while self.live or (queue and sound):
            width = 1 if alone else 2 * max(1, self.workers())
            sound = sound and self._fill(self.executor, queue, width)
            for future in self._wait():
                sound = self._settle(future, alone=alone) and sound
        if not sound:
            self._stop()
            self._check_barren(self.handed_on - handed_on)

    def _fill(self, executor: cf.Executor, queue: deque[str], width: int) -> bool:
        """Hand out tasks up to the window; False where the executor takes no more."""
        while queue and len(self.live) < width:
            self.told.on_start(queue[0])
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
        try:
            outcome = future.result()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if not _is_infrastructure(error):
                outcome = Outcome("error", error=_say(error))
            else:
                self._suspect(key, error, alone=alone)
                return False
        self._hand_on(key, outcome)
        return True

    def _suspect(self, key: str, error: BaseException, *, alone: bool) -> None:
        """Blame a task that dies alone; let any other run again, alone."""
        if alone and _is_of(error, WORKER_DIED):
            # Dask has lost several workers to it before it says so.
            self.deaths[key] += TRIES_ALONE if _is_of(error, KILLED_SEVERAL) else 1
        if alone and f"EXIT({LIMIT_EXIT})" in str(error):  # as loky tells how its worker ended
            said = f"took longer than {self.limit_s:g} s {UNSTOPPABLE}"
            self._hand_on(key, Outcome("died", error=f"OverTime: {said}"))
        elif self.deaths[key] >= TRIES_ALONE:
            self._hand_on(key, Outcome("died", error=_say_died(error)))
        elif alone:  # its next try comes first: many deadly tasks in a row would look like no pool
            self.suspects.appendleft(key)
        else:
            self.suspects.append(key)

    def _hand_on(self, key: str, outcome: Outcome[Result]) -> None:
        self.handed_on += 1
        self.told.on_done(key, outcome)

    def _hand_on_finished(self) -> None:
        finished = [future for future in self.live if future.done() and not future.cancelled()]
        for future in finished:
            if future.exception() is None:
                self.told.on_done(self.live.pop(future), future.result())

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

    def _check_barren(self, handed_on: int) -> None:
        self.barren = 0 if handed_on else self.barren + 1
        if self.barren == MAX_BARREN:
            raise EngineError(
                f"{MAX_BARREN} executors in a row broke before any task ended; check that workers "
                "can start (memory, address), then run again: it goes on from what is done"
            )

    def _say_stalled(self) -> str:
        names = [self.told.name(key) for key in self.live.values()]
        return (
            f"no task finished in {self.stall_s:g} s ({self.handed_on} had before; {len(names)} in "
            f"flight, the oldest is {names[0]}); check "
            "the workers, then run again: it goes on from what is done"
        )


def _here() -> tuple[str, int]:
    return platform.node(), os.getpid()


def _attempt(
    execute: Callable[[Spec], Result], limit_s: float | None, driver: tuple[str, int], spec: Spec
) -> Outcome[Result]:
    """One task, in a worker or in the driver's own process."""
    # Errors become text where they arise: an exception that does not survive pickling breaks a
    # pool, and one that carries the name of an infrastructure error would be taken for one.
    try:
        with limited(limit_s, None if driver == _here() else _leave):
            return Outcome("ok", value=execute(spec))
    except KeyboardInterrupt:
        raise
    except OverTime as error:
        return Outcome("error", error=_say(error))
    except BaseException as error:
        return Outcome("error", error=f"{_say(error)} (at {_place(error)})")


def _leave() -> None:
    os._exit(LIMIT_EXIT)


def _say(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}"[:MAX_ERROR]


def _say_died(error: BaseException) -> str:
    """In few words, since pools have many and speak of their own insides."""
    codes = re.search(r"\{[^{}]+\}", str(error))
    ended = f", exit {codes.group()}" if codes else ""
    return f"{type(error).__name__}: its worker died of it, also when it ran alone{ended}"


def _place(error: BaseException) -> str:
    """The innermost frame, without its folder, which differs between machines."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"


def _is_infrastructure(error: BaseException) -> bool:
    return _is_of(error, INFRASTRUCTURE)


def _is_of(error: BaseException, names: frozenset[str]) -> bool:
    return any(kind.__name__ in names for kind in type(error).__mro__)
