"""Passwords: argon2id through passlib, and old bcrypt hashes, which login replaces.

The only module that knows passlib and bcrypt. Both are loaded at the first password, not at start.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable
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
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]{0,2}),p=([1-9][0-9]{0,2})"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}"
)
_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}")  # up to a second's work
_NOBODY = (  # a hash of 32 random bytes that nobody kept, with the parameters above
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$LkXIOed8D+FcK4Xw/r8Xwg$CYxwAeSK8bqlaIiX0j66jdVQsds3WEbXrFkqTZLP1M4"
)
_BLOCKED = Path(__file__).with_name("blocked.txt.gz")
_UNIT_MAX = 8  # characters of a unit whose repetition does not count as length
_DISTINCT_MIN = 5  # different characters of a text that is no pattern
_WALKS = tuple(  # over keyboards and alphabets, again and again
    walk * (LENGTH_MAX // len(walk) + 2)
    for walk in (
        "1234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "poiuytrewqlkjhgfdsamnbvcxz",
        "qazwsxedcrfvtgbyhnujmikolp",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "1q2w3e4r5t6y7u8i9o0p",
    )
)


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
    try:
        if stored and _BCRYPT.fullmatch(stored):
            import bcrypt  # noqa: PLC0415 - only accounts that came from elsewhere need it

            return bcrypt.checkpw(typed.encode()[:_BCRYPT_BYTES], stored.encode())
        if stored and _within_bounds(stored):
            matches: bool = _context().verify(typed, stored)
            return matches
    except ValueError:  # its form is right and its content is not
        return _refused(typed)
    return _refused(typed)


def _refused(typed: str) -> bool:
    """Never: the work of a hash, for nobody's."""
    _context().verify(typed, _NOBODY)
    return False


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
    return 8 * lanes <= memory <= _MEMORY_MAX and passes <= _PASSES_MAX and lanes <= _LANES_MAX


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
    """Whether a password is on the block list, follows a pattern, or is made of own names.

    Digits and signs around it count only where they are many and follow none.
    """
    plain = _folded(password)
    core = _core(plain)
    if _is_simple(plain) or _is_simple(core):
        return True
    rest = core
    for name in sorted(_names(own), key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest != core and len(rest) < LENGTH_MIN - _UNIT_MAX


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _core(plain: str) -> str:
    letters = [place for place, char in enumerate(plain) if char.isalpha()]
    if not letters:
        return plain
    head, core = plain[: letters[0]], plain[letters[0] : letters[-1] + 1]
    tail = plain[letters[-1] + 1 :]
    is_little = len(head) + len(tail) <= _UNIT_MAX or (_is_simple(head) and _is_simple(tail))
    return core if is_little else plain


def _names(own: Iterable[str]) -> set[str]:
    """Names, and the parts that they have; initials are none."""
    folded = [_folded(name) for name in own]
    parts = [part for name in folded for part in re.split(r"[\W\d_]+", name)]
    return {name for name in (*folded, *parts) if len(name) > 2}  # noqa: PLR2004 - initials


def _is_simple(text: str) -> bool:
    return (
        len(set(text)) < _DISTINCT_MIN
        or text in _blocked()
        or _is_repetition(text)
        or any(text in walk or text[::-1] in walk for walk in _WALKS)
    )


def _is_repetition(text: str) -> bool:
    """Whether a short unit makes up all of a text: `abcabcabcabcabc`."""
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text
        for size in range(1, min(_UNIT_MAX, (len(text) + 1) // 2) + 1)
    ) or any(
        part in _blocked() and text == part * (len(text) // len(part)) for part in _halves(text)
    )


def _halves(text: str) -> list[str]:
    return [text[: len(text) // times] for times in (2, 3) if len(text) % times == 0]


@cache
def _blocked() -> frozenset[str]:
    return frozenset(gzip.decompress(_BLOCKED.read_bytes()).decode().split("\n"))
