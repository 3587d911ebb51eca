"""Asks the api door as API Gateway does, and holds every answer against the OpenAPI document."""

import asyncio
import base64
import json
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

from handler import api
from handler.accounts import sessions, tokens
from handler.accounts.models import Account, Administrators, EmailClaim, session, shelf_of
from handler.core import events
from handler.core.auth import Role
from handler.core.ids import new_id
from tests import rights

T = TypeVar("T")


class Answer:
    """What the door answered."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw.get("headers", {})
        self.cookies: list[str] = raw.get("cookies", [])
        self.text: str = raw.get("body", "")

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:300]}>"

    @property
    def body(self) -> Any:
        """The JSON that was answered."""
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """The code of a problem."""
        problem = self.headers.get("content-type") == "application/problem+json"
        return self.body["code"] if problem else None


_OF_NO_ROUTE = {
    "event_unknown",
    "method_not_allowed",
    "not_through_edge",
    "origin_not_allowed",
    "route_not_found",
}


@cache
def _declared() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Method, path and answers of every operation in the OpenAPI document."""
    paths = api.create_app().openapi()["paths"]
    return [
        (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path) + "/?"), operation["responses"])
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def open_to_anybody() -> list[str]:
    """The places that may be read without a token, and look at one that is shown."""
    paths = api.create_app().openapi()["paths"]
    return [
        path
        for path, operations in paths.items()
        if "{" not in path and {} in operations.get("get", {}).get("security", ())
    ]


def _check_declared(method: str, path: str, answer: Answer) -> None:
    """Whatever a test meets, the document says that the route may answer so."""
    for known, pattern, responses in _declared():
        if method == known and pattern.fullmatch(path) and answer.code not in _OF_NO_ROUTE:
            said = responses[str(answer.status)]
            if answer.status >= 400:
                schema = said["content"]["application/problem+json"]["schema"]
                assert answer.code in schema["allOf"][1]["properties"]["code"]["enum"]


_HIDDEN = re.compile(
    r'"(\w*_hash|hash|shelf|write_id|term_shard|links|sessions|pk|sk)":|\$argon2|\$2[aby]\$\d\d'
)


def _check_nothing_hidden(answer: Answer) -> None:
    """No answer shows how things are stored, or a password's hash (threats D8)."""
    shown = f"{answer.text} {answer.headers}"
    assert not _HIDDEN.search(shown), answer


def _handle(event: dict[str, Any]) -> dict[str, Any]:
    """What the door answers. Threads beside the first have a loop of their own, as environments."""
    with rights.acting("api"):
        return _answered(event)


def _answered(event: dict[str, Any]) -> dict[str, Any]:
    if threading.current_thread() is threading.main_thread():
        return api.handle(event, None)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return api._adapter(events.http_request(event), None)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make calls at the same time, each in a thread of its own; what they returned, in order."""
    ready = threading.Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))


def open_account(account_id: str, role: str = "user", **fields: Any) -> Account:
    """An account with a confirmed address, as if it had registered."""
    account = Account(
        account_id,
        **{
            "shelf": shelf_of(account_id),
            "email": f"{account_id}@example.org",
            "role": Role(role).value,
            "verified": True,
            **fields,
        },
    )
    account.save()
    EmailClaim(account.email, account_id=account_id).save()
    if account.role == Role.ADMIN:
        Administrators(Administrators.KEY).update(actions=[Administrators.number.add(1)])
    return account


def _sent(raw: str | bytes | None, body: Any) -> str | None:
    """A body as API Gateway hands it on."""
    if isinstance(raw, bytes):
        return base64.b64encode(raw).decode()
    return raw if raw is not None else None if body is None else json.dumps(body)


class Client:
    """Asks the api door as API Gateway does, as nobody or as one account."""

    after_each: ClassVar[Callable[[], object] | None] = None
    """What happens when a request is answered (the fixture `inline`: jobs run)."""

    def __init__(self, token: str | None = None, address: str = "192.0.2.1") -> None:
        self._token = token
        self._address = address
        self._session: tuple[str, str] | None = None

    def signed_in(self, account: str, role: str = "user") -> "Client":
        """The same as that account, which is opened; it stays signed in as time passes."""
        signed_in = Client()
        signed_in._session = account, new_id()
        found = Account.find(account) or open_account(account, role)
        found.update(
            actions=[session(signed_in._session[1]).set(sessions.begun("tests", "192.0.2.1"))]
        )
        return signed_in

    def at(self, address: str) -> "Client":
        """The same, asking from another network address."""
        moved = Client(self._token, address)
        moved._session = self._session
        return moved

    @property
    def token(self) -> str | None:
        """An access token that holds now."""
        return tokens.issue(*self._session) if self._session else self._token

    def event(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
        raw: str | bytes | None = None,
        cookies: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The event of a request. `raw` is a body that is sent as it is; bytes in base64."""
        sent = {"host": "api.example", "content-type": "application/json"}
        if (token := self.token) is not None:
            sent["authorization"] = f"Bearer {token}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        http = {"method": method, "path": path, "sourceIp": self._address, "protocol": "HTTP/1.1"}
        return {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": sent,
            "cookies": list(cookies),
            "requestContext": {"http": http, "stage": "$default", "requestId": "gateway-id"},
            "body": _sent(raw, body),
            "isBase64Encoded": isinstance(raw, bytes),
        }

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request through the door."""
        answer = Answer(_handle(self.event(method, path, body, **options)))
        if Client.after_each and threading.current_thread() is threading.main_thread():
            Client.after_each()
        _check_declared(method, path, answer)
        _check_nothing_hidden(answer)
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, body, **options)

    def form(self, path: str, /, *, headers: dict[str, str] | None = None, **fields: str) -> Answer:
        """POST a form."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, raw=urlencode(fields), headers={**kind, **(headers or {})})

    def upload(
        self, path: str, *parts: tuple[str, str, str, bytes], headers: dict[str, str] | None = None
    ) -> Answer:
        """POST files in a form: the field, the name, the type and the bytes of each."""
        boundary = new_id()
        raw = b""
        for field, name, kind, content in parts:
            said = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
            head = f"--{boundary}\r\n{said}\r\nContent-Type: {kind}\r\n\r\n"
            raw += head.encode() + content + b"\r\n"
        raw += f"--{boundary}--\r\n".encode()
        sent = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return self.ask("POST", path, raw=raw, headers={**sent, **(headers or {})})

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PUT."""
        return self.ask("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PATCH."""
        return self.ask("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, **options)
