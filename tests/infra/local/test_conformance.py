"""The engine answers as Amazon's own DynamoDB Local does, call for call.

Needs Java and Maven, which fetches DynamoDB Local; without them the tests are skipped.
"""

import json

import pytest

from infra.local import calls
from infra.local.forwarding import forward
from tests.infra.local.conversations import queries, transactions, writes
from tests.infra.local.conversations.vocabulary import SEED, TABLE

pytestmark = pytest.mark.slow

CONVERSATIONS = writes.CONVERSATIONS | queries.CONVERSATIONS | transactions.CONVERSATIONS


@pytest.fixture(scope="session")
def amazon(dynamodb_local):
    """Amazon's DynamoDB Local, with the seeded table."""
    return _seeded(forward(dynamodb_local))


@pytest.fixture
def ours(dynamodb):
    """Moto with the engine, with the seeded table."""
    return _seeded(dynamodb)


def _seeded(service):
    for operation, body in [("CreateTable", TABLE), *SEED]:
        assert ask(service, operation, body)["status"] == 200
    return service


def ask(service, operation, body):
    """One call's answer, less what is nobody's promise."""
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    call = calls.Call("dynamodb", "us-east-1", headers, json.dumps(body).encode())
    answer = service(call)
    found = json.loads(answer.body)
    kept = {
        name: value
        for name, value in found.items()
        if name not in {"ConsumedCapacity", "ItemCollectionMetrics", "message", "Message"}
        and value not in ({}, [])
    }
    for reason in kept.get("CancellationReasons", []):
        reason.pop("Message", None)
    if "__type" in kept:
        kept["__type"] = kept["__type"].rpartition("#")[2]
    return {"status": answer.status, **kept}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_engine_answers_as_dynamodb_does(name, ours, amazon):
    """The same calls get the same answers."""
    conversation = CONVERSATIONS[name]
    assert [ask(ours, *call) for call in conversation] == [
        ask(amazon, *call) for call in conversation
    ]
