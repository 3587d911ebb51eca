"""Ids: ULIDs (26 characters, Crockford's base 32), which sort by the time they were made."""

import hashlib
import secrets

from handler.core import clock

ID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
"""The only spelling of an id; everything else is refused before any lookup."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHANCE = 80  # bits
_MIRROR = str.maketrans(_ALPHABET, _ALPHABET[::-1])


def new_id() -> str:
    """A new id: 48 bits of milliseconds, 80 bits of chance."""
    return _written(clock.now().timestamp(), secrets.randbits(_CHANCE))


def derived_id(seconds: float, *words: object) -> str:
    """The id that follows from a time (epoch seconds) and some words, whoever derives it."""
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    return _written(seconds, int.from_bytes(digest[: _CHANCE // 8], "big"))


def first_id(seconds: float) -> str:
    """The lowest id of a time (epoch seconds): where a stretch of ids begins."""
    return _written(seconds, 0)


def numbered_id(origin: str, number: int) -> str:
    """The id that follows from another and a number: of the same time, and sorted by the number."""
    digest = int.from_bytes(hashlib.sha256(f"{origin}#numbered".encode()).digest()[:6], "big")
    return _written(seconds_of(origin), number << 48 | digest)


def seconds_of(id_: str) -> float:
    """When an id was made, in epoch seconds: its first ten characters."""
    milliseconds = 0
    for character in id_[:10]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(character)
    return milliseconds / 1000


def _written(seconds: float, low: int) -> str:
    number = int(seconds * 1000 + 1e-6) << _CHANCE | low
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def mirrored(id_: str) -> str:
    """The id whose order is reversed: ascending sort keys then list the newest first.

    It is its own inverse.
    """
    return id_.translate(_MIRROR)
