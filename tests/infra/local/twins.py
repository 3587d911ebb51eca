"""Twins in this process, and hands to ask them."""

import asyncio
import json
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from queue import Queue
from types import SimpleNamespace

from infra.local import twin
from infra.local.twin import CannotStart, Options
from tests.infra.local.fresh import forget


@contextmanager
def running(folder, **options):
    """A twin in this process, on a loop in a thread of its own."""
    forget()
    urls, stopped = Queue(), SimpleNamespace()

    async def main():
        stopped.event, stopped.loop = asyncio.Event(), asyncio.get_running_loop()
        await twin.run_until(stopped.event, Options(folder, port=0, **options), urls.put)

    def work():
        with asyncio.Runner() as runner:
            try:
                runner.run(main())
            except CannotStart as error:
                urls.put(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        url = urls.get(timeout=30)
        if isinstance(url, CannotStart):
            raise url
        yield url
    finally:
        if thread.is_alive():
            stopped.loop.call_soon_threadsafe(stopped.event.set)
        thread.join()


def get(url, path="/a,b,c"):
    """A response's JSON."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", path)
    found = json.loads(connection.getresponse().read())
    connection.close()
    return found
