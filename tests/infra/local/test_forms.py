"""Forms that pages send to the twin's S3 do what was signed, and nothing else (threats.md, F2)."""

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from infra.blueprint import Bucket, Function, Grant, Queue
from infra.local import aws, credentials, mocks
from infra.local.grants import Need
from infra.local.resources import create_buckets, create_queues, notify_queues
from infra.local.s3 import door
from infra.local.s3.signing import Scope
from tests.infra.local.forms import BOUNDARY, Form, form, records, send, signer

UPLOADS, FILES = Bucket("uploads", notifies="work", uploads=True), Bucket("files")
POLICY = "Invalid according to Policy: "
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)


def function(name, *grants):
    """A function with these grants."""
    made = Function(name, handler="handler.api.handle", description="", memory=128, timeout=1)
    return replace(made, grants=grants)


API = function(
    "api",
    Grant("uploads", ("s3:GetObject", "s3:ListBucket", "s3:PutObject")),
    Grant("work", ("sqs:ReceiveMessage",)),
)
READER = function("reader", Grant("uploads", ("s3:GetObject",)))


@pytest.fixture
def access(dynamodb):
    """The endpoint's mind: a bucket for uploads, whose queue is told, and two functions."""
    create_queues(mocks.MOTO["sqs"], (Queue("work", visibility=60),), "p-")
    create_buckets(mocks.MOTO["s3"], (UPLOADS, FILES), "p-")
    notify_queues(mocks.MOTO["s3"], (UPLOADS,), "p-")
    return aws.Access("p-", {"AKIAAPI": API, "AKIAREADER": READER}, dict(mocks.MOTO))


@pytest.fixture
def endpoint(access, served):
    """The endpoint's URL."""
    return served(access)


@pytest.fixture
def s3(endpoint):
    """S3 as the function that may upload sees it."""
    return signer(endpoint, "AKIAAPI")


@pytest.fixture
def upload(s3):
    """A form as it was signed."""
    return form(s3)


def stored(s3):
    """The keys of what was uploaded."""
    return [one["Key"] for one in s3.list_objects_v2(Bucket="p-uploads").get("Contents", [])]


