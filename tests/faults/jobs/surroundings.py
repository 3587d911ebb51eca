"""A pump that jumps over idle minutes, and where the lines of log go."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from infra.local.pump import Pump

UNREADABLE = "{"
"""A message that nobody can read."""
_MINUTE = timedelta(minutes=1)


class Jumping(Pump):
    """A pump that leaves out the ticks which would find nothing."""

    first: Callable[[], datetime | None]

    def _step(self, end: datetime) -> None:
        due, first = self._next_tick, self.first()
        useful = due
        while useful < (end if first is None else min(first, end)):
            useful += _MINUTE
        self._next_tick = useful
        super()._step(end)
        if self._next_tick == useful:  # it was not yet time for it; by then there may be more to do
            while due <= self._clock.now:
                due += _MINUTE
            self._next_tick = due


class Lines(io.StringIO):
    """Where lines of log go; what no handler has raised is kept."""

    def __init__(self, unforeseen: list[str]) -> None:
        super().__init__()
        self._unforeseen = unforeseen

    def write(self, text: str) -> int:
        """Take a line."""
        if '"at":' in text and '"request_id"' not in text:
            self._unforeseen.append(text)
        return len(text)
