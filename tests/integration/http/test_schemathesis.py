"""The OpenAPI document and the door agree, as far as schemathesis can think of requests."""

import base64
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import positive_data_acceptance

from handler import api


def _door(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The api door as a WSGI application: what API Gateway makes of a request and an answer."""
    named = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name == "CONTENT_TYPE" and value)
    }
    http = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        "sourceIp": "192.0.2.1",
    }
    with environ["wsgi.input"] as sent:
        body = sent.read()
    answer = api.handle(
        {
            "version": "2.0",
            "rawQueryString": environ["QUERY_STRING"],
            "headers": named,
            "requestContext": {"http": http, "stage": "$default"},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        },
        None,
    )
    start(
        f"{answer['statusCode']} {HTTPStatus(answer['statusCode']).phrase}",
        list(answer["headers"].items()),
    )
    return [answer["body"].encode()]


_BEYOND = {
    "content_type_refused",
    "cursor_invalid",
    "file_too_large",
    "form_invalid",
    "idempotency_mismatch",
    "link_invalid",
    "password_guessable",
    "query_unsupported",
    "request_malformed",
    "version_conflict",
}
_WORDED = {"q", "price", "min_price", "max_price", "size"}


def _beyond_schemas(answer: Response) -> bool:
    """Whether a request is refused for what no JSON schema can say.

    That is fields of a form given twice, NUL in a query, signed cursors, one-time links, passwords
    that everybody knows, types of files and how long those may be, versions that moved on, rules
    over several fields (`loc` is then the body or query as a whole), what Unicode takes for a word,
    and the digits of a number.
    """
    if answer.status_code < 400:
        return False
    problem = answer.json()
    places = [error["loc"] for error in problem.get("errors", [])]
    known = [len(place) == 1 or place[-1] in _WORDED for place in places]
    return problem["code"] in _BEYOND or (bool(known) and all(known))


schema = schemathesis.openapi.from_wsgi("/openapi.json", _door)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=100,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_document_is_kept(case, ann):
    """Every answer is one that the document promises for such a request."""
    answer = case.call(headers={"Authorization": f"Bearer {ann.token}"})
    unless = [positive_data_acceptance] if _beyond_schemas(answer) else []
    case.validate_response(answer, excluded_checks=unless)
