"""Ids: ULIDs (26 characters, Crockford's base 32), which sort by the time they were made."""

import secrets

from handler.core import clock

ID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
"""The only spelling of an id; everything else is refused before any lookup."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MIRROR = str.maketrans(_ALPHABET, _ALPHABET[::-1])


def new_id() -> str:
    """A new id: 48 bits of milliseconds, 80 bits of chance."""
    number = int(clock.now().timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def mirrored(id_: str) -> str:
    """The id whose order is reversed: ascending sort keys then list the newest first.

    It is its own inverse.
    """
    return id_.translate(_MIRROR)
