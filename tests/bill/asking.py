"""What a kind of request or job is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bill.scene import Scene

Do = Callable[[Scene], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done, by which function. `prepare` gives what is measured, which is another call."""

    function: str
    prepare: Callable[[Scene], Callable[[], Any]]


def asks(event: Do, *, remember: bool = False) -> Kind:
    """A request; its answer may be remembered for the next of the kind."""

    def prepare(scene: Scene) -> Callable[[], Any]:
        asked = event(scene)

        def ask() -> dict[str, Any]:
            answer = scene.ask(asked)
            if answer["statusCode"] >= 500:
                raise RuntimeError(answer)
            if remember:
                scene.refresh_token = json.loads(answer["body"])["refresh_token"]
            return answer

        return ask

    return Kind("api", prepare)
