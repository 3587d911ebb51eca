"""Asks the api door as API Gateway does, and holds every answer against the OpenAPI document."""

import json
import re
from functools import cache
from typing import Any

from handler import api
from handler.accounts import sessions, tokens
from handler.accounts.models import Account, EmailClaim, shelf_of
from handler.core.auth import Role
from handler.core.ids import new_id


class Answer:
    """What the door answered."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw.get("headers", {})
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
        return self.body.get("code") if self.text.startswith("{") else None


_OF_NO_ROUTE = {"event_unknown", "method_not_allowed", "origin_not_allowed", "route_not_found"}


@cache
def _declared() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Method, path and answers of every operation in the OpenAPI document."""
    paths = api.create_app().openapi()["paths"]
    return [
        (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path) + "/?"), operation["responses"])
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def _check_declared(method: str, path: str, answer: Answer) -> None:
    """Whatever a test meets, the document says that the route may answer so."""
    for known, pattern, responses in _declared():
        if method == known and pattern.fullmatch(path) and answer.code not in _OF_NO_ROUTE:
            said = responses[str(answer.status)]
            if answer.status >= 400:
                schema = said["content"]["application/problem+json"]["schema"]
                assert answer.code in schema["allOf"][1]["properties"]["code"]["enum"]


def _open_account(account_id: str, session_id: str, role: Role) -> None:
    """An account with a confirmed address and one session, as if it had signed in."""
    email = f"{account_id}@example.org"
    Account(
        account_id,
        shelf=shelf_of(account_id),
        email=email,
        role=role.value,
        verified=True,
        sessions={session_id: sessions.begun("tests", "192.0.2.1")},
    ).save()
    EmailClaim(email, account_id=account_id).save()


class Client:
    """Asks the api door as API Gateway does, as nobody or as one account."""

    def __init__(self, token: str | None = None) -> None:
        self._token = token
        self._session: tuple[str, str] | None = None

    def signed_in(self, account: str, role: str = "user") -> "Client":
        """The same as that account, which is opened; it stays signed in as time passes."""
        signed_in = Client()
        signed_in._session = account, new_id()
        _open_account(*signed_in._session, Role(role))
        return signed_in

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
        raw: str | None = None,
    ) -> dict[str, Any]:
        """The event of a request. `raw` is a body that is sent as it is."""
        sent = {"host": "api.example", "content-type": "application/json"}
        if (token := self.token) is not None:
            sent["authorization"] = f"Bearer {token}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        http = {"method": method, "path": path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1"}
        return {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": sent,
            "requestContext": {"http": http, "stage": "$default", "requestId": "gateway-id"},
            "body": raw if raw is not None else None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request through the door."""
        answer = Answer(api.handle(self.event(method, path, body, **options), None))
        _check_declared(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PUT."""
        return self.ask("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PATCH."""
        return self.ask("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, **options)
