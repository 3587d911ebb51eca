"""URLs that functions signed give what was signed, and nothing else, for as long as they hold."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from botocore.exceptions import ClientError

from infra.blueprint import Bucket, Function, Grant
from infra.local import aws, credentials, mocks
from infra.local.grants import Need
from infra.local.resources import create_buckets
from infra.local.s3 import door
from tests.infra.local.forms import send, signer

GRANTS = (
    Grant("files", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")),
    Grant("uploads", ("s3:PutObject",)),
)
API = Function("api", handler="handler.api.handle", description="", memory=128, timeout=1)
DIGITS = bytes(range(48, 58))


@pytest.fixture
def access(dynamodb):
    """The endpoint's mind: two buckets and a function."""
    create_buckets(mocks.MOTO["s3"], (Bucket("files"), Bucket("uploads")), "p-")
    return aws.Access("p-", {"AKIAAPI": replace(API, grants=GRANTS)}, dict(mocks.MOTO))


@pytest.fixture
def endpoint(access, served):
    """The endpoint's URL."""
    return served(access)


@pytest.fixture
def s3(endpoint):
    """S3 as the function sees it, with an object in it."""
    client = signer(endpoint, "AKIAAPI")
    client.put_object(Bucket="p-files", Key="originals/1", Body=DIGITS, ContentType="text/plain")
    return client


def url(s3, operation="get_object", seconds=120, **given):
    """A signed URL."""
    place = {"Bucket": "p-files", "Key": "originals/1"} | given
    return s3.generate_presigned_url(operation, place, seconds)


def test_a_url_gives_its_object(s3):
    """To whoever has it."""
    reply = send("GET", url(s3))
    assert (reply.status, reply.body) == (200, DIGITS)
    assert reply.headers["content-type"] == "text/plain"


@pytest.mark.parametrize("key", ["a b+c/é?&#.txt", "%2e", "a//b", "~_-."])
def test_any_key_can_be_signed(s3, key):
    """As S3 encodes it."""
    s3.put_object(Bucket="p-files", Key=key, Body=b"1")
    assert send("GET", url(s3, Key=key)).body == b"1"


def test_a_url_says_how_its_object_is_shown(s3):
    """F13: as an attachment, with its checked type, under a name in any script."""
    shown = "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A9%22.pdf"
    given = {"ResponseContentDisposition": shown, "ResponseContentType": "application/pdf"}
    reply = send("GET", url(s3, **given))
    assert reply.headers["content-disposition"] == shown
    assert reply.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("originals/1", "originals/2"),
        ("p-files", "p-uploads"),
        ("X-Amz-Expires=120", "X-Amz-Expires=604800"),
        ("application%2Fpdf", "text%2Fhtml"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("us-east-1", "eu-west-1"),
        ("X-Amz-Algorithm", "response-expires=0&X-Amz-Algorithm"),
    ],
)
def test_a_url_that_somebody_changed_is_refused(s3, old, new):
    """Another object, bucket, end, type or region was not signed."""
    signed = url(s3, ResponseContentType="application/pdf")
    assert old in signed
    reply = send("GET", signed.replace(old, new, 1))
    assert reply.refusal[:2] == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_a_url_is_for_one_method(s3, method):
    """Who may read may not write."""
    assert send(method, url(s3)).status == 403
    assert send("GET", url(s3)).body == DIGITS


def test_a_url_ends(s3, monkeypatch):
    """F14: after its seconds, and not before."""
    signed, moment = url(s3), door.now()
    monkeypatch.setattr(door, "now", lambda: moment + timedelta(seconds=118))
    assert send("GET", signed).status == 200
    monkeypatch.setattr(door, "now", lambda: moment + timedelta(seconds=122))
    reply = send("GET", signed)
    assert reply.refusal == (403, "AccessDenied", "Request has expired")
    assert reply.told["X-Amz-Expires"] == "120"


def test_a_url_of_the_future_is_refused(s3, monkeypatch):
    """A clock may be a quarter of an hour wrong."""
    signed, moment = url(s3), door.now()
    monkeypatch.setattr(door, "now", lambda: moment - timedelta(minutes=14))
    assert send("GET", signed).status == 200
    monkeypatch.setattr(door, "now", lambda: moment - timedelta(minutes=16))
    assert send("GET", signed).refusal == (403, "AccessDenied", "Request is not valid yet")


def test_a_url_can_do_what_its_signer_may(s3):
    """A function that may not read a bucket signs URLs that nobody can use."""
    s3.put_object(Bucket="p-uploads", Key="1", Body=b"1")
    status, code, message = send("GET", url(s3, Bucket="p-uploads", Key="1")).refusal
    assert (status, code) == (403, "AccessDenied")
    assert "is not authorized to perform: s3:GetObject on resource" in message


