"""Lambda's pollers of streams: each hands a table's changes to a function, batch after batch.

Between two batches it sleeps until something changes, or a batch that failed is due again.
"""

import asyncio
import contextlib
import time

from moto.dynamodb.models.table import Table

from infra.local.engine import streams
from infra.local.following import Batch, Follower
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.process import FunctionFailed, FunctionTimedOut, OnLine
from infra.local.whims import Whims

_LATE = 0.001  # seconds: a clock that is read a little later than the timer rang


class StreamPoller:
    """One stream. With whims, a batch that is done now and then comes a second time."""

    def __init__(
        self, follower: Follower, pool: Pool, on_line: OnLine, *, whims: Whims | None = None
    ) -> None:
        self._follower = follower
        self._pool = pool
        self._on_line = on_line
        self._whims = whims
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()

        def wake(table: Table) -> None:
            if table.name == self._follower.table:
                loop.call_soon_threadsafe(self._woken.set)

        with contextlib.ExitStack() as stack:
            stack.callback(streams.listen(wake))
            while True:
                await self._hand(await self._next())

    async def _next(self) -> Batch:
        """The next batch, once there is one."""
        while True:
            self._woken.clear()
            if batch := self._follower.next(time.time()):
                return batch
            moment = self._follower.next_moment()
            with contextlib.suppress(TimeoutError):
                wait = None if moment is None else moment - time.time() + _LATE
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    async def _hand(self, batch: Batch) -> None:
        try:
            answer = await self._pool.invoke(batch.event)
        except (FunctionFailed, FunctionTimedOut, PayloadTooLarge) as error:
            self._on_line(self._follower.stream.function, str(error) or "The event is too large")
            self._follower.fail(batch, time.time())
            return
        if self._whims is None or not self._whims.is_doubled():
            self._follower.settle(batch, answer, time.time())
