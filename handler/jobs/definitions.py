"""What jobs are: frozen messages with a name, declared with how they are run; and who runs them.

A command has one handler, an event any number. Names are written into rows, so they never change.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Queue = Literal["fast", "slow"]
CatchUp = Literal["skip", "one", "all"]
"""What becomes of occurrences of a cron that were missed: none, the last, or all of them run."""

LONGEST: dict[Queue, int] = {"fast": 25, "slow": 890}
"""Seconds that a job may take: its function's time (parameters.md, "Queues") less what recording
its end may take."""
_ATTEMPTS = 8  # with the back-off of `endings`: about eight minutes of failures
_TIMEOUT = 20
_NAME = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_NAME_LENGTH = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Handler = Callable[..., Any]
"""Takes the job and its run; what it returns is the result."""
H = TypeVar("H", bound=Handler)


class Undeclared(TypeError):
    """A job is declared in a way that cannot work; the text says how."""


@dataclass(slots=True)
class Definition:
    """How jobs of a name are run: where, how often at most, and for how many seconds each time."""

    name: str
    kind: "type[Job]"
    queue: Queue = "fast"
    attempts: int = _ATTEMPTS
    timeout: int = _TIMEOUT
    give_up_on: tuple[type[Exception], ...] = ()
    cron: str | None = None
    catch_up: CatchUp = "one"
    handler: Handler | None = None
    subscriptions: "list[Definition]" = field(default_factory=list)


_definitions: dict[str, Definition] = {}


class Job(BaseModel):
    """Base of all jobs: `class Welcome(Job, name="accounts.welcome")` with fields as in pydantic.

    A job that does not fit its class is refused where it is made. Options of the class: `queue`
    (`fast` for seconds, `slow` for minutes), `attempts`, `timeout` (seconds), `give_up_on`
    (exceptions that no other attempt mends), `cron` (five fields, UTC) with `catch_up`.
    """

    # Built at the first job of its kind: an api function that starts needs none of them.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    definition: ClassVar[Definition]

    def __init_subclass__(cls, **_options: Any) -> None:
        """Options are read below, when pydantic has read the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls, *, name: str = "", **options: Any) -> None:
        if not name and cls.__module__ == __name__:
            return  # Event, which is no job itself
        cls.definition = Definition(name, cls, **options)
        _declare(cls.definition)

    @classmethod
    def restored(cls, arguments: dict[str, Any]) -> "Job":
        """The job of stored arguments; those that a newer release knows are left out."""
        known = {name: value for name, value in arguments.items() if name in cls.model_fields}
        return cls.model_validate_json(json.dumps(known), by_alias=False, by_name=True)


class Event(Job):
    """Base of events, named as what has happened: each handler gets a job of its own."""


def handles(kind: type[Job], *, name: str | None = None) -> Callable[[H], H]:
    """Register a handler. One of an event has a name of its own, which never changes either."""

    def register(handler: H) -> H:
        definition = kind.definition
        if issubclass(kind, Event):
            if name is None:
                raise Undeclared(f"a handler of the event {definition.name} needs a name")
            definition.subscriptions.append(_subscription(definition, name, handler))
        elif name is not None or definition.handler is not None:
            raise Undeclared(f"{definition.name} has one handler, under its own name")
        else:
            _check_cron(definition)
            definition.handler = handler
        return handler

    return register


def find(name: str) -> Definition | None:
    """The definition of a name, or None where this release does not know it."""
    return _definitions.get(name)


def crons() -> list[Definition]:
    """All that are on the calendar."""
    return [definition for definition in _definitions.values() if definition.cron]


def _subscription(event: Definition, name: str, handler: Handler) -> Definition:
    made = replace(event, name=name, handler=handler, subscriptions=[], cron=None)
    _declare(made)
    return made


def _declare(definition: Definition) -> None:
    name = definition.name
    if not _NAME.fullmatch(name) or len(name) > _NAME_LENGTH:
        raise Undeclared(f"a job's name is like accounts.welcome, not {name!r}")
    if name in _definitions:
        raise Undeclared(f"there are two jobs called {name}")
    if not 0 < definition.timeout <= LONGEST[definition.queue]:
        longest = LONGEST[definition.queue]
        raise Undeclared(f"{name}: queue {definition.queue} allows timeouts up to {longest} s")
    if definition.cron and issubclass(definition.kind, Event):
        raise Undeclared(f"{name}: events happen, they are on no calendar")
    if definition.attempts < 1:
        raise Undeclared(f"{name}: at least one attempt is made")
    _definitions[name] = definition


def _check_cron(definition: Definition) -> None:
    """Refuse a wrong cron where the job is handled; who only enqueues need not load the parser."""
    if definition.cron is None:
        return
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - as said

    try:
        CronSim(definition.cron, _EPOCH)
    except CronSimError as error:
        raise Undeclared(f"{definition.name}: {definition.cron!r} is no cron: {error}") from error
    if any(one.is_required() for one in definition.kind.model_fields.values()):
        raise Undeclared(f"{definition.name}: a job on the calendar has no required fields")
