"""What a deployment may say about itself (threats J11)."""

import pytest
from pydantic import ValidationError

from handler.core.settings import Settings

_QUEUES = {"QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/"}
_LOCAL = {"STAGE": "local", "RESOURCE_PREFIX": "dunlin-local-", **_QUEUES}
_PRODUCTION = {
    "STAGE": "prod",
    "RESOURCE_PREFIX": "dunlin-prod-",
    **_QUEUES,
    "ADMIN_EMAIL": "ann@shop.example",
    "LINK_BASE": "https://shop.example",
    "SOCKETS_URL": "wss://live.shop.example",
    "ALLOWED_ORIGINS": "https://shop.example, https://admin.shop.example:8443",
}
_SECRET = "hunter2-and-thirty-more-characters"


def test_reads_the_environment():
    """Variables are fields in capitals; lists and objects are taken apart."""
    found = Settings.read({**_PRODUCTION, "RESPONSE_HEADERS": '{"X-Team": "shop"}', "PATH": "/"})
    assert found.allowed_origins == ("https://shop.example", "https://admin.shop.example:8443")
    assert found.response_headers == {"X-Team": "shop"}
    assert found.production


@pytest.mark.parametrize("name", ["APP_NAME", "ALLOWED_ORIGINS", "RESPONSE_HEADERS", "ADMIN_EMAIL"])
def test_empty_counts_as_unset(name):
    """A variable that is empty has its default."""
    assert Settings.read({**_LOCAL, name: ""}) == Settings.read(_LOCAL)


@pytest.mark.parametrize("name", _LOCAL)
@pytest.mark.parametrize("missing", [{}, {"empty": True}])
def test_required_variables_are_named(name, missing):
    """Without stage or prefix nothing starts, and the error says which."""
    environment = {key: value for key, value in _LOCAL.items() if key != name}
    if missing:
        environment[name] = ""
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.read(environment)


@pytest.mark.parametrize(
    "change",
    [
        {"ADMIN_EMAIL": ""},
        {"ALLOWED_ORIGINS": "*"},
        {"ALLOWED_ORIGINS": "https://shop.example,*"},
        {"ALLOWED_ORIGINS": "http://shop.example"},
        {"ALLOWED_ORIGINS": "https://*.shop.example"},
        {"ALLOWED_ORIGINS": "https://shop.example/"},
        {"ALLOWED_ORIGINS": "null"},
        {"LINK_BASE": "http://shop.example"},
        {"LINK_BASE": ""},
        {"SOCKETS_URL": "ws://live.shop.example"},
        {"SOCKETS_URL": ""},
        {"AUTO_VERIFY": "true"},
    ],
    ids=str,
)
def test_production_refuses_what_is_unsafe(change):
    """Wildcards, plain http, unconfirmed addresses and a missing contact do not start."""
    Settings.read(_PRODUCTION)
    with pytest.raises(ValidationError):
        Settings.read({**_PRODUCTION, **change})


@pytest.mark.parametrize(
    "headers",
    [
        "{",
        "[]",
        '{"X": 1}',
        '{"X": "a\\r\\nY: b"}',
        '{"X Y": "a"}',
        '{"X": "é"}',
        '{"": "a"}',
        '{"X:": "a"}',
    ],
)
def test_extra_headers_must_be_headers(headers):
    """A header that would break an answer stops the start instead."""
    with pytest.raises(ValidationError):
        Settings.read({**_LOCAL, "RESPONSE_HEADERS": headers})


@pytest.mark.parametrize("stage", ["", "Prod", "1st", "a b", "x" * 21, "../prod"])
def test_a_stage_is_a_short_word(stage):
    """Stages are part of names and paths."""
    with pytest.raises(ValidationError):
        Settings.read({**_LOCAL, "STAGE": stage})


def test_errors_hide_values():
    """An error names variables, never what they held."""
    with pytest.raises(ValidationError) as refusal:
        Settings.read({"STAGE": _SECRET.upper(), "LINK_BASE": _SECRET})
    assert _SECRET not in str(refusal.value)
    assert _SECRET.upper() not in str(refusal.value)
