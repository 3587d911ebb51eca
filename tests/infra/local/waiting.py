"""Hands to wait for what happens on an event loop."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest


@asynccontextmanager
async def alongside(endless):
    """Run a coroutine that never ends within this block."""
    task = asyncio.create_task(endless)
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def until(happened):
    """Wait until something has happened."""
    patience_ends = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < patience_ends
        await asyncio.sleep(0.01)
