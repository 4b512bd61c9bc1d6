"""Runs that are struck at random moments: every one ends with the tables of the undisturbed run.

    python tests/benchmarks/fault_drill.py [--runs 20] [--seed 0] [KIND ...]

Kinds: driver, loky-worker, dask-worker, scheduler, disk, raises, kills, hangs. Each run is a
process of its own with two workers. After the blow it either ends by itself or is started again;
then its tables must be those of the undisturbed run, byte by byte, bad blocks must have been
reported with their reasons, and no array may be damaged. Loopback only. About ten minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

TABLES = ("scores.csv", "explanations.csv.gz", "claims.csv", "tasks.csv")
LIMIT_S, STALL_S, PATIENCE_S = 15.0, 240.0, 1800.0
STUDY = '''
"""A study with two samplers that misbehave while a file says so."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import limelab as ll


@dataclass(frozen=True)
class Trap(ll.Gaussian):
    """Gaussian noise, unless the trap is set."""

    label: str = ""

    def cloud(self, u, x, view):
        trap = Path(os.environ["DRILL_TRAP"])
        said = trap.read_text() if trap.exists() else ""
        if said.endswith(self.label):
            misbehave(said.split()[0])
        return super().cloud(u, x, view)


def misbehave(how):
    if how == "raises":
        raise ArithmeticError("the trap was set")
    if how == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    while True:
        time.sleep(0.05)


