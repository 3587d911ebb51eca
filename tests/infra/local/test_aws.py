"""The AWS endpoint: whose call it is, whether it is granted, and who answers it."""

import functools
import io
import json
import socket
from http.client import HTTPConnection

import pytest
from botocore.exceptions import ClientError

from infra.blueprint import Function, Grant, Index, Key, Secret, Table
from infra.local import aws, calls, mocks, resources
from infra.local.forwarding import forward
from infra.local.grants import Need
from infra.local.places import Refused
from infra.local.resources import create_secrets, create_tables

ITEMS = Table("items", Key("id"), indexes=(Index("newest", Key("shelf"), Key("rank", "N")),))
TERMS = Table("terms", Key("id"), sort=Key("entry"), ttl="expires_at")
CURSORS = Secret("cursors", "Keys.")
EMPTY = Secret("empty", "Nothing yet.", drawn=False)
FUNCTION = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(
        Grant("items", ("dynamodb:GetItem", "dynamodb:PutItem")),
        Grant("cursors", ("secretsmanager:GetSecretValue",)),
        Grant("empty", ("secretsmanager:GetSecretValue",)),
    ),
)


@pytest.fixture
def access(dynamodb):
    """The endpoint's mind: the tables, a secret, a function and the twin as callers."""
    create_tables(dynamodb, (ITEMS, TERMS), "p-")
    create_secrets(mocks.MOTO["secretsmanager"], {CURSORS: '{"1": "value"}', EMPTY: None}, "p-")
    return aws.Access("p-", {"AKIAAPI": FUNCTION, "AKIATWIN": None}, dict(mocks.MOTO))


@pytest.fixture
def endpoint(access, served):
    """The endpoint's URL."""
    return served(access)


@pytest.fixture
def client(endpoint, client_of):
    """Makes clients of AWS as functions use them."""
    return functools.partial(client_of, endpoint)


def refusal(call, **arguments):
    """The code and message of an error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def answer(access, body, key="AKIAAPI", target="DynamoDB_20120810.GetItem", service="dynamodb"):
    """What the endpoint answers to raw bytes."""
    scope = f"Credential={key}/20260101/us-east-1/{service}/aws4_request"
    headers = {"authorization": f"AWS4-HMAC-SHA256 {scope}", "x-amz-target": target}
    found = access.answer(headers, io.BytesIO(body))
    return found.status, json.loads(found.body).get("__type", "").rpartition("#")[2]


def test_a_granted_call_is_done(client):
    """By moto, over HTTP, as boto3 speaks it."""
    dynamodb = client("dynamodb")
    dynamodb.put_item(TableName="p-items", Item={"id": {"S": "1"}, "raw": {"B": b"\xff"}})
    found = dynamodb.get_item(TableName="p-items", Key={"id": {"S": "1"}})
    assert found["Item"] == {"id": {"S": "1"}, "raw": {"B": b"\xff"}}


def test_a_call_that_is_not_granted_is_refused(client):
    """In IAM's words, naming the role, the action and the resource."""
    code, message = refusal(client("dynamodb").scan, TableName="p-items", IndexName="newest")
    assert code == "AccessDeniedException"
    assert message == (
        "User: arn:aws:sts::123456789012:assumed-role/p-api/p-api is not authorized to perform: "
        "dynamodb:Scan on resource: "
        "arn:aws:dynamodb:us-east-1:123456789012:table/p-items/index/newest "
        "because no identity-based policy allows the dynamodb:Scan action"
    )


def test_a_secret_is_read_with_its_first_key(client):
    """A JSON object of key id to key."""
    found = client("secretsmanager").get_secret_value(SecretId="p-cursors")
    assert json.loads(found["SecretString"]) == {"1": "value"}


def test_a_secret_that_is_not_drawn_has_no_value(client):
    """Until a function writes one."""
    code, _ = refusal(client("secretsmanager").get_secret_value, SecretId="p-empty")
    assert code == "ResourceNotFoundException"


def test_a_stranger_is_refused(client):
    """An access key id that no function has."""
    code, _ = refusal(client("dynamodb", "AKIANOBODY").list_tables)
    assert code == "UnrecognizedClientException"


