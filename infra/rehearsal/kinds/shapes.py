"""What a kind of resource is to CloudFormation: how it is made, changed and deleted."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session

_ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


class Refused(Exception):
    """The deploy cannot go on; the text says why."""


class Replaced(Exception):
    """The resource cannot be changed so: another one has to take its place."""


@dataclass(frozen=True)
class Made:
    """A resource that is there: what `Ref` gives, and what `Fn::GetAtt` gives by name."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Place:
    """An account's region, as whoever deploys reaches it."""

    def __init__(self, endpoint: str, region: str, account: str) -> None:
        self.endpoint = endpoint
        self.region = region
        self.account = account
        self.client = cache(self._client)

    def _client(self, service: str) -> Any:
        return Session().create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id="CLOUDFORMATION",
            aws_secret_access_key="rehearsal",  # noqa: S106 - of an AWS that checks none
            config=_ONCE,
        )

    def arn(self, service: str, resource: str) -> str:
        """Write the ARN of a resource that is here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


class Properties:
    """The properties of a resource. Each has to be taken: one that is left has no effect."""

    def __init__(self, values: Mapping[str, Any], name: str) -> None:
        self._left = {key: value for key, value in values.items() if key != "Tags"}
        self.name = name
        """What a resource without a name of its own is called."""

    def take(self, key: str, default: Any = None) -> Any:
        """Give a property, and count it as used."""
        return self._left.pop(key, default)

    def some(self, *keys: str) -> dict[str, Any]:
        """Take those of these that are there."""
        return {key: self._left.pop(key) for key in keys if key in self._left}

    def rest(self) -> dict[str, Any]:
        """Take all that are left, for a call that refuses what it does not know."""
        left, self._left = self._left, {}
        return left

    def check(self, kind: str) -> None:
        """Raise Refused if any is left. Tags are left out: only the bill reads them."""
        if self._left:
            raise Refused(f"Nothing is done with {', '.join(sorted(self._left))} of {kind}.")


class Kind(ABC):
    """A type of resource. Unless it says how it is changed, another one takes its place."""

    @abstractmethod
    def create(self, at: Place, p: Properties) -> Made:
        """Make it."""

    def update(self, at: Place, made: Made, p: Properties) -> Made:  # noqa: ARG002 - for others
        """Change it in place. Raises Replaced where that cannot be."""
        raise Replaced

    @abstractmethod
    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""


class Put(Kind):
    """A type of resource that is changed by the call that makes it."""

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Say it anew."""
        p.name = made.id
        changed = self.create(at, p)
        if changed.id != made.id:
            raise Replaced
        return changed


KINDS: dict[str, Kind] = {}
"""By the names that templates use."""


def kind(name: str) -> Callable[[type[Kind]], type[Kind]]:
    """Enter a class as the type of that name."""

    def enter(made: type[Kind]) -> type[Kind]:
        KINDS[name] = made()
        return made

    return enter
