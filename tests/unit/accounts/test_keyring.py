"""The key ring: announced, signing, retired; and of many who add a key at once, one."""

import json
from dataclasses import replace

import pytest
from botocore.awsrequest import AWSPreparedRequest

from handler.accounts import keyring, tokens
from handler.accounts.keyring import KeyRing, SigningKey, key_ring, rotate
from handler.core import aws as core_aws
from handler.core.errors import Unauthenticated, Unavailable

_SECRET = "dunlin-local-tokens"
_SESSION = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
_ROTATED_DAYS = 90


def stored():
    """What the secret holds."""
    answer = core_aws.client("secretsmanager").get_secret_value(SecretId=_SECRET)
    return json.loads(answer["SecretString"])


def versions():
    """How many values the secret has had."""
    found = core_aws.client("secretsmanager").list_secret_version_ids(
        SecretId=_SECRET, IncludeDeprecated=True
    )
    return len(found["Versions"])


def forget():
    """Be another instance, which has read nothing yet."""
    keyring._Cache.ring = None


def age(seconds):
    """Have the ring, and the last look for it, be older by so much."""
    ring = keyring._Cache.ring
    keyring._Cache.ring = replace(ring, read_at=ring.read_at - seconds)
    keyring._Cache.asked_at -= seconds


class Wire:
    """Sees the calls to Secrets Manager, and does something before the next ones."""

    def __init__(self) -> None:
        self.calls = []
        self.before = {}
        self.broken = {}

    def see(self, request: AWSPreparedRequest, **_):
        """What botocore calls before it sends."""
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        self.calls.append(name)
        if action := self.before.pop(name, None):
            action()
        if fault := self.broken.get(name):
            raise fault


@pytest.fixture
def manager(aws):
    """The wire to Secrets Manager."""
    events = core_aws.client("secretsmanager").meta.events
    watching = Wire()
    events.register_first("before-send.secrets-manager.*", watching.see, unique_id="manager")
    yield watching
    events.unregister("before-send.secrets-manager.*", unique_id="manager")


def test_the_first_key_is_made_at_first_use(aws, time):
    """It signs at once, and everybody reads the same."""
    made = key_ring().signing()
    forget()
    assert key_ring().signing() == made


def test_the_ring_is_read_once(manager):
    """Later tokens cost no call."""
    for _ in range(5):
        tokens.read(tokens.issue("ann", _SESSION))
    assert manager.calls == ["GetSecretValue", "PutSecretValue"]


def test_of_a_hundred_cold_starts_one_makes_the_key(manager):
    """All have found nothing; one writes, and the others read what it wrote (threats K18)."""
    empty = [keyring._read() for _ in range(100)]
    added = []
    for ring in empty:
        try:
            added.append(keyring._add(ring))
        except keyring._Outrun:
            continue
    assert (len(added), versions()) == (1, 1)
    assert [key["kid"] for key in stored()["keys"]] == [added[0].keys[0].kid]


def test_who_comes_second_takes_the_key_of_the_first(manager):
    """Between the look and the write of one instance, another one has written."""
    others = []

    def meanwhile():
        others.append(key_ring())
        forget()

    manager.before["PutSecretValue"] = meanwhile
    mine = key_ring()
    assert mine.keys == others[0].keys
    assert versions() == 1


def test_a_generation_is_written_once(aws):
    """Who writes it again, with a key of its own, is refused."""
    ring = keyring._read()
    keyring._add(ring)
    with pytest.raises(keyring._Outrun):
        keyring._add(ring)
    assert len(stored()["keys"]) == 1


def test_a_new_key_is_announced_before_it_signs(aws, time):
    """It is published for a quarter of an hour before its first signature."""
    old = key_ring().signing()
    new = rotate().keys[-1]
    assert new.kid in [key["kid"] for key in key_ring().published()]
    time.pass_(seconds=15 * 60 - 1)
    before = key_ring().signing()
    time.pass_(seconds=1)
    assert (before, key_ring().signing()) == (old, new)


