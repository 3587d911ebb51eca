"""What outlives the twin, and what does not."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from moto.dynamodb.models import dynamodb_backends

from infra.local import journal as journal_module
from infra.local.journal import Journal, load
from infra.local.places import ACCOUNT, REGION
from infra.local.state import State, StateInUse

TABLE = {
    "TableName": "rows",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "n", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "n", "KeyType": "RANGE"},
    ],
}
KEY = {"id": {"S": "é"}, "n": {"N": "1"}}
EVERYTHING = {
    "raw": {"B": "/w=="},
    "raws": {"BS": ["/w==", "AQ=="]},
    "map": {
        "M": {"B": {"S": "x"}, "list": {"L": [{"NULL": True}, {"BOOL": False}, {"B": "AQ=="}]}}
    },
    "numbers": {"NS": ["1", "2"]},
}


@pytest.fixture
def state(tmp_path):
    """A state in a folder of its own."""
    with closing(State(tmp_path / "state")) as made:
        yield made


@pytest.fixture
def rows(ask):
    """A table; gives the means to ask it."""
    ask("CreateTable", **TABLE)
    return ask


@pytest.fixture
def journal(state, rows):
    """A journal that writes the table's rows to the state when it is told to."""
    made = Journal(state)
    made.start()
    yield made
    made.stop()


def reloaded(rows, state):
    """The table's row KEY, as it is after a restart."""
    dynamodb_backends[ACCOUNT][REGION].reset()
    rows("CreateTable", **TABLE)
    load(state, ["rows"])
    return rows("GetItem", TableName="rows", Key=KEY).get("Item")


def test_a_row_comes_back_as_it_was(rows, journal, state):
    """Every type of attribute, bytes in a map in a list included."""
    rows("PutItem", TableName="rows", Item=KEY | EVERYTHING)
    before = rows("GetItem", TableName="rows", Key=KEY)["Item"]
    journal.flush()
    assert reloaded(rows, state) == before


def test_bytes_that_come_back_equal_bytes(rows, journal, state):
    """A condition on them holds as before."""
    rows("PutItem", TableName="rows", Item=KEY | EVERYTHING)
    journal.flush()
    reloaded(rows, state)
    condition = {
        "ConditionExpression": "#raw = :raw",
        "ExpressionAttributeNames": {"#raw": "raw"},
        "ExpressionAttributeValues": {":raw": {"B": "/w=="}},
    }
    assert rows("DeleteItem", TableName="rows", Key=KEY, **condition) == {}


def test_a_deleted_row_does_not_come_back(rows, journal, state):
    """Also when its key was spelled differently."""
    rows("PutItem", TableName="rows", Item=KEY)
    journal.flush()
    rows("DeleteItem", TableName="rows", Key=KEY | {"n": {"N": "1.0"}})
    journal.flush()
    assert reloaded(rows, state) is None


def test_changes_are_written_after_a_while(rows, state, monkeypatch):
    """Nobody has to ask for it."""
    monkeypatch.setattr(journal_module, "FLUSH_INTERVAL", 0.01)
    journal = Journal(state)
    journal.start()
    rows("PutItem", TableName="rows", Item=KEY)
    for _ in range(500):
        if list(state.rows("rows")):
            break
        journal._ended.wait(0.01)
    journal.stop()
    assert list(state.rows("rows")) == [KEY]


def test_the_end_writes_what_is_left(rows, state):
    """A clean stop loses nothing, and hears no more."""
    journal = Journal(state)
    journal.start()
    rows("PutItem", TableName="rows", Item=KEY)
    journal.stop()
    rows("DeleteItem", TableName="rows", Key=KEY)
    assert list(state.rows("rows")) == [KEY]


def test_a_refused_transaction_is_not_written(rows, journal, state):
    """What was undone was never there."""
    check = {"TableName": "rows", "Key": KEY, "ConditionExpression": "attribute_exists(id)"}
    put = {"TableName": "rows", "Item": KEY | {"n": {"N": "2"}}}
    with pytest.raises(Exception, match="TransactionCanceled"):
        rows("TransactWriteItems", TransactItems=[{"Put": put}, {"ConditionCheck": check}])
    journal.flush()
    assert list(state.rows("rows")) == []


def test_a_secret_is_drawn_once(tmp_path):
    """256 bits that stay the same from run to run."""
    with closing(State(tmp_path / "state")) as state:
        first = state.secret("key")
    with closing(State(tmp_path / "state")) as state:
        assert (state.secret("key"), len(first)) == (first, 43)


def test_the_newest_mails_are_kept(tmp_path):
    """So many; older ones go."""
    with closing(State(tmp_path / "state")) as state:
        for mail in ("one", "two", "three"):
            state.keep_mail(mail, 2)
    with closing(State(tmp_path / "state")) as state:
        assert state.mails() == ["two", "three"]


def test_fresh_forgets_everything(tmp_path):
    """Rows, mails and secrets."""
    with closing(State(tmp_path / "state")) as state:
        state.keep_mail("mail", 2)
        state.save([("rows", "key", "{}")])
        first = state.secret("key")
    with closing(State(tmp_path / "state", fresh=True)) as state:
        assert (list(state.rows("rows")), state.mails()) == ([], [])
        assert state.secret("key") != first


def test_a_folder_serves_one_run_at_a_time(tmp_path, state):
    """A second one is refused, and forgets nothing on the way."""
    state.remember("fact", "kept")
    with pytest.raises(StateInUse):
        State(tmp_path / "state", fresh=True)
    assert state.fact("fact") == "kept"


def test_nobody_else_may_read_the_secrets(tmp_path, state):
    """The file is the user's own."""
    assert (tmp_path / "state" / "state.sqlite3").stat().st_mode & 0o077 == 0


def test_a_killed_run_leaves_what_it_wrote(tmp_path):
    """Kill -9 tears nothing, and the folder is free again."""
    code = """
import pathlib, sys
from infra.local.state import State
state = State(pathlib.Path(sys.argv[1]))
for number in range(1_000_000):
    state.save([("rows", "a", f'{{"n": {number}}}'), ("rows", "b", f'{{"n": {number}}}')])
    print(number, flush=True)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "state")]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as run:  # noqa: S603 - our own
        for _ in range(50):
            run.stdout.readline()
        os.kill(run.pid, signal.SIGKILL)
    with closing(State(tmp_path / "state")) as state:
        first, second = state.rows("rows")
    assert first == second
    assert first["n"] >= 49
