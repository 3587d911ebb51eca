"""Requests to a warm function: CPU time over a bare hello and the same raw calls (W1 to W4).

Both sides are measured in turns, so that whatever slows the machine slows both. The raw calls are
those that the application itself was seen to make, made again by botocore as it comes.
"""

import contextlib
import gc
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.session import Session

from handler import api
from tests.bench.canned import CLOUD, id_of
from tests.bench.events import CONTEXT, event
from tests.bench.goals import Figure
from tests.bench.people import OWNER
from tests.bench.programs import hello

_SIZE = 25_000  # items; nothing here depends on it (D1)
_ROUNDS = 60
_SAMPLE = 0.02  # seconds that one sample should take: long enough to find its caches warm again
_PERCENTILE = 20  # of the samples: below it is luck, above it are the neighbours

Run = Callable[[], object]


def figures(token: str) -> Iterator[Figure]:
    """W1 to W4, asking as the bearer of that token."""
    CLOUD.resize(_SIZE)
    item, lists = f"/items/{id_of(_SIZE // 2)}", "/items?limit=25"
    pairs = {
        "W1": _pair("/health", 200),
        "W2": _pair(item, 200, token),
        "W3": _pair(f"{lists}&owner={OWNER}", 200, token),
        "W3s": _pair(lists, 200, token),
        "W4a": _pair(item, 401, "no token"),
        "W4b": _pair("/items", 422, token, {"price": "1"}),
        "W4c": _pair(f"{lists}&sort=no", 422, token),
    }
    spent = measured([run for pair in pairs.values() for run in pair])
    for id_, ours, theirs in zip(pairs, spent[::2], spent[1::2], strict=True):
        yield Figure(id_, ours / theirs)


def _pair(path: str, status: int, token: str = "", body: Any = None) -> tuple[Run, Run]:
    """A request of ours, and a hello with the calls to AWS that our request makes."""
    asked = event("GET" if body is None else "POST", path, body, token=token)
    greeted = event("GET", "/hello", token=token)
    CLOUD.forget()
    with silence():
        answer = api.handle(asked, CONTEXT)
        CLOUD.forget()
        api.handle(asked, CONTEXT)  # now with the secrets at hand
    if answer["statusCode"] != status:
        raise RuntimeError(f"{path}: {answer}")
    client = Session().create_client("dynamodb")
    calls = [(name, json.loads(body)) for name, body in CLOUD.calls]

    def raw() -> None:
        hello.handle(greeted, CONTEXT)
        for name, arguments in calls:
            client._make_api_call(name, arguments)

    return lambda: api.handle(asked, CONTEXT), raw


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Log lines are written, to nowhere."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        yield


def measured(runs: list[Run]) -> list[float]:
    """CPU seconds of one call of each."""
    gc.collect()
    gc.disable()
    with silence():
        times = [max(1, round(_SAMPLE / min(_spent(run, 1) for _ in range(5)))) for run in runs]
        rounds = [
            [_spent(run, count) for run, count in zip(runs, times, strict=True)]
            for _ in range(_ROUNDS)
        ]
    gc.enable()
    return [sorted(of_one)[_ROUNDS * _PERCENTILE // 100] for of_one in zip(*rounds, strict=True)]


def _spent(run: Run, count: int) -> float:
    CLOUD.forget()
    begun = time.process_time()
    for _ in range(count):
        run()
    return (time.process_time() - begun) / count
