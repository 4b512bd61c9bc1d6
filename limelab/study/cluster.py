"""Workers of a Dask cluster, here or elsewhere; all that knows `distributed`, with `plugin`."""

from __future__ import annotations

import concurrent.futures as cf
import functools
import hashlib
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from limelab.study.own import OwnCode
from limelab.study.plan import versions
from limelab.study.pools import Engine
from limelab.types import BadInput, EngineError

T = TypeVar("T")
Result = TypeVar("Result")

LOCAL = "local"
CONNECT_S = 60.0  # the scheduler imports limelab meanwhile
FIRST_WORKER_S = 120.0
PATIENCE, PAUSE_S = 4, 1.0  # of what is asked of all workers
RETRIES = 2  # by Dask itself, when a worker is lost; what a block raises never reaches Dask
_LARGE = {"distributed.admin.large-graph-warning-threshold": "4GB"}
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def cluster(address: str, n_jobs: int, own: OwnCode) -> Iterator[Engine]:
    """The workers of a scheduler, for one run.

    Parameters
    ----------
    address : str
        Of a scheduler, such as "tcp://127.0.0.1:8786", or "local": a scheduler and `n_jobs`
        workers of one thread on this machine, which end with the run.
    n_jobs : int
        Of a local cluster.
    own : OwnCode
        What the workers must be able to import; it is sent to them, also to those who join late.

    Raises
    ------
    BadInput
        `distributed` is not installed, the address is none, or workers have other versions.
    EngineError
        Nobody answers there, or no worker comes.
    """
    if importlib.util.find_spec("distributed") is None:
        raise BadInput(
            f"--dask {address}: the package distributed is not installed; "
            "install limelab[distributed] here and on the workers"
        )
    with _scheduler(address, n_jobs) as place:
        engine = Dask(place, own)
        try:
            engine.begin()
            yield engine
        finally:
            engine.close()


@contextmanager
def _scheduler(address: str, n_jobs: int) -> Iterator[str]:
    """The address of a scheduler that is there, or of one that is made and ended here."""
    if address != LOCAL:
        yield address
        return
    import distributed

    make: Any = distributed.LocalCluster
    with make(
        n_workers=n_jobs,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,  # Dask would restart a worker; limelab cuts its blocks instead
    ) as made:
        yield str(made.scheduler_address)


class Dask:
    """The engine of one scheduler.

    Attributes
    ----------
    address : str
    own : OwnCode
    """

    name = "dask"

    def __init__(self, address: str, own: OwnCode) -> None:
        self.address, self.own = address, own
        self._client: Any = None

    def begin(self) -> None:
        """Connect, wait for a first worker and look whether all run the same code."""
        client = self._connected()
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except Exception as error:
            raise EngineError(
                f"no worker came to {self.address} in {FIRST_WORKER_S:g} s; start some with "
                f"`dask worker {self.address} --nthreads 1`, then run again"
            ) from error
        mine = identity()
        for worker, its in _patiently(client.run, identity).items():
            _check_same(worker, mine, its)

    def make_executor(self) -> cf.Executor:
        """Tasks to the scheduler: connected anew where the connection is lost."""
        return _Forgiving(self._connected().get_executor(pure=False, retries=RETRIES))

    def workers(self) -> int:
        """Threads of all workers that are there now."""
        with suppress(Exception):  # between two workers, or a scheduler that has just gone
            return sum(self._client.nthreads().values())
        return 1

    def shares(self, mark: Path) -> bool:
        """Whether every worker that is there sees this very file."""
        told = _patiently(self._connected().run, _sees, str(mark))
        return bool(told) and all(told.values())

    def checked(self, execute: Callable[[T], Result]) -> Callable[[T], Result]:
        """One block at a time in a process, and none where the versions differ."""
        return functools.partial(_same_here, identity(), execute)

    def close(self) -> None:
        """Leave the scheduler; it and its workers stay."""
        if self._client is not None:
            with suppress(Exception):
                self._client.close(timeout=2)
            self._client = None

    def _connected(self) -> Any:
        """A client that lives."""
        import distributed

        from limelab.study.plugin import Own, OwnAtScheduler

        if self._client is not None and self._client.status == "running":
            return self._client
        self.close()
        try:
            connect: Any = distributed.Client
            self._client = connect(self.address, timeout=CONNECT_S, set_as_default=False)
            if self.own.files:
                _patiently(self._client.register_plugin, OwnAtScheduler(self.own))
                _patiently(self._client.register_plugin, Own(self.own))
        except ValueError as error:
            raise BadInput(
                f"--dask {self.address}: {error}; expected an address such as "
                "tcp://127.0.0.1:8786, or local"
            ) from error
        except (OSError, RuntimeError) as error:
            raise EngineError(
                f"the Dask scheduler at {self.address} does not answer; start it, then run again: "
                f"it goes on from what is done ({type(error).__name__}: {error})"
            ) from error
        return self._client


def _patiently(ask: Callable[..., Any], *args: Any) -> Any:
    """What asks every worker, again where one dies just then: the scheduler soon knows it."""
    for _ in range(PATIENCE - 1):
        with suppress(OSError):
            return ask(*args)
        time.sleep(PAUSE_S)
    return ask(*args)


class _Forgiving(cf.Executor):
    """Dask's executor, which can be left although its scheduler has gone."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> cf.Future[Any]:
        import dask

        with dask.config.set(_LARGE):  # a worker that sees no shared folder is sent its input
            future: cf.Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        with suppress(Exception):
            self._executor.shutdown(wait=wait)


# What runs in the workers


@functools.cache
def identity() -> dict[str, str]:
    """What decides the bits of a result: versions, and limelab's own code as it was on loading."""
    home = Path(__file__).parents[1]
    code = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        code.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    pairs = dict(said.rsplit(" ", 1) for said in versions())
    return {**pairs, "limelab's code": code.hexdigest()[:12]}


def _same_here(wanted: Mapping[str, str], execute: Callable[[T], Result], spec: T) -> Result:
    _check_same("this worker", wanted, identity())
    # BLAS threads and the count of queries belong to the process, so two blocks would mix them up.
    with _ONE_AT_A_TIME:
        return execute(spec)


def _check_same(worker: str, wanted: Mapping[str, str], its: Mapping[str, str]) -> None:
    other = [f"{n} {its.get(n)} and not {mine}" for n, mine in wanted.items() if its.get(n) != mine]
    if other:
        raise BadInput(
            f"{worker} has {', '.join(other)}; results would not be the same: "
            "install the same versions there, and start its worker anew"
        )


def _sees(path: str) -> bool:
    return Path(path).is_file()
