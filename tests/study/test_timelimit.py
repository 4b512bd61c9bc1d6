"""A limit of time: it interrupts loops and sleeps, in any thread, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from limelab.study import timelimit
from limelab.study.timelimit import OverTime, limited


def spin() -> None:
    while True:
        sum(range(100))


def swallow() -> None:
    while True:
        with suppress(Exception):
            spin()


@pytest.mark.parametrize("work", [spin, swallow, lambda: time.sleep(30)])
def test_what_takes_too_long_in_the_main_thread_is_interrupted(work: Callable[[], None]) -> None:
    started = time.monotonic()
    with pytest.raises(OverTime, match=r"took longer than 0.1 s"), limited(0.1):
        work()
    assert time.monotonic() - started < 5


def in_thread(work: Callable[[], None]) -> list[BaseException]:
    """What a thread of its own met."""
    met: list[BaseException] = []

    def run() -> None:
        try:
            with limited(0.1):
                work()
        except BaseException as error:
            met.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return met


@pytest.mark.parametrize("work", [spin, swallow])
def test_what_takes_too_long_in_another_thread_is_interrupted(work: Callable[[], None]) -> None:
    (met,) = in_thread(work)
    assert isinstance(met, OverTime)
    assert str(met) == "took longer than 0.1 s"


def test_what_is_done_in_time_is_left_alone_and_the_signal_is_given_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    for _ in range(50):
        with limited(0.02):
            pass
    with limited(None):
        time.sleep(0.05)
    time.sleep(0.05)
    assert signal.getsignal(signal.SIGALRM) is before
    assert in_thread(lambda: None) == []


def test_what_cannot_be_interrupted_meets_the_last_resort(monkeypatch: Any) -> None:
    monkeypatch.setattr(timelimit, "GRACE_S", 0.1)
    called = threading.Event()

    def deaf() -> None:
        while not called.is_set():
            try:
                while not called.is_set():
                    called.wait(0.01)
            except OverTime:
                continue

    with limited(0.05, called.set):
        deaf()
    assert called.is_set()


TRACED = """
import sys, threading, time
from limelab.study.timelimit import OverTime, limited

def run(seconds):
    try:
        with limited(seconds):
            time.sleep(0.05)
    except OverTime:
        pass

for seconds in (10.0, 0.01, 0.05):
    thread = threading.Thread(target=run, args=[seconds])
    thread.start()
    thread.join()
sys.settrace(lambda *_: None)
(lambda: None)()
print("traced")
"""


def test_a_process_can_be_traced_afterwards() -> None:
    """An interruption that is left behind would stop every debugger and coverage tool."""
    ran = subprocess.run(
        [sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == "traced\n"
