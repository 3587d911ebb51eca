"""Every request there is, each with its condition: it is carried out whole, or refused.

`at` is the time by the clock of whoever asks, taken when the request was written.
"""

from copy import copy

from tests.faults.protocol.world import ENDED, GRACE, THINNING, Message, Refused, Row, World, place


class Requests(World):
    """What DynamoDB, SQS and a service elsewhere are asked."""

    def send(self, job: str, delay: int) -> None:
        """Send a hint."""
        self.queue.append(Message(next(self.ids), job, self.now + delay))

    def acknowledge(self, message: Message) -> None:
        """Delete a message."""
        self.queue = [one for one in self.queue if one is not message]

    def enqueue(
        self, token: str, caller: str, job: str, at: int, due: int = 0, key: str | None = None
    ) -> None:
        """Put a job and its lock beside the caller's own write; refused if the lock is taken."""
        if token in self.tokens:
            return
        if key in self.locks:
            raise Refused(self.locks[key])
        self.tokens.add(token)
        self.business[caller] += 1
        self.put(job, at, due, key=key)

    def write_beside(self, token: str, caller: str, key: str, holder: str) -> None:
        """The caller's own write, if that job still holds the lock."""
        if token in self.tokens:
            return
        if self.locks.get(key) != holder:
            raise Refused(self.locks.get(key))
        self.tokens.add(token)
        self.business[caller] += 1
        if self.rows[holder].state in ENDED:
            self.violations.append(f"{caller} was given {holder}, which had ended")

    def claim(self, job: str, me: int, at: int) -> Row:
        """Begin a run of a job that nobody runs."""
        row = self.row(job)
        due = row.state in {"QUEUED", "RETRYING"} and row.due <= at
        if row.flag or not (due or (row.state == "WAITING" and not row.left)):
            raise Refused(row)
        return self.begin(row, me, at)

    def take_over(self, job: str, fence: int, me: int, at: int) -> Row:
        """Begin a run of a job whose worker is dead."""
        row = self.overdue(job, fence, at)
        if row.flag:
            raise Refused(row)
        row.crashes += 1
        return self.begin(row, me, at)

    def die_overdue(self, job: str, fence: int, at: int) -> None:
        """End a job that has killed too many workers."""
        row = self.overdue(job, fence, at)
        row.error = "crash"
        self.settle(row, "DEAD")

    def cancel_overdue(self, seen: Row, at: int) -> None:
        """Cancel a job whose worker is dead and could not."""
        row = self.overdue(seen.job, seen.fence, at)
        if not row.flag:
            raise Refused(row)
        self.settle_cancelled(row, seen, at)

    def succeed(self, run: Row, follow: str | None, at: int) -> None:
        """Effects, end and next job, together."""
        row = self.owned(run)
        children = sum(self.plan.spawn.get(run.job, ()), ())
        if not self.left.issuperset(children):
            self.violations.append(f"{run.job} joined before its children had ended")
        self.settle(row, "SUCCEEDED", run.fence)
        self.effects[run.job] += 1
        if follow:
            self.put(follow, at)

    def die(self, run: Row) -> None:
        """End a job that has failed too often."""
        row = self.owned(run)
        row.error = "failed"
        self.settle(row, "DEAD", run.fence)

    def give_up(self, run: Row, at: int) -> None:
        """End a job that was cancelled while it ran."""
        self.settle_cancelled(self.owned(run), run, at)

    def retry(self, run: Row, due: int, at: int) -> None:
        """Try again later; refused to the cancelled."""
        self._again(run, due, at)

    def release(self, run: Row, due: int, at: int) -> None:
        """Try again later, the attempt given back; refused to the cancelled."""
        self._again(run, due, at).attempts -= 1

    def _again(self, run: Row, due: int, at: int) -> Row:
        row = self.owned(run)
        if row.flag:
            raise Refused(row)
        row.state, row.due, row.by, row.pushes = "RETRYING", due, run.fence, 0
        row.wake, row.kind = place(due, at)
        return row

    def spawn(
        self, run: Row, chunk: int, children: tuple[str, ...], at: int, *, last: bool
    ) -> None:
        """One chunk of the children, in its turn; with the last the parent waits."""
        row = self.owned(run)
        if row.flag or row.chunks != chunk:
            raise Refused(row)
        self.put_all(children, at, run.job)
        row.left += len(children)
        row.chunks += 1
        if last:
            row.state, row.by, row.attempts, row.pushes = "WAITING", run.fence, 0, 0
            row.wake, row.kind = at + GRACE, "hinted"

    def charge(self, key: str, job: str) -> None:
        """An effect elsewhere, where a key that was seen does nothing."""
        self.external[job] += key not in self.keys
        self.keys.add(key)

    def look(self, job: str) -> Row:
        """Read a row."""
        return copy(self.row(job))

    def cancel(self, seen: Row, at: int) -> None:
        """Cancel what does not run and has not run since it was seen: its family is as it was."""
        row = self.row(seen.job)
        if row.state not in {"QUEUED", "RETRYING", "WAITING"} or row.fence != seen.fence:
            raise Refused(row)
        self.settle_cancelled(row, seen, at)

    def set_flag(self, job: str) -> None:
        """Ask the owner of a run to cancel."""
        row = self.row(job)
        if row.state != "RUNNING":
            raise Refused(row)
        row.flag = True

    def redrive(self, job: str, at: int) -> None:
        """Give the dead another life, without the parent that they have left."""
        row = self.row(job)
        if row.state != "DEAD" or row.key in self.locks:
            raise Refused(row)
        row.state, row.due, row.attempts, row.crashes, row.pushes = "QUEUED", at, 0, 0, 0
        row.flag, row.parent, row.error = False, None, None
        row.wake, row.kind = place(at, at)
        row.redriven += 1
        self.take_lock(row)

    def push(self, seen: Row, at: int) -> Row:
        """Move a wake on, if it is still the one that was seen; returns the row."""
        row = self.row(seen.job)
        if row.wake is None or (row.wake, row.pushes) != (seen.wake, seen.pushes):
            raise Refused(row)
        grace = THINNING[min(seen.pushes, len(THINNING) - 1)]
        row.wake, row.kind = max(seen.wake, at) + grace, "hinted"
        row.pushes += 1
        return copy(row)

    def read_mark(self) -> int:
        """Up to when occurrences have been enqueued."""
        return self.mark

    def move_mark(self, mark: int) -> None:
        """Occurrences have been enqueued up to then; never backwards."""
        if mark <= self.mark:
            raise Refused(self.mark)
        self.mark = mark

    def occur(self, job: str, at: int) -> None:
        """Put an occurrence, if it is not there."""
        if job in self.rows:
            raise Refused(self.rows[job])
        self.put(job, at)
