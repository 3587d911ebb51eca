"""What SQS may do to deliveries and seldom does: drawn by a seed, so that it can be done again."""

from dataclasses import dataclass
from random import Random

from infra.local.sources import Message


@dataclass(frozen=True, slots=True)
class Odds:
    """How often, from 0 to 1, a message meets each fate.

    `doubled` is handed out twice at the same time, `again` once more within `latest` seconds,
    `dropped` never.
    """

    doubled: float = 0.1
    again: float = 0.1
    dropped: float = 0.0
    latest: int = 900


class Whims:
    """Decides about messages by a seeded random: the same messages meet the same fates."""

    def __init__(self, seed: int, odds: Odds) -> None:
        self._odds = odds
        self._random = Random(seed)  # noqa: S311 - fates are to be repeatable

    def shuffled(self, messages: list[Message]) -> list[Message]:
        """The messages in another order."""
        return self._random.sample(messages, len(messages))

    def batches(self, messages: list[Message], most: int) -> list[list[Message]]:
        """The messages shuffled and in batches of one up to so many."""
        left, batches = self.shuffled(messages), []
        while left:
            size = self._random.randint(1, most)
            batches.append(left[:size])
            left = left[size:]
        return batches

    def is_dropped(self) -> bool:
        """Whether the next message gets lost."""
        return self._random.random() < self._odds.dropped

    def is_doubled(self) -> bool:
        """Whether the next message is handed out twice at once."""
        return self._random.random() < self._odds.doubled

    def comes_again(self) -> int | None:
        """After how many seconds the next message comes a second time, if it does."""
        if self._random.random() >= self._odds.again:
            return None
        return self._random.randint(0, self._odds.latest)
