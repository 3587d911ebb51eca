"""Calls to AWS that are made at once, on threads that are kept."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from typing import TypeVar

THREADS = 16
"""As many as a sorted list has shards (`core.shards`)."""
T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What calls return, in order; a single one is made here. Raises what one of them raises."""
    if len(calls) == 1:
        return [calls[0]()]
    made = [_pool().submit(copy_context().run, call) for call in calls]
    wait(made)  # for all: none is left at work when one has failed and the request is answered
    return [one.result() for one in made]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="together")
