"""What can go wrong, named by meaning. A feature subclasses one of the kinds and names the fact.

The class name in snake case is the code that clients switch on (`ItemNotFound`: `item_not_found`),
so renaming a class changes the contract. `docs/errors.md` lists them all.
"""

import re
from functools import cache
from http import HTTPStatus
from typing import ClassVar


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class AppError(Exception):
    """A refusal the caller can act on. Raise a subclass; `detail` is a sentence users may read."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "Something went wrong."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        if detail:
            self.detail = detail

    @classmethod
    def code(cls) -> str:
        """The class name in snake case."""
        return _snake(cls.__name__)

    def headers(self) -> dict[str, str]:
        """What the answer must carry beside the problem."""
        return {}


class BadRequest(AppError):
    """The request cannot be understood."""

    status = HTTPStatus.BAD_REQUEST
    detail = "The request cannot be understood."


class Unauthenticated(AppError):
    """Nobody is signed in, or the token does not hold."""

    status = HTTPStatus.UNAUTHORIZED
    detail = "Sign in first."

    def headers(self) -> dict[str, str]:
        """RFC 9110 15.5.2: a 401 says how to sign in."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(AppError):
    """The caller may see the thing but not do this to it."""

    status = HTTPStatus.FORBIDDEN
    detail = "Your role does not allow this."


class NotFound(AppError):
    """There is no such thing, or it is another's private one."""

    status = HTTPStatus.NOT_FOUND
    detail = "There is no such thing."


class Conflict(AppError):
    """It clashes with what is already there."""

    status = HTTPStatus.CONFLICT
    detail = "That clashes with what is already there."


class PreconditionFailed(AppError):
    """The caller's condition (If-Match) does not hold."""

    status = HTTPStatus.PRECONDITION_FAILED
    detail = "The thing is not what you expected."


class TooLarge(AppError):
    """More bytes than this call takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    detail = "The request is too large."


class Unprocessable(AppError):
    """The request is understood, and breaks a rule."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    detail = "The request breaks a rule."


class Unavailable(AppError):
    """Something this call depends on does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    detail = "The service does not answer right now. Try again."
    retry_after: ClassVar[int] = 2  # seconds; threats K2 allows 3

    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.retry_after)}


class RateLimited(AppError):
    """The caller asks more often than the limit allows."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    detail = "Too many requests. Wait a moment."

    def __init__(self, standing: dict[str, str] | None = None, wait: int = 60) -> None:
        super().__init__()
        self._headers = {**(standing or {}), "Retry-After": str(wait)}

    def headers(self) -> dict[str, str]:
        """How the caller stands, and when (seconds) to come again."""
        return self._headers


class InternalError(AppError):
    """A fault of ours."""

    detail = "Something went wrong on our side."


class VersionConflict(PreconditionFailed):
    """The thing changed since the caller read it."""

    detail = "It was changed meanwhile. Read it again and repeat your change."


class WriteConflict(Conflict):
    """Others kept changing the thing while this call tried to."""

    detail = "Others are changing this at the same time. Try again."

    @classmethod
    def code(cls) -> str:
        """The same fact as a stale If-Match, met without one (api.md, "Versions")."""
        return VersionConflict.code()


class InputInvalid(Unprocessable):
    """A value breaks a rule; `errors` says where and which, and never repeats the value."""

    detail = "Some values are not acceptable."

    def __init__(self, errors: list[dict[str, object]]) -> None:
        super().__init__()
        self.errors = errors

    @classmethod
    def at(cls, *loc: str | int, type_: str, msg: str) -> "InputInvalid":
        """One error at one place."""
        return cls([{"loc": list(loc), "type": type_, "msg": msg}])
