"""What the driver promises, on executors that are slow, broken, killed and interrupted."""

from __future__ import annotations

import concurrent.futures as cf
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from limelab.study import pools
from limelab.study.engine import EngineError, Outcome, drive
from limelab.types import BadInput

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
Done = dict[str, Outcome[Any]]


def run(
    tasks: dict[str, Any], execute: Callable[[Any], Any], backend: str = "serial", **kwargs: Any
) -> Done:
    """All outcomes; fails where a key is handed on twice."""
    done: Done = {}

    def on_done(key: str, outcome: Outcome[Any]) -> None:
        assert key not in done
        done[key] = outcome

    made = pools.local(backend, 2)
    said = {"make_executor": made.make_executor, "workers": made.workers, "on_done": on_done}
    drive(tasks, execute, **{**said, **kwargs})
    return done


class Fragile(Exception):
    """Pickles, but does not unpickle: it would break a pool that carried it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")


class CancelledError(Exception):
    """A task's own error that has the name of an infrastructure error."""


ERRORS = {
    "raise": BadInput("no such\ntarget"),
    "fragile": Fragile(7, "broke"),
    "namesake": CancelledError("mine"),
    "exit": SystemExit(3),
}


def misbehave(spec: Any) -> Any:
    if spec in ERRORS:
        raise ERRORS[spec]
    if spec == "unpicklable":
        return (n for n in range(3))
    if spec == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return spec * spec


@pytest.mark.parametrize("backend", ["serial", "loky"])
def test_every_task_has_one_outcome_and_errors_are_rows(backend: str) -> None:
    tasks = {str(n): n for n in range(20)} | {name: name for name in ERRORS}
    done = run(tasks, misbehave, backend)
    assert set(done) == set(tasks)
    assert [done[str(n)] for n in range(20)] == [Outcome("ok", n * n) for n in range(20)]
    assert {done[key].status for key in ERRORS} == {"error"}
    assert done["raise"].error.startswith("BadInput: no such target (at test_engine.py:")
    assert done["raise"].error.endswith("in misbehave)")
    assert done["fragile"].error.startswith("Fragile: 7 broke")


def test_a_result_that_does_not_pickle_is_an_error_row() -> None:
    done = run({"a": 2, "b": "unpicklable", "c": 3}, misbehave, "loky")
    assert (done["a"].value, done["b"].status, done["c"].value) == (4, "error", 9)
    assert "pickle" in done["b"].error


@POSIX
def test_the_task_that_kills_its_worker_died_and_all_others_survive() -> None:
    tasks: dict[str, Any] = {str(n): n for n in range(40)}
    tasks = {**dict(list(tasks.items())[:17]), "killer": "kill", "bad": "raise", **tasks}
    done = run(tasks, misbehave, "loky")
    assert set(done) == set(tasks)
    assert {key for key, outcome in done.items() if outcome.status == "died"} == {"killer"}
    assert {key for key, outcome in done.items() if outcome.status == "error"} == {"bad"}
    assert "TerminatedWorkerError" in done["killer"].error
    assert all(done[str(n)].value == n * n for n in range(40))


@POSIX
def test_many_tasks_that_kill_their_worker_are_each_to_blame_and_no_pool_is() -> None:
    tasks: dict[str, Any] = {f"killer {n}": "kill" for n in range(4)} | {"good": 3}
    done = run(tasks, misbehave, "loky")
    assert [done[f"killer {n}"].status for n in range(4)] == ["died"] * 4
    assert done["good"].value == 9


def killed_once(spec: tuple[str, int]) -> int:
    """The first task to come here kills its worker; everybody after it finds the mark."""
    mark, n = spec
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return n
    os.kill(os.getpid(), signal.SIGKILL)
    return -1


@POSIX
def test_a_worker_killed_once_costs_no_task(tmp_path: Path) -> None:
    tasks = {str(n): (str(tmp_path / "mark"), n) for n in range(30)}
    assert run(tasks, killed_once, "loky") == {str(n): Outcome("ok", n) for n in range(30)}


def test_results_are_the_same_on_every_backend() -> None:
    def solve(seed: int) -> bytes:
        a = np.random.default_rng(seed).normal(size=(120, 120))
        return np.linalg.solve(a @ a.T, a).tobytes()

    tasks = {str(seed): seed for seed in range(6)}
    assert run(tasks, solve, "serial") == run(tasks, solve, "loky")


def blas_threads(_: int) -> set[int]:
    np.ones((300, 300)) @ np.ones((300, 300))
    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}


@pytest.mark.parametrize("backend", ["serial", "loky"])
def test_blas_has_one_thread_wherever_a_task_runs(backend: str) -> None:
    assert run({"a": 0}, blas_threads, backend)["a"].value == {1}


def test_no_progress_is_an_error_and_leaves_no_process() -> None:
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"no task finished in 1 s .* 2 in flight.*slow"):
        run({"slow": 60, "slower": 60}, time.sleep, "loky", stall_s=1.0)
    assert time.monotonic() - started < 20
    assert run({"a": 2}, misbehave, "loky")["a"].value == 4  # a fresh pool works at once


class Recording(cf.Executor):
    """Runs in a thread and remembers how many tasks were in flight."""

    def __init__(self) -> None:
        self.pool = cf.ThreadPoolExecutor(2)
        self.live: set[cf.Future[Any]] = set()
        self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> cf.Future[Any]:
        self.live = {future for future in self.live if not future.done()}
        self.live.add(future := self.pool.submit(fn, *args, **kwargs))
        self.most = max(self.most, len(self.live))
        return future


