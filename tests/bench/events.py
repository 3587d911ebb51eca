"""What API Gateway sends, for both sides of every ratio."""

import json
from typing import Any


class _Context:
    """The part of Lambda's context that anybody reads."""

    aws_request_id = "8f5a1e7c-3b1d-4c57-9a0e-2f6d1b7c9e43"

    def get_remaining_time_in_millis(self) -> int:
        """Plenty."""
        return 28_000


CONTEXT = _Context()


def event(
    method: str, path: str, body: Any = None, *, token: str = "", **headers: str
) -> dict[str, Any]:
    """A request as an event, payload version 2.0; a path may carry a query."""
    path, _, query = path.partition("?")
    sent = {
        "host": "api.example",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "accept": "application/json",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        **({"authorization": f"Bearer {token}"} if token else {}),
        **({} if body is None else {"content-type": "application/json"}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    http = {"method": method, "path": path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1"}
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": sent,
        "requestContext": {"http": http, "stage": "$default", "requestId": "gateway-id"},
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
