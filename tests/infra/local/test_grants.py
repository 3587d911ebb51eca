"""Which actions and resources a call needs, and who has them."""

import pytest

from infra.blueprint import Function, Grant
from infra.local.grants import Need, missing, needs

FUNCTION = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(
        Grant("items", ("dynamodb:GetItem", "dynamodb:Query")),
        Grant("items", ("dynamodb:Query",), indexes=("newest",)),
        Grant("cursors", ("secretsmanager:GetSecretValue",)),
    ),
)
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/p-items"


@pytest.mark.parametrize(
    ("operation", "body", "wanted"),
    [
        ("GetItem", {"TableName": "p-items"}, {Need("dynamodb:GetItem", "p-items")}),
        ("GetItem", {"TableName": ARN}, {Need("dynamodb:GetItem", "p-items")}),
        ("Query", {"TableName": "t", "IndexName": "i"}, {Need("dynamodb:Query", "t", "i")}),
        (
            "BatchGetItem",
            {"RequestItems": {"a": {}, "b": {}}},
            {Need("dynamodb:BatchGetItem", "a"), Need("dynamodb:BatchGetItem", "b")},
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "a"}},
                    {"Update": {"TableName": "a"}},
                    {"Delete": {"TableName": "b"}},
                    {"ConditionCheck": {"TableName": "b"}},
                ]
            },
            {
                Need("dynamodb:PutItem", "a"),
                Need("dynamodb:UpdateItem", "a"),
                Need("dynamodb:DeleteItem", "b"),
                Need("dynamodb:ConditionCheckItem", "b"),
            },
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{"Get": {"TableName": "a"}}]},
            {Need("dynamodb:GetItem", "a")},
        ),
        ("ListTables", {}, {Need("dynamodb:ListTables", "*")}),
        ("BatchGetItem", {}, {Need("dynamodb:BatchGetItem", "*")}),
        ("TransactWriteItems", {}, {Need("dynamodb:TransactWriteItems", "*")}),
        (
            "ExecuteStatement",
            {"Statement": "SELECT * FROM items"},
            {Need("dynamodb:ExecuteStatement", "*")},
        ),
    ],
)
def test_a_dynamodb_call_needs_the_actions_of_its_parts(operation, body, wanted):
    """As IAM sees it: a transaction's parts, a batch's tables, a query's index."""
    assert needs("dynamodb", operation, body) == wanted


@pytest.mark.parametrize(
    "secret", ["p-cursors", "arn:aws:secretsmanager:us-east-1:1:secret:p-cursors-a1B2c3"]
)
def test_a_secret_is_meant_by_name_or_arn(secret):
    """Both need the same."""
    found = needs("secretsmanager", "GetSecretValue", {"SecretId": secret})
    assert found == {Need("secretsmanager:GetSecretValue", "p-cursors")}


@pytest.mark.parametrize("operation", ["SendMessage", "SendMessageBatch"])
def test_a_queue_is_meant_by_its_url(operation):
    """A batch needs the same as a message."""
    body = {"QueueUrl": "http://127.0.0.1:9/123456789012/p-fast"}
    assert needs("sqs", operation, body) == {Need("sqs:SendMessage", "p-fast")}


@pytest.mark.parametrize(
    ("operation", "source", "wanted"),
    [
        ("GetObject", None, {Need("s3:GetObject", "b")}),
        ("HeadObject", None, {Need("s3:GetObject", "b")}),
        ("PutObject", None, {Need("s3:PutObject", "b")}),
        ("ListObjects", None, {Need("s3:ListBucket", "b")}),
        ("CopyObject", "a/k/x", {Need("s3:GetObject", "a"), Need("s3:PutObject", "b")}),
    ],
)
def test_an_object_needs_its_bucket(operation, source, wanted):
    """And a copy that of its source too."""
    body = {"Bucket": "b", "Key": "k", "CopySource": source}
    assert needs("s3", operation, body) == wanted


def test_mail_needs_the_sender():
    """Whatever the address that it says it comes from."""
    found = needs("ses", "SendEmail", {"FromEmailAddress": "a@b.example"}, "p-")
    assert found == {Need("ses:SendEmail", "p-mail")}


@pytest.mark.parametrize(
    "need",
    [
        Need("dynamodb:GetItem", "p-items"),
        Need("dynamodb:Query", "p-items"),
        Need("dynamodb:Query", "p-items", "newest"),
        Need("secretsmanager:GetSecretValue", "p-cursors"),
    ],
)
def test_what_is_granted_is_not_missing(need):
    """A grant covers its table, and only the indexes it names."""
    assert missing(FUNCTION, "p-", [need]) == []


@pytest.mark.parametrize(
    "need",
    [
        Need("dynamodb:PutItem", "p-items"),
        Need("dynamodb:Query", "p-items", "owner"),
        Need("dynamodb:GetItem", "p-items", "newest"),
        Need("dynamodb:GetItem", "items"),
        Need("dynamodb:GetItem", "*"),
        Need("secretsmanager:GetSecretValue", "p-other"),
    ],
)
def test_what_is_not_granted_is_missing(need):
    """Another action, another index, another stage's table, everything: all refused."""
    assert missing(FUNCTION, "p-", [need]) == [need]
