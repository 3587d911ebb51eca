"""What runs beside the requests: pollers of queues and streams, and the clock."""

import asyncio

from infra.blueprint import BLUEPRINT
from infra.local import terminal, ticking
from infra.local.following import Follower
from infra.local.inbox import Inbox
from infra.local.invoker import Pool
from infra.local.places import ACCOUNT, REGION
from infra.local.plans import ENVIRONMENTS, PREFIX, SOCKETS
from infra.local.polling import Poller
from infra.local.process import OnLine
from infra.local.sockets import Hub, Sockets
from infra.local.streaming import StreamPoller
from infra.local.whims import Odds, Whims

_STRICT = Odds(doubled=0.1, again=0.1, latest=60)
_UNTOLD = Odds(dropped=0.5)


def sockets(pools: dict[str, Pool], hub: Hub, seed: int | None) -> Sockets:
    """The blueprint's WebSocket API. With a seed, the function hears of every other end only."""
    whims = None if seed is None else Whims(seed, _UNTOLD)
    return Sockets(pools[BLUEPRINT.sockets.function], hub, SOCKETS, whims)


def start(
    group: asyncio.TaskGroup, pools: dict[str, Pool], on_line: OnLine, seed: int | None
) -> None:
    """Begin all of it in a group. With a seed, messages are doubled, repeated and reordered."""
    if seed is not None:
        terminal.say(f"strict: messages come twice and out of order, by the seed {seed}")
    for source in BLUEPRINT.sources:
        poller = Poller(
            source,
            Inbox(PREFIX + source.queue, REGION, ACCOUNT),
            pools[source.function],
            on_line,
            most=ENVIRONMENTS,
            whims=None if seed is None else Whims(seed, _STRICT),
        )
        group.create_task(poller.run())
    for stream in BLUEPRINT.streams:
        following = StreamPoller(
            Follower(stream, prefix=PREFIX, region=REGION, account=ACCOUNT),
            pools[stream.function],
            on_line,
            whims=None if seed is None else Whims(seed, _STRICT),
        )
        group.create_task(following.run())
    group.create_task(ticking.run(BLUEPRINT.clock, pools[BLUEPRINT.clock], on_line))
