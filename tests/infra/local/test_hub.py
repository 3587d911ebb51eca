"""Open sockets: what is posted to them, by whom, and how long they may stay."""

import pytest
from botocore.exceptions import ClientError

from infra.blueprint import Function, Grant
from infra.local.aws import Access
from infra.local.sockets import Hub
from infra.local.sockets.events import Handshake

POSTING = Grant("sockets", ("execute-api:ManageConnections",))


class Line:
    """A wire that notes what is done to it, and takes so many messages."""

    def __init__(self, room=100):
        self.sent, self.ended, self.room = [], [], room

    def send(self, text):
        """Take a message, if there is room."""
        if len(self.sent) == self.room:
            return False
        self.sent.append(text)
        return True

    def close(self, code, reason):
        """Note the end."""
        self.ended.append((code, reason))


@pytest.fixture
def hub(time):
    """A hub by the virtual clock."""

    def read():
        return time.now.timestamp()

    return Hub(read)


@pytest.fixture
def line():
    """A wire."""
    return Line()


@pytest.fixture
def opened(hub, line):
    """The id of an open socket."""
    handshake = Handshake((("User-Agent", "browser"),), "", "203.0.113.9", 443, hub.now())
    return hub.open(hub.new_id(), handshake, line).id


@pytest.fixture
def client(hub, served, client_of):
    """A client of the gateway's endpoint, as a function that may post uses it."""
    functions = {
        "AKIAAPI": Function("poster", "-", "-", 1, 1, (POSTING,)),
        "AKIAOTHER": Function("other", "-", "-", 1, 1),
    }
    endpoint = served(Access("p-", functions, {"execute-api": hub.answer}))
    return lambda key="AKIAAPI": client_of(endpoint, "apigatewaymanagementapi", key)


def refusal_of(call, **arguments):
    """The code and the status with which a call was refused."""
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_what_is_posted_is_sent(client, opened, line):
    """In the order of the posts."""
    for text in ("a", "ü"):
        client().post_to_connection(ConnectionId=opened, Data=text.encode())
    assert line.sent == ["a", "ü"]


def test_a_socket_tells_of_its_client(client, opened, time):
    """And when it was used last."""
    time.pass_(seconds=60)
    client().post_to_connection(ConnectionId=opened, Data=b"a")
    found = client().get_connection(ConnectionId=opened)
    assert found["Identity"] == {"SourceIp": "203.0.113.9", "UserAgent": "browser"}
    assert (found["LastActiveAt"] - found["ConnectedAt"]).total_seconds() == 60


def test_a_socket_that_is_deleted_is_closed_and_gone(client, opened, line):
    """At once: the next post finds nothing."""
    client().delete_connection(ConnectionId=opened)
    assert line.ended == [(1000, "")]
    gone = refusal_of(client().post_to_connection, ConnectionId=opened, Data=b"a")
    assert gone == ("GoneException", 410)


@pytest.mark.parametrize("operation", ["get_connection", "delete_connection"])
def test_an_unknown_socket_is_gone(client, operation):
    """Whatever is asked of it."""
    gone = refusal_of(getattr(client(), operation), ConnectionId="unknown=")
    assert gone == ("GoneException", 410)


def test_a_post_is_128_kb_at_most(client, opened, line):
    """As much as one message may be."""
    client().post_to_connection(ConnectionId=opened, Data=b"x" * 131_072)
    refused = refusal_of(client().post_to_connection, ConnectionId=opened, Data=b"x" * 131_073)
    assert refused == ("PayloadTooLargeException", 413)
    assert [len(text) for text in line.sent] == [131_072]


def test_who_posts_to_a_slow_client_is_told_to_wait(client, opened, line):
    """What waits for it is bounded."""
    line.room = 1
    client().post_to_connection(ConnectionId=opened, Data=b"a")
    refused = refusal_of(client().post_to_connection, ConnectionId=opened, Data=b"b")
    assert refused == ("LimitExceededException", 429)


def test_only_who_was_granted_it_may_post(client, opened, line):
    """As in IAM."""
    other = client("AKIAOTHER")
    refused = refusal_of(other.post_to_connection, ConnectionId=opened, Data=b"a")
    assert refused == ("ForbiddenException", 403)
    assert not line.sent


def test_ids_look_like_those_of_the_cloud(hub):
    """Sixteen characters, of which the last has to be encoded in a path."""
    ids = {hub.new_id() for _ in range(100)}
    assert {(len(id_), id_[-1]) for id_ in ids} == {(16, "=")}
    assert len(ids) == 100


def test_an_idle_socket_is_closed_after_ten_minutes(hub, opened, line, time):
    """Not before."""
    time.pass_(seconds=599)
    hub.expire()
    assert not line.ended
    time.pass_(seconds=1)
    hub.expire()
    assert line.ended == [(1001, "Going away")]


def test_a_socket_that_is_used_stays_for_two_hours(hub, opened, line, time):
    """And no longer, however busy it is."""
    for _ in range(14):
        time.pass_(minutes=8)
        hub.used(opened)
        hub.expire()
    assert not line.ended
    time.pass_(minutes=8)
    hub.used(opened)
    hub.expire()
    assert line.ended == [(1001, "Going away")]
