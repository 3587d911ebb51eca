"""The last invocations of each function: what each was given and answered, and whom it asked.

Calls to AWS are told apart by the trace that Lambda gives each invocation: AWS's clients repeat it
in a header. Used from several threads.
"""

import json
import re
import time
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NEWEST = 100
"""Invocations that are kept of each function."""
LARGEST = 256 * 1024
"""Bytes of an event or of an answer that are kept."""
_TRACE = re.compile(r"Root=1-([0-9a-f]{8})-([0-9a-f]{24})")


@dataclass(frozen=True, slots=True)
class Made:
    """One call to AWS, its units of DynamoDB if it is one, and how long it took in milliseconds."""

    service: str
    operation: str
    about: str
    status: int
    ms: float
    reads: float = 0
    writes: float = 0


@dataclass(slots=True)
class Invocation:
    """One event that a function took. `ms` is None until it has ended."""

    function: str
    event: Any
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    begun: float = field(default_factory=time.perf_counter)
    answer: Any = None
    failure: str | None = None
    ms: float | None = None
    calls: list[Made] = field(default_factory=list)

    def end(self, answer: Any = None, failure: str | None = None) -> None:
        """Note how it ended."""
        self.answer, self.failure = _kept(answer), failure
        self.ms = round((time.perf_counter() - self.begun) * 1000, 1)

    def row(self) -> dict[str, Any]:
        """What a list says of it."""
        return {
            **{name: getattr(self, name) for name in ("id", "function", "at", "ms", "failure")},
            **_request(self.event),
            "status": self.answer.get("statusCode") if isinstance(self.answer, dict) else None,
            "calls": len(self.calls),
            "reads": sum(call.reads for call in self.calls),
            "writes": sum(call.writes for call in self.calls),
        }


class History:
    """What functions have done lately."""

    def __init__(self) -> None:
        self._found: defaultdict[str, deque[Invocation]] = defaultdict(lambda: deque(maxlen=NEWEST))

    def begin(self, function: str, event: bytes) -> Invocation:
        """Note that a function takes an event."""
        made = Invocation(function, json.loads(event) if len(event) <= LARGEST else None)
        self._found[function].append(made)
        return made

    def newest(self, function: str) -> list[Invocation]:
        """The invocations of a function, newest first."""
        return list(reversed(tuple(self._found[function])))

    def find(self, id_: str) -> Invocation | None:
        """The invocation of that id, as long as it is kept."""
        kept = [one for found in tuple(self._found.values()) for one in tuple(found)]
        return next((one for one in kept if one.id == id_), None)

    def traced(self, trace: str) -> Invocation | None:
        """The invocation that a trace is of."""
        found = _TRACE.match(trace)
        return self.find(str(uuid.UUID(found[1] + found[2]))) if found else None


def _request(event: Any) -> dict[str, Any]:
    """The method and the path of an event that is a request."""
    if not isinstance(event, dict) or "requestContext" not in event:
        return {"method": None, "path": None}
    query = f"?{event['rawQueryString']}" if event.get("rawQueryString") else ""
    return {"method": event["requestContext"]["http"]["method"], "path": event["rawPath"] + query}


def _kept(answer: Any) -> Any:
    """An answer, without a body that is too large to be kept."""
    if isinstance(answer, dict) and len(str(answer.get("body", ""))) > LARGEST:
        return {**answer, "body": None}
    return answer
