"""Run in a process of its own: the api door, frozen when it is ready, and two copies of it.

Lambda's own runner calls the hooks. A copy is a fork with the memory of the moment of the snapshot;
what Python mends after a fork by itself is put back. Prints what each copy has drawn and answered.
"""

import gc
import json
import os
import random
import sys
import weakref

from awslambdaric.lambda_runtime_hooks_runner import run_after_restore, run_before_snapshot

from handler.core import ids, metrics
from tests.client import Client

COPIES = 2


class Garbage:
    """Something that only a collection gets rid of."""

    def __init__(self) -> None:
        self.itself = self


def say(**what: object) -> None:
    """Tell the test, at once."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def ready() -> int:
    """Whether the database answers."""
    return Client().ask("GET", "/health/ready").status


def copy(memory: object) -> dict[str, object]:
    """What a copy says of itself."""
    random.setstate(memory)  # a fork has its own; a copy of a snapshot has not
    run_after_restore()
    return {
        "counted": sum(sum(one.values()) for one in metrics._counted.values()),
        "random": random.random(),  # noqa: S311 - what retries wait by
        "id": ids.new_id(),
        "status": ready(),
    }


def main() -> None:
    """Start, ask, freeze, wait for the word to go on, thaw twice."""
    status = ready()
    left, frozen = weakref.ref(Garbage()), gc.get_freeze_count()
    gc.disable()  # nothing goes by chance
    run_before_snapshot()
    loaded = {name for name in ("jose.jws", "cryptography") if name in sys.modules}
    more = gc.get_freeze_count() > frozen
    say(frozen={"status": status, "loaded": sorted(loaded), "left": bool(left()), "more": more})
    sys.stdin.readline()
    memory = random.getstate()
    for _ in range(COPIES):
        if (child := os.fork()) == 0:
            say(copy=copy(memory))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
