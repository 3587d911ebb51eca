"""What fan-out costs beside its posts (P2): a page of subscribers over a bare loop of posts."""

from collections.abc import Callable, Iterator

from botocore.session import Session

from handler.core.settings import settings
from handler.realtime import delivering, gateway
from tests.bench.canned import CLOUD
from tests.bench.goals import Figure
from tests.bench.warm import measured, silence

_SUBSCRIBERS = 100
_EVENT = {
    "channel": "room:lobby",
    "seq": 1772366400004,
    "id": "dGhlIG1lc3M=",
    "type": "room.message",
    "data": {"from": "01K0N4Q7Y2V9S6T3R8W5X1Z0AB", "body": {"text": "Hello"}},
    "at": "2026-03-01T12:00:04+00:00",
}


def figures() -> Iterator[Figure]:
    """P2: posts of a CPU second over those of a loop that does nothing else."""
    connections = [f"L0SM9cOFv{number:05}=" for number in range(_SUBSCRIBERS)]
    endpoint = settings().sockets_endpoint
    client = Session().create_client("apigatewaymanagementapi", endpoint_url=endpoint)
    data = gateway.encoded(_EVENT)

    def ours() -> None:
        if delivering.post_all(delivering.joined([_EVENT]), connections):
            raise RuntimeError("The gateway took less than everything.")

    def bare() -> None:
        for one in connections:
            client._make_api_call("PostToConnection", {"ConnectionId": one, "Data": data})

    _check(ours)
    spent, least = measured([ours, bare])
    yield Figure("P2", least / spent)


def _check(post: Callable[[], None]) -> None:
    """See that each subscriber is posted to once."""
    CLOUD.forget()
    with silence():
        post()
    posted = [name for name, _ in CLOUD.calls]
    if posted != ["PostToConnection"] * _SUBSCRIBERS:
        raise RuntimeError(f"{len(posted)} calls")
