"""API Gateway's event and response, in the details that functions rely on."""

import base64

import pytest

from infra.local.http_api import AnswerMalformed, Request, event, response


def request(**more):
    """A request, with these differences."""
    given = {
        "method": "GET",
        "path": b"/",
        "query": b"",
        "headers": (("host", "localhost:8000"),),
        "body": b"",
        "peer": "127.0.0.1",
        "port": 8000,
    }
    return Request(**given | more)


def test_the_path_arrives_decoded():
    """Once, and wherever it is told."""
    made = event(request(path=b"/items/%C3%A9%252e"))
    paths = (made["rawPath"], made["requestContext"]["http"]["path"])
    assert paths == ("/items/é%2e", "/items/é%2e")


def test_an_undecodable_path_is_no_error():
    """Bytes that are no UTF-8 become replacement characters."""
    assert event(request(path=b"/%ff"))["rawPath"] == "/\ufffd"


def test_the_query_arrives_as_sent_and_parsed():
    """Encoded as a string; decoded and joined by commas as parameters."""
    made = event(request(query=b"tag=a%20b&tag=c&empty="))
    assert made["rawQueryString"] == "tag=a%20b&tag=c&empty="
    assert made["queryStringParameters"] == {"tag": "a b,c", "empty": ""}


def test_an_empty_query_has_no_parameters():
    """The member is absent, not empty."""
    assert "queryStringParameters" not in event(request())


def test_headers_of_one_name_are_joined():
    """By a comma, in order."""
    made = event(request(headers=(("accept", "a"), ("accept", "b"))))
    assert made["headers"]["accept"] == "a,b"


def test_cookies_are_in_a_list_of_their_own():
    """And not among the headers."""
    made = event(request(headers=(("cookie", "a=1; b=2"), ("cookie", "c=3"))))
    assert (made["cookies"], "cookie" in made["headers"]) == (["a=1", "b=2", "c=3"], False)


def test_the_peer_is_the_source_and_is_appended_to_what_was_forwarded():
    """The client's own claim stays in front, where nobody should believe it."""
    made = event(request(headers=(("x-forwarded-for", "6.6.6.6"),), peer="10.0.0.1"))
    assert made["requestContext"]["http"]["sourceIp"] == "10.0.0.1"
    assert made["headers"]["x-forwarded-for"] == "6.6.6.6, 10.0.0.1"


@pytest.mark.parametrize(
    ("host", "domain"), [("localhost:8000", "localhost"), ("a.b", "a.b"), ("[::1]:80", "[::1]")]
)
def test_the_domain_name_has_no_port(host, domain):
    """It is the Host header less its port."""
    context = event(request(headers=(("host", host),)))["requestContext"]
    assert context["domainName"] == domain


def test_the_context_names_the_default_route_and_stage():
    """As an HTTP API with one catch-all route has it."""
    context = event(request(method="PATCH"))["requestContext"]
    shown = (context["routeKey"], context["stage"], context["http"]["method"])
    assert shown == ("$default", "$default", "PATCH")


@pytest.mark.parametrize(
    "kind",
    ["application/json", "text/plain; charset=utf-8", "application/merge-patch+json", "TEXT/CSV"],
)
def test_text_arrives_as_text(kind):
    """By its content type."""
    made = event(request(body="é".encode(), headers=(("content-type", kind),)))
    assert (made["body"], made["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize(
    "headers",
    [
        (("content-type", "application/x-www-form-urlencoded"),),
        (("content-type", "multipart/form-data; boundary=x"),),
        (("content-type", "application/json"), ("content-encoding", "gzip")),
        (),
    ],
)
def test_everything_else_arrives_as_base64(headers):
    """Forms too, as on AWS."""
    made = event(request(body=b"a=b", headers=headers))
    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"a=b", True)


def test_text_that_is_no_utf8_arrives_as_base64():
    """Whatever its content type says."""
    made = event(request(body=b"\xff", headers=(("content-type", "text/plain"),)))
    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"\xff", True)


def test_an_empty_body_is_absent():
    """The member is not there."""
    assert "body" not in event(request())


def test_an_answer_keeps_its_headers_and_cookies():
    """In order; each cookie is a header of its own."""
    made = response(
        {
            "statusCode": 201,
            "headers": {"content-type": "text/x", "X-Count": 2, "X-On": True},
            "cookies": ["a=1", "b=2"],
            "body": "é",
        }
    )
    assert made.headers == (
        ("content-type", "text/x"),
        ("X-Count", "2"),
        ("X-On", "true"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )
    assert (made.status, made.body) == (201, "é".encode())


def test_a_body_in_base64_is_decoded():
    """When the answer says that it is."""
    made = response({"statusCode": 200, "body": "/w==", "isBase64Encoded": True})
    assert made.body == b"\xff"


def test_a_body_without_a_type_is_text():
    """As API Gateway says of it."""
    made = response({"statusCode": 200, "body": "x"})
    assert made.headers == (("content-type", "text/plain;charset=UTF-8"),)


def test_an_empty_answer_has_no_type():
    """There is nothing to have one."""
    assert response({"statusCode": 204}).headers == ()


@pytest.mark.parametrize(
    ("answer", "body"), [({"a": 1}, b'{"a": 1}'), ("x", b"x"), (None, b"null")]
)
def test_an_answer_without_a_status_is_the_body(answer, body):
    """The short form: status 200, JSON."""
    made = response(answer)
    assert (made.status, made.body) == (200, body)


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "soon"},
        {"statusCode": 42},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "cookies": ["a\nb"]},
    ],
)
def test_a_malformed_answer_is_refused(answer):
    """What API Gateway would answer 500 for."""
    with pytest.raises(AnswerMalformed):
        response(answer)
