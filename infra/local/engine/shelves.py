"""The messages of one SQS queue, in the order in which they may be handed out.

moto keeps a list and looks through all of it at every call: with 10,000 messages a receive takes
0.1 s. Here a message is ready, or hidden because it was handed out, or delayed; a heap says which
one is ready next, so that every call takes microseconds however many there are.
"""

import heapq
import re
from collections import OrderedDict
from itertools import count
from threading import Condition, Lock
from weakref import WeakKeyDictionary

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue

_HANDLE = re.compile(r"AQEB(\d+)/([0-9a-f-]{36})/\d+")
_MILLISECONDS = 1000


class Shelf:
    """Messages by number. Whoever calls holds `changed`; times are in milliseconds of the epoch."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.ready: OrderedDict[int, Message] = OrderedDict()
        self.hidden: dict[int, Message] = {}
        self.delayed: dict[int, Message] = {}
        self._moments: list[tuple[float, int]] = []
        self._numbers = count(1)

    def put(self, message: Message) -> None:
        """Take a message in, to be handed out once it is neither delayed nor hidden."""
        self._place(next(self._numbers), message)

    def settle(self) -> None:
        """Make ready what has become visible."""
        moment = now()
        while self._moments and self._moments[0][0] <= moment:
            _, number = heapq.heappop(self._moments)
            for group in (self.hidden, self.delayed):
                if number in group and visible_at(group[number]) <= moment:
                    self.ready[number] = group.pop(number)

    def take(self, visibility: float) -> Message | None:
        """Hand out the oldest message that is ready, and hide it for so many seconds."""
        self.settle()
        if not self.ready:
            return None
        number, message = self.ready.popitem(last=False)
        moment = now()
        message.approximate_first_receive_timestamp = (
            message.approximate_first_receive_timestamp or int(moment)
        )
        message.approximate_receive_count += 1
        message.receipt_handle = f"AQEB{number}/{message.id}/{message.approximate_receive_count}"
        message.visible_at = moment + visibility * _MILLISECONDS
        self._place(number, message)
        return message

    def first(self) -> Message | None:
        """The message that would be handed out next."""
        self.settle()
        return next(iter(self.ready.values()), None)

    def pop(self) -> Message:
        """Take the first message away without handing it out."""
        return self.ready.popitem(last=False)[1]

    def find(self, handle: str) -> Message | None:
        """The message that any of its handles means. Raises ReceiptHandleIsInvalid."""
        found = self._where(handle)
        return found[0][found[1]] if found else None

    def remove(self, handle: str) -> None:
        """Delete a message, if it is still there. Raises ReceiptHandleIsInvalid."""
        if found := self._where(handle):
            del found[0][found[1]]

    def hide(self, handle: str, seconds: float) -> bool:
        """Hide a message from now on for so long; False when it is gone.

        Raises ReceiptHandleIsInvalid.
        """
        found = self._where(handle)
        if not found:
            return False
        message = found[0].pop(found[1])
        message.visible_at = now() + seconds * _MILLISECONDS
        self._place(found[1], message)
        return True

    def next_moment(self) -> float | None:
        """When the next message is or becomes visible; the past when one is."""
        if self.ready:
            return 0.0
        while self._moments:
            moment, number = self._moments[0]
            message = self.hidden.get(number) or self.delayed.get(number)
            if message is not None and visible_at(message) == moment:
                return moment
            heapq.heappop(self._moments)
        return None

    def clear(self) -> None:
        """Delete all messages."""
        for group in (self.ready, self.hidden, self.delayed, self._moments):
            group.clear()

    def _place(self, number: int, message: Message) -> None:
        present, moment = now(), visible_at(message)
        if moment <= present:
            self.ready[number] = message
            return
        group = self.hidden if message.visible_at > present else self.delayed
        group[number] = message
        heapq.heappush(self._moments, (moment, number))

    def _where(self, handle: str) -> tuple[dict[int, Message], int] | None:
        form = _HANDLE.fullmatch(handle)
        if form is None:
            raise ReceiptHandleIsInvalid
        number = int(form[1])
        for group in (self.ready, self.hidden, self.delayed):
            if number in group and group[number].id == form[2]:
                return group, number
        return None


_known: WeakKeyDictionary[Queue, Shelf] = WeakKeyDictionary()
_making = Lock()


def shelf(queue: Queue) -> Shelf:
    """A queue's shelf."""
    known = _known.get(queue)
    if known is not None:
        return known
    with _making:
        return _known.setdefault(queue, Shelf())


def now() -> float:
    """The time in milliseconds of the epoch, as moto's SQS sees it."""
    return float(models.unix_time_millis())  # type: ignore[attr-defined] # tests put a clock there


def visible_at(message: Message) -> float:
    """From when on a message may be handed out."""
    return max(float(message.visible_at), float(message.delayed_until))