def test_what_a_url_asks_is_told_to_who_listens(access, s3):
    """As what the signer did."""
    heard = []
    access.on_call.append(lambda *call: heard.append(call))
    send("GET", url(s3))
    assert heard == [("api", Need("s3:GetObject", "p-files"))]


def test_a_url_of_nobody_known_is_refused(endpoint):
    """No function has that key id."""
    reply = send("GET", url(signer(endpoint, "AKIANOBODY")))
    assert reply.refusal[:2] == (403, "InvalidAccessKeyId")


def test_a_url_of_another_session_is_refused(endpoint):
    """F14: the token is that of the session whose key signed."""
    made_up = replace(credentials.of("AKIAAPI"), token="another")
    reply = send("GET", url(signer(endpoint, "AKIAAPI", made_up)))
    assert reply.refusal[:2] == (400, "InvalidToken")


def test_a_request_of_nobody_is_refused(s3, endpoint):
    """Buckets are private."""
    for path in ("/p-files/originals/1", "/p-files", "/p-other/1"):
        assert send("GET", endpoint + path).refusal == (403, "AccessDenied", "Access Denied")


@pytest.mark.parametrize(
    "name",
    [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ],
)
def test_a_url_without_a_part_of_its_signature_is_refused(s3, name):
    """Which cannot be read then."""
    signed = url(s3)
    value = quote(parse_qs(urlsplit(signed).query)[name][0], safe="")
    reply = send("GET", signed.replace(f"{name}={value}", "x-id=GetObject"))
    assert reply.refusal[:2] == (400, "AuthorizationQueryParametersError")
    assert name in reply.refusal[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("%2Fs3%2F", "%2Fdynamodb%2F"),
        ("X-Amz-Date=20", "X-Amz-Date=soon"),
        ("X-Amz-Expires=120", "X-Amz-Expires=604801"),
        ("X-Amz-Expires=120", "X-Amz-Expires=0"),
        ("X-Amz-Expires=120", "X-Amz-Expires=soon"),
    ],
)
def test_a_url_in_a_wrong_form_is_refused(s3, old, new):
    """Before its signature is looked at."""
    reply = send("GET", url(s3).replace(old, new, 1))
    assert reply.refusal[:2] == (400, "AuthorizationQueryParametersError")


def test_a_header_that_was_not_signed_is_refused(s3):
    """It would make the request another one."""
    reply = send("GET", url(s3), **{"X-Amz-Copy-Source": "p-files/originals/1"})
    assert reply.refusal[:2] == (403, "AccessDenied")
    assert reply.told["HeadersNotSigned"] == "x-amz-copy-source"


def test_a_token_that_is_sent_along_is_refused(s3):
    """As a client does that follows a redirect with all its headers."""
    reply = send("GET", url(s3), Authorization="Bearer token")
    assert reply.refusal == (400, "InvalidArgument", "Only one auth mechanism allowed")


def test_a_url_that_did_not_sign_its_host_is_refused(s3):
    """It would be good at any."""
    reply = send("GET", url(s3).replace("SignedHeaders=host", "SignedHeaders=accept"))
    assert (reply.status, reply.told["HeadersNotSigned"]) == (403, "host")


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_part_can_be_asked_for(s3, asked, content, told):
    """So that a download goes on where it broke off."""
    reply = send("GET", url(s3), Range=asked)
    assert (reply.status, reply.body, reply.headers["content-range"]) == (206, content, told)
    assert reply.headers["content-length"] == str(len(content))


def test_a_part_that_is_not_there_is_refused(s3):
    """With how much there is."""
    assert send("GET", url(s3), Range="bytes=10-").refusal[:2] == (416, "InvalidRange")


def test_an_object_that_a_browser_has_is_not_sent_again(s3):
    """By its tag."""
    tag = send("GET", url(s3)).headers["etag"]
    reply = send("GET", url(s3), **{"If-None-Match": tag})
    assert (reply.status, reply.body) == (304, b"")


def test_a_url_may_let_somebody_write(s3):
    """Where it was signed for that, with the type that was signed."""
    signed = url(s3, "put_object", Key="new", ContentType="text/plain")
    assert send("PUT", signed, b"1", **{"Content-Type": "text/html"}).status == 403
    assert send("PUT", signed, b"2", **{"Content-Type": "text/plain"}).status == 200
    assert s3.get_object(Bucket="p-files", Key="new")["Body"].read() == b"2"


def test_who_may_not_list_is_not_told_what_is_missing(s3):
    """As in S3, where an object that is not there is then one that may not be read."""
    for operation in (s3.get_object, s3.head_object):
        with pytest.raises(ClientError) as caught:
            operation(Bucket="p-files", Key="missing")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    reply = send("GET", url(s3, Key="missing"))
    assert reply.refusal[:2] == (403, "AccessDenied")
    assert "s3:ListBucket on resource: arn:aws:s3:::p-files because" in reply.refusal[2]
