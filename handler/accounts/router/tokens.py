"""Tokens and sessions: signing in, staying signed in, signing out."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import Cookie, Depends, Form, Header, Path
from starlette.responses import Response

from handler.accounts import emails
from handler.accounts.keyring import key_ring
from handler.accounts.schemas import JwksOut, SessionsOut, TokenForm, TokensOut
from handler.accounts.service import devices, signin
from handler.accounts.service.devices import SessionNotFound
from handler.accounts.service.signin import (
    AccountDisabled,
    CredentialsInvalid,
    Device,
    EmailUnverified,
    Tokens,
)
from handler.core.errors import (
    Forbidden,
    InputInvalid,
    RateLimited,
    Unauthenticated,
    WriteConflict,
)
from handler.core.http import PresentedToken, Router, SignedIn, Source, raises
from handler.core.ids import ID_PATTERN
from handler.core.settings import settings

router = Router(tags=["tokens"])

_COOKIE = "__Host-refresh"
_COOKIE_SECONDS = 7 * 24 * 3600
Mode = Annotated[
    Literal["body", "cookie"],
    Header(alias="X-Token-Mode", description="`cookie` keeps the refresh token from scripts."),
]


async def _device(
    source: Source,
    agent: Annotated[str, Header(alias="User-Agent", include_in_schema=False)] = "",
) -> Device:
    return Device(agent, source)


CallingDevice = Annotated[Device, Depends(_device)]
Origin = Annotated[str | None, Header(include_in_schema=False)]
RefreshCookie = Annotated[str | None, Cookie(alias=_COOKIE)]


class OriginForeign(Forbidden):
    """A page of another origin asked in cookie mode."""

    detail = "Cookie mode is for the application's own pages."


@router.post("/token", response_model=TokensOut)
@raises(
    Unauthenticated,
    CredentialsInvalid,
    EmailUnverified,
    AccountDisabled,
    OriginForeign,
    RateLimited,
    WriteConflict,
)
def create_token(
    form: Annotated[TokenForm, Form()],
    device: CallingDevice,
    origin: Origin = None,
    mode: Mode = "body",
    cookie: RefreshCookie = None,
) -> Response:
    """Sign in with a password, or turn a refresh token into the next pair (OAuth 2)."""
    if mode == "cookie":
        _require_own_origin(origin)
    if form.grant_type == "refresh_token":
        text = form.refresh_token or (cookie if mode == "cookie" else None)
        if not text:
            raise InputInvalid.at("body", "refresh_token", type_="missing", msg="Field required")
        return _answer(signin.refresh(text), mode)
    address = emails.canonical_or_none(form.username) or f"?{form.username.casefold()}"
    return _answer(signin.sign_in(address, form.password, device), mode)


@router.post("/logout", status_code=204)
@raises(OriginForeign)
def delete_token(
    token: PresentedToken,
    origin: Origin = None,
    refresh_token: Annotated[str | None, Form(max_length=400)] = None,
    mode: Mode = "body",
    cookie: RefreshCookie = None,
) -> Response:
    """End this session: that of the refresh token, or of the access token."""
    if mode == "cookie":
        _require_own_origin(origin)
        refresh_token = refresh_token or cookie
    signin.sign_out(refresh_token, token)
    answer = Response(status_code=204)
    if mode == "cookie":
        answer.delete_cookie(_COOKIE, secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/sessions", response_model=SessionsOut)
def list_sessions(caller: SignedIn) -> dict[str, Any]:
    """List the devices that are signed in to your account."""
    return {"items": devices.list_sessions(caller)}


@router.delete("/sessions/{session_id}", status_code=204)
@raises(SessionNotFound)
def end_session(caller: SignedIn, session_id: Annotated[str, Path(pattern=ID_PATTERN)]) -> None:
    """Sign a device out."""
    devices.end_session(caller, session_id)


@router.delete("/sessions", status_code=204)
def end_other_sessions(caller: SignedIn) -> None:
    """Sign all other devices out."""
    devices.end_other_sessions(caller)


@router.get("/.well-known/jwks.json", response_model=JwksOut)
def get_jwks() -> dict[str, Any]:
    """List the public keys that verify access tokens, with the next one before it signs."""
    return {"keys": key_ring().published()}


def _answer(pair: Tokens, mode: str) -> Response:
    in_cookie = mode == "cookie"
    shown = TokensOut(
        access_token=pair.access_token,
        expires_in=pair.expires_in,
        refresh_token=None if in_cookie else pair.refresh_token,
    )
    answer = Response(
        shown.model_dump_json(exclude_none=True),
        headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
        media_type="application/json",
    )
    if in_cookie:
        answer.set_cookie(
            _COOKIE,
            pair.refresh_token,
            max_age=_COOKIE_SECONDS,
            secure=True,
            httponly=True,
            samesite="strict",
        )
    return answer


def _require_own_origin(origin: str | None) -> None:
    home = urlsplit(settings().link_base)
    own = {f"{home.scheme}://{home.netloc}", *settings().allowed_origins}
    if origin is None or origin not in own:
        raise OriginForeign
