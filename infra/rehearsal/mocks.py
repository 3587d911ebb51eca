"""Every service of moto, answered in this process."""

import re
from functools import cache
from typing import Any

from moto.backends import get_backend
from moto.core.request import Request
from werkzeug.exceptions import HTTPException

from infra.local.calls import Answer, Call
from infra.local.mocks import MOTO
from infra.local.places import ACCOUNT

_WORLDWIDE = {"budgets", "iam"}
_HOSTS = {"ecr": "api.ecr", "ses": "email"}
"""How hosts begin, where that is not the name with which calls are signed."""
_BACKENDS = {
    "apigateway": "apigatewayv2",
    "lambda": "awslambda",
    "monitoring": "cloudwatch",
    "ses": "sesv2",
}
"""What moto calls services, where that is not the name with which calls are signed."""


def moto(call: Call) -> Answer:
    """Answer a call: by the twin's engine what functions use, by moto what only a deploy does."""
    if call.service in MOTO:
        return MOTO[call.service](call)
    region = "" if call.service in _WORLDWIDE else f".{call.region}"
    host = f"{_HOSTS.get(call.service, call.service)}{region}.amazonaws.com"
    url = f"https://{host}{call.path}"
    request = Request.from_primitives(call.method, url, {**call.headers, "host": host}, call.body)
    try:
        status, headers, body = _method(call, url)(request, url, request.headers)
    except HTTPException as error:
        status, headers, body = error.code, dict(error.get_headers()), error.get_body()
    answered = body.encode() if isinstance(body, str) else bytes(body)
    return Answer(int(status), {str(name): str(value) for name, value in headers.items()}, answered)


def _method(call: Call, url: str) -> Any:
    """Find the method of moto's that answers requests to a URL. Raises LookupError."""
    plain = url.partition("?")[0]
    for pattern, method in _urls(call.service, call.region).items():
        if re.match(pattern, plain):
            return method
    raise LookupError(f"moto has no {call.method} {plain}")


@cache
def _urls(service: str, region: str) -> dict[str, Any]:
    backends: Any = get_backend(_BACKENDS.get(service, service))[ACCOUNT]  # type: ignore[call-overload]
    found: dict[str, Any] = backends[region if region in backends else "aws"].urls
    return found


def in_path(path: str, host: str) -> str:
    """Move the bucket of `bucket.localhost` into the path, where it is looked for."""
    name, _, domain = host.partition(":")[0].rpartition(".")
    return f"/{name}{path}" if domain == "localhost" and name else path
