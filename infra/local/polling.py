"""Lambda's pollers: each takes messages out of a queue and has a function answer them, in batches.

A poller sleeps until a message is there or becomes visible, so it costs nothing while there is
nothing to do, and reacts at once. What a function fails to do comes back when its visibility
timeout is over, and after too many times goes to the dead letters.
"""

import asyncio
import contextlib
import time

from moto.sqs.models import Queue

from infra.blueprint import Source
from infra.local import sources
from infra.local.engine import queues
from infra.local.inbox import Inbox
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.process import FunctionFailed, FunctionTimedOut, OnLine
from infra.local.sources import Message
from infra.local.whims import Whims

_LATE = 0.001  # seconds: a clock that is read a little later than the timer rang


class Poller:
    """One source. With whims, deliveries are reordered, doubled and repeated as they have it."""

    def __init__(  # noqa: PLR0913 - all that it stands between
        self,
        source: Source,
        inbox: Inbox,
        pool: Pool,
        on_line: OnLine,
        *,
        most: int,
        whims: Whims | None = None,
    ) -> None:
        self._source = source
        self._inbox = inbox
        self._pool = pool
        self._on_line = on_line
        self._whims = whims
        self._woken = asyncio.Event()
        self._free = asyncio.Semaphore(min(source.concurrency, most))

    async def run(self) -> None:
        """Poll until cancelled, with no more batches under way than `most` and the source allow."""
        loop = asyncio.get_running_loop()

        def wake(queue: Queue) -> None:
            if queue.name == self._inbox.name:
                loop.call_soon_threadsafe(self._woken.set)

        with contextlib.ExitStack() as stack:
            stack.callback(queues.listen(wake))
            async with asyncio.TaskGroup() as batches:
                while True:
                    await self._free.acquire()
                    messages = await self._received()
                    task = batches.create_task(self._hand(self._order(messages)))
                    task.add_done_callback(lambda _: self._free.release())
                    if again := self._doubled(messages):
                        batches.create_task(self._hand(again))

    async def _received(self) -> list[Message]:
        """The next messages, once there are any."""
        while True:
            self._woken.clear()
            if messages := self._inbox.receive(self._source.batch):
                return messages
            moment = self._inbox.next_moment()
            with contextlib.suppress(TimeoutError):
                wait = None if moment is None else moment - time.time() + _LATE
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    def _order(self, messages: list[Message]) -> list[Message]:
        return messages if self._whims is None else self._whims.shuffled(messages)

    def _doubled(self, messages: list[Message]) -> list[Message]:
        """Those that whims hand out a second time at once; some more will come again later."""
        if self._whims is None:
            return []
        for message in messages:
            seconds = self._whims.comes_again()
            if seconds is not None:
                self._inbox.repeat(message, seconds)
        return [message for message in messages if self._whims.is_doubled()]

    async def _hand(self, messages: list[Message]) -> None:
        inbox = self._inbox
        event = sources.event(messages, inbox.name, inbox.region, inbox.account)
        ids = [message["MessageId"] for message in messages]
        try:
            left = sources.left_over(await self._pool.invoke(event), ids)
        except (FunctionFailed, FunctionTimedOut) as error:
            self._on_line(self._source.function, str(error))
            return
        except PayloadTooLarge:
            await self._halve(messages)
            return
        for message in messages:
            if message["MessageId"] not in left:
                inbox.delete(message)

    async def _halve(self, messages: list[Message]) -> None:
        """Hand out in two a batch that is too large for one event; Lambda would not fill it so."""
        half = len(messages) // 2
        if not half:
            self._on_line(self._source.function, "A message is too large for an event")
            return
        for part in (messages[:half], messages[half:]):
            await self._hand(part)
