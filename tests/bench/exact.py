"""What is counted rather than timed: clients, threads, calls (C4, W6, A1, D1)."""

import gc
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from botocore.client import BaseClient
from starlette.middleware.base import BaseHTTPMiddleware

from handler import api
from handler.core.http.asking import SIGNED_IN
from tests.bench.canned import CLOUD, id_of
from tests.bench.events import CONTEXT, event
from tests.bench.goals import Figure
from tests.bench.people import OWNER

SMALL, TIMES, PAGE = 25_000, 1000, 40
ITEM = f"/items/{id_of(SMALL // 2)}"
NEW = {"name": "Lamp", "price": "12.5", "currency": "EUR", "tags": ["brass"]}

Ask = Callable[..., dict[str, Any]]


def figures(token: str) -> Iterator[Figure]:
    """All of them, asking as the bearer of that token."""

    def ask(
        method: str, path: str, body: Any = None, *, at_least: int = 400, **headers: str
    ) -> dict[str, Any]:
        asked = event(method, path, body, token=token, **headers)
        answer: dict[str, Any] = api.handle(asked, CONTEXT)
        if answer["statusCode"] >= at_least:
            raise RuntimeError(f"{method} {path}: {answer}")
        return answer

    CLOUD.resize(SMALL)
    standing = set(threading.enumerate())
    _touch_every_route(ask)
    yield Figure("C4", _clients())
    hopped = [one for one in threading.enumerate() if one not in standing]
    yield Figure("W6a", sum(not one.name.startswith("together") for one in hopped))
    yield Figure("W6b", sum(isinstance(layer, BaseHTTPMiddleware) for layer in _layers()))
    yield Figure("W6c", int(api._adapter.lifespan != "off"))
    yield from _calls(ask)
    yield from _growth(ask)


def _touch_every_route(ask: Ask) -> None:
    document = api.create_app().openapi()
    bodies = {"put": NEW, "patch": {"name": "Lamp"}, "post": NEW}
    for path, operations in document["paths"].items():
        for method in operations:
            # Accounts refuse such bodies, and a user much of what administrators ask.
            path = re.sub(r"{\w+}", id_of(1), path)  # noqa: PLW2901 - the same with its ids
            ask(method.upper(), path, bodies.get(method), at_least=500)
    ask("POST", "/items", NEW, idempotency_key="a-key-of-the-bench")


def _clients() -> float:
    """Clients alive over services called."""
    gc.unfreeze()  # what is frozen is not listed
    alive = [one for one in gc.get_objects() if isinstance(one, BaseClient)]
    return len(alive) / len({client.meta.service_model.service_name for client in alive})


def _layers() -> Iterator[Any]:
    layer = api._adapter.app.middleware_stack
    while layer is not None:
        yield layer
        layer = getattr(layer, "app", None) or getattr(layer, "_app", None)


def _calls(ask: Ask) -> Iterator[Figure]:
    requests = {
        "A1b": ("GET", ITEM),
        "A1c": ("GET", f"/items?owner={OWNER}"),
        "A1d": ("GET", "/items"),
        "A1e": ("GET", "/items?q=lamp"),
        "A1f": ("POST", "/items", NEW),
        "A1g": ("PATCH", ITEM, {"price": "13"}),
        "A1h": ("PATCH", ITEM, {"name": "Torch"}),
    }
    CLOUD.forget()
    ask("GET", "/admin/users", at_least=404)  # a user may not
    yield Figure("A1a", len(CLOUD.calls))
    for id_, request in requests.items():
        CLOUD.forget()
        ask(*request)
        yield Figure(id_, len(CLOUD.calls))
    CLOUD.forget()
    for _ in range(SIGNED_IN.lease):
        ask("GET", ITEM)
    yield Figure("A1l", CLOUD.apart)


def _growth(ask: Ask) -> Iterator[Figure]:
    """A deep page of a large table against the first page of a small one."""
    CLOUD.resize(SMALL)
    answer = ask("GET", "/items?limit=25")
    calls, units = len(CLOUD.calls), CLOUD.units
    CLOUD.resize(SMALL * TIMES)
    for _ in range(PAGE - 1):
        CLOUD.forget()
        answer = ask("GET", f"/items?limit=25&cursor={json.loads(answer['body'])['next']}")
    yield Figure("D1a", len(CLOUD.calls) / calls)
    yield Figure("D1b", CLOUD.units / units)
