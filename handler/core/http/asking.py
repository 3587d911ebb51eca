"""What endpoints ask for in their signature: the caller, by right, and the version they expect."""

from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from handler.core.auth import Caller, Role, caller_of
from handler.core.errors import Forbidden, Unauthenticated
from handler.core.http import etags
from handler.core.records import Versions


class _Bearer(SecurityBase):
    """The bearer of a token, if of one of these roles; of no roles: whoever, nobody too.

    Each right is one dependency: in a chain FastAPI would solve every link for every request.
    """

    def __init__(self, *roles: Role) -> None:
        self.model = HTTPBearer(description="An access token.")
        self.scheme_name = "HTTPBearer"
        self._roles = roles

    async def __call__(self, request: Request) -> Caller | None:
        caller = _caller(request)
        if not self._roles:
            return caller
        if caller is None:
            raise Unauthenticated
        if caller.role not in self._roles:
            raise Forbidden
        return caller


def _caller(request: Request) -> Caller | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    caller = caller_of(token.strip(" "))
    request.scope["dunlin.caller"] = caller.id
    return caller


MaybeSignedIn = Annotated[Caller | None, Security(_Bearer())]
"""The caller, or None without a token. A token that does not hold is refused."""

SignedIn = Annotated[Caller, Security(_Bearer(*Role))]
"""Any account."""

Moderator = Annotated[Caller, Security(_Bearer(Role.MODERATOR, Role.ADMIN))]
"""An account that looks after other people's things."""

Admin = Annotated[Caller, Security(_Bearer(Role.ADMIN))]
"""An account that runs this deployment."""


async def _expected(
    if_match: Annotated[
        str | None,
        Header(max_length=300, description="Change it only if its ETag is (one of) these."),
    ] = None,
) -> Versions:
    return etags.accepted(if_match)


Expected = Annotated[Versions, Depends(_expected)]
"""The versions that If-Match names, or None: then any will do."""
