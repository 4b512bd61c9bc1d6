"""A limit of time round one block, in whatever thread it runs; it knows nothing of blocks."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

GRACE_S = 5.0  # from the interruption to the last resort
_STEPS = 10_000


class OverTime(BaseException):
    """A block took too long; no `except Exception` on its way swallows it."""


@contextmanager
def limited(seconds: float | None, last_resort: Callable[[], None] | None = None) -> Iterator[None]:
    """Raise OverTime in this thread when the time is over.

    Python code is interrupted where it is, and so is a sleep in the main thread of a POSIX system.
    What hangs outside Python is not: a few seconds later the last resort is called, from another
    thread.

    Parameters
    ----------
    seconds : float or None
        None is no limit.
    last_resort : callable, optional
        Such as the end of the process.

    Raises
    ------
    OverTime

    Examples
    --------
    >>> with limited(0.05):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
    limelab.study.timelimit.OverTime: took longer than 0.05 s
    """
    if seconds is None:
        yield
        return
    guard = _Guard(seconds, last_resort)
    try:
        with _heard(guard):
            guard.watch()
            try:
                yield
            finally:
                guard.call_off()
    except OverTime:
        raise OverTime(f"took longer than {seconds:g} s") from None


class _Guard:
    """The thread that looks at the clock."""

    def __init__(self, seconds: float, last_resort: Callable[[], None] | None) -> None:
        self.seconds, self.last_resort = seconds, last_resort
        self.thread, self.main = threading.get_ident(), _by_signal()
        self.done, self.lock = threading.Event(), threading.Lock()
        self.thrown = False

    def watch(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def call_off(self) -> None:
        with self.lock:
            self.done.set()
        if self.thrown:
            # One that is on its way arrives within a few steps. Taking it back instead would leave
            # CPython 3.11 looking for it for good, and never getting past a traced call.
            with suppress(OverTime):
                for _ in range(_STEPS):
                    pass

    def _watch(self) -> None:
        if self.done.wait(self.seconds):
            return
        with self.lock:
            if self.done.is_set():
                return
            if self.main:
                signal.pthread_kill(self.thread, signal.SIGALRM)
            else:
                self.thrown = True
                _throw(self.thread)
        if not self.done.wait(GRACE_S) and self.last_resort is not None:
            self.last_resort()


def _throw(thread: int) -> None:
    """Have Python raise OverTime in another thread, at its next step."""
    raised = ctypes.py_object(OverTime)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def _by_signal() -> bool:
    """Whether this thread can be interrupted by a signal, which also ends a sleep."""
    return sys.platform != "win32" and threading.current_thread() is threading.main_thread()


@contextmanager
def _heard(guard: _Guard) -> Iterator[None]:
    """The signal as an exception; whoever listened to it before does so again afterwards."""
    if not guard.main:
        yield
        return

    def on_alarm(number: int, frame: FrameType | None) -> None:
        if not guard.done.is_set():
            raise OverTime

    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)
