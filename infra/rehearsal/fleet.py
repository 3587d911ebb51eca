"""The functions that are deployed, running, and invoked by what the account says invokes them.

Everything that runs is on one event loop, in a thread beside those that answer calls to AWS.
"""

import asyncio
import contextlib
import io
import json
import shutil
import socket
import tempfile
import threading
import zipfile
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra.local import credentials, ticking
from infra.local.calls import Answer
from infra.local.following import Follower
from infra.local.gateway import Api
from infra.local.inbox import Inbox
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.polling import Poller
from infra.local.process import FunctionFailed, FunctionTimedOut
from infra.local.serving import served
from infra.local.sockets import Hub, Sockets
from infra.local.streaming import StreamPoller
from infra.rehearsal import deployed, planning, runtime
from infra.rehearsal.deployed import Deployed, Following, Function, Reading
from infra.rehearsal.kinds import Place
from infra.rehearsal.policies import Statement


@dataclass(frozen=True)
class Running:
    """A function and its environments; its calls carry the key."""

    function: Function
    key: str
    pool: Pool


class Silent(Pool):
    """A pool of which a poller does not hear which messages failed."""

    def __init__(self, pool: Pool) -> None:
        self._silenced = pool

    async def invoke(self, event: object) -> None:
        """Invoke the function."""
        await self._silenced.invoke(event)


class Fleet:
    """All that runs. `figures` tell, by function, how quickly."""

    def __init__(self, place: Place, log: Path) -> None:
        self.figures: dict[str, runtime.Figures] = {}
        self._place = place
        self._log = log
        self._folder = Path(tempfile.mkdtemp(prefix="dunlin-rehearsal-"))
        self._client = runtime.client(self._folder / "client")
        self._loop = asyncio.new_event_loop()
        self._running: dict[str, Running] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._doors: contextlib.AsyncExitStack = contextlib.AsyncExitStack()
        self._addresses: dict[str, str] = {}
        self._ports: dict[str, int] = {}
        self.hub = Hub()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run within this block."""
        thread = threading.Thread(target=self._loop.run_forever, name="fleet", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._do(self._stand(Deployed()))
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()
            for place in (*self._folder.glob("*/"), *self._folder.rglob("*/")):
                place.chmod(0o755)  # else nothing could be deleted there
            shutil.rmtree(self._folder)

    def refresh(self) -> None:
        """Run what is deployed now. Raises Refused."""
        self._do(self._stand(deployed.read(self._place)))

    def address(self, endpoint: str) -> str:
        """Where on this machine an API is that API Gateway gave that address."""
        return self._addresses[endpoint]

    def sockets(self, url: str) -> str:
        """Where on this machine sockets are opened that API Gateway opens at that URL."""
        address = url.partition("//")[2]
        return planning.local(address, self._ports[address])

    def key(self, name: str) -> str:
        """The access key id of a function's calls."""
        return self._running[name].key

    def allowed(self, key: str) -> list[Statement] | None:
        """What a function's role allows, by the key of its calls; None for who is no function."""
        found = self._by_key(key)
        return None if found is None else json.loads(found.function.role)

    def prefix(self, key: str) -> str:
        """What the names of a function's stage begin with."""
        found = self._by_key(key)
        return "" if found is None else dict(found.function.environ)["RESOURCE_PREFIX"]

    def invoke(self, name: str, body: bytes) -> Answer:
        """Invoke a function, as `Invoke` answers."""
        headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}
        try:
            answer = self._do(self._running[name].pool.invoke(json.loads(body or b"{}")))
        except (FunctionFailed, FunctionTimedOut, PayloadTooLarge) as error:
            told = {"errorType": type(error).__name__, "errorMessage": str(error)}
            failed = headers | {"X-Amz-Function-Error": "Unhandled"}
            return Answer(200, failed, json.dumps(told).encode())
        return Answer(200, headers, json.dumps(answer).encode())

    def _by_key(self, key: str) -> Running | None:
        return next((one for one in self._running.values() if one.key == key), None)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something on the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _stand(self, wanted: Deployed) -> None:
        """Go from what runs to what is wanted. Functions that are the same go on."""
        await self._stop()
        for name, one in list(self._running.items()):
            if wanted.functions.get(name) != one.function:
                await self._running.pop(name).pool.close()
        for address in wanted.sockets:
            self._ports.setdefault(address, _free_port())
        for name, function in wanted.functions.items():
            if name not in self._running:
                self._running[name] = await asyncio.to_thread(self._begun, function)
        for reading in wanted.readings:
            self._start(self._poller(reading).run())
        for following in wanted.followings:
            self._start(self._follower(following).run())
        for due in wanted.tickings:
            pool = self._running[due.function].pool
            self._start(ticking.run(due.function, pool, self.write, period=due.period))
        await self._open_doors(wanted)

    async def _open_doors(self, wanted: Deployed) -> None:
        """Serve the APIs: those of sockets where functions were told, the others anywhere."""
        for endpoint, name in wanted.apis.items():
            listening = socket.create_server(("127.0.0.1", 0), backlog=512)
            self._addresses[endpoint] = f"http://127.0.0.1:{listening.getsockname()[1]}"
            await self._doors.enter_async_context(served(listening, Api(self._running[name].pool)))
        for address, name in wanted.sockets.items():
            listening = socket.create_server(("127.0.0.1", self._ports[address]), backlog=512)
            gateway = Sockets(self._running[name].pool, self.hub, planning.path(address))
            await self._doors.enter_async_context(served(listening, gateway))

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._doors.aclose()
        self._tasks.clear()
        self._addresses.clear()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.ensure_future(work))

    def _poller(self, reading: Reading) -> Poller:
        source, place = reading.source, self._place
        pool = self._running[source.function].pool
        return Poller(
            source,
            Inbox(source.queue, place.region, place.account),
            pool if reading.reports_failures else Silent(pool),
            self.write,
            most=planning.ENVIRONMENTS,
        )

    def _follower(self, following: Following) -> StreamPoller:
        place, pool = self._place, self._running[following.stream.function].pool
        return StreamPoller(
            Follower(following.stream, prefix="", region=place.region, account=place.account),
            pool if following.reports_failures else Silent(pool),
            self.write,
        )

    def _begun(self, function: Function) -> Running:
        key = credentials.access_key_id()
        figures = self.figures.setdefault(function.name, runtime.Figures())
        begin = partial(
            runtime.RuntimeEnvironment,
            client=self._client,
            memory=function.memory,
            figures=figures,
        )
        plan = planning.plan(function, key, self._place, self._code(function), self._ports)
        return Running(function, key, Pool(plan, self.write, begin))

    def _code(self, function: Function) -> Path:
        """Unpack a function's zip, once, where nothing can be written."""
        folder = self._folder / function.code.replace("/", "_")
        if not folder.exists():
            with zipfile.ZipFile(io.BytesIO(deployed.code(self._place, function))) as archive:
                archive.extractall(folder)
            for place in (*folder.rglob("*"), folder):
                place.chmod(0o555)
        return folder

    def write(self, function: str, line: str) -> None:
        """Write a line of a function's into the log."""
        with self._log.open("a") as log:
            log.write(f"{function} | {line}\n")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
