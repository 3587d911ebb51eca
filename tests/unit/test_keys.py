"""Keys that sign, and their rotation."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core import aws as core_aws
from handler.core import keys
from handler.core.errors import Unavailable
from handler.core.keys import KeyRing, key_ring

_OLD = KeyRing({1: b"first key"}, 0)
_BOTH = KeyRing({1: b"first key", 2: b"second key"}, 0)
_NEW = KeyRing({2: b"second key"}, 0)
_SIGNED = _BOTH.sign(b"message")


def test_the_newest_key_signs():
    """The highest number signs, and says so."""
    assert _SIGNED.startswith("2.")
    assert _NEW.verifies(b"message", _SIGNED)


def test_an_old_key_verifies():
    """What was signed before a rotation holds after it."""
    assert _BOTH.verifies(b"message", _OLD.sign(b"message"))


def test_a_removed_key_does_not_verify():
    """What a removed key signed is over."""
    assert not _NEW.verifies(b"message", _OLD.sign(b"message"))


def test_a_message_has_its_own_signature():
    """A signature holds for one message."""
    assert not _BOTH.verifies(b"massage", _SIGNED)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        ".",
        "2",
        "2.",
        _SIGNED[2:],
        f"02{_SIGNED[1:]}",
        f"+2{_SIGNED[1:]}",
        f"1{_SIGNED[1:]}",
        f"\u0662{_SIGNED[1:]}",
        f"{_SIGNED}=",
        f"{_SIGNED} ",
        "9" * 5000 + ".x",
        "2.\u00e9",
    ],
    ids=lambda signature: signature[:30],
)
def test_other_spellings_do_not_hold(signature):
    """A signature has one spelling."""
    assert not _BOTH.verifies(b"message", signature)


@given(st.text())
def test_no_text_is_a_fault(signature):
    """Whatever claims to be a signature is compared."""
    assert not _BOTH.verifies(b"another message", signature)


def _put(value: dict[str, str]) -> None:
    core_aws.client("secretsmanager").put_secret_value(
        SecretId="dunlin-local-cursors", SecretString=json.dumps(value)
    )


def test_a_rotation_arrives(aws):
    """Keys are kept for minutes, then read again."""
    signed = key_ring("cursors").sign(b"message")
    _put({"2": "another"})
    assert key_ring("cursors").verifies(b"message", signed)
    stale = replace(key_ring("cursors"), read_at=key_ring("cursors").read_at - 301)
    keys._rings["cursors"] = stale
    assert not key_ring("cursors").verifies(b"message", signed)


def test_a_missing_secret_is_unavailable(aws):
    """Without its key the service says that it cannot answer."""
    with pytest.raises(Unavailable):
        key_ring("no-such-secret")


@pytest.mark.parametrize(
    "value",
    ["null", "[]", "{}", "key", '{"1": ""}', '{"1": "key", "2": ""}', '{"x": "k"}', '{"1": 1}'],
)
def test_a_malformed_secret_is_unavailable(aws, value, capsys):
    """Nothing is signed with an empty key, which everybody has; a line of log tells."""
    manager = core_aws.client("secretsmanager")
    manager.put_secret_value(SecretId="dunlin-local-cursors", SecretString=value)
    with pytest.raises(Unavailable):
        key_ring("cursors")
    assert '"keys_malformed"' in capsys.readouterr().out


def test_a_ring_does_not_show_its_keys():
    """Not where it is printed, nor in the words of an exception."""
    assert "second key" not in repr(_BOTH)
