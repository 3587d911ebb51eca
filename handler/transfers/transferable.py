"""What a feature says of what is its own, so that it can be transferred and counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handler.core.schemas import In
from handler.transfers.cells import Column
from handler.transfers.formats import Row

Page = Callable[[str, str | None], tuple[list[Row], str | None]]
"""Takes an account and a position (None: the start); returns rows, and where they stopped (None at
the end)."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row that is to be created, under an id that its file and line alone decide."""

    id: str
    content: Any


@dataclass(frozen=True, slots=True)
class Transferable:
    """A kind of rows: its columns, and how an account's rows of it are read."""

    kind: str
    columns: Sequence[Column]
    page: Page


@dataclass(frozen=True, slots=True)
class Importable(Transferable):
    """One whose rows come in as well: `shape` checks each, `create` makes those that are missing.

    It does the same again without harm.
    """

    shape: type[In]
    create: Callable[[str, Sequence[Numbered]], None]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a day has brought a feature.

    Counts by name, of which `created` is one, and what was created is worth, by currency.
    """

    counts: Mapping[str, int]
    value: Mapping[str, str]