LAWS = {
    "early": Trap(0.3, label="early"),
    "near": ll.Gaussian(0.5),
    "margins": ll.Marginals(),
    "late": Trap(0.4, label="late"),
}
STUDY = ll.Study(
    question="Does it get up again?",
    tasks=[
        ll.Task("iris", ll.models.linear(), instances=4),
        ll.Task("diabetes", ll.models.forest(n_estimators=30), instances=6),
    ],
    conditions=ll.vary(
        ll.Lime(n_samples=512, draws="own"),
        perturbation=LAWS,
        surrogate={"line": ll.Ridge(), "tree": ll.Tree(max_depth=2)},
    ),
    judge=ll.Judge(ll.Gaussian(), radii=[0.25, 1.0], size=100),
    metrics=[ll.metrics.Rmse(), ll.metrics.TopK(2)],
    claims=[
        ll.Claim("trees", "rmse", better={"surrogate": "tree"}, worse={"surrogate": "line"})
    ],
    repeats=4,
)
'''


@dataclass
class Drill:
    """One struck run.

    Attributes
    ----------
    home : folder with the study
    out : folder of the results, new
    """

    home: Path
    out: Path
    rng: random.Random

    def start(self, *options: str, limit: int | None = None) -> subprocess.Popen[str]:
        """The driver, in a process of its own."""
        line = [sys.executable, __file__, "--drive", str(self.home), str(self.out), *options]
        return subprocess.Popen(
            line, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, preexec_fn=None if limit is None else lambda: _limit_files(limit),
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        return {**os.environ, "DRILL_TRAP": str(self.home / "trap"), "OMP_NUM_THREADS": "1"}

    def wait(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        said, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, said

    def moment(self, process: subprocess.Popen[str]) -> None:
        """Wait until some share of the blocks is there, as time tells little on a busy machine."""
        wanted = self.rng.uniform(0.0, 0.85) * _blocks(self.home / "whole")
        while process.poll() is None and _blocks(self.out) < wanted:
            time.sleep(0.02)
        time.sleep(self.rng.uniform(0.0, 0.1))

    def finish(self, *options: str) -> None:
        """Start again, and see it end well."""
        code, said = self.wait(self.start(*options))
        assert code == 0, said


def driver(drill: Drill) -> str:
    process = drill.start("loky")
    drill.moment(process)
    process.kill()
    process.communicate()
    _is_sound(drill.out)
    drill.finish("loky")
    return "killed, started again"


def loky_worker(drill: Drill) -> str:
    process = drill.start("loky")
    drill.moment(process)
    while not (workers := _workers(process.pid)) and process.poll() is None:
        time.sleep(0.2)  # on a busy machine they come late
    for worker in workers[:1]:
        worker.kill()
    code, said = drill.wait(process)
    assert code == 0, said
    return "a worker killed, ended by itself" if workers else "had ended before"


def dask_worker(drill: Drill) -> str:
    with dask_cluster(drill) as (address, workers):
        process = drill.start(address)
        drill.moment(process)
        drill.rng.choice(workers).kill()
        code, said = drill.wait(process)
        assert code == 0, said
    return "a worker killed, ended by itself"


def scheduler(drill: Drill) -> str:
    with dask_cluster(drill) as (address, workers):
        process = drill.start(address)
        drill.moment(process)
        workers[-1].scheduler.kill()  # type: ignore[attr-defined]
        code, said = drill.wait(process)
        assert code in (0, 1), said
        ended = "had ended before" if code == 0 else said.strip().splitlines()[-1][:60]
    _is_sound(drill.out)
    with dask_cluster(drill) as (address, _):
        drill.finish(address)
    return f"{ended} ..., started again"


def disk(drill: Drill) -> str:
    """A file system that is too small where one can be mounted, else a quota on every file."""
    drill.out.mkdir(parents=True)
    if _mount(drill.out, drill.rng.randint(300, 1200)):
        try:
            code, said = drill.wait(drill.start("loky"))
            _is_sound(drill.out)
            subprocess.run(["mount", "-o", "remount,size=200m", str(drill.out)], check=True)
            drill.finish("loky")
            _compare(drill)
        finally:
            subprocess.run(["umount", "-l", str(drill.out)], check=True)
        how = "a small file system"
    else:
        code, said = drill.wait(drill.start("loky", limit=drill.rng.randint(60, 250) * 1000))
        _is_sound(drill.out)
        drill.finish("loky")
        how = "files of bounded size"
    assert code == 0 or (code == 2 and "full" in said), said
    return f"{how}: {'fitted' if code == 0 else 'refused and said so, started again'}"


def trapped(how: str) -> Callable[[Drill], str]:
    def strike(drill: Drill) -> str:
        label, on_dask = drill.rng.choice(["early", "late"]), drill.rng.random() < 0.5
        (drill.home / "trap").write_text(f"{how} {label}")
        wanted = {"raises": "the trap was set", "hangs": "took longer than", "kills": "Worker"}[how]
        with dask_cluster(drill, nannies=True) if on_dask else _no_cluster() as (address, _):
            code, said = drill.wait(drill.start(address))
            assert code == 1, said
            assert said.count(wanted) == 2 * 4, said
            (drill.home / "trap").unlink()
            drill.finish(address)
        return f"{label} blocks, {'dask' if on_dask else 'loky'}: reported, done when mended"

    return strike


KINDS: dict[str, Callable[[Drill], str]] = {
    "driver": driver,
    "loky-worker": loky_worker,
    "dask-worker": dask_worker,
    "scheduler": scheduler,
    "disk": disk,
    "raises": trapped("raises"),
    "kills": trapped("kills"),
    "hangs": trapped("hangs"),
}


# The machinery of a drill


def drive(home: Path, out: Path, engine: str) -> int:
    """What the driver's process does: 0 all done, 1 something failed, 2 it was refused."""
    from limelab.study.loading import load_study
    from limelab.types import BadInput, EngineError

    dask = engine if engine.startswith("tcp") else ""
    jobs = 1 if engine == "serial" else 2
    try:
        study = load_study(home / "drill.py")
        results = study.run(out, jobs, dask=dask, timeout=LIMIT_S, stall=STALL_S)
    except BadInput as error:
        print(error)
        return 2
    except EngineError as error:
        print(error)
        return 1
    failures = results.manifest["failures"]
    print("\n".join(f["error"] for f in failures))
    return int(bool(failures))


@contextmanager
def dask_cluster(drill: Drill, *, nannies: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """A real scheduler and two real workers of one thread; the address and the workers."""
    folder = Path(tempfile.mkdtemp(dir=drill.home))
    file, env = folder / "scheduler.json", drill.environment()
    quiet: dict[str, Any] = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    place = ["--host", "127.0.0.1", "--no-dashboard"]
    first = subprocess.Popen(
        [*dask, "scheduler", *place, "--port", "0", "--scheduler-file", str(file)], **quiet
    )
    work = [*dask, "worker", *place, "--scheduler-file", str(file), "--nthreads", "1"]
    work += ["--nanny" if nannies else "--no-nanny", "--local-directory", str(folder)]
    work += ["--memory-limit", "0", "--death-timeout", "60"]
    workers = [subprocess.Popen(work, **quiet) for _ in range(2)]
    for worker in workers:
        worker.scheduler = first  # type: ignore[attr-defined]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text().endswith("}"):
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in [*workers, first]:
            process.terminate()
        for process in [*workers, first]:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _no_cluster() -> Iterator[tuple[str, list[Any]]]:
    yield "loky", []


def _limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _mount(folder: Path, kilobytes: int) -> bool:
    line = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def _workers(driver: int) -> list[Any]:
    import psutil

    found = psutil.Process(driver).children(recursive=True)
    return [p for p in found if "popen_loky_posix" in " ".join(p.cmdline())]


def _blocks(out: Path) -> int:
    """How many blocks a folder holds, also before it is a store."""
    from limelab.study.store import Store
    from limelab.types import BadInput

    try:
        with Store.read(out) as store:
            return sum(1 for _ in store.blocks())
    except BadInput:
        return 0


def _is_sound(out: Path) -> None:
    """Whatever is there is whole."""
    from limelab.study.store import Store

    if (out / "store.sqlite").exists():
        with Store.read(out) as store:
            assert not store.verify()
    import pandas as pd

    for name in TABLES:
        if (out / name).exists():
            pd.read_csv(out / name)


def _compare(drill: Drill) -> None:
    for name in TABLES:
        assert (drill.out / name).read_bytes() == (drill.home / "whole" / name).read_bytes(), name
    _is_sound(drill.out)


def run(runs: int, seed: int, kinds: list[str], home: Path) -> None:
    """All runs, one line each."""
    (home / "drill.py").write_text(STUDY)
    rng = random.Random(seed)
    Drill(home, home / "whole", rng).finish("serial")
    started = time.monotonic()
    Drill(home, home / "again", rng).finish("loky")
    whole_s = time.monotonic() - started
    _compare(Drill(home, home / "again", rng))
    print(f"undisturbed: {whole_s:.1f} s of two workers; serial and loky wrote the same bytes")
    for n, kind in enumerate(islice(cycle(kinds), runs)):
        drill, started = Drill(home, home / f"run{n}", rng), time.monotonic()
        said = KINDS[kind](drill)
        if not (kind == "disk" and "file system" in said):  # compared before it was unmounted
            _compare(drill)
        print(f"{n + 1:2d} {kind:12s} same bytes; {said} ({time.monotonic() - started:.0f} s)")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--drive", nargs=3, metavar=("HOME", "OUT", "ENGINE"))
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    asked = parser.parse_args()
    if asked.drive:
        home, out, engine = asked.drive
        sys.exit(drive(Path(home), Path(out), engine))
    unknown = set(asked.kinds) - set(KINDS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: expected some of {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        run(asked.runs, asked.seed, asked.kinds or list(KINDS), Path(folder))


if __name__ == "__main__":
    main()
