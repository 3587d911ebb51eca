"""Passwords: argon2id through passlib, and old bcrypt hashes, which login replaces.

The only module that knows passlib and bcrypt. Both are loaded at the first password, not at start.
"""

import gzip
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

LENGTH_MIN = 15
LENGTH_MAX = 128
"""Code points after NFC (NIST 800-63B-4 for passwords that stand alone)."""
_MEMORY, _PASSES, _LANES = 19456, 2, 1  # KiB, t, p: OWASP's recommendation for argon2id
_MEMORY_MAX, _PASSES_MAX, _LANES_MAX = 131072, 10, 4  # of stored hashes (Ory Kratos)
_BCRYPT_BYTES = 72  # bcrypt reads no more; later versions raise instead of cutting
_ARGON2 = re.compile(
    r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)
_BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_NOBODY = (  # a hash of 32 random bytes that nobody kept, with the parameters above
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$LkXIOed8D+FcK4Xw/r8Xwg$CYxwAeSK8bqlaIiX0j66jdVQsds3WEbXrFkqTZLP1M4"
)
_BLOCKED = Path(__file__).with_name("blocked.txt.gz")
_TAIL = re.compile(r"[\W\d_]+$")
_UNIT_MAX = 8  # characters of a unit whose repetition does not count as length


def normalized(password: str) -> str:
    """One spelling of what was typed: NFC."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """The hash to store: one hash computation."""
    result: str = _context().hash(normalized(password))
    return result


def verified(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was hashed: one hash computation, whatever is stored.

    An account without a usable hash, and one that does not exist (None), cost the same.
    """
    typed = normalized(password)
    if stored and _BCRYPT.fullmatch(stored):
        import bcrypt  # noqa: PLC0415 - only accounts that came from elsewhere need it

        return bcrypt.checkpw(typed.encode()[:_BCRYPT_BYTES], stored.encode())
    usable = stored if stored and _within_bounds(stored) else None
    matches: bool = _context().verify(typed, usable or _NOBODY)
    return matches and usable is not None


def outdated(stored: str) -> bool:
    """Whether a hash that was just verified should be replaced by one of today's."""
    return not _ARGON2.fullmatch(stored) or bool(_context().needs_update(stored))


def usable(stored: str | None) -> bool:
    """Whether a stored hash is one that this module can verify."""
    return bool(stored) and (_within_bounds(stored or "") or bool(_BCRYPT.fullmatch(stored or "")))


def _within_bounds(stored: str) -> bool:
    match = _ARGON2.fullmatch(stored)
    if match is None:
        return False
    memory, passes, lanes = map(int, match.groups())
    return memory <= _MEMORY_MAX and passes <= _PASSES_MAX and lanes <= _LANES_MAX


@cache
def _context() -> Any:
    from passlib.context import CryptContext  # noqa: PLC0415 - loaded at the first password

    return CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=_MEMORY,
        argon2__rounds=_PASSES,
        argon2__parallelism=_LANES,
    )


def is_guessable(password: str, *own: str) -> bool:
    """Whether a password is on the block list, repeats a short unit, or is made of own names."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    core = _TAIL.sub("", plain)
    if not core or _is_repetition(core) or _is_repetition(plain):
        return True
    if plain in _blocked() or core in _blocked():
        return True
    rest = core
    for name in sorted((n.casefold() for n in own if len(n) > 2), key=len, reverse=True):  # noqa: PLR2004 - initials are no names
        rest = rest.replace(name, "")
    return rest != core and len(rest) < LENGTH_MIN - _UNIT_MAX


def _is_repetition(text: str) -> bool:
    """Whether a short unit makes up all of a text: `abcabcabcabcabc`."""
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text
        for size in range(1, min(_UNIT_MAX, len(text) // 2) + 1)
    ) or any(
        part in _blocked() and text == part * (len(text) // len(part)) for part in _halves(text)
    )


def _halves(text: str) -> list[str]:
    return [text[: len(text) // times] for times in (2, 3) if len(text) % times == 0]


@cache
def _blocked() -> frozenset[str]:
    return frozenset(gzip.decompress(_BLOCKED.read_bytes()).decode().split("\n"))
