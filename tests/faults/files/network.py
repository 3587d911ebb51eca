"""What stands between functions and AWS: it counts their calls, and breaks one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from handler.core import aws
from infra.local.pump import Crash
from tests import rights
from tests.faults.conftest import TIMEOUT

_ATTEMPTS = 3  # of botocore, for each call
_APART = (b"dunlin-local-limits", b"dunlin-local-metrics")
_FIRST = b"attempt=1"


class Fault(Enum):
    """What becomes of a call."""

    CRASH_BEFORE = "the process ends before the request"
    CRASH_AFTER = "the process ends after the request was carried out"
    LOST = "the answer is lost once"
    LOST_FOR_GOOD = "it is carried out, and no answer ever arrives"
    DOWN = "it never arrives"
    ASIDE = "something else happens just then"


class Network:
    """Counts what functions ask of AWS: those whose names begin so, here the workers.

    `aside` is what happens for `Fault.ASIDE`.
    """

    def __init__(self, *functions: str) -> None:
        self._functions = functions or ("worker",)
        self.begin()

    def begin(self, fault: Fault | None = None, at: int = -1) -> None:
        """From now on count anew, and break the call of that number."""
        self.calls: list[str] = []
        self.aside: Callable[[], object] | None = None
        self._fault, self._at, self._breaks = fault, at, 0

    @contextmanager
    def up(self) -> Iterator["Network"]:
        """Stand between, within this block."""
        places = [(aws.client(name).meta.events, f"before-send.{name}.*") for name in _SERVICES]
        for events, name in places:
            events.register_first(name, self._see, unique_id="faults")
        yield self
        for events, name in places:
            events.unregister(name, unique_id="faults")

    def _see(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> Any:
        body = request.body if isinstance(request.body, bytes) else b""
        watched = (rights._acting.get() or "").startswith(self._functions)
        if not watched or any(name in body for name in _APART):
            return None
        if _FIRST in request.headers["amz-sdk-request"]:
            self.calls.append(event_name.removeprefix("before-send."))
            self._breaks = self._times() if len(self.calls) - 1 == self._at else 0
        if self._breaks:
            self._breaks -= 1
            return self._break(request)
        return None

    def _times(self) -> int:
        return _ATTEMPTS if self._fault in {Fault.LOST_FOR_GOOD, Fault.DOWN} else 1

    def _break(self, request: AWSPreparedRequest) -> None:
        if self._fault is Fault.ASIDE:
            with rights.acting(None):
                self.aside()
            return
        if self._fault not in {Fault.CRASH_BEFORE, Fault.DOWN}:
            botocore_stubber("before-send", request)
        if self._fault in {Fault.CRASH_BEFORE, Fault.CRASH_AFTER}:
            raise Crash
        raise TIMEOUT


_SERVICES = ("dynamodb", "s3", "sesv2")
