"""The drill: a table that was damaged gets back what it was."""

from datetime import UTC, datetime, timedelta

import pytest

from handler.core import aws as core_aws
from infra.blueprint import prefix
from infra.operating.account import Account
from infra.operating.restoring import Restoring
from tests.infra.operating.accounts import denied, endpoint, refer
from tests.infra.operating.conftest import THEN

LIVE = prefix("local") + "audit"


def test_a_row_without_a_version_that_changes_meanwhile_stays(aws, restore):
    """Its attributes tell that it did."""
    dynamodb = core_aws.client("dynamodb")
    row = {"id": {"S": "e"}, "note": {"S": "then"}, "more": {"S": "same"}}
    table = prefix("local") + "audit"
    dynamodb.put_item(TableName=table, Item=row)
    restore("begin", "audit", *THEN)
    dynamodb.put_item(TableName=table, Item=row | {"note": {"S": "now"}})
    restoring = Restoring("local", "audit", Account())
    found = [one for page in restoring.differences() for one in page]
    latest = row | {"note": {"S": "now"}, "more": {"S": "later"}}
    dynamodb.put_item(TableName=table, Item=latest)
    assert restoring.bring_back(found) == 0
    assert dynamodb.scan(TableName=table)["Items"] == [latest]


def account(sessions, **words):
    """An account's row, as DynamoDB writes it."""
    said = {name: {"S": word} for name, word in words.items()}
    none: dict = {"M": {}}
    opened = {"M": dict.fromkeys(sessions, none)}
    return {"id": {"S": "a"}, "version": {"N": "1"}, "links": none, "sessions": opened, **said}


def test_a_session_that_was_ended_stays_ended(aws, restore):
    """The rest of the account is what it was, and nobody is signed out by that."""
    dynamodb, table = core_aws.client("dynamodb"), prefix("local") + "accounts"
    dynamodb.put_item(TableName=table, Item=account(["stolen", "own"], full_name="Ann"))
    restore("begin", "accounts", *THEN)
    dynamodb.put_item(TableName=table, Item=account(["own", "new"], full_name="Eve"))
    restore("apply", "accounts", "--changed", "--stage", "local")
    (row,) = dynamodb.scan(TableName=table)["Items"]
    assert row == account(["own", "new"], full_name="Ann") | {"version": {"N": "2"}}


def test_an_account_that_comes_back_has_no_sessions(aws, restore):
    """Whoever it belongs to signs in again."""
    dynamodb, table = core_aws.client("dynamodb"), prefix("local") + "accounts"
    dynamodb.put_item(TableName=table, Item=account(["stolen"], full_name="Ann"))
    restore("begin", "accounts", *THEN)
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}})
    restore("apply", "accounts", "--stage", "local")
    assert dynamodb.scan(TableName=table)["Items"] == [account([], full_name="Ann")]


def test_sessions_alone_are_no_difference(aws, restore):
    """They change all day."""
    dynamodb, table = core_aws.client("dynamodb"), prefix("local") + "accounts"
    dynamodb.put_item(TableName=table, Item=account(["own"]))
    restore("begin", "accounts", *THEN)
    dynamodb.put_item(TableName=table, Item=account(["own", "new"]))
    assert restore("compare", "accounts", "--stage", "local") == ["same: 1"]


def test_rows_whose_time_is_over_stay_away(aws, restore):
    """DynamoDB has deleted them for that."""
    dynamodb = core_aws.client("dynamodb")
    now = datetime.now(UTC)
    for key, ends in (("past", now - timedelta(1)), ("future", now + timedelta(1))):
        row = {"key": {"S": key}, "expires_at": {"N": str(int(ends.timestamp()))}}
        dynamodb.put_item(TableName=prefix("local") + "idempotency", Item=row)
    restore("begin", "idempotency", *THEN)
    for key in ("past", "future"):
        dynamodb.delete_item(TableName=prefix("local") + "idempotency", Key={"key": {"S": key}})
    assert sorted(restore("compare", "idempotency", "--stage", "local")) == [
        "expired: 1",
        "missing: 1",
    ]
    done = restore("apply", "idempotency", "--stage", "local")
    assert done == ["brought back: 1", "left alone:   0"]


def test_many_rows_are_compared_by_pages(aws, restore):
    """As many as there are, each once."""
    dynamodb = core_aws.client("dynamodb")
    for number in range(230):
        row = {"period": {"S": "a#0"}, "bucket": {"S": f"{number:04}"}}
        dynamodb.put_item(TableName=prefix("local") + "metrics", Item=row)
    restore("begin", "metrics", *THEN)
    for number in range(5, 230):
        key = {"period": {"S": "a#0"}, "bucket": {"S": f"{number:04}"}}
        dynamodb.delete_item(TableName=prefix("local") + "metrics", Key=key)
    done = restore("apply", "metrics", "--stage", "local")
    assert done == ["brought back: 225", "left alone:   0"]
    assert restore("compare", "metrics", "--stage", "local") == ["same: 230"]


def test_two_empty_tables_are_said_to_be(aws, restore):
    """Not nothing."""
    restore("begin", "audit", *THEN)
    assert restore("compare", "audit", "--stage", "local") == ["Both are empty."]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("begin", "rows", *THEN), 1, "There is no table 'rows', only "),
        (("begin", "audit", "--at", "2026-03-01T11:55:00", "--stage", "local"), 2, "no time zone"),
        (("begin", "audit", "--at", "noon", "--stage", "local"), 2, "noon"),
        (("compare", "audit", "--stage", "local"), 1, "ResourceNotFoundException: "),
        (("begin", "audit", "--at", "2026-03-01T11:55:00Z", "--stage", "dev"), 1, "NotFound"),
    ],
)
def test_what_cannot_be_done_is_said(aws, dunlin, words, code, said):
    """Without a trace."""
    done = dunlin("restore", *words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_table_that_is_still_being_restored_is_not_compared(dunlin, monkeypatch):
    """It does not hold every row yet."""
    with endpoint(lambda *_: (200, {"Table": {"TableStatus": "CREATING"}})) as url:
        refer(monkeypatch, url, ["DYNAMODB"])
        done = dunlin("restore", "apply", "audit", "--stage", "local")
    said = f"dunlin: {LIVE}-restored is CREATING: wait, and ask again.\n"
    assert (done.code, done.err) == (1, said)


def test_what_iam_refuses_is_said(aws, dunlin, monkeypatch):
    """In AWS's words."""
    with endpoint(denied) as url:
        refer(monkeypatch, url, ["DYNAMODB"])
        done = dunlin("restore", "begin", "audit", *THEN)
    assert done.code == 1
    assert done.err.startswith("dunlin: ")
