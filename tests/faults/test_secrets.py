"""Services that are slow, deaf or shut; lists that need no secret go on (threats K3, K14, K18)."""

import json
import time as real_time

import pytest
from botocore.exceptions import ConnectTimeoutError

from handler.core import aws as core_aws
from handler.jobs import enqueue
from tests.faults.conftest import raises, refuses
from tests.sample_jobs import Plain

NAME = "dunlin-local-cursors"


@pytest.fixture
def secrets(aws):
    """What is asked of Secrets Manager, and a fault for all of it."""
    asked, faults = [], []

    def see(request, **_):
        asked.append(json.loads(request.body)["SecretId"])
        answer = faults[0](request) if faults else None
        if answer is not None:
            request.url = "https://answered.example/"
        return answer

    events = core_aws.client("secretsmanager").meta.events
    events.register_first("before-send.secrets-manager.*", see, unique_id="secrets")
    yield asked, faults
    events.unregister("before-send.secrets-manager.*", unique_id="secrets")


@pytest.fixture
def two(ann, jobs):
    """Two jobs of ann's, in a list that she may read; the keys of her token are at hand."""
    assert ann.get("/users/me").status == 200
    for _ in range(2):
        enqueue(Plain(), owner="ann")


@pytest.mark.parametrize("service", ["dynamodb", "secretsmanager"])
def test_a_black_hole_costs_seconds(aws, service):
    """Connecting may take 1 s, reading 2 s, three times: 503 comes in less than 8 s (K3)."""
    config = core_aws.client(service).meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 3
    assert config.retries["mode"] == "standard"


FAULTS = {
    "black hole": raises(ConnectTimeoutError(endpoint_url="https://secrets.example")),
    "broken": refuses("InternalServiceError", 500),
    "throttled": refuses("ThrottlingException"),
    "denied": refuses("AccessDeniedException"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_that_goes_on_is_503(ann, two, secrets, fault):
    """Without the key no cursor is made: the caller is asked to come again."""
    secrets[1].append(FAULTS[fault])
    answer = ann.get("/jobs", query="limit=1")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cursor_is_not_taken_unchecked(ann, two, secrets, fault):
    """Without the key no cursor is believed."""
    secrets[1].append(FAULTS[fault])
    assert ann.get("/jobs", query="cursor=MTIz.1.abc").status == 503


def test_a_list_that_ends_needs_no_key(ann, two, secrets):
    """A whole list on one page is answered, whatever happens to secrets."""
    secrets[1].append(FAULTS["denied"])
    assert ann.get("/jobs").status == 200
    assert secrets[0] == []


def test_a_key_is_read_once(ann, two, secrets):
    """However many requests an environment serves, it asks for a key once."""
    for _ in range(20):
        ann.get("/jobs", query="limit=1")
    assert secrets[0] == [NAME]


def test_a_crowd_asks_once_for_each_environment_at_most(ann, two, secrets, instances):
    """Twenty environments that start at once ask for a key twenty times at most."""
    begun = [one.begin("GET", "/jobs", query="limit=1") for one in instances(ann, 20)]
    assert {answer().status for answer in begun} == {200}
    assert 1 <= len(secrets[0]) <= 20


def test_a_rotated_key_signs_and_the_old_one_still_verifies(ann, two, secrets, monkeypatch):
    """A new key is noticed within minutes; cursors of the old one are good while it is kept."""
    before = ann.get("/jobs", query="limit=1").body["next"]
    client = core_aws.client("secretsmanager")

    def later(*keys):
        secret = json.dumps({key: f"key {key}" if key != "1" else "a random key" for key in keys})
        client.put_secret_value(SecretId=NAME, SecretString=secret)
        now = real_time.monotonic()
        monkeypatch.setattr("handler.core.keys.time.monotonic", lambda: now + 301)

    later("1", "2")
    after = ann.get("/jobs", query="limit=1").body["next"]
    assert after.split(".")[1] == "2"
    assert ann.get("/jobs", query=f"limit=1&cursor={before}").status == 200
