"""A deployment as its users reach it: an address that is asked over HTTP, and nothing else."""

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

_PATIENCE = 35
"""Seconds for an answer: API Gateway itself gives up after 30."""
_NAME = {"User-Agent": "dunlin-smoke"}  # firewalls take nobody for a person who says nothing
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class AddressUnusable(ValueError):
    """It is no address that can be asked."""


class NoAnswer(Exception):
    """Nothing that speaks HTTP answers there; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        """What the body says that it is."""
        return self.headers.get_content_type()

    @property
    def json(self) -> Any:
        """The body's JSON, or None where it holds none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Site:
    """A deployment at an http or https address. Redirects are not followed: it makes none."""

    url: str
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __post_init__(self) -> None:
        place = urlsplit(self.url)
        try:
            whole = place.scheme in {"http", "https"} and place.hostname and place.port != 0
        except ValueError:
            whole = False
        if not whole:
            raise AddressUnusable(f"{self.url!r} is no http or https address")

    @property
    def is_secure(self) -> bool:
        """Whether it is asked over TLS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def host(self) -> str:
        """Its name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self.url).port or (443 if self.is_secure else 80)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET a path. Raises NoAnswer."""
        return self._ask("GET", path, headers or {})

    def post_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """POST a form. Raises NoAnswer."""
        return self._ask("POST", path, _FORM, urlencode(fields))

    def certificate(self) -> Mapping[str, Any]:
        """Its certificate, which is valid for its name. Raises NoAnswer when it is not."""
        try:
            with (
                socket.create_connection((self.host, self.port), _PATIENCE) as plain,
                self.trusted.wrap_socket(plain, server_hostname=self.host) as secure,
            ):
                return secure.getpeercert() or {}
        except OSError as error:
            raise NoAnswer(f"no TLS with {self.host}: {error}") from error

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> Answer:
        connection = self._connection()
        try:
            base = urlsplit(self.url).path.rstrip("/")
            connection.request(method, base + path, body, {**_NAME, **headers})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (OSError, HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise NoAnswer(f"no answer from {self.url}: {reason}") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self.is_secure:
            return HTTPSConnection(self.host, self.port, timeout=_PATIENCE, context=self.trusted)
        return HTTPConnection(self.host, self.port, timeout=_PATIENCE)
