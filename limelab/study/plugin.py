"""What Dask's processes do when they join; imported only where `distributed` is there."""

from __future__ import annotations

from typing import Any

from distributed import SchedulerPlugin, WorkerPlugin

from limelab.study.own import OwnCode


class Own(WorkerPlugin):
    """Hands a user's modules to every worker, also to those that join late.

    Parameters
    ----------
    own : OwnCode
    """

    name = "limelab-own"

    def __init__(self, own: OwnCode) -> None:
        self.own = own

    def setup(self, worker: Any) -> None:
        """Make the modules importable."""
        self.own.install()


class OwnAtScheduler(SchedulerPlugin):
    """The same for the scheduler, which unpickles every task on its way.

    Parameters
    ----------
    own : OwnCode
    """

    name = "limelab-own-scheduler"

    def __init__(self, own: OwnCode) -> None:
        self.own = own

    async def start(self, scheduler: Any) -> None:
        """Make the modules importable."""
        self.own.install()
