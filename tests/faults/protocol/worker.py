"""The worker: claims or rescues, runs the handler, then ends, retries, releases or spawns."""

import contextlib
from collections.abc import Callable
from functools import partial

from tests.faults.protocol.actors import Actors, Steps, patiently
from tests.faults.protocol.world import CRASHES, STOP, Lost, Message, Refused, Row, place


class Killed(Exception):
    """The handler took its sandbox down."""


def left_by(run: Row, state: str) -> Callable[[Row], bool]:
    """Whether a row is as this run wanted to leave it: the answer was lost, not the request."""
    return lambda row: row.state == state and row.by == run.fence


def run_by(me: int, row: Row) -> bool:
    """Whether this very delivery runs it."""
    return row.state == "RUNNING" and row.runner == me


def served(steps: Steps) -> Steps:
    """Whether a message may be acknowledged: not while nobody knows what became of its job."""
    try:
        return (yield from steps)
    except Refused:
        return True
    except Lost:
        return False


class Protocol(Actors):
    """The whole protocol: storage, requests and everybody who asks."""

    def worker(self, batch: list[Message], skew: int) -> Steps:
        """A batch, one after another; of those that may have killed a worker one, at the end."""
        done: dict[Message, bool] = {}
        crashed: list[Message] = []
        for message in batch:
            done[message] = yield from served(self.attend(message, skew, crashed))
        for message in crashed[:1]:
            done[message] = yield from served(self.rescue(message.job, skew))
        for message in filter(done.get, batch):
            yield partial(self.acknowledge, message)

    def attend(self, message: Message, skew: int, crashed: list[Message]) -> Steps:
        """Run a job that is free; put off one whose worker is dead; a hint is no more than that."""
        me, at = next(self.ids), self.now + skew
        try:
            row = yield from patiently(partial(self.claim, message.job, me, at))
        except Refused as refused:
            row = refused.shown
        if row is None or row.state != "RUNNING":
            return True
        if run_by(me, row):
            yield from self.perform(row, skew)
        elif self.lease_over(row, self.now + skew):
            crashed.append(message)
            return False
        return True

    def rescue(self, job: str, skew: int) -> Steps:
        """What becomes of a job whose worker is dead: cancelled, dead as well, or run again."""
        row, me, at = (yield partial(self.look, job)), next(self.ids), self.now + skew
        if row.state != "RUNNING" or not self.lease_over(row, at):
            return True
        if row.flag:
            yield from self.end(row, partial(self.cancel_overdue, row, at))
        elif row.crashes + 1 >= CRASHES or row.attempts >= self.plan.attempts:
            yield from self.end(row, partial(self.die_overdue, row.job, row.fence, at))
        else:
            again = partial(self.take_over, row.job, row.fence, me, at)
            run = yield from patiently(again, partial(run_by, me))
            yield from self.perform(run, skew)
        return True

    def perform(self, run: Row, skew: int) -> Steps:
        """The handler and what follows from it; a cancelled run that would go on later gives up."""
        if run.job in self.plan.poison:
            raise Killed
        try:
            if self.plan.external:
                yield from patiently(partial(self.charge, self.key(run), run.job))
            yield from self.outcome(run, self.now + skew)
        except Refused as refused:
            row = refused.shown
            if row and row.flag and row.state == "RUNNING" and row.fence == run.fence:
                yield from self.end(row, partial(self.give_up, row, self.now + skew), "CANCELLED")

    def key(self, run: Row) -> str:
        """The key of its effect elsewhere, the same in every attempt."""
        return run.job

    def outcome(self, run: Row, at: int) -> Steps:
        """What the handler does, by plan."""
        due = at + self.plan.delay
        if run.chunks < len(self.plan.spawn.get(run.job, ())):
            yield from self.spawn_chunks(run, at)
        elif run.fence <= self.plan.release.get(run.job, 0):
            yield from self.later(run, due, at, self.release)
        elif run.redriven or run.attempts > self.plan.fail.get(run.job, 0):
            yield from self.complete(run, at)
            if run.job in self.plan.fail_after:
                yield from self.later(run, due, at, self.retry)
        elif run.attempts >= self.plan.attempts:
            yield from self.end(run, partial(self.die, run), "DEAD")
        else:
            yield from self.later(run, due, at, self.retry)

    def complete(self, run: Row, at: int) -> Steps:
        """Success, and the next job of the chain."""
        if run.job.startswith(STOP):
            yield from self.stop_children(run.job.removeprefix(STOP))
        follow = self.plan.follow.get(run.job)
        yield from self.end(run, partial(self.succeed, run, follow, at), "SUCCEEDED")
        if follow:
            yield from self.tell_next(follow, at)

    def stop_children(self, parent: str) -> Steps:
        """What is done where a parent was cancelled; its last chunks may never have come."""
        for child in sum(self.plan.spawn[parent], ()):
            with contextlib.suppress(Refused):
                yield from self.canceller(child)

    def tell_next(self, follow: str, _at: int) -> Steps:
        """A hint to the next job of a chain."""
        yield from self.hint(follow)

    def end(self, run: Row, request: Callable[[], None], state: str | None = None) -> Steps:
        """An end, and a hint to whoever waits for it."""
        yield from patiently(request, state and left_by(run, state))
        if run.parent:
            yield from self.tell_parent(run.parent)

    def tell_parent(self, parent: str) -> Steps:
        """A hint to whoever waits for its children."""
        yield from self.hint(parent)

    def later(self, run: Row, due: int, at: int, request: Callable[[Row, int, int], None]) -> Steps:
        """Another attempt, and a hint for when it is due, unless that is long."""
        yield from patiently(partial(request, run, due, at), left_by(run, "RETRYING"))
        if place(due, at)[1] == "hinted":
            yield from self.hint(run.job, due - at)

    def spawn_chunks(self, run: Row, at: int) -> Steps:
        """The chunks that do not exist yet."""
        chunks = self.plan.spawn[run.job]
        for number in range(run.chunks, len(chunks)):
            last = number == len(chunks) - 1
            request = partial(self.spawn, run, number, chunks[number], at, last=last)
            yield from patiently(request, partial(self.spawned, run, number, last))
        for child in sum(chunks[run.chunks :], ()):
            yield from self.hint(child)
        if not any(chunks):
            yield from self.hint(run.job)

    def spawned(self, run: Row, number: int, last: bool, row: Row) -> bool:  # noqa: FBT001
        """Whether a chunk is there although its answer was lost."""
        if last:
            return left_by(run, "WAITING")(row)
        return row.state == "RUNNING" and row.fence == run.fence and row.chunks == number + 1
