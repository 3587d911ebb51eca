"""The functions that are deployed, running, and invoked by what the account says invokes them.

Everything that runs is on one event loop, in a thread beside those that answer calls to AWS.
"""

import asyncio
import contextlib
import io
import json
import os
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
from infra.local.gateway import Api
from infra.local.inbox import Inbox
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.polling import Poller
from infra.local.process import FunctionFailed, FunctionTimedOut, Plan
from infra.local.serving import served
from infra.rehearsal import deployed, runtime
from infra.rehearsal.deployed import Deployed, Function, Reading
from infra.rehearsal.kinds import Place
from infra.rehearsal.policies import Statement

ENVIRONMENTS = 4
"""Of one function at a time, on the few cores that there are."""


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

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run within this block."""
        thread = threading.Thread(target=self._loop.run_forever, name="fleet", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._do(self._stand(Deployed({}, (), (), {})))
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
        for name, function in wanted.functions.items():
            if name not in self._running:
                self._running[name] = await asyncio.to_thread(self._begun, function)
        for reading in wanted.readings:
            self._start(self._poller(reading).run())
        for due in wanted.tickings:
            pool = self._running[due.function].pool
            self._start(ticking.run(due.function, pool, self.write, period=due.period))
        for endpoint, name in wanted.apis.items():
            listening = socket.create_server(("127.0.0.1", 0), backlog=512)
            self._addresses[endpoint] = f"http://127.0.0.1:{listening.getsockname()[1]}"
            await self._doors.enter_async_context(served(listening, Api(self._running[name].pool)))

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
            most=ENVIRONMENTS,
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
        return Running(function, key, Pool(self._plan(function, key), self.write, begin))

    def _plan(self, function: Function, key: str) -> Plan:
        name = function.name.partition(":")[0]
        return Plan(
            name=function.name,
            arn=function.arn,
            timeout=function.timeout,
            environ={
                "_HANDLER": function.handler,
                "AWS_DEFAULT_REGION": self._place.region,
                "AWS_ENDPOINT_URL": _by_number(self._place.endpoint),
                "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
                "AWS_LAMBDA_FUNCTION_NAME": name,
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
                "AWS_LAMBDA_LOG_STREAM_NAME": key,
                "AWS_REGION": self._place.region,
                "LAMBDA_TASK_ROOT": str(self._code(function)),
                "LANG": "en_US.UTF-8",
                "PATH": os.environ["PATH"],
                "TZ": ":UTC",
                **_signed_with(key),
                **dict(function.environ),
            },
            directory=self._code(function),
            limit=ENVIRONMENTS,
        )

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


def _by_number(url: str) -> str:
    """The address at which buckets stand in the path: names below `localhost` not all can find."""
    return url.replace("//localhost:", "//127.0.0.1:")


def _signed_with(key: str) -> dict[str, str]:
    """The credentials of a function, by the id of its access key."""
    made_up = credentials.of(key)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": made_up.secret,
        "AWS_SESSION_TOKEN": made_up.token,
    }
