"""Sessions: refresh tokens, and how long a session holds."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler.accounts import sessions
from handler.accounts.sessions import RefreshToken, begun, is_open, surplus
from handler.core import aws as core_aws
from handler.core import keys
from handler.core.errors import Unauthenticated

_SESSION = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
_TOKEN = RefreshToken("ann", _SESSION, 7)
_DAY = 24 * 3600
_AWS_ONCE = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(text):
    """Whether a text is refused as a refresh token."""
    try:
        RefreshToken.read(text)
    except Unauthenticated:
        return True
    return False


def test_a_token_is_read_as_it_was_written(aws):
    """Whose, which session, and which turn."""
    assert RefreshToken.read(_TOKEN.written()) == _TOKEN


def test_a_token_follows_from_its_turn(aws):
    """Two who ask for the next one get the same: nothing is drawn."""
    assert _TOKEN.next().written() == RefreshToken("ann", _SESSION, 8).written()


def test_every_changed_byte_refuses_a_token(aws):
    """Each place of it, with each character that could stand in a token."""
    text = _TOKEN.written()
    changes = (
        text[:place] + byte + text[place + 1 :]
        for place in range(len(text))
        for byte in "0129AZaz._-=+/ \n\0é"
        if text[place] != byte
    )
    assert [changed for changed in changes if not refused(changed)] == []


def test_every_added_or_missing_byte_refuses_a_token(aws):
    """A token has one spelling: no zeros before its numbers, no blanks around it."""
    text = _TOKEN.written()
    longer = (
        text[:place] + byte + text[place:] for place in range(len(text) + 1) for byte in "0A._- \n"
    )
    shorter = (text[:place] + text[place + 1 :] for place in range(len(text)))
    assert [one for one in (*longer, *shorter) if one != text and not refused(one)] == []


@pytest.mark.parametrize(
    "other",
    [
        RefreshToken("max", _SESSION, 7),
        RefreshToken("ann", "01K0N4Q7Y2V9S6T3R8W5X1Z0AC", 7),
        RefreshToken("ann", _SESSION, 8),
        RefreshToken("ann", _SESSION, 6),
    ],
)
def test_a_signature_holds_for_one_turn_of_one_session(aws, other):
    """C4: nobody moves to another account, session or turn with it."""
    signature = _TOKEN.written().removeprefix(_TOKEN._text())
    assert refused(other._text() + signature)


@_AWS_ONCE
@given(st.text(max_size=120) | st.from_regex(sessions._TOKEN, fullmatch=True))
def test_no_text_is_a_fault(aws, text):
    """C4: whatever claims to be a refresh token, and has its form, is refused."""
    assert refused(text)


def test_a_key_of_another_purpose_does_not_sign_tokens(aws):
    """Cursors are signed too, with a secret of their own."""
    manager = core_aws.client("secretsmanager")
    value = json.dumps({"1": "another random key"})
    manager.put_secret_value(SecretId="dunlin-local-cursors", SecretString=value)
    signature = keys.key_ring("cursors").sign(_TOKEN._text().encode())
    assert refused(f"{_TOKEN._text()}.{signature}")


@pytest.mark.parametrize(
    ("used", "created", "is_still_open"),
    [
        *((0, 0, True), (7 * _DAY - 1, 7 * _DAY, True), (7 * _DAY, 7 * _DAY, False)),
        *((0, 30 * _DAY - 1, True), (0, 30 * _DAY, False)),
    ],
)
def test_a_session_ends_idle_or_old(time, used, created, is_still_open):
    """After seven days without a refresh, and after thirty in any case."""
    session = begun("", "")
    session["used"] -= used
    session["created"] -= created
    assert is_open(session) is is_still_open


def test_the_oldest_session_makes_room_for_the_eleventh(time):
    """C10: ten at most, and the one that was used least recently ends."""
    open_ = {
        str(number): begun("", "") | {"used": begun("", "")["used"] - number}
        for number in range(10)
    }
    assert surplus(open_) == ["9"]


def test_expired_sessions_make_room_first(time):
    """They end anyway, and no living one has to."""
    open_ = {str(number): begun("", "") for number in range(10)}
    open_["4"]["used"] -= 8 * _DAY
    assert surplus(open_) == ["4"]


def test_a_device_does_not_fill_the_row(time):
    """What a browser calls itself is kept in part."""
    assert len(begun("x" * 10_000, "")["agent"]) == 100
