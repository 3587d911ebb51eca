"""What features offer: rows that go out and come in, what they hold of an account, and tallies.

A feature says so when it is imported, which its router and its jobs do.
"""

from collections.abc import Callable

from handler.transfers.transferable import Importable, Page, Tally, Transferable

Counter = Callable[[float, float, Callable[[], None]], Tally]
"""Counts what was created in a stretch of time (epoch seconds). It calls its last argument now and
then, which raises when the counting has to stop."""

exportables: dict[str, Transferable] = {}
importables: dict[str, Importable] = {}
held: dict[str, Page] = {}
counters: dict[str, Counter] = {}


def offer(kind: Transferable) -> None:
    """Have rows of a kind exported, and imported where they can be."""
    exportables[kind.kind] = kind
    if isinstance(kind, Importable):
        importables[kind.kind] = kind


def hold(part: str, page: Page) -> None:
    """Have these rows in the export of everything that is held about an account."""
    held[part] = page


def tally(feature: str, counter: Counter) -> None:
    """Have a feature counted in the report of each day."""
    counters[feature] = counter
