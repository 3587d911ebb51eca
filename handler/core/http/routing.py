"""Routes: strict bodies, endpoints run inline, and the headers that follow from what they return.

Endpoints are plain functions. They run in the event loop's own thread: PynamoDB blocks anyway and a
Lambda environment serves one request at a time, so FastAPI's hop to a worker thread, which costs
four times the endpoint (performance.md), would buy nothing.
"""

import inspect
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, get_origin
from urllib.parse import parse_qsl, unquote_to_bytes

from fastapi import APIRouter, Header
from fastapi.params import File, Form
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from handler.core import strict_json
from handler.core.errors import InputInvalid
from handler.core.http import etags, multipart, problems
from handler.core.http.documented import Endpoint, described, marks_of
from handler.core.idempotency import Answer, Claim, claim

# FastAPI would import all of pydantic.v1, 4 % of a cold start, to see that no model here is of it.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type] # None: there is no such module

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=16,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any unique text. The same key answers what it answered first, for 24 hours.",
    ),
]


class _StrictRequest(Request):
    """A request whose JSON was read by `strict_json`, or whose files by `multipart`."""

    content: Any = None

    async def json(self) -> Any:
        return self.content

    def hold(self, form: FormData) -> None:
        """Have FastAPI take this form for the request's."""
        self._form = form
        self.content = multipart.content(form)


class _StrictRoute(APIRoute):
    """Checks a request before FastAPI reads it.

    A path of its own is no other route's, also where it would fit one with parameters: what it does
    not know it refuses (OpenAPI, Paths Object).
    """

    _concrete: ClassVar[set[str]] = set()

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if "{" not in path:
            self._concrete.add(path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if "{" in self.path and scope["path"] in self._concrete:
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            given = _StrictRequest(request.scope, request.receive)
            _refuse_repeated(given)
            if self.body_field is not None:
                await self._read(given, self.body_field.field_info)
            return await handler(given)

        return strict

    async def _read(self, request: _StrictRequest, body: Any) -> None:
        if isinstance(body, File):
            request.hold(await multipart.read(request, *self._files()))
            return
        plain = request.scope[problems.OAUTH] = isinstance(body, Form)
        await (_check_form(request) if plain else _read_json(request))

    def _files(self) -> tuple[set[str], set[str]]:
        """The names of the fields that hold one file, and of those that hold many."""
        fields = self.dependant.body_params
        many = {one.alias for one in fields if get_origin(one.field_info.annotation) is list}
        return {one.alias for one in fields} - many, many


def _refuse_repeated(request: Request) -> None:
    query = request.scope["query_string"]
    if not query:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    for name, count in Counter(names).items():
        if count > 1:
            raise InputInvalid.at("query", name[:64], type_="repeated", msg="Give it once")


async def _check_form(request: Request) -> None:
    """Refuse what is no URL-encoded form, or one that could be read in two ways."""
    body = await request.body()
    kind = request.headers.get("content-type", "").lower().partition(";")[0].strip()
    if body and kind != "application/x-www-form-urlencoded":
        raise problems.FormExpected
    if len(body) > strict_json.BODY_BYTES:
        raise strict_json.BodyTooLarge
    try:
        plain = unquote_to_bytes(body).decode("utf-8")
        names = [name for name, _ in parse_qsl(body.decode("ascii"), keep_blank_values=True)]
    except ValueError as error:
        raise problems.FormInvalid from error
    if "\0" in plain or len(names) != len(set(names)):
        raise problems.FormInvalid


async def _read_json(request: _StrictRequest) -> None:
    body = await request.body()
    if not body:
        return
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace('"', "").strip()
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise problems.ContentTypeUnsupported
    request.content = strict_json.parse(body)


class Router(APIRouter):
    """A room's router: `@router.get(...)` over plain functions that make one call."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            route_class=_StrictRoute,
            redirect_slashes=False,
            generate_unique_id_function=lambda route: route.name,
            **options,
        )

    def add_api_route(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        """Add a route as FastAPI does, run inline, with every error it can answer declared."""
        status, model = options.get("status_code") or 200, options.get("response_model")
        document = described(endpoint, status, model, options.get("methods") or ())
        document["responses"].update(options.get("responses") or {})
        inline = _Inline(endpoint, status, model)
        super().add_api_route(path, inline.endpoint(), **{**options, **document})


class _Inline:
    """An endpoint as FastAPI runs it."""

    def __init__(self, endpoint: Endpoint, status: int, model: Any) -> None:
        self._endpoint = endpoint
        self._status = status
        self._model = model
        marks = marks_of(endpoint)
        self._location, self._once = marks.location, marks.once

    def endpoint(self) -> Endpoint:
        """The coroutine function that stands for the plain one, with the same documentation."""

        async def run(http_request: _StrictRequest, http_response: Response, **values: Any) -> Any:
            key = values.pop("idempotency_key", None)
            if key is not None:
                return self._run_once(http_request, http_response, key, values)
            return self._run(http_request, http_response, values)

        run.__name__ = self._endpoint.__name__
        run.__doc__ = self._endpoint.__doc__
        run.__signature__ = self._signature()  # type: ignore[attr-defined] # inspect's own protocol
        return run

    def _signature(self) -> inspect.Signature:
        hidden = {"http_request": Request, "http_response": Response}
        if self._once:
            hidden["idempotency_key"] = IdempotencyKey  # type: ignore[assignment] # an annotation
        extra = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=hint,
                default=None if name == "idempotency_key" else inspect.Parameter.empty,
            )
            for name, hint in hidden.items()
        ]
        own = inspect.signature(self._endpoint)
        return own.replace(parameters=[*own.parameters.values(), *extra])

    def _run(self, request: Request, response: Response, values: dict[str, Any]) -> Any:
        value = self._endpoint(**values)
        headers = self._headers(value)
        if "ETag" in headers and request.method == "GET":
            known = request.headers.get("if-none-match")
            if etags.unchanged(known, value.version):
                return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return value

    def _run_once(
        self, request: _StrictRequest, response: Response, key: str, values: dict[str, Any]
    ) -> Any:
        scope = (request.scope.get("dunlin.caller", ""), self._endpoint.__name__)
        taken = claim(scope, key, [str(request.url.path), request.content])
        if not isinstance(taken, Claim):
            replayed = {**taken.headers, "Idempotent-Replayed": "true"}
            return Response(taken.body, taken.status, replayed, "application/json")
        with taken.answered_by(self._render):
            value = self._run(request, response, values)
        if not taken.kept:
            raise RuntimeError(f"{self._endpoint.__name__} creates without transaction(result=...)")
        return value

    def _headers(self, value: Any) -> dict[str, str]:
        version = getattr(value, "version", None)
        headers = {} if version is None else {"ETag": etags.etag(version)}
        if self._location:
            headers["Location"] = self._location.format_map(_Attributes(value))
        return headers

    def _render(self, value: Any) -> Answer:
        adapter = TypeAdapter(self._model)
        body = adapter.dump_json(adapter.validate_python(value, from_attributes=True))
        return Answer(self._status, self._headers(value), body.decode())


class _Attributes(dict[str, Any]):
    """Lets `{id}` in a Location stand for an attribute of what was created."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self._value = value

    def __missing__(self, name: str) -> Any:
        return getattr(self._value, name)
