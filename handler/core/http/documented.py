"""What is said of endpoints: by their decorators, and from those and their types in OpenAPI."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_type_hints

from fastapi.params import File, Form

from handler.core.errors import (
    AppError,
    Forbidden,
    RateLimited,
    Unauthenticated,
    VersionConflict,
)
from handler.core.http import asking, problems
from handler.core.idempotency import IdempotencyInProgress, IdempotencyMismatch
from handler.core.schemas import In, Problem

Endpoint = Callable[..., Any]
E = TypeVar("E", bound=Endpoint)
Document = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Marks:
    """What decorators say about an endpoint."""

    errors: tuple[type[AppError], ...] = ()
    location: str | None = None
    once: bool = False


def raises(*errors: type[AppError]) -> Callable[[E], E]:
    """Declare what an endpoint refuses beside what every route may, for its documentation."""
    return _marking(errors=errors)


def creates(location: str, *, once: bool = True) -> Callable[[E], E]:
    """Say that an endpoint creates: `Location` is filled from what it returns (`/items/{id}`).

    It then takes an Idempotency-Key, unless its answer holds a secret, which is not kept.
    """
    return _marking(location=location, once=once)


def _marking(**changes: Any) -> Callable[[E], E]:
    def mark(endpoint: E) -> E:
        marks = replace(marks_of(endpoint), **changes)
        endpoint.__marks__ = marks  # type: ignore[attr-defined] # a function takes any attribute
        return endpoint

    return mark


def marks_of(endpoint: Endpoint) -> Marks:
    """What was said about an endpoint."""
    marks: Marks = getattr(endpoint, "__marks__", Marks())
    return marks


_MAYBE = (asking.MaybeSignedIn, asking.PresentedToken)
_CALLERS = (*_MAYBE, asking.SignedIn, asking.Moderator, asking.Admin)
_TEXT = {"type": "string"}
_ETAG = {
    "ETag": {
        "description": "The thing's version, for If-Match and If-None-Match.",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    }
}
_CREATED = {"Location": {"description": "Where the new thing is.", "schema": _TEXT}}
_REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` on the answer of an earlier request with the same key.",
        "schema": _TEXT,
    },
}
_WAIT = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer"},
    }
}
_REFUSED = {
    401: {"WWW-Authenticate": {"description": "How to sign in.", "schema": _TEXT}},
    429: _WAIT,
    503: _WAIT,
}
_UNLESS_CHANGED = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "ETags of what is known already: 304 without a body if it is still so.",
}


def described(endpoint: Endpoint, status: int, model: Any, methods: Iterable[str]) -> Document:
    """FastAPI's `responses` and `openapi_extra` of a route."""
    hints = list(get_type_hints(endpoint, include_extras=True).values())
    versioned = "version" in getattr(model, "model_fields", {})
    headers = {
        **(_ETAG if versioned else {}),
        **(_CREATED if marks_of(endpoint).location else {}),
        **(_REPLAYED if marks_of(endpoint).once else {}),
    }
    answers: Document = {status: {"headers": headers}} if headers else {}
    extra: Document = {}
    if versioned and "GET" in methods:
        answers[304] = {"description": "It is as If-None-Match says.", "headers": _ETAG}
        extra["parameters"] = [_UNLESS_CHANGED]
    if any(hint in hints for hint in _MAYBE):
        extra["security"] = [{}]  # beside the token: none will do
    return {"responses": {**answers, **refusals(_errors(endpoint, hints))}, "openapi_extra": extra}


def refusals(errors: Iterable[type[AppError]]) -> Document:
    """OpenAPI `responses` for these errors: by status, each code with its sentence."""
    by_status: dict[int, list[type[AppError]]] = {}
    for error in errors:
        by_status.setdefault(int(error.status), []).append(error)
    return {
        status: {
            "description": " ".join(f"`{one.code()}`: {one.detail}" for one in kinds),
            "headers": _REFUSED.get(status, {}),
            "content": {problems.MEDIA_TYPE: {"schema": _problem(kinds)}},
        }
        for status, kinds in by_status.items()
    }


def _problem(kinds: list[type[AppError]]) -> Document:
    codes = sorted({kind.code() for kind in kinds})
    return {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"code": {"enum": codes}}},
        ]
    }


def _errors(endpoint: Endpoint, hints: list[Any]) -> list[type[AppError]]:
    found = list(problems.EVERYWHERE)
    if any(isinstance(hint, type) and issubclass(hint, In) for hint in hints):
        found += problems.WITH_BODY
    found += _of_form(hints)
    if any(hint in hints for hint in _CALLERS):
        found += [Unauthenticated, RateLimited]
    if asking.Moderator in hints or asking.Admin in hints:
        found.append(Forbidden)
    if asking.Expected in hints:
        found.append(VersionConflict)
    if marks_of(endpoint).once:
        found += [IdempotencyInProgress, IdempotencyMismatch]
    return [*found, *marks_of(endpoint).errors]


def _of_form(hints: list[Any]) -> tuple[type[AppError], ...]:
    """What a route may answer to a form, if it takes one."""
    parts = [part for hint in hints for part in getattr(hint, "__metadata__", ())]
    if any(isinstance(part, File) for part in parts):
        return problems.WITH_FILES
    return problems.WITH_FORM if any(isinstance(part, Form) for part in parts) else ()


def problem_shapes() -> Document:
    """The schemas of a problem and of what it is made of, by name."""
    shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**shape.pop("$defs"), "Problem": shape}


def tell_absent_from_null(paths: Document) -> None:
    """Say that a parameter may be left out, where FastAPI says that it may be null."""
    for operations in paths.values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
                if len(kinds) == 1:
                    del schema["anyOf"]
                    schema.update(kinds[0])
                elif kinds:
                    schema["anyOf"] = kinds


def close_forms(paths: Document, shapes: Document) -> None:
    """Say that a form with files has no other fields than those that are named."""
    for operations in paths.values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            if form := content.get("multipart/form-data"):
                name = form["schema"]["$ref"].rpartition("/")[2]
                shapes[name]["additionalProperties"] = False
