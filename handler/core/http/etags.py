"""Entity tags: a row's version in quotes, and what clients may ask of it (RFC 9110, 13.1)."""

import re

from handler.core.records import Versions

_TAG = re.compile(r'(W/)?"([^"]{0,64})"')
_VERSION = re.compile(r"[1-9][0-9]{0,14}")  # DynamoDB numbers have 38 digits, versions fewer


def etag(version: int) -> str:
    """The tag of a version."""
    return f'"{version}"'


def accepted(if_match: str | None) -> Versions:
    """The versions that an If-Match names, or None where any will do.

    Weak tags never match here (RFC 9110, 13.1.1), nor do tags that are none of ours.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    return tuple(int(tag) for weak, tag in tags if not weak and _VERSION.fullmatch(tag))


def unchanged(if_none_match: str | None, version: int) -> bool:
    """Whether an If-None-Match names this version, so that 304 will do."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return any(tag == str(version) for _, tag in _TAG.findall(if_none_match))
