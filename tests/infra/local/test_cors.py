"""Pages of which origins may send the twin's buckets something, and read the answer."""

import pytest

from infra.blueprint import Bucket, Function, Grant
from infra.local import aws, mocks
from infra.local.resources import create_buckets
from tests.infra.local.forms import form, send, signer

API = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(Grant("uploads", ("s3:GetObject", "s3:PutObject")),),
)
PAGE, SHOP = "http://localhost:5173", "https://shop.example"
ASKED = "Access-Control-Request-Method"


@pytest.fixture
def endpoint(dynamodb, served):
    """The URL of buckets for uploads that these pages may use, that all may, and for nobody."""
    s3, uploads = mocks.MOTO["s3"], Bucket("uploads", uploads=True)
    create_buckets(s3, (uploads, Bucket("files")), "p-", ("http://localhost:*", SHOP))
    create_buckets(s3, (Bucket("open", uploads=True),), "p-", ("*",))
    return served(aws.Access("p-", {"AKIAAPI": API}, dict(mocks.MOTO)))


def preflight(endpoint, origin, method="POST", bucket="uploads", **headers):
    """What a browser is told that asks first."""
    return send("OPTIONS", f"{endpoint}/p-{bucket}", Origin=origin, **{ASKED: method}, **headers)


@pytest.mark.parametrize("origin", [PAGE, SHOP])
def test_a_page_of_an_allowed_origin_may_send_a_form(endpoint, origin):
    """And need not ask again for an hour."""
    reply = preflight(endpoint, origin)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, origin)
    assert reply.headers["access-control-allow-methods"] == "POST"
    assert reply.headers["access-control-max-age"] == "3600"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost", "https://localhost:1", "null"]
)
def test_a_page_of_another_origin_may_not(endpoint, origin):
    """Nor one whose address only begins or ends alike."""
    reply = preflight(endpoint, origin)
    assert reply.refusal[:2] == (403, "AccessForbidden")
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET"])
def test_pages_may_send_nothing_but_forms(endpoint, method):
    """What S3 could do besides they need not."""
    assert preflight(endpoint, SHOP, method).status == 403


def test_pages_may_add_no_headers(endpoint):
    """A form needs none."""
    asked = {"Access-Control-Request-Headers": "X-Other"}
    assert preflight(endpoint, SHOP, **asked).status == 403


def test_a_bucket_for_nobody_s_pages_says_so(endpoint):
    """Files that were checked are opened, not fetched."""
    told = "CORSResponse: CORS is not enabled for this bucket."
    assert preflight(endpoint, SHOP, bucket="files").refusal == (403, "AccessForbidden", told)


def test_who_asks_says_for_whom(endpoint):
    """Origin and method."""
    for headers in ({"Origin": SHOP}, {ASKED: "POST"}):
        assert send("OPTIONS", f"{endpoint}/p-uploads", **headers).refusal[0] == 400


def test_a_page_reads_the_answer_and_its_tag(endpoint):
    """Also a refusal, so that it can say why."""
    made = form(signer(endpoint, "AKIAAPI"))
    taken = made.send(Origin=PAGE)
    made.content = b"x" * 11
    refused = made.send(Origin=PAGE)
    assert (taken.status, refused.status) == (204, 400)
    for reply in (taken, refused):
        assert reply.headers["access-control-allow-origin"] == PAGE
        assert reply.headers["access-control-expose-headers"] == "ETag"
        assert "Origin" in reply.headers["vary"]


def test_a_page_of_another_origin_reads_no_answer(endpoint):
    """Its form is taken all the same: who has a signed form may send it from anywhere."""
    reply = form(signer(endpoint, "AKIAAPI")).send(Origin="https://evil.example")
    assert reply.status == 204
    assert "access-control-allow-origin" not in reply.headers


def test_a_bucket_may_be_open_to_all_pages(endpoint):
    """As in a stage whose API is."""
    reply = preflight(endpoint, "https://any.example", bucket="open")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in reply.headers
