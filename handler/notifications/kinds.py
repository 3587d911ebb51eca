"""Kinds of notifications, and the channels that each of them goes by.

Each kind has switches in the profile's preferences: `mail.<kind>` and `push.<kind>`. Where an
account has not set them, they are as the kind says. The list has everything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

COUNTED = 100
"""Unread notifications that are counted: so many are shown as "99+"."""


class Channel(StrEnum):
    """How a notification reaches its account."""

    IN_APP = "in_app"
    MAIL = "mail"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind, by the name that preferences use; whether it goes by mail and live by itself."""

    name: str
    mail: bool = True
    push: bool = True

    def channels(
        self, preferences: Mapping[str, bool], wanted: Iterable[Channel] = Channel
    ) -> frozenset[Channel]:
        """The wanted channels that an account has not switched off."""
        usual = {Channel.IN_APP: True, Channel.MAIL: self.mail, Channel.PUSH: self.push}
        return frozenset(
            one
            for one in wanted
            if one is Channel.IN_APP or preferences.get(f"{one}.{self.name}", usual[one])
        )
