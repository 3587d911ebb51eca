"""`dunlin run`: the blueprint as a running cloud, from the first socket to the last saved row.

The api function starts first, and imports itself while this process imports moto.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path

from infra.blueprint import BLUEPRINT, OPERATORS, Function
from infra.local import credentials, plans, seed, terminal
from infra.local.gateway import Gateway
from infra.local.history import History
from infra.local.invoker import Pool
from infra.local.mailbox import Mailbox
from infra.local.places import Refused
from infra.local.state import State, StateInUse

_HOST = "127.0.0.1"
_FOLDER = ".dunlin"
_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


class CannotStart(Exception):
    """Something that the twin needs is missing or taken; the text says what."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `dunlin run` was asked for. `dynamodb` is the URL of another DynamoDB.

    When `strict`, the seed decides which messages come twice and in which order.
    """

    directory: Path
    port: int = 8000
    fresh: bool = False
    strict: bool = False
    seed: int = 1
    dynamodb: str | None = None


def run(options: Options) -> None:
    """Run until Ctrl-C or SIGTERM. Raises CannotStart."""
    asyncio.run(_until_signal(options))


async def _until_signal(options: Options) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await run_until(stopped, options, _announce)


def _announce(url: str) -> None:
    gc.freeze()  # the rows that are here now stay: 50,000 take 0.9 s to look through for garbage
    terminal.banner(url, ((one.email, one.role, one.password) for one in seed.ACCOUNTS))


async def run_until(stopped: asyncio.Event, options: Options, ready: Callable[[str], None]) -> None:
    """Run until that happens, and say at which URL once it is ready. Raises CannotStart."""
    async with AsyncExitStack() as stack:
        serving = asyncio.create_task(_serve(options, stack, ready))
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _serve(options: Options, stack: AsyncExitStack, ready: Callable[[str], None]) -> None:
    """Start everything, leaving on the stack how to end it, and renew functions as code changes."""
    code = _code(options)
    http, endpoint = (stack.enter_context(_listen(port)) for port in (options.port, 0))
    state = stack.enter_context(contextlib.closing(_state(options)))
    log = terminal.Log()
    pools, keys, history = _pools(options, _url(endpoint), _public(http), log)
    where = options.dynamodb or _FOLDER
    _begin(stack, pools, planted=seed.is_planted(state, where))
    mailbox = Mailbox(state)
    # Importing these takes a second, in which the function imports itself.
    from infra.local import cloud, running, serving, workbench  # noqa: PLC0415

    start = partial(cloud.start, endpoint, keys, state, mailbox, options.dynamodb, history=history)
    try:
        aws = await asyncio.to_thread(start, origins=plans.origins(options.directory))
    except Refused as error:
        raise CannotStart(str(error)) from error
    stack.push_async_callback(asyncio.to_thread, aws.stop)
    bench = workbench.Workbench(history, pools, aws.access.services)
    gateway = Gateway(pools, BLUEPRINT.http, mailbox, bench.answer)
    await pools[BLUEPRINT.http].ready()
    await stack.enter_async_context(serving.served(http, gateway))
    if aws.created:
        await _plant(_url(http), state, where, log)
    ready(_public(http))
    async with asyncio.TaskGroup() as group:
        running.start(group, pools, log.line, options.seed if options.strict else None)
        await serving.renewed(pools, code)


async def _plant(url: str, state: State, where: str, log: terminal.Log) -> None:
    with log.muted():
        await asyncio.to_thread(seed.plant_once, url, state, where)


def _begin(stack: AsyncExitStack, pools: dict[str, Pool], *, planted: bool) -> None:
    """Start what is asked first; the others start at their first event."""
    for pool in pools.values():
        stack.push_async_callback(pool.close)
    pools[BLUEPRINT.http].start()
    if not planted:
        pools[OPERATORS.name].start()


def _pools(
    options: Options, endpoint: str, url: str, log: terminal.Log
) -> tuple[dict[str, Pool], dict[str, Function], History]:
    """The functions by name and by key id, and the history of all of them."""
    history = History()
    around = plans.Surroundings(
        directory=options.directory,
        endpoint=endpoint,
        url=url,
        inherited={name: os.environ[name] for name in _INHERITED if name in os.environ},
        strict=options.strict,
    )
    keys = {credentials.access_key_id(): function for function in BLUEPRINT.functions}
    return (
        {
            function.name: Pool(plans.plan(function, key, around), log.line, history=history)
            for key, function in keys.items()
        },
        keys,
        history,
    )


def _listen(port: int) -> socket.socket:
    # Only of sockets that say TCP does asyncio switch off Nagle's delay, 40 ms an answer.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        message = f"port {port} is taken; choose another with --port"
        raise CannotStart(message) from error
    listening.listen(512)
    return listening


def _state(options: Options) -> State:
    try:
        return State(options.directory / _FOLDER, fresh=options.fresh)
    except StateInUse as error:
        message = f"another run uses {options.directory / _FOLDER}"
        raise CannotStart(message) from error


def _code(options: Options) -> Path:
    """The folder of the functions' code, found as they will find it."""
    package, _, _ = BLUEPRINT.function(BLUEPRINT.http).handler.partition(".")
    found = PathFinder.find_spec(package, [str(options.directory), *sys.path])
    if found is None or found.origin is None:
        message = f"there is no package {package}: start where it is, or install the project"
        raise CannotStart(message)
    return Path(found.origin).parent


def _public(listening: socket.socket) -> str:
    return f"http://localhost:{listening.getsockname()[1]}"


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"http://{host}:{port}"
