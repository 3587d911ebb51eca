"""E-mail addresses: one canonical key for each mailbox.

The local part is ASCII (RFC 5321), because `.lower()` maps the Kelvin sign to `k` and mail systems
disagree about everything else; domains may be international and become punycode.
"""

import re

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_DOMAIN = re.compile(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])", re.ASCII
)
_LOCAL_MAX = 64  # RFC 5321, 4.5.3.1
_ADDRESS_MAX = 254
_AMBIGUOUS = frozenset("ß\u1e9eς")  # IDNA 2003 and 2008 take them to different domains


def canonical(address: str) -> str:
    """The one spelling of an address. Raises ValueError when it is none."""
    local, at, domain = address.rpartition("@")
    if not at or not address.isprintable() or len(address) > _ADDRESS_MAX:
        raise ValueError("must be an e-mail address")
    local = local.lower() if local.isascii() else ""
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("must be an e-mail address") from error
    found = f"{local}@{ascii_domain}"
    if (
        max(len(local) - _LOCAL_MAX, len(found) - _ADDRESS_MAX) > 0
        or not _AMBIGUOUS.isdisjoint(domain)
        or not _LOCAL.fullmatch(local)
        or not _DOMAIN.fullmatch(ascii_domain)
    ):
        raise ValueError("must be an e-mail address")
    return found


def canonical_or_none(address: str) -> str | None:
    """The one spelling of an address, or None where it is none: for lookups."""
    try:
        return canonical(address)
    except ValueError:
        return None
