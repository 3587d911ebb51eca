"""Snapshots: environments that start as copies of one which was frozen when it was ready.

Lambda (SnapStart) freezes an environment after its start and thaws a copy of it for each it needs,
perhaps weeks later. So a copy must not share what has to differ (what is drawn at random), nor keep
what has grown old meanwhile: connections, keys, leases, counters. A module with such state says
beside it, with `on_restore`, how it is forgotten.
"""

import gc
import os
import random
import ssl
from collections.abc import Callable

from handler.core.starting import started

Step = Callable[[], object]
_SEED = 48  # bytes: what OpenSSL takes from the system when it seeds its generator

_forgetting: list[Step] = []


def on_restore(step: Step) -> Step:
    """Have this done in every copy before its first request."""
    _forgetting.append(step)
    return step


def register(warm: Step) -> None:
    """Have Lambda do what its snapshots need; `warm` does beforehand what a first request would.

    Its runtime brings the package of the hooks, which no bundle holds. Elsewhere nothing is frozen.
    """
    try:
        import snapshot_restore_py as hooks  # type: ignore[import-untyped] # noqa: PLC0415 - see above
    except ImportError:
        return
    hooks.register_before_snapshot(_freeze, warm)
    hooks.register_after_restore(_restore)


def _freeze(warm: Step) -> None:
    warm()
    gc.collect()  # what is left is frozen, and no collection of a copy looks at it
    started()


def _restore() -> None:
    random.seed()  # `secrets` and uuid4 need none: they ask the system for every value
    ssl.RAND_add(os.urandom(_SEED), _SEED)  # TLS draws its keys from a generator of its own
    for step in _forgetting:
        step()
