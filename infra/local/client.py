"""Asks a running twin: invokes its functions by name and calls its API."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


class NoTwin(Exception):
    """Nothing answers at that address, or it is no twin."""


class SignInRefused(Exception):
    """The API did not sign an account in; the text is its answer."""


class OperationRefused(Exception):
    """The operators' function refused what it was asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the JSON that came with it."""

    status: int
    body: Any


def post(url: str, path: str, body: object, token: str | None = None) -> Reply:
    """POST JSON. Raises NoTwin."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return _post(url, path, json.dumps(body), headers)


def sign_in(url: str, email: str, password: str) -> str:
    """An access token of an account. Raises SignInRefused, NoTwin."""
    form = urlencode({"username": email, "password": password})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = _post(url, "/token", form, headers)
    if reply.status != HTTPStatus.OK:
        message = f"{email}: {reply.status} {reply.body}"
        raise SignInRefused(message)
    return str(reply.body["access_token"])


def _post(url: str, path: str, body: str, headers: dict[str, str]) -> Reply:
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "localhost", place.port or 80, timeout=60)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return Reply(response.status, json.loads(response.read() or b"null"))
    except (OSError, ValueError) as error:
        message = f"no twin answers at {url}: start it with `dunlin run`"
        raise NoTwin(message) from error
    finally:
        connection.close()


def operate(url: str, action: str, **arguments: Any) -> dict[str, Any]:
    """Have the twin's `operators` function do something. Raises OperationRefused, NoTwin."""
    reply = post(url, "/_local/functions/operators", {"action": action, **arguments})
    answer = reply.body if isinstance(reply.body, dict) else {}
    if reply.status != HTTPStatus.OK or "error" in answer:
        raise OperationRefused(answer.get("error", {}).get("detail") or answer.get("message"))
    return answer
