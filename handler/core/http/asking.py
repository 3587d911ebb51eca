"""What endpoints ask for in their signature: the caller, by right, and the version they expect."""

from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.security import OAuth2PasswordBearer
from starlette.requests import Request

from handler.core import limits
from handler.core.auth import Caller, Role, caller_of
from handler.core.errors import Forbidden, Unauthenticated
from handler.core.http import etags
from handler.core.limits import Limit
from handler.core.records import Versions

_bearer = OAuth2PasswordBearer(
    "token", auto_error=False, refreshUrl="token", description="An access token."
)
SIGNED_IN = Limit("signed_in", calls=300, seconds=60, lease=30)
ANONYMOUS = Limit("anonymous", calls=60, seconds=60, lease=10)
"""Calls by account, and by network address without one (parameters.md, "Rate limits")."""


Documented = Annotated[str | None, Security(_bearer)]


async def _maybe_signed_in(request: Request, _documented: Documented) -> Caller | None:
    token = _token(request)
    if token is None:
        _count(request, ANONYMOUS, limits.by_address(_source(request)))
        return None
    caller = caller_of(token)
    request.scope["dunlin.caller"] = caller.id
    _count(request, SIGNED_IN, caller.id)
    return caller


def _token(request: Request) -> str | None:
    """The bearer token of a request, unread, or None without an Authorization header."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token.strip(" ")


async def _presented(request: Request, _documented: Documented) -> str | None:
    _count(request, ANONYMOUS, limits.by_address(_source(request)))
    return _token(request)


def _count(request: Request, limit: Limit, subject: str) -> None:
    standing = limits.lease(limit, subject)
    if standing is not None:
        request.scope["dunlin.limit"] = standing.headers()


def _source(request: Request) -> str:
    """The peer's address as API Gateway saw it; forwarded headers are the client's to forge."""
    return request.client.host if request.client else ""


async def _source_of(request: Request) -> str:
    return _source(request)


Source = Annotated[str, Depends(_source_of)]
"""The caller's network address."""


PresentedToken = Annotated[str | None, Depends(_presented)]
"""The token of a request as it was sent, for a call that takes one which holds no more."""


async def _anybody(request: Request) -> None:
    _count(request, ANONYMOUS, limits.by_address(_source(request)))


ANYBODY = Depends(_anybody)
"""For the `dependencies` of a route that asks for no caller: it counts the call by its address."""


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