def test_a_form_uploads_its_file(s3, upload):
    """Its bytes, under its key, with its type; S3 answers with nothing but where and which."""
    reply = upload.send()
    found = s3.get_object(Bucket="p-uploads", Key="ann/1")
    assert (found["Body"].read(), found["ContentType"]) == (b"hello", "image/png")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["etag"] == found["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert reply.headers["location"] == f"{upload.url}/ann%2F1".replace("//ann", "/ann")


def test_a_file_of_another_size_is_refused(s3, upload):
    """F2: too large or too small, with what it is and may be."""
    upload.content = b"x" * 11
    large = upload.send()
    upload.content = b""
    small = upload.send()
    assert large.refusal == (
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    )
    assert (large.told["ProposedSize"], large.told["MaxSizeAllowed"]) == ("11", "10")
    assert (small.status, small.told["Code"], small.told["MinSizeAllowed"]) == (
        400,
        "EntityTooSmall",
        "1",
    )
    assert stored(s3) == []


@pytest.mark.parametrize("content", [b"1", b"1234567890", b"\r\n--a\r\n-"])
def test_a_file_may_have_the_sizes_at_both_ends_and_any_bytes(s3, upload, content):
    """The limits are inclusive, and what looks like an end is none."""
    upload.content = content
    assert upload.send().status == 204
    assert s3.get_object(Bucket="p-uploads", Key="ann/1")["Body"].read() == content


@pytest.mark.parametrize(
    ("field", "value"), [("key", "max/1"), ("Content-Type", "text/html"), ("Content-Type", "")]
)
def test_another_key_or_type_is_refused(s3, upload, field, value):
    """F2: both are exactly those that were signed."""
    signed = dict(upload.fields)[field]
    upload.put(field, value)
    status, code, message = upload.send().refusal
    assert (status, code) == (403, "AccessDenied")
    assert message == f'{POLICY}Policy Condition failed: ["eq", "${field.lower()}", "{signed}"]'
    assert stored(s3) == []


def test_a_type_that_is_left_out_is_refused(upload):
    """F2: a condition on a field that is not there does not hold."""
    upload.remove("Content-Type")
    assert upload.send().refusal[:2] == (403, "AccessDenied")


@pytest.mark.parametrize("url", ["/p-files", "/p-other"])
def test_another_bucket_is_refused(endpoint, upload, url):
    """F2: a form is for the bucket that was signed."""
    upload.url = endpoint + url
    status, code, message = upload.send().refusal
    assert (status, code) == (403, "AccessDenied")
    assert message == f'{POLICY}Policy Condition failed: ["eq", "$bucket", "p-uploads"]'


@pytest.mark.parametrize("name", ["acl", "x-amz-meta-owner", "success_action_redirect"])
def test_a_field_that_was_not_signed_is_refused(s3, upload, name):
    """F2: by its name as it was sent."""
    upload.put(name, "public-read")
    assert upload.send().refusal == (403, "AccessDenied", f"{POLICY}Extra input fields: {name}")
    assert stored(s3) == []


def test_a_field_that_says_it_is_ignored_is_ignored(upload):
    """Tools add such fields."""
    upload.put("x-ignore-filename", "photo.png")
    assert upload.send().status == 204


def test_a_form_ends(s3, upload, monkeypatch):
    """F2: after the seconds that it was signed for, and not before."""
    moment = door.now()
    monkeypatch.setattr(door, "now", lambda: moment + timedelta(seconds=298))
    assert upload.send().status == 204
    monkeypatch.setattr(door, "now", lambda: moment + timedelta(seconds=302))
    assert upload.send().refusal == (403, "AccessDenied", f"{POLICY}Policy expired.")


@pytest.mark.parametrize("field", ["policy", "x-amz-signature"])
def test_what_was_not_signed_with_the_secret_is_refused(s3, upload, field):
    """F2: another policy needs another signature, which needs the secret."""
    value = dict(upload.fields)[field]
    upload.put(field, value[:-8] + "00000000")
    reply = upload.send()
    assert reply.refusal == (403, "SignatureDoesNotMatch", MISMATCH)
    assert reply.told["StringToSign"] == dict(upload.fields)["policy"]
    assert stored(s3) == []


def test_a_policy_of_one_s_own_is_refused(upload):
    """F2: a wider one, with the signature of the narrow one."""
    policy = json.loads(base64.b64decode(dict(upload.fields)["policy"]))
    policy["conditions"] = [["starts-with", "$key", ""], ["content-length-range", 0, 10**9]]
    upload.put("policy", base64.b64encode(json.dumps(policy).encode()).decode())
    assert upload.send().refusal[1] == "SignatureDoesNotMatch"


def test_a_form_signed_with_another_secret_is_refused(endpoint):
    """F2: by who has the key id, which is in every form, and not the secret."""
    made_up = replace(credentials.of("AKIAAPI"), secret="a guess")
    reply = form(signer(endpoint, "AKIAAPI", made_up)).send()
    assert reply.refusal == (403, "SignatureDoesNotMatch", MISMATCH)


def test_a_form_of_another_session_is_refused(endpoint):
    """F14: the token is that of the session whose key signed."""
    made_up = replace(credentials.of("AKIAAPI"), token="another")
    assert form(signer(endpoint, "AKIAAPI", made_up)).send().refusal[:2] == (400, "InvalidToken")


def test_a_form_of_nobody_known_is_refused(endpoint):
    """F2: no function has that key id."""
    reply = form(signer(endpoint, "AKIANOBODY")).send()
    assert reply.refusal[:2] == (403, "InvalidAccessKeyId")
    assert reply.told["AWSAccessKeyId"] == "AKIANOBODY"


def test_a_form_can_do_what_its_signer_may(endpoint):
    """A function that may only read signs forms that nobody can use."""
    status, code, message = form(signer(endpoint, "AKIAREADER")).send().refusal
    assert (status, code) == (403, "AccessDenied")
    assert "assumed-role/p-reader/p-reader is not authorized to perform: s3:PutObject" in message


def test_an_upload_is_told_to_who_listens(access, upload):
    """As what the signer did."""
    heard = []
    access.on_call.append(lambda *call: heard.append(call))
    upload.send()
    assert heard == [("api", Need("s3:PutObject", "p-uploads"))]


@pytest.mark.parametrize("names", [["policy"], ["x-amz"]])
def test_a_form_without_policy_or_signature_is_nobody_s(s3, upload, names):
    """F2: a private bucket takes nothing from strangers."""
    kept = [one for one in upload.fields if not one[0].startswith(tuple(names))]
    upload.fields = kept
    assert upload.send().refusal == (403, "AccessDenied", "Access Denied")
    assert stored(s3) == []


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("key", "key"),
        ("x-amz-signature", "X-Amz-Signature"),
        ("x-amz-credential", "X-Amz-Credential"),
        ("x-amz-date", "X-Amz-Date"),
        ("x-amz-algorithm", "X-Amz-Algorithm"),
    ],
)
def test_a_form_without_a_field_that_it_needs_is_refused(s3, upload, field, said):
    """F2: by its name."""
    upload.remove(field)
    status, code, message = upload.send().refusal
    assert (status, code) == (400, "InvalidArgument")
    assert f"Bucket POST must contain a field named '{said}'." in message
    assert stored(s3) == []


