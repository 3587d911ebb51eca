"""The clock: invokes a function at once and then once a minute, as EventBridge does."""

import asyncio
from datetime import UTC, datetime

from infra.local import scheduled
from infra.local.invoker import Pool
from infra.local.places import ACCOUNT, REGION
from infra.local.process import FunctionFailed, FunctionTimedOut, OnLine

MINUTE = 60.0


async def run(function: str, pool: Pool, on_line: OnLine, *, period: float = MINUTE) -> None:
    """Tick until cancelled. A tick that fails is logged, and the next one comes in time."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        event = scheduled.event(datetime.now(UTC), function, REGION, ACCOUNT)
        try:
            await pool.invoke(event)
        except (FunctionFailed, FunctionTimedOut) as error:
            on_line(function, str(error))
        due = max(due + period, loop.time())
        await asyncio.sleep(due - loop.time())