def test_at_most_twice_the_workers_are_in_flight() -> None:
    executor = Recording()
    run(
        dict.fromkeys(map(str, range(30)), 0.01),
        time.sleep,
        make_executor=lambda: executor,
        workers=2,
    )
    executor.pool.shutdown()
    assert 2 < executor.most <= 4


class Broken(cf.Executor):
    """Never takes a task."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> cf.Future[Any]:
        raise BrokenProcessPool("no worker starts")


def test_executors_that_never_work_are_an_error_and_not_a_loop() -> None:
    with pytest.raises(EngineError, match="executors in a row broke"):
        run({"a": 1}, misbehave, make_executor=Broken)


def test_a_serial_result_is_handed_on_before_the_next_task_runs() -> None:
    events: list[str] = []

    def execute(n: int) -> int:
        events.append(f"run {n}")
        return n

    tasks = {str(n): n for n in range(3)}
    drive(
        tasks,
        execute,
        make_executor=pools.serial,
        workers=4,
        on_done=lambda key, _: events.append(f"done {key}"),
    )
    assert events == ["run 0", "done 0", "run 1", "done 1", "run 2", "done 2"]


def test_an_interrupt_keeps_what_is_done() -> None:
    done: Done = {}

    def execute(n: int) -> int:
        if n == 3:
            raise KeyboardInterrupt
        return n

    with pytest.raises(KeyboardInterrupt):
        drive(
            {str(n): n for n in range(9)},
            execute,
            make_executor=pools.serial,
            workers=2,
            on_done=done.__setitem__,
        )
    assert list(done) == ["0", "1", "2"]


def test_what_on_done_raises_ends_the_run_and_the_pool() -> None:
    def on_done(key: str, outcome: Outcome[Any]) -> None:
        raise BadInput("the disk is full")

    with pytest.raises(BadInput, match="disk"):
        run(dict.fromkeys(map(str, range(9)), 0.2), time.sleep, "loky", on_done=on_done)


INTERRUPTED = """
import sys, time
from limelab.study import engine, pools
def on_done(key, outcome):
    sys.stdout.write(key + outcome.status + "\\n"); sys.stdout.flush()
def main():
    tasks = {str(n): (0.05 if n < 4 else 60) for n in range(8)}
    pool = pools.local("loky", 2)
    made = {"make_executor": pool.make_executor, "workers": pool.workers}
    engine.drive(tasks, time.sleep, **made, on_done=on_done)
if __name__ == "__main__":
    main()
"""


@POSIX
@pytest.mark.parametrize("whole_group", [True, False])
def test_ctrl_c_or_a_kill_ends_a_real_run_with_its_workers(whole_group: bool) -> None:
    """Ctrl-C goes to the whole group, as from a terminal; SIGKILL to the driver alone."""
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in range(4)]
    time.sleep(0.3)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    _, errors = process.communicate(timeout=20)
    assert sorted(lines) == ["0ok", "1ok", "2ok", "3ok"]
    assert process.returncode != 0
    assert ("KeyboardInterrupt" in errors) == whole_group
    deadline = time.monotonic() + 10
    while group_lives(process.pid):
        assert time.monotonic() < deadline, "workers outlived the run"
        time.sleep(0.05)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("n_jobs", [0, True, 1.5, "2"])
def test_a_bad_number_of_workers_is_refused(n_jobs: Any) -> None:
    with pytest.raises(BadInput, match=r"n_jobs=.* use 1, 2"):
        pools.local("loky", n_jobs)


def test_negative_n_jobs_count_from_all_cores_as_in_joblib() -> None:
    cores = pools.local("loky", -1).workers()
    assert cores >= 1
    assert pools.local("loky", -2).workers() == max(1, cores - 1)
    assert pools.local("loky", -999).workers() == 1


def test_the_time_limit_is_an_error_row_and_the_others_go_on() -> None:
    for backend in ("serial", "loky"):
        done = run({"a": 0.01, "b": 30.0, "c": 0.01}, time.sleep, backend, limit_s=0.7)
        assert (done["a"].status, done["c"].status) == ("ok", "ok")
        assert done["b"] == Outcome("error", error="OverTime: took longer than 0.7 s")


def deaf(spec: str) -> str:
    """What no interruption ends."""
    while spec == "deaf":
        try:
            time.sleep(60)
        except BaseException:
            continue
    return spec


@POSIX
@pytest.mark.slow
def test_what_cannot_be_interrupted_is_ended_with_its_worker() -> None:
    done = run({"a": "fine", "b": "deaf", "c": "fine"}, deaf, "loky", limit_s=1.0)
    assert done["b"].status == "died"
    assert done["b"].error == "OverTime: took longer than 1 s and could not be interrupted"
    assert (done["a"].value, done["c"].value) == ("fine", "fine")


def twice_killed(spec: tuple[str, int]) -> int:
    """Two tasks in a row die of a blow from outside, the second time when it runs alone."""
    mark, n = spec
    for attempt in range(2):
        try:
            os.close(os.open(f"{mark}{attempt}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)
    return n


@POSIX
def test_a_worker_killed_while_a_suspect_runs_alone_costs_no_task(tmp_path: Path) -> None:
    tasks = {"only": (str(tmp_path / "mark"), 7)}
    assert run(tasks, twice_killed, "loky") == {"only": Outcome("ok", 7)}


class Gone(cf.Executor):
    """Takes tasks and loses the connection, as when a scheduler is killed."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> cf.Future[Any]:
        future: cf.Future[Any] = cf.Future()
        future.set_exception(CancelledError("lost"))
        return future


def test_a_lost_connection_blames_no_task() -> None:
    done: Done = {}
    with pytest.raises(EngineError, match="executors in a row broke"):
        drive({"a": 1, "b": 2}, misbehave, make_executor=Gone, workers=1,
              on_done=done.__setitem__)  # fmt: skip
    assert done == {}