@pytest.mark.parametrize("field", ["x-amz-algorithm", "x-amz-credential"])
def test_a_form_signed_in_another_way_is_refused(upload, field):
    """Only version 4 is taken."""
    upload.put(field, "AWS4-HMAC-SHA1")
    assert upload.send().refusal[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize(("field", "status"), [("key", 400), ("policy", 403)])
def test_fields_after_the_file_are_not_looked_at(s3, upload, field, status):
    """F2: the file comes last."""
    upload.after = [(field, dict(upload.fields)[field])]
    upload.remove(field)
    assert upload.send().status == status
    assert stored(s3) == []


def test_a_form_may_have_more_after_the_file(upload):
    """A button, for one."""
    upload.after = [("submit", "Upload")]
    assert upload.send().status == 204


def test_names_of_fields_are_in_any_case(upload):
    """As browsers and tools write them."""
    upload.fields = [(name.title(), value) for name, value in upload.fields]
    assert upload.send().status == 204


def test_a_form_without_a_file_is_refused(upload):
    """With S3's words for it."""
    body = upload.body.replace(b'name="file"', b'name="other"')
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    reply = send("POST", upload.url, body, **headers)
    message = "POST requires exactly one file upload per request."
    assert reply.refusal == (400, "InvalidArgument", message)


def test_too_much_before_the_file_is_refused(upload):
    """S3 takes 20 KB of fields."""
    upload.fields.insert(0, ("x-ignore-me", "x" * 20_480))
    assert upload.send().refusal[:2] == (400, "MaxPostPreDataLengthExceeded")


@pytest.mark.parametrize("head", ["x" * 30_000, "x" * 300_000])
def test_headers_of_a_part_without_end_are_refused(upload, head):
    """They are not kept in memory."""
    body = f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    reply = send("POST", upload.url, body, **headers)
    assert reply.refusal[:2] == (400, "MaxPostPreDataLengthExceeded")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        f"--{BOUNDARY}".encode(),
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=key\r\n\r\nann/1".encode(),
        f"--{BOUNDARY}\r\nContent-Disposition: attachment; name=key\r\n\r\n1\r\n--".encode(),
        f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\n1\r\n--{BOUNDARY}--".encode(),
    ],
)
def test_a_body_that_is_no_form_is_refused(upload, body):
    """Or one that was cut off."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert send("POST", upload.url, body, **headers).refusal[:2] == (400, "MalformedPOSTRequest")


def test_a_form_that_is_cut_off_within_its_file_stores_nothing(access, s3, upload):
    """Half a photograph is none."""
    body = upload.body[: upload.body.index(b"hello") + 3]
    headers = {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(len(body)),
    }
    answer = access.answer(headers, io.BytesIO(body), "/p-uploads", "POST")
    assert (answer.status, b"MalformedPOSTRequest" in answer.body) == (400, True)
    assert stored(s3) == []


def test_a_form_without_a_boundary_is_refused(upload):
    """Nobody could read it."""
    reply = upload.send(**{"Content-Type": "multipart/form-data"})
    assert reply.refusal[:2] == (400, "MalformedPOSTRequest")


def test_a_token_that_is_sent_along_is_refused(upload):
    """A page may do so that sends one with all its requests."""
    reply = upload.send(Authorization="Bearer token")
    assert reply.refusal == (400, "InvalidArgument", "Unsupported Authorization Type")


def test_another_kind_of_body_is_refused(upload):
    """As S3 answers whoever posts JSON."""
    reply = upload.send(**{"Content-Type": "application/json"})
    assert reply.refusal[:2] == (412, "PreconditionFailed")
    assert reply.told["Condition"].endswith("must be of the enclosure-type multipart/form-data")


def signed(policy):
    """A form with this policy, signed as it has to be."""
    moment = door.now()
    credential = f"AKIAAPI/{moment:%Y%m%d}/us-east-1/s3/aws4_request"
    text = base64.b64encode(policy if isinstance(policy, bytes) else json.dumps(policy).encode())
    fields = {
        "key": "ann/1",
        "policy": text.decode(),
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": credential,
        "x-amz-date": f"{moment:%Y%m%dT%H%M%SZ}",
        "x-amz-security-token": credentials.of("AKIAAPI").token,
    }
    scope = Scope("AKIAAPI", f"{moment:%Y%m%d}", "us-east-1")
    fields["x-amz-signature"] = scope.sign(credentials.of("AKIAAPI").secret, text.decode())
    return list(fields.items())


EVERYTHING = [["starts-with", f"${name}", ""] for name in ("key", "bucket")]
EVERYTHING += [
    ["starts-with", f"$x-amz-{name}", ""]
    for name in ("algorithm", "credential", "date", "security-token")
]
LATER = "2999-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "policy",
    [
        b"?",
        b"\xff",
        [],
        {},
        {"expiration": LATER},
        {"EXPIRATION": LATER, "conditions": []},
        {"expiration": "2999-01-01 00:00:00", "conditions": []},
        {"expiration": LATER, "conditions": {}},
        {"expiration": LATER, "conditions": [{}]},
        {"expiration": LATER, "conditions": [{"key": "a", "acl": "b"}]},
        {"expiration": LATER, "conditions": [{"key": 1}]},
        {"expiration": LATER, "conditions": [["eq", "key", "a"]]},
        {"expiration": LATER, "conditions": [["ends-with", "$key", "a"]]},
        {"expiration": LATER, "conditions": [["eq", "$key"]]},
        {"expiration": LATER, "conditions": ["key"]},
        {"expiration": LATER, "conditions": [["content-length-range", 1]]},
        {"expiration": LATER, "conditions": [["content-length-range", "a", "b"]]},
    ],
)
def test_a_policy_in_a_wrong_form_is_refused(endpoint, policy):
    """Though it is signed."""
    reply = Form(f"{endpoint}/p-uploads", signed(policy)).send()
    assert reply.refusal[:2] == (400, "InvalidPolicyDocument")


def test_a_policy_without_a_range_takes_any_size(endpoint, s3):
    """As far as S3 does."""
    made = Form(
        f"{endpoint}/p-uploads", signed({"expiration": LATER, "conditions": EVERYTHING}), b""
    )
    assert made.send().status == 204
    assert stored(s3) == ["ann/1"]


@pytest.mark.parametrize(
    ("given", "status"), [("image/png", 204), ("image/png,image/gif", 204), ("image/png,a/b", 403)]
)
def test_a_type_may_begin_with_something(endpoint, given, status):
    """Each of several has to."""
    conditions = [*EVERYTHING, ["starts-with", "$Content-Type", "image/"]]
    fields = [*signed({"expiration": LATER, "conditions": conditions}), ("Content-Type", given)]
    assert Form(f"{endpoint}/p-uploads", fields).send().status == status


def test_a_key_may_have_the_name_of_the_file(s3):
    """Where the policy leaves it to the client."""
    made = form(s3, key="ann/${filename}")
    made.filename = "a b.png"
    assert made.send().status == 204
    assert stored(s3) == ["ann/a b.png"]


@pytest.mark.parametrize(("wanted", "status"), [("200", 200), ("201", 201), ("404", 204)])
def test_a_form_may_say_how_to_answer(s3, wanted, status):
    """Some browsers show what comes back."""
    reply = form(s3, fields={"success_action_status": wanted}).send()
    assert reply.status == status


def test_a_created_object_is_told_in_xml(endpoint, s3):
    """Where it is, and which."""
    reply = form(s3, fields={"success_action_status": "201"}).send()
    assert reply.told == {
        "Location": f"{endpoint}/p-uploads/ann%2F1",
        "Bucket": "p-uploads",
        "Key": "ann/1",
        "ETag": '"5d41402abc4b2a76b9719d911017c592"',
    }


def test_what_is_said_of_an_object_is_kept(s3):
    """Where the policy names it."""
    fields = {"x-amz-meta-owner": "ann", "Cache-Control": "no-store"}
    assert form(s3, fields=fields).send().status == 204
    found = s3.head_object(Bucket="p-uploads", Key="ann/1")
    assert (found["Metadata"], found["CacheControl"]) == ({"owner": "ann"}, "no-store")


def test_the_queue_is_told_of_an_upload(endpoint, client_of, upload):
    """As one that came by a form."""
    upload.send()
    queue = f"{endpoint}/123456789012/p-work"
    sqs = client_of(endpoint, "sqs")
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    (record,) = records(found)
    assert record["eventName"] == "ObjectCreated:Post"
    assert (record["s3"]["object"]["key"], record["s3"]["object"]["size"]) == ("ann/1", 5)
    assert record["s3"]["object"]["eTag"] == "5d41402abc4b2a76b9719d911017c592"


def test_a_form_can_be_sent_again(s3, upload):
    """F4: as in S3, where it overwrites until it ends; the tag tells the bytes apart."""
    first = upload.send().headers["etag"]
    upload.content = b"other"
    assert upload.send().headers["etag"] != first
    assert s3.get_object(Bucket="p-uploads", Key="ann/1")["Body"].read() == b"other"