def test_every_instance_knows_a_key_before_it_signs():
    """The announcement lasts longer than any ring is believed."""
    assert keyring._ANNOUNCED > keyring._FRESH


def test_an_old_key_verifies_until_its_last_token_has_ended(aws, time):
    """And not a second longer."""
    old = key_ring().signing()
    new = rotate().keys[-1]
    time.pass_(seconds=new.since - old.since + keyring.TOKEN_SECONDS - 1)
    before = key_ring().verifying(old.kid)
    time.pass_(seconds=1)
    assert (before, key_ring().verifying(old.kid)) == (old, None)


def test_the_last_token_of_an_old_key_lives_to_its_end(aws, time):
    """Nobody is signed out by a rotation."""
    key_ring()
    rotate()
    time.pass_(seconds=keyring._ANNOUNCED - 1)
    token = tokens.issue("ann", _SESSION)
    time.pass_(seconds=keyring.TOKEN_SECONDS - 1)
    assert tokens.read(token).account_id == "ann"


def test_a_retired_key_leaves_the_ring(aws, time):
    """It is dropped from the secret when the next one comes."""
    old = key_ring().signing()
    rotate()
    time.pass_(hours=1)
    rotate()
    assert old.kid not in [key["kid"] for key in stored()["keys"]]


def test_a_ring_of_three_months_gets_its_next_key(aws, time):
    """By itself, at the next look, announced as by command."""
    old = key_ring().signing()
    time.pass_(days=_ROTATED_DAYS)
    age(301)
    ring = key_ring()
    assert (len(ring.keys), ring.signing(), ring.keys[-1].since - old.since) == (
        2,
        old,
        _ROTATED_DAYS * 24 * 3600 + keyring._ANNOUNCED,
    )


def test_of_many_who_find_an_old_ring_one_adds_a_key(manager, time):
    """Three months after, all instances look within the same minutes."""
    key_ring()
    time.pass_(days=_ROTATED_DAYS)
    for _ in range(10):
        forget()
        key_ring()
    assert (versions(), len(key_ring().keys)) == (2, 2)


def test_a_rotation_that_cannot_be_written_harms_nobody(manager, time, capsys):
    """The old key goes on signing, and a line of log tells."""
    old = key_ring().signing()
    time.pass_(days=_ROTATED_DAYS)
    forget()
    manager.broken["PutSecretValue"] = Unavailable()
    assert key_ring().signing() == old
    assert '"key_rotation_failed"' in capsys.readouterr().out


def test_a_removed_key_dies_within_the_time_a_ring_is_believed(aws, time):
    """Another instance learns of it when it looks again, after five minutes at the latest."""
    token, believed = tokens.issue("ann", _SESSION), key_ring()
    rotate(at_once=True)
    keyring._Cache.ring = believed
    still = tokens.read(token)
    age(keyring._FRESH + 1)
    assert still.account_id == "ann"
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_rotation_at_once_leaves_one_key(aws, time):
    """The new key signs now, and all that others signed is over here."""
    token = tokens.issue("ann", _SESSION)
    ring = rotate(at_once=True)
    assert (len(ring.keys), len(stored()["keys"]), key_ring().signing()) == (1, 1, ring.keys[0])
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_a_rotation_at_once_drops_an_announced_key_too(aws, time):
    """Whoever had the secret had both."""
    key_ring()
    announced = rotate().keys[-1]
    assert announced not in rotate(at_once=True).keys


def test_a_rotation_at_once_is_not_lost_to_another(manager, time):
    """Somebody writes the next generation meanwhile, with the key that leaked in it."""
    leaked = key_ring().signing()
    manager.before["PutSecretValue"] = rotate
    rotate(at_once=True)
    assert leaked.kid not in [key["kid"] for key in stored()["keys"]]


