"""Carrying things in and out: exports, imports, and what a day's report says."""

from handler.transfers.cells import Column
from handler.transfers.registry import hold, offer, tally
from handler.transfers.transferable import Importable, Numbered, Tally, Transferable

__all__ = [
    "Column",
    "Importable",
    "Numbered",
    "Tally",
    "Transferable",
    "hold",
    "offer",
    "tally",
]
