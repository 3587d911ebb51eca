"""The API's own documentation."""

import re
from collections import Counter
from typing import Any

import pytest

from handler import api
from handler.core.http import Application
from handler.core.settings import Settings
from tests.client import Client

_VERBS = {
    *("create", "delete", "get", "list", "patch", "replace"),
    *("change", "close", "confirm", "end", "forget", "register", "request", "resend", "reset"),
    *("cancel", "read", "redrive", "upload", "verify"),
}


def _operations() -> dict[str, dict[str, Any]]:
    paths = api.create_app().openapi()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


_EVERY = pytest.mark.parametrize("operation", _operations().values(), ids=_operations())


@_EVERY
class TestOperation:
    """Each operation of the document."""

    def test_has_a_verb_and_a_noun(self, operation):
        """An operation id makes a good method name in a generated client."""
        verb, _, noun = operation["operationId"].partition("_")
        assert verb in _VERBS
        assert re.fullmatch("[a-z]+(_[a-z]+)*", noun)

    def test_is_described(self, operation):
        """The endpoint's docstring is its documentation."""
        assert operation["description"].endswith(".")

    def test_declares_what_any_route_answers(self, operation):
        """Malformed, invalid, broken, unavailable: as problems with their codes."""
        for status in ("400", "422", "500", "503"):
            content = operation["responses"][status]["content"]
            assert set(content) == {"application/problem+json"}

    def test_parameters_are_absent_not_null(self, operation):
        """No parameter claims that it may be null: there is no way to send that."""
        assert '"null"' not in str(operation.get("parameters", [])).replace("'", '"')


def test_operation_ids_are_unique():
    """No two operations have the same name."""
    names = Counter(operation["operationId"] for operation in _operations().values())
    assert not [name for name, count in names.items() if count > 1]


def test_optional_sign_in_is_optional():
    """What answers everybody does not demand a token in the document."""
    operations = _operations()
    assert {} in operations["POST /logout"]["security"]
    assert operations["GET /users/me"]["security"] == [{"OAuth2PasswordBearer": []}]
    assert "security" not in operations["GET /health"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_is_served_outside_production(path):
    """Developers find it where FastAPI has it."""
    assert Client().get(path).status == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_may_load_what_they_need(path):
    """The two pages have a policy of their own; everything else loads nothing."""
    assert "cdn.jsdelivr.net" in Client().get(path).headers["content-security-policy"]
    assert "cdn.jsdelivr.net" in Client().get(f"{path}/").headers["content-security-policy"]
    assert "jsdelivr" not in Client().get("/openapi.json").headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/", "/docs/oauth2-redirect", "/redoc", "/openapi.json"]
)
def test_is_off_in_production(monkeypatch, path):
    """Production does not describe itself (threats J11)."""
    production = Settings.read(
        {
            "STAGE": "prod",
            "RESOURCE_PREFIX": "x-",
            "QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/",
            "ADMIN_EMAIL": "ann@shop.example",
            "LINK_BASE": "https://shop.example",
            "SOCKETS_URL": "wss://live.shop.example",
        }
    )
    monkeypatch.setattr(api._adapter, "app", Application(production))
    assert Client().get(path).code == "route_not_found"


def test_info_says_what_this_is():
    """Name, release, stage and contact come from the settings."""
    answer = Client().get("/info")
    assert answer.body.keys() == {"name", "version", "stage", "admin_email"}
    assert answer.body["stage"] == "local"


def test_health_touches_nothing(anonymous, wire):
    """Liveness calls no service; readiness reads one row."""
    assert anonymous.get("/health").status == 200
    assert wire.calls == []
    assert anonymous.get("/health/ready").status == 200
    assert wire.calls == ["GetItem"]