def test_a_key_that_signs_at_once_is_soon_known_elsewhere(aws, time):
    """A token of it makes an instance look again, so that nobody is refused for minutes."""
    believed = key_ring()
    rotate(at_once=True)
    token = tokens.issue("ann", _SESSION)
    keyring._Cache.ring = believed
    age(keyring._GLANCE + 1)
    assert tokens.read(token).account_id == "ann"


def test_made_up_keys_do_not_make_it_look_again_and_again(manager):
    """A thousand tokens of unknown keys cost no call within ten seconds, and one after."""
    key_ring()
    manager.calls.clear()
    for number in range(1000):
        keyring.verifying_key(f"{number:016x}")
    at_once = list(manager.calls)
    age(keyring._GLANCE + 1)
    for number in range(1000):
        keyring.verifying_key(f"{number:016x}")
    assert (at_once, manager.calls) == ([], ["GetSecretValue"])


def test_made_up_keys_cost_one_call_while_secrets_manager_is_down(manager):
    """And what was known stays known."""
    key = key_ring().signing()
    age(keyring._GLANCE + 1)
    manager.broken["GetSecretValue"] = Unavailable()
    with pytest.raises(Unavailable):
        keyring.verifying_key("0" * 16)
    assert keyring.verifying_key("1" * 16) is None
    assert keyring.verifying_key(key.kid) == key


def test_without_secrets_manager_nothing_is_signed_or_verified(manager, time):
    """Neither a new token nor an old one: keys are not believed for longer than said."""
    token = tokens.issue("ann", _SESSION)
    age(keyring._FRESH + 1)
    manager.broken["GetSecretValue"] = Unavailable()
    with pytest.raises(Unavailable):
        tokens.read(token)
    with pytest.raises(Unavailable):
        tokens.issue("ann", _SESSION)


def test_secrets_manager_back_again_serves_as_before(manager):
    """An outage leaves nothing behind."""
    token = tokens.issue("ann", _SESSION)
    forget()
    manager.broken["GetSecretValue"] = Unavailable()
    with pytest.raises(Unavailable):
        tokens.read(token)
    manager.broken.clear()
    assert tokens.read(token).account_id == "ann"


def test_a_secret_that_is_not_there_is_an_outage(aws):
    """Somebody has deleted it: no key is made up that nobody else knows."""
    core_aws.client("secretsmanager").delete_secret(
        SecretId=_SECRET, ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(Unavailable):
        key_ring()


_MALFORMED = ["null", "[]", "{}", "key", '{"generation": 1}', '{"generation": 1, "keys": [{}]}']


@pytest.mark.parametrize("value", _MALFORMED)
def test_a_secret_that_is_no_ring_is_an_outage(aws, value, capsys):
    """It is not overwritten, and a line of log tells."""
    manager = core_aws.client("secretsmanager")
    manager.put_secret_value(SecretId=_SECRET, SecretString=value)
    with pytest.raises(Unavailable):
        key_ring()
    assert '"keys_malformed"' in capsys.readouterr().out
    assert manager.get_secret_value(SecretId=_SECRET)["SecretString"] == value


def test_an_instance_whose_clock_is_behind_signs_with_the_first_key(aws, time):
    """The key's time was set by a clock that is ahead (threats K19)."""
    made = key_ring().signing()
    time.pass_(seconds=-5)
    assert key_ring().signing() == made


def test_a_key_does_not_show_its_secret():
    """Not where it is printed, nor in the words of an exception."""
    key = SigningKey("0123456789abcdef", 0, "-----BEGIN PRIVATE KEY-----")
    assert "PRIVATE" not in repr(KeyRing(1, (key,), 0.0))


def test_what_is_published_is_public(aws):
    """Exactly the members of a public EC key: no `d`."""
    key_ring()
    rotate()
    for key in key_ring().published():
        assert key.keys() == {"kty", "crv", "x", "y", "alg", "use", "kid"}
