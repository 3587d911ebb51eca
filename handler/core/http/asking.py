"""What endpoints ask for in their signature: the caller, by right, and the version they expect."""

from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.requests import Request

from handler.core.auth import Caller, Role, caller_of
from handler.core.errors import Forbidden, Unauthenticated
from handler.core.http import etags
from handler.core.records import Versions

_bearer = HTTPBearer(auto_error=False, description="An access token.")


async def _maybe_signed_in(
    request: Request,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    caller = caller_of(token.strip(" "))
    request.scope["dunlin.caller"] = caller.id
    return caller


MaybeSignedIn = Annotated[Caller | None, Depends(_maybe_signed_in)]
"""The caller, or None without a token. A token that does not hold is refused."""


async def _signed_in(caller: MaybeSignedIn) -> Caller:
    if caller is None:
        raise Unauthenticated
    return caller


SignedIn = Annotated[Caller, Depends(_signed_in)]
"""Any account."""


async def _moderator(caller: SignedIn) -> Caller:
    if not caller.role.moderates:
        raise Forbidden
    return caller


Moderator = Annotated[Caller, Depends(_moderator)]
"""An account that looks after other people's things."""


async def _admin(caller: SignedIn) -> Caller:
    if caller.role is not Role.ADMIN:
        raise Forbidden
    return caller


Admin = Annotated[Caller, Depends(_admin)]
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
