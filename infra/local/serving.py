"""Serves the gateway on a socket, and renews the functions when their code is saved."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from watchfiles import awatch

from infra.local import terminal
from infra.local.gateway import Api
from infra.local.invoker import Pool
from infra.local.sockets import Sockets
from infra.local.sockets.hub import FRAME, MESSAGE

_GRACE = 2  # seconds that requests have to end


class _Frames(WebSocketsSansIOProtocol):
    """Takes frames and messages as large as API Gateway does; others end the socket with 1009."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.max_message_size, self.conn.max_fragment_size = MESSAGE, FRAME


class _Server(uvicorn.Server):
    """Leaves the signals to the twin."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(listening: socket.socket, gateway: Api | Sockets) -> AsyncIterator[None]:
    """Answer HTTP and WebSockets within this block."""
    config = uvicorn.Config(
        gateway,
        access_log=False,
        lifespan="off",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=75,
        ws=_Frames,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def renewed(pools: dict[str, Pool], code: Path) -> None:
    """Renew all functions whenever a file of their code changes. Never returns."""
    async for changes in awatch(code):
        names = sorted({str(Path(name).relative_to(code.parent)) for _, name in changes})
        terminal.say(f"{', '.join(names)} changed: functions start anew")
        for pool in pools.values():
            pool.renew()
