"""Odd bodies and headers of requests (threats E1 to E19).

Rows that wait for their room: E16 for e-mails and slugs (accounts), E20 and E24 (files, transfers),
E21 (nothing redirects yet), E25 (mail). The table's rows on DynamoDB's sizes (E17) cannot be
reached: every text is bounded long before.
"""

import base64
import json

import pytest

from handler import api
from tests.client import Answer

_SECRET = "hunter2-and-fifteen-more"
_NAME = {"full_name": "Ann"}
_REFUSED = {
    "no JSON": ("{", 400, "json_invalid"),
    "blank": ("  ", 400, "json_invalid"),
    "NaN": ('{"price": NaN}', 400, "json_invalid"),
    "1e999": ('{"price": 1e999}', 400, "json_invalid"),
    "5000 digits": ('{"price": ' + "9" * 5000 + "}", 400, "json_invalid"),
    "4000 digits": ('{"price": ' + "9" * 4000 + "}", 422, "input_invalid"),
    "100,000 levels": ("[" * 100_000, 400, "json_invalid"),
    "900 levels": ('{"a":' * 900 + "1" + "}" * 900, 422, "input_invalid"),
    "a key twice": ('{"name": "a", "name": "b"}', 400, "json_invalid"),
    "a BOM": ('\ufeff{"name": "a"}', 400, "json_invalid"),
    "an array": ("[]", 422, "input_invalid"),
    "null": ("null", 422, "input_invalid"),
    "a text": ('"x"', 422, "input_invalid"),
    "a number": ("1", 422, "input_invalid"),
    "nothing": ("", 422, "input_invalid"),
    "a surrogate": ('{"name": "\\ud800"}', 422, "input_invalid"),
    "a surrogate as key": ('{"\\ud800": 1}', 422, "input_invalid"),
    "a surrogate in an unknown field": ('{"x": {"y": ["\\udfff"]}}', 422, "input_invalid"),
    "257 KB": (" " * (256 * 1024 + 1), 413, "body_too_large"),
}


@pytest.mark.parametrize(("raw", "status", "code"), _REFUSED.values(), ids=_REFUSED)
def test_odd_bodies_are_refused(ann, wire, raw, status, code):
    """What is no JSON, or more than its bounds, is refused before anything is called."""
    answer = ann.patch("/users/me", raw=raw)
    assert (answer.status, answer.code) == (status, code)
    assert wire.calls == []


@pytest.mark.parametrize(
    "body",
    [
        {"full_name": {_SECRET: _SECRET}},
        {"full_name": [_SECRET]},
        {"full_name": _SECRET + "\0"},
        {"preferences": _SECRET},
        {"preferences": [_SECRET]},
        {"preferences": {"theme": _SECRET}},
        {"x": _SECRET},
        [_SECRET],
        _SECRET,
    ],
    ids=str,
)
def test_a_422_does_not_repeat_the_input(ann, body):
    """Errors hold place, type and message alone: the value may be a password (threats E1)."""
    answer = ann.patch("/users/me", body)
    assert all(error.keys() == {"loc", "type", "msg"} for error in answer.body["errors"])
    assert _SECRET not in answer.text


@pytest.mark.parametrize("kind", ["query", "path", "header"])
def test_nor_does_one_about_other_parts(ann, kind):
    """A value in the query, the path or a header is not repeated either."""
    asks = {
        "query": lambda: ann.get("/jobs", query=f"state={_SECRET}"),
        "path": lambda: ann.get(f"/jobs/{_SECRET}"),
        "header": lambda: ann.patch("/users/me", _NAME, headers={"if-match": _SECRET * 20}),
    }
    answer = asks[kind]()
    assert answer.status == 422
    assert _SECRET not in answer.text


def test_a_long_key_is_cut(ann):
    """The name of an unknown field stands in `loc`, but not all of it."""
    answer = ann.patch("/users/me", {"x" * 9999: 1})
    assert len(answer.text) < 2000


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/xml",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json, text/plain",
        "application/jsonp",
        "*/*",
    ],
)
def test_other_content_types_are_refused(ann, kind):
    """A body is JSON in UTF-8 and says so (threats E9)."""
    answer = ann.patch("/users/me", _NAME, headers={"content-type": kind})
    assert (answer.status, answer.code) == (415, "content_type_unsupported")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=UTF-8",
        "application/json;",
    ],
)
def test_json_may_be_spelled_so(ann, kind):
    """Case, blanks and the one charset do not matter."""
    assert ann.patch("/users/me", _NAME, headers={"content-type": kind}).status == 200


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1", "utf-8-sig"])
def test_other_encodings_are_refused(ann, encoding):
    """Bytes that are no UTF-8, or start with a mark, are no JSON (threats E7)."""
    event = ann.event("PATCH", "/users/me")
    text = json.dumps({"full_name": "é"}, ensure_ascii=False)
    event |= {"body": base64.b64encode(text.encode(encoding)).decode(), "isBase64Encoded": True}
    answer = Answer(api.handle(event, None))
    assert (answer.status, answer.code) == (400, "json_invalid")


@pytest.mark.parametrize("body", ["{}", "e30", "e3 0=", "é", "e30=x"])
def test_bad_base64_is_refused(ann, body):
    """A body that claims to be base64 and is not cannot be read (threats E11)."""
    event = ann.event("PATCH", "/users/me", raw=body) | {"isBase64Encoded": True}
    answer = Answer(api.handle(event, None))
    assert (answer.status, answer.code) == (400, "request_malformed")


@pytest.mark.parametrize(
    "headers",
    [None, {"host": "a:b:c"}, {"x-forwarded-port": "abc"}, {"x": None}, {"x": 1}, {"x": ["a"]}],
    ids=str,
)
def test_odd_headers_are_refused(anonymous, headers):
    """Headers that are none cannot be read (threats E12)."""
    event = anonymous.event("GET", "/health") | {"headers": headers}
    answer = Answer(api.handle(event, None))
    assert (answer.status, answer.code) == (400, "request_malformed")


@pytest.mark.parametrize("value", ["x" * 1_000_000, "\r\nx: y", "\x1b[31m", "\ud800", "€"])
def test_headers_nobody_reads_do_not_matter(anonymous, value):
    """Long, broken and foreign headers are passed over."""
    assert anonymous.get("/health", headers={"user-agent": value, "cookie": value}).status == 200


@pytest.mark.parametrize("name", ["if-match", "if-none-match"])
@pytest.mark.parametrize("value", ['"' + "1" * 400 + '"', '"' * 999, "\\", "é", ",", '"1' * 99])
def test_conditions_are_never_a_fault(ann, name, value):
    """Whatever a conditional header holds is read or refused (400 digits among it)."""
    for method in ("GET", "PATCH"):
        answer = ann.ask(method, "/users/me", _NAME, headers={name: value})
        assert answer.status in (200, 304, 412, 422)
