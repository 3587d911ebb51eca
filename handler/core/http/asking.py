"""What endpoints ask for in their signature: the caller, by right, and the version they expect."""

from typing import Annotated

from fastapi import Depends, Header, Security
from fastapi.openapi.models import OAuth2, OAuthFlowPassword, OAuthFlows
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from handler.core import limits
from handler.core.auth import Caller, Role, caller_of
from handler.core.errors import Forbidden, Unauthenticated
from handler.core.http import etags
from handler.core.limits import Limit
from handler.core.records import Versions

SIGNED_IN = Limit("signed_in", calls=300, seconds=60, lease=30)
ANONYMOUS = Limit("anonymous", calls=60, seconds=60, lease=10)
"""Calls by account, and by network address without one (parameters.md, "Rate limits")."""
_PASSWORD_FLOW = OAuth2(
    flows=OAuthFlows(password=OAuthFlowPassword(tokenUrl="token", refreshUrl="token")),
    description="An access token.",
)


class _Bearer(SecurityBase):
    """The bearer of a token, if of one of these roles; of no roles: whoever, nobody too.

    Each right is one dependency: in a chain FastAPI would solve every link for every request.
    """

    def __init__(self, *roles: Role) -> None:
        self.model = _PASSWORD_FLOW
        self.scheme_name = "OAuth2PasswordBearer"
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
    """Whoever a request's token stands for, with the call counted against their limit."""
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


class _Presented(_Bearer):
    """Documents a token that is handed on unread."""

    async def __call__(self, request: Request) -> str | None:  # type: ignore[override] # unread
        _count(request, ANONYMOUS, limits.by_address(_source(request)))
        return _token(request)


PresentedToken = Annotated[str | None, Security(_Presented())]
"""The token of a request as it was sent, for a call that takes one which holds no more."""


async def _anybody(request: Request) -> None:
    _count(request, ANONYMOUS, limits.by_address(_source(request)))


ANYBODY = Depends(_anybody)
"""For the `dependencies` of a route that asks for no caller: it counts the call by its address."""


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
