"""A pump that jumps over idle minutes, and where the lines of log go."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from infra.local.pump import Pump

_MINUTE = timedelta(minutes=1)


class Jumping(Pump):
    """A pump that leaves out the ticks which would find nothing."""

    first: Callable[[], datetime | None]

    def _step(self, end: datetime) -> None:
        first = self.first()
        while self._next_tick < (end if first is None else min(first, end)):
            self._next_tick += _MINUTE
        super()._step(end)


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
