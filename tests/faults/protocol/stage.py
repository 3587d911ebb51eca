"""Where actors stand: each with one request in hand, which may go well or break in four ways."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.faults.protocol.actors import Steps
from tests.faults.protocol.worker import Killed, Protocol
from tests.faults.protocol.world import Lost, Refused


@dataclass(slots=True, eq=False)
class Actor:
    """Somebody at work, with the request that is written but not yet sent."""

    name: str
    kind: str
    steps: Steps
    pace: int
    request: Callable[[], Any] | None = None


class Stage:
    """The actors, and what becomes of their requests."""

    def __init__(self, world: Protocol, faults: int) -> None:
        self.world, self.faults = world, faults
        self.actors: list[Actor] = []
        self._told: list[tuple[str, Callable[[], Any] | None]] = []
        self.carried_out: Counter[str] = Counter()

    def told(self) -> list[str]:
        """All that happened."""
        return [f"{what} {_words(request)}" if request else what for what, request in self._told]

    def tell(self, what: str, request: Callable[[], Any] | None = None) -> None:
        """Remember that something happened, with a request or without."""
        self._told.append((what, request))

    def count(self, kind: str) -> int:
        """How many of them are at work."""
        return [actor.kind for actor in self.actors].count(kind)

    def start(self, kind: str, steps: Steps, pace: int) -> None:
        """Enter, and write the first request."""
        actor = Actor(f"{kind}{next(self.world.ids)}", kind, steps, pace)
        self.actors.append(actor)
        self._advance(actor, partial(next, steps))

    def step(self, actor: Actor) -> None:
        """Send the request, and go on with its answer."""
        self._advance(actor, self._carry_out(actor))

    def crash_before(self, actor: Actor) -> None:
        """The process ends, the request unsent."""
        self._fault("crashes before", actor)
        self._leave(actor)

    def crash_after(self, actor: Actor) -> None:
        """The process ends, the request carried out."""
        self._fault("crashes after", actor)
        self._carry_out(actor)
        self._leave(actor)

    def lose_answer(self, actor: Actor) -> None:
        """The request is carried out, and the process cannot know."""
        self._fault("hears nothing of", actor)
        self._carry_out(actor)
        self._advance(actor, partial(actor.steps.throw, Lost()))

    def fail(self, actor: Actor) -> None:
        """The request never arrives, and the process cannot know."""
        self._fault("cannot reach", actor)
        self._advance(actor, partial(actor.steps.throw, Lost()))

    def _fault(self, what: str, actor: Actor) -> None:
        self.faults -= 1
        self.tell(f"{actor.name} {what}", actor.request)

    def _carry_out(self, actor: Actor) -> Callable[[], Any]:
        name = _name(actor.request)
        try:
            answer = actor.request()
        except Refused as refused:
            self.tell(f"{actor.name} is refused", actor.request)
            self.carried_out[f"{name} refused"] += 1
            return partial(actor.steps.throw, refused)
        self.tell(f"{actor.name}:", actor.request)
        self.carried_out[name] += 1
        return partial(actor.steps.send, answer)

    def _advance(self, actor: Actor, resume: Callable[[], Any]) -> None:
        try:
            actor.request = resume()
        except (StopIteration, Lost, Refused):
            self.actors.remove(actor)
        except Killed:
            self.tell(f"{actor.name} is killed by its job")
            self.actors.remove(actor)

    def _leave(self, actor: Actor) -> None:
        self.actors.remove(actor)
        actor.steps.close()


def _name(request: Any) -> str:
    return request.func.__name__ if isinstance(request, partial) else request.__name__


def _words(request: Any) -> str:
    words = [getattr(word, "job", word) for word in getattr(request, "args", ())]
    return f"{_name(request)}({', '.join(map(str, words))})"
