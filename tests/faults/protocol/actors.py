"""Who asks: api, canceller, redriver, the ticks; each a generator of one request after another.

What a request answers is sent in; Lost or Refused is thrown in.
"""

import contextlib
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from tests.faults.protocol.requests import Requests
from tests.faults.protocol.world import ENDED, LONG, Lost, Refused, Row

Steps = Generator[Callable[[], Any], Any, Any]
TRIES, TURNS = 3, 5


def patiently(request: Callable[[], Any], done: Callable[[Row], bool] | None = None) -> Steps:
    """A request tried again while its answers are lost; `done` knows its own success."""
    for _ in range(TRIES):
        try:
            return (yield request)
        except Lost:
            continue
        except Refused as refused:
            if done and refused.shown and done(refused.shown):
                return refused.shown
            raise
    raise Lost


class Actors(Requests):
    """What is done outside of workers."""

    def hint(self, job: str, delay: int = 0) -> Steps:
        """Send a message, and do not mind if that fails."""
        with contextlib.suppress(Lost):
            yield partial(self.send, job, delay)

    def api(self, caller: str, job: str, due: int = 0, key: str | None = None) -> Steps:
        """Write something of one's own, and enqueue; an open job of the same key will do."""
        for turn in range(TURNS):
            asked = partial(self.enqueue, f"{caller}-{turn}", caller, job, self.now, due, key)
            try:
                yield from patiently(asked)
            except Refused as taken:
                holder = taken.shown
            else:
                self.answers[caller] = job
                if due - self.now <= LONG:
                    yield from self.hint(job, max(0, due - self.now))
                return
            with contextlib.suppress(Refused):
                beside = partial(self.write_beside, f"{caller}-{turn}b", caller, key, holder)
                yield from patiently(beside)
                self.answers[caller] = holder
                return

    def canceller(self, job: str) -> Steps:
        """Cancel what does not run, and ask whoever runs it."""
        row = yield partial(self.look, job)
        for _ in range(TURNS):
            if row.state in ENDED:
                return
            runs = row.state == "RUNNING"
            cancel = partial(self.cancel, row, self.now)
            try:
                yield from patiently(partial(self.set_flag, job) if runs else cancel)
            except Refused as refused:
                row = refused.shown
            else:
                return

    def redriver(self, job: str) -> Steps:
        """Wake the dead."""
        yield from patiently(partial(self.redrive, job, self.now))
        yield from self.hint(job)

    def tick(self, seen: Row, skew: int) -> Steps:
        """Move the wake of an overdue row, then hint, if there was anything to do."""
        at = self.now + skew
        row = yield partial(self.push, seen, at)
        busy = row.state == "RUNNING" and not self.lease_over(row, at)
        if not busy and not (row.state == "WAITING" and row.left):
            yield from self.hint(row.job, max(0, row.due - at))

    def cron(self, skew: int) -> Steps:
        """Enqueue the occurrences since the mark, then move it."""
        at = self.now + skew
        mark = yield self.read_mark
        yield from self.enqueue_occurrences(mark, at)
        yield from patiently(partial(self.move_mark, at))

    def enqueue_occurrences(self, mark: int, at: int) -> Steps:
        """The occurrences after the mark, each under its own id."""
        for time in self.plan.occurrences:
            if mark < time <= at:
                with contextlib.suppress(Refused):
                    yield from patiently(partial(self.occur, f"cron-{time}", at))
                    yield from self.hint(f"cron-{time}")
