"""Large studies: two Dask workers against one, a budget of memory, a store of 10,000 blocks.

    python tests/benchmarks/large.py [--quick] [dask] [memory] [store]

Run by hand; without names it does all. "dask": a study of at least a minute of one worker, on one
and on two workers of one thread of a real scheduler on loopback, and the same bits as serial.
"memory": 2,000 instances x 20 repeats x 24 conditions, lines, 1,024 samples, within 1 GiB, with its
rate and the share of the store (`--quick`: a hundredth). "store": 10,000 blocks are opened, found
done and put into tables again (`--quick`: 800). Other work on the machine makes wall times longer.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import limelab as ll
from limelab.study.progress import Log

TABLES = ("scores.csv", "explanations.csv.gz", "claims.csv", "tasks.csv")


def lines(instances: int, repeats: int, samples: int) -> ll.Study:
    """24 conditions of lines: 4 perturbations, 3 kernels, 2 surrogates."""
    return ll.Study(
        question="How large can it be?",
        tasks=[ll.Task("randhie", ll.models.linear(), instances)],
        conditions=ll.vary(
            ll.Lime(n_samples=samples, draws="own"),
            perturbation=[ll.Gaussian(0.5), ll.Gaussian(1.0), ll.Marginals(), ll.GlobalGaussian()],
            kernel=[ll.Flat(), ll.Exponential(1.0), ll.Exponential(4.0)],
            surrogate=[ll.LeastSquares(), ll.Ridge()],
        ),
        judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=200),
        metrics=[ll.metrics.Rmse()],
        repeats=repeats,
    )


def forests(repeats: int) -> ll.Study:
    """A study whose time is the model's."""
    return ll.Study(
        question="Are two workers twice as fast?",
        tasks=[ll.Task("diabetes", ll.models.forest(n_estimators=300), instances=10)],
        conditions=ll.vary(
            ll.Lime(n_samples=2048, draws="own"),
            perturbation=[ll.Gaussian(0.5), ll.Gaussian(1.0), ll.Marginals()],
        ),
        judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=200),
        metrics=[ll.metrics.Rmse()],
        repeats=repeats,
    )


def dask(*, quick: bool) -> None:
    """Two workers of one thread against one, blocks alone: without start and tables."""
    from limelab.study.cluster import cluster
    from limelab.study.own import OwnCode

    study, wall, content = forests(4 if quick else 50), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            with cluster("local", workers, OwnCode()) as engine:
                study.quick().run(Path(folder) / f"warm{workers}", dask=engine.address)  # type: ignore[attr-defined]
                started = time.perf_counter()
                found = study.run(Path(folder) / str(workers), dask=engine.address)  # type: ignore[attr-defined]
                wall[workers] = time.perf_counter() - started
                content[workers] = _bytes(found.folder)
        content[0] = _bytes(study.run(Path(folder) / "serial").folder)
    same = content[0] == content[1] == content[2]
    print(
        f"dask: one worker {wall[1]:.0f} s, two {wall[2]:.0f} s: {wall[1] / wall[2]:.2f} times as "
        f"fast (must: 1.7); same bytes as serial: {same}; load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores"
    )


def memory(*, quick: bool) -> None:
    """Peak memory, rate and the store's share, in this process."""
    study = lines(*((100, 4, 1024) if quick else (2000, 20, 1024)))
    with tempfile.TemporaryDirectory() as folder:
        started, cpu = time.perf_counter(), time.process_time()
        told = study.run(Path(folder) / "results", memory="1G", progress=Log(60)).manifest
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    explained = len(study.conditions) * study.repeats * study.tasks[0].instances
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"memory: {explained:,} explanations, {told['blocks']['total']} blocks, peak "
        f"{peak:.2f} GiB (must: 1.00); {explained / cpu:,.0f} explanations and "
        f"{told['queries']['sampler'] / cpu:,.0f} queries a second of the processor; store "
        f"{told['seconds_storing']:.1f} s of {wall:.0f} s ({told['seconds_storing'] / wall:.1%}; "
        "must: under 10%)"
    )


def store(*, quick: bool) -> None:
    """Open, find all done, write the tables again."""
    from limelab.study.run import How, run_study

    repeats = 100 if quick else 1250
    study = ll.Study(
        question="How many blocks?",
        tasks=[ll.Task("iris", ll.models.linear(), instances=2, background=60)],
        conditions=ll.vary(
            ll.Lime(n_samples=64, draws="own"),
            perturbation=[ll.Gaussian(width / 10) for width in range(1, 8)],
        ),
        judge=ll.Judge(ll.Gaussian(), radii=[0.5], size=20),
        metrics=[ll.metrics.Rmse()],
        repeats=repeats,
    )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "results"
        run_study(study, out, how=How(), progress=Log(60))
        started, cpu = time.perf_counter(), time.process_time()
        told = run_study(study, out, how=How()).manifest
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"store: {told['blocks']['total']:,} blocks, {told['blocks']['made']} made, opened and "
        f"told again in {wall:.1f} s (cpu {cpu:.1f} s; must: 10 s)"
    )


def _bytes(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in TABLES]


PARTS = {"dask": dask, "memory": memory, "store": store}


def main(arguments: list[str]) -> None:
    """Do the parts that are asked for."""
    for name in [name for name in PARTS if name in arguments] or PARTS:
        PARTS[name](quick="--quick" in arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
