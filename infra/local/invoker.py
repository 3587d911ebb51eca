"""Invokes functions as Lambda does: an environment takes one event at a time, within a deadline.

A pool grows while requests wait, up to its limit. It replaces what crashed or overran, and renews
itself when the code changes. Everything here runs on one event loop.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from infra.local.history import History
from infra.local.process import Environment, FunctionFailed, FunctionTimedOut, OnLine, Plan

PAYLOAD = 6 * 1024 * 1024  # bytes that Lambda takes as an event

_PATIENCE = 0.05  # seconds that a request waits for an environment before another one is started


class PayloadTooLarge(Exception):
    """The event is larger than Lambda takes."""


class Pool:
    """The environments of one function, of the kind that `begin` makes.

    A history notes what each event has led to.
    """

    def __init__(
        self,
        plan: Plan,
        on_line: OnLine,
        begin: Callable[[Plan, OnLine], Environment] = Environment,
        history: History | None = None,
    ) -> None:
        self._plan = plan
        self._on_line = on_line
        self._make = begin
        self._history = history or History()
        self._all: set[Environment] = set()
        self._idle: asyncio.LifoQueue[Environment] = asyncio.LifoQueue()
        self._waiting = 0
        self._starting = 0
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin an environment before anyone asks for it."""
        self._grow()

    async def ready(self) -> None:
        """Wait until an environment has been started."""
        self._idle.put_nowait(await self._take())

    async def invoke(self, event: object) -> Any:
        """The function's answer. Raises FunctionFailed, FunctionTimedOut, PayloadTooLarge."""
        body = json.dumps(event).encode()
        if len(body) > PAYLOAD:
            raise PayloadTooLarge
        environment = await self._take()
        try:
            return await self._noted(environment, body)
        finally:
            self._give_back(environment)

    def renew(self) -> None:
        """Replace every environment, a busy one after its answer: the code has changed.

        A pool that nobody asked yet stays empty.
        """
        used = bool(self._all)
        for environment in self._all:
            environment.retire()
        while not self._idle.empty():
            self._give_back(self._idle.get_nowait())
        if used and not self._all:
            self._grow()

    async def close(self) -> None:
        """End all environments at once, also busy ones, whose events then fail."""
        self._closed = True
        for environment in self._all:
            environment.retire()
        await asyncio.gather(*(environment.close() for environment in self._all))
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _noted(self, environment: Environment, body: bytes) -> Any:
        invocation = self._history.begin(self._plan.name, body)
        try:
            answer = await environment.invoke(body, invocation.id)
        except (FunctionFailed, FunctionTimedOut) as error:
            invocation.end(failure=str(error))
            raise
        invocation.end(answer)
        return answer

    async def _take(self) -> Environment:
        self._waiting += 1
        try:
            if not self._all:
                self._grow()
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        return await self._usable()
                if not self._starting:
                    self._grow()
        finally:
            self._waiting -= 1

    async def _usable(self) -> Environment:
        while not (environment := await self._idle.get()).usable:
            self._give_back(environment)
        return environment

    def _give_back(self, environment: Environment) -> None:
        if environment.usable:
            self._idle.put_nowait(environment)
            return
        self._all.discard(environment)
        self._begin(environment.close())
        if self._waiting or not self._all:
            self._grow()

    def _grow(self) -> None:
        if len(self._all) < self._plan.limit and not self._closed:
            self._starting += 1
            environment = self._make(self._plan, self._on_line)
            self._all.add(environment)
            self._begin(self._start(environment))

    async def _start(self, environment: Environment) -> None:
        await environment.start()
        self._starting -= 1
        self._give_back(environment)

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
