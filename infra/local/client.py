"""Asks a running twin: invokes its functions by name and calls its API."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


class NoTwin(Exception):
    """Nothing answers at that address, or it is no twin."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the JSON that came with it."""

    status: int
    body: Any


def post(url: str, path: str, body: object, token: str | None = None) -> Reply:
    """POST JSON. Raises NoTwin."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "localhost", place.port or 80, timeout=60)
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        return Reply(response.status, json.loads(response.read() or b"null"))
    except (OSError, ValueError) as error:
        message = f"no twin answers at {url}: start it with `dunlin run`"
        raise NoTwin(message) from error
    finally:
        connection.close()


class OperationRefused(Exception):
    """The operators' function refused what it was asked for."""


def operate(url: str, action: str, **arguments: str) -> dict[str, Any]:
    """Have the twin's `operators` function do something. Raises OperationRefused, NoTwin."""
    reply = post(url, "/_local/functions/operators", {"action": action, **arguments})
    answer = reply.body if isinstance(reply.body, dict) else {}
    if reply.status != HTTPStatus.OK or "error" in answer:
        raise OperationRefused(answer.get("error", {}).get("detail") or answer.get("message"))
    return answer


def dev_token(url: str, account_id: str, role: str) -> str:
    """A token to sign in with as that account. Raises OperationRefused, NoTwin."""
    return str(operate(url, "dev_token", account_id=account_id, role=role)["token"])
