"""What channels there are, by namespace, and who may do what in them.

A channel is a namespace, and where the namespace has channels of their own a colon and an argument:
`items`, `job:01K…`. A room of the house says which namespaces are its own; what nobody has said is
nobody's to see.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handler.core.auth import Caller
from handler.core.errors import NotFound
from handler.jobs import Writes

CHANNEL_PATTERN = r"^[a-z]{1,20}(:[A-Za-z0-9_-]{1,64})?$"
"""The only spelling of a channel; no wildcard is one."""
_CHANNEL = re.compile(CHANNEL_PATTERN, re.ASCII)

Right = Callable[[Caller, str], bool]
"""Whether a caller may do it in the channel of that argument (empty: there is none)."""


class ChannelNotFound(NotFound):
    """There is no such channel, or it is not the caller's to see."""

    detail = "There is no such channel."


def _nobody(_caller: Caller, _argument: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Namespace:
    """Channels of a kind.

    `presence` tells who comes and goes. `at_most` bounds the events of a second: what happens
    faster comes together in one. `crowds`: so many may subscribe to one channel that its
    subscribers are spread over shards. `own`: each caller has one, which is called by its
    namespace alone. `private`: before each post it is asked anew whether the subscriber may see it.
    `on_subscribe` adds to the transaction in which somebody subscribes.
    """

    name: str
    may_subscribe: Right
    may_publish: Right = _nobody
    presence: bool = False
    at_most: int | None = None
    crowds: bool = False
    own: bool = False
    private: bool = False
    on_subscribe: Callable[[Writes], object] | None = None


_known: dict[str, Namespace] = {}


def namespace(name: str, *, may_subscribe: Right, **options: Any) -> None:
    """Say whose the channels of a namespace are; options as in `Namespace`."""
    if name in _known:
        raise ValueError(f"there are two namespaces called {name}")
    _known[name] = Namespace(name, may_subscribe, **options)


def of(channel: str) -> Namespace:
    """The namespace of a channel as it is stored. Raises ChannelNotFound."""
    found = _known.get(channel.partition(":")[0])
    if found is None:
        raise ChannelNotFound
    return found


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: as clients call it, as it is stored, and its kind."""

    name: str
    stored: str
    kind: Namespace

    @property
    def argument(self) -> str:
        """What stands behind the colon."""
        return self.stored.partition(":")[2]

    @classmethod
    def named(cls, caller: Caller, name: str) -> "Channel":
        """What a caller means by a name: nobody can name another's own. Raises ChannelNotFound."""
        if not _CHANNEL.fullmatch(name):
            raise ChannelNotFound
        kind = of(name)
        if not kind.own:
            return cls(name, name, kind)
        if name != kind.name:
            raise ChannelNotFound
        return cls(name, f"{name}:{caller.id}", kind)

    @classmethod
    def stored_as(cls, stored: str) -> "Channel":
        """The channel of a stored name. Raises ChannelNotFound."""
        kind = of(stored)
        return cls(kind.name if kind.own else stored, stored, kind)


def to_see(caller: Caller, name: str) -> Channel:
    """A channel that a caller may subscribe to. Raises ChannelNotFound."""
    channel = Channel.named(caller, name)
    if not channel.kind.may_subscribe(caller, channel.argument):
        raise ChannelNotFound
    return channel
