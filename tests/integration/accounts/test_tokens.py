"""Access tokens through the door: what they are, and how their keys come and go (threats B)."""

import json

import pytest
from botocore.exceptions import EndpointConnectionError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from handler.accounts import keyring
from handler.core import aws as core_aws
from tests.client import Client
from tests.conftest import invoke
from tests.forgery import decoded
from tests.integration.accounts.conftest import sign_in

_JWKS = "/.well-known/jwks.json"


def published():
    """The public keys by their id."""
    return {key["kid"]: key for key in Client().get(_JWKS).body["keys"]}


def parts(token):
    """Header, claims and signature of a token."""
    header, claims, signature = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims)), decoded(signature)


def verify_as_others_do(token, jwk):
    """Check a signature with nothing but the published key; raises InvalidSignature."""
    x, y = (int.from_bytes(decoded(jwk[name]), "big") for name in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    message, _, signature = token.rpartition(".")
    r, s = (
        int.from_bytes(half, "big") for half in (decoded(signature)[:32], decoded(signature)[32:])
    )
    key.verify(encode_dss_signature(r, s), message.encode(), ec.ECDSA(hashes.SHA256()))


def rotate(**arguments):
    """What an operator asks for, of a stage that has a key."""
    keyring.key_ring()
    answer = invoke("operators", {"action": "keys_rotate", **arguments})
    assert "error" not in answer, answer
    return answer["kids"]


def status(client):
    """How the own profile is answered."""
    return client.get("/users/me").status


def another_instance(ring=None):
    """Go on as a function that has read nothing yet, or this ring a while ago."""
    keyring._Cache.ring = ring
    keyring._Cache.asked_at = 0.0


def test_a_token_has_exactly_the_claims_of_rfc_9068(ann, time):
    """And the header says exactly what it must."""
    header, claims, signature = parts(ann.token)
    now = int(time.now.timestamp())
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": next(iter(published()))}
    assert claims == {
        "iss": "urn:dunlin:dunlin-local-local",
        "aud": "urn:dunlin:dunlin-local-local:api",
        "sub": "ann",
        "sid": ann._session[1],
        "jti": claims["jti"],
        "iat": now,
        "nbf": now,
        "exp": now + 15 * 60,
    }
    assert len(signature) == 64


def test_a_sign_in_says_how_long_its_token_holds(anonymous, eve):
    """`expires_in` is what the token itself says."""
    pair = sign_in(anonymous).body
    claims = parts(pair["access_token"])[1]
    assert pair["expires_in"] == claims["exp"] - claims["iat"] == 15 * 60


def test_no_two_tokens_are_alike(ann):
    """Each has its own id."""
    assert len({parts(ann.token)[1]["jti"] for _ in range(50)}) == 50


def test_a_token_of_a_long_id_is_short(aws):
    """The longest that is issued is far within the 4,096 characters that are read."""
    assert len(Client().signed_in("x" * 64).token) < 1000


def test_others_verify_a_token_with_the_published_key(ann):
    """The JWKS is enough."""
    token = ann.token
    verify_as_others_do(token, published()[parts(token)[0]["kid"]])


def test_others_refuse_what_we_did_not_sign(ann):
    """The same check fails on a changed token, so it can fail."""
    token = ann.token
    changed = token.replace(".", ".A", 1)
    with pytest.raises(InvalidSignature):
        verify_as_others_do(changed, published()[parts(token)[0]["kid"]])


def test_the_published_keys_are_public(anonymous):
    """RFC 7517: exactly the members of a public EC key for signatures, and no `d`."""
    rotate()
    for key in published().values():
        assert key.keys() == {"kty", "crv", "x", "y", "alg", "use", "kid"}
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
        assert [len(decoded(key[name])) for name in ("x", "y")] == [32, 32]


def test_the_published_keys_hold_nothing_of_the_secret(anonymous):
    """Nothing of a private key's text, anywhere in the answer."""
    answer = anonymous.get(_JWKS)
    pem = keyring.key_ring().signing().pem
    body = "".join(pem.splitlines()[1:-1])
    assert "PRIVATE" not in answer.text
    assert not [1 for place in range(len(body) - 16) if body[place : place + 16] in answer.text]


def test_anybody_may_read_the_published_keys(anonymous):
    """Before anybody has signed in, too."""
    assert anonymous.get(_JWKS).status == 200


def test_an_operator_announces_a_key_before_it_signs(ann, time):
    """It is published at once, and signs a quarter of an hour later."""
    old, new = rotate()
    announced, signs_still = set(published()), parts(ann.token)[0]["kid"]
    time.pass_(minutes=15)
    assert (announced, signs_still, parts(ann.token)[0]["kid"]) == ({old, new}, old, new)


def test_a_rotation_signs_nobody_out(ann, time):
    """B21: a token of the old key holds to its own end."""
    time.pass_(minutes=1)
    rotate()
    time.pass_(minutes=14, seconds=59)
    last = Client(ann.token)
    time.pass_(minutes=14, seconds=59)
    before = status(last)
    time.pass_(seconds=1)
    assert (before, status(last)) == (200, 401)


def test_an_old_key_is_published_until_its_last_token_has_ended(ann, time):
    """Others can verify for as long as we do."""
    old, new = rotate()
    time.pass_(minutes=29, seconds=59)
    before = set(published())
    time.pass_(seconds=1)
    assert (before, set(published())) == ({old, new}, {new})


def test_a_leaked_key_is_dropped_at_once(ann, time):
    """B21: its tokens end, whoever made them; the sessions go on with new ones."""
    token = ann.token
    rotate(at_once=True)
    assert (status(Client(token)), status(ann), len(published())) == (401, 200, 1)


def test_other_instances_drop_a_leaked_key_within_minutes(ann, time):
    """B21: five, at the latest, when they read the ring again."""
    token, believed = Client(ann.token), keyring.key_ring()
    rotate(at_once=True)
    another_instance(believed)
    before = status(token)
    another_instance()
    assert (before, status(token)) == (200, 401)


def test_a_session_goes_on_at_an_instance_that_missed_the_rotation(ann, time):
    """A token of a key that it does not know makes it look again."""
    believed = keyring.key_ring()
    rotate(at_once=True)
    token = Client(ann.token)
    another_instance(believed)
    assert status(token) == 200


def test_the_first_sign_ins_of_a_new_stage_share_one_key(anonymous, aws):
    """B21: what one instance issues holds at the others."""
    clients = []
    for name in ("ann", "max", "mod"):
        another_instance()
        clients.append(Client(anonymous.signed_in(name).token))
    assert [status(client) for client in clients] == [200, 200, 200]


@pytest.fixture
def outage(anonymous):
    """Secrets Manager does not answer."""
    events = core_aws.client("secretsmanager").meta.events

    def refuse(**_):
        raise EndpointConnectionError(endpoint_url="secretsmanager")

    def begin():
        another_instance()
        events.register_first("before-send.secrets-manager.*", refuse, unique_id="outage")

    yield begin
    events.unregister("before-send.secrets-manager.*", unique_id="outage")


@pytest.mark.parametrize("path", ["/users/me", "/jobs"])
def test_without_keys_nobody_is_told_that_a_token_is_bad(ann, outage, path):
    """503, to be tried again, and no 401 that would sign people out."""
    token = Client(ann.token)
    outage()
    answer = token.get(path)
    assert (answer.status, answer.code, "retry-after" in answer.headers) == (
        *(503, "unavailable"),
        True,
    )


def test_without_keys_a_token_that_cannot_be_ours_is_refused(anonymous, outage):
    """Its outside is enough to know."""
    outage()
    assert status(Client("x.y.z")) == 401


def test_without_keys_no_sign_in_is_a_fault(anonymous, eve, outage):
    """503 as well."""
    outage()
    assert sign_in(anonymous).status == 503


def test_without_keys_doors_without_tokens_are_open(anonymous, outage):
    """Who shows no token needs none of the keys."""
    outage()
    assert anonymous.post("/register/resend", {"email": "eve@example.org"}).status == 202


def test_without_keys_there_are_none_to_publish(anonymous, outage):
    """503: an empty list would have others refuse everybody."""
    outage()
    assert anonymous.get(_JWKS).status == 503
