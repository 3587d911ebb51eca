"""What can be transferred: a feature takes part by one entry here, and a module that makes it."""

from handler.transfers.account import ACCOUNT
from handler.transfers.items import ITEMS
from handler.transfers.transferable import Importable, Transferable

_IMPORTABLES = {one.kind: one for one in (ITEMS,)}
_KINDS: dict[str, Transferable] = {**_IMPORTABLES, ACCOUNT.kind: ACCOUNT}


def find(kind: str) -> Transferable:
    """A kind by its name."""
    return _KINDS[kind]


def importable(kind: str) -> Importable:
    """A kind whose rows may come in, by its name."""
    return _IMPORTABLES[kind]
