"""What functions write into secrets outlives the twin."""

import json
from contextlib import closing

import pytest

from infra.blueprint import Secret
from infra.local import mocks
from infra.local.places import Refused
from infra.local.resources import create_secrets
from infra.local.services import remembering, secret_value
from infra.local.state import State

TOKENS = Secret("tokens", "Keys.", drawn=False)
CURSORS = Secret("cursors", "Keys.")
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def state(tmp_path):
    """A state in a folder of its own."""
    with closing(State(tmp_path / "state")) as made:
        yield made


@pytest.fixture
def manager(dynamodb, state):
    """Secrets Manager with the secret, which is empty."""
    create_secrets(mocks.MOTO["secretsmanager"], {TOKENS: None}, "p-")
    return remembering(mocks.MOTO["secretsmanager"], state, "p-")


def put(manager, value, token=TOKEN):
    """Write a value."""
    body = {"SecretId": "p-tokens", "SecretString": value, "ClientRequestToken": token}
    return mocks.request(manager, "secretsmanager.PutSecretValue", body)


def test_a_written_value_is_kept(manager, state):
    """The secret begins with it at the next start."""
    put(manager, "written")
    assert secret_value(TOKENS, state) == "written"


def test_a_refused_value_is_not_kept(manager, state):
    """Of two writers of one generation the first is believed."""
    put(manager, "first")
    with pytest.raises(Refused, match="ResourceExistsException"):
        put(manager, "second")
    assert secret_value(TOKENS, state) == "first"


def test_a_value_that_is_read_changes_nothing(manager, state):
    """Only writing does."""
    put(manager, "written")
    body = {"SecretId": "p-tokens"}
    found = mocks.request(manager, "secretsmanager.GetSecretValue", body)
    assert found["SecretString"] == secret_value(TOKENS, state) == "written"


def test_what_is_drawn_stays_the_same(state):
    """A key of its own for each secret; a secret that is not drawn has none."""
    drawn = json.loads(secret_value(CURSORS, state))
    assert (list(drawn), len(drawn["1"])) == (["1"], 43)
    assert json.loads(secret_value(CURSORS, state)) == drawn
    assert secret_value(TOKENS, state) is None