def test_the_twin_itself_may_do_all(client):
    """Whatever the grants of functions."""
    found = client("dynamodb", "AKIATWIN").list_tables()
    assert found["TableNames"] == ["p-items", "p-terms"]


def test_tables_are_as_the_blueprint_says(client):
    """Keys, index and TTL."""
    twin = client("dynamodb", "AKIATWIN")
    items = twin.describe_table(TableName="p-items")["Table"]
    ttl = twin.describe_time_to_live(TableName="p-terms")["TimeToLiveDescription"]
    assert [index["IndexName"] for index in items["GlobalSecondaryIndexes"]] == ["newest"]
    assert items["AttributeDefinitions"] == [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "shelf", "AttributeType": "S"},
        {"AttributeName": "rank", "AttributeType": "N"},
    ]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_tables_that_are_there_are_kept(access, dynamodb):
    """Making them again makes none."""
    assert create_tables(dynamodb, (ITEMS, TERMS), "p-") is False


def test_a_table_that_is_refused_says_why():
    """In AWS's words."""

    def full(_call):
        return calls.failure("LimitExceededException", "Too many tables")

    with pytest.raises(Refused, match="LimitExceededException: Too many tables"):
        create_tables(full, (ITEMS,), "p-")


def test_a_table_on_aws_takes_a_while(monkeypatch):
    """Nobody uses it before it is active."""
    states = ["CREATING", "CREATING", "ACTIVE"]
    asked = []

    def slow(call):
        asked.append(call.operation)
        state = states.pop(0) if call.operation == "DescribeTable" else ""
        return calls.Answer(200, {}, json.dumps({"Table": {"TableStatus": state}}).encode())

    monkeypatch.setattr(resources.time, "sleep", lambda _: None)
    assert create_tables(slow, (TERMS,), "p-")
    assert asked == ["CreateTable", *["DescribeTable"] * 3, "UpdateTimeToLive"]


def test_granted_calls_are_told_to_who_listens(access):
    """Function, action and resource; refused calls and the twin's own are not."""
    heard = []
    access.on_call.append(lambda *call: heard.append(call))
    body = b'{"TableName": "p-items", "Key": {"id": {"S": "1"}}}'
    answer(access, body)
    answer(access, body, target="DynamoDB_20120810.Scan")
    answer(access, body, key="AKIATWIN")
    assert heard == [("api", Need("dynamodb:GetItem", "p-items"))]


@pytest.mark.parametrize("body", [b"?", b"[]", b'{"TransactItems": [1]}', b'{"TransactItems": 1}'])
def test_a_request_in_a_wrong_form_is_refused(access, body):
    """Before anyone tries to do it."""
    target = "DynamoDB_20120810.TransactWriteItems"
    assert answer(access, body, target=target) == (400, "SerializationException")


def test_a_request_without_a_signature_is_refused(access):
    """Nobody is asking."""
    found = access.answer({}, io.BytesIO(b"{}"))
    assert json.loads(found.body)["message"] == "Request is missing Authentication Token"


def test_a_service_that_the_twin_lacks_is_refused(access):
    """With its name."""
    assert answer(access, b"{}", service="sns") == (400, "UnknownServiceException")


def test_a_fault_of_a_service_is_an_internal_failure(access):
    """As AWS answers its own faults."""
    access.services["dynamodb"] = lambda _: 1 / 0
    body = b'{"TableName": "p-items"}'
    assert answer(access, body) == (500, "InternalFailure")


def test_calls_are_forwarded_to_another_endpoint(access, endpoint, monkeypatch):
    """Signed anew with the user's own credentials; the answer comes back."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATWIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = mocks.request(forward(endpoint), "DynamoDB_20120810.ListTables", {})
    assert found["TableNames"] == ["p-items", "p-terms"]


def test_an_endpoint_that_does_not_answer_is_unavailable():
    """With its URL."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Refused, match=f"ServiceUnavailable: {url} does not answer"):
            mocks.request(forward(url), "DynamoDB_20120810.ListTables", {})


def test_a_connection_serves_many_calls(endpoint):
    """It is kept alive."""
    connection = HTTPConnection(endpoint.removeprefix("http://"), timeout=10)
    for _ in range(2):
        connection.request("POST", "/", b"{}")
        assert connection.getresponse().read().startswith(b'{"__type"')
    connection.close()
