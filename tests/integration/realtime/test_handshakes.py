"""Opening sockets: with a ticket, once, from a page of the application's own."""

import pytest
from botocore.exceptions import ConnectTimeoutError

from handler.core import aws as core_aws
from handler.realtime.models import Connection
from infra.local.sockets.virtual import HandshakeRefused

OWN = "https://shop.example"


@pytest.fixture
def ticket(ann):
    """What opens a socket of Ann's."""
    return ann.post("/realtime/ticket").body["ticket"]


def test_a_ticket_says_where_it_is_used(ann):
    """The address comes from the settings, the ticket holds for half a minute."""
    answer = ann.post("/realtime/ticket")
    assert answer.status == 200
    assert (answer.body["url"], answer.body["expires_in"]) == ("wss://live.example/live", 30)


def test_a_ticket_opens_a_socket(sockets, ticket):
    """The handshake passes."""
    assert sockets.open(f"ticket={ticket}").ended is None


def test_a_ticket_opens_one_socket(sockets, ticket):
    """It is used up by the first."""
    sockets.open(f"ticket={ticket}")
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={ticket}")
    assert refused.value.status == 401


def test_a_ticket_expires(sockets, time, ann):
    """After half a minute it opens nothing."""
    issued = ann.post("/realtime/ticket").body["ticket"]
    time.pass_(seconds=30)
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={issued}")
    assert refused.value.status == 401


@pytest.mark.parametrize(
    "query",
    [
        "",
        "ticket=",
        "ticket=" + "A" * 43,
        "ticket=" + "A" * 5_000,
        "ticket=ticket%23",
        "ticket=account%23ann",
        "token=abc",
    ],
)
def test_what_is_no_ticket_opens_nothing(sockets, query):
    """401, whatever it is (threats G1)."""
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(query)
    assert refused.value.status == 401


def test_a_changed_ticket_opens_nothing(sockets, ticket):
    """One character is enough."""
    other = "B" if ticket[0] == "A" else "A"
    with pytest.raises(HandshakeRefused):
        sockets.open(f"ticket={other}{ticket[1:]}")


def test_an_access_token_opens_nothing(sockets, ann):
    """What is good for a quarter of an hour does not belong into an address (threats G3)."""
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={ann.token}")
    assert refused.value.status == 401


def test_a_refused_handshake_leaves_no_row(sockets):
    """Nobody is remembered who was not let in."""
    with pytest.raises(HandshakeRefused):
        sockets.open("ticket=none")
    assert Connection.page_of_all(None) == ([], None)


def test_a_ticket_is_stored_as_a_hash(ticket):
    """What is stored opens nothing."""
    rows = core_aws.client("dynamodb").scan(TableName="dunlin-local-connections")["Items"]
    assert rows
    assert ticket not in str(rows)


def test_a_ticket_stays_out_of_the_logs(sockets, ticket, capsys):
    """Neither the API nor the function of sockets writes it down (threats G3)."""
    sockets.open(f"ticket={ticket}")
    with pytest.raises(HandshakeRefused):
        sockets.open(f"ticket={ticket}")
    written = capsys.readouterr().out
    assert "socket_refused" in written
    assert ticket not in written


def test_a_ticket_ends_with_its_session(sockets, ann):
    """Who is signed out opens no socket with a ticket from before."""
    issued = ann.post("/realtime/ticket").body["ticket"]
    ann.post("/logout")
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={issued}")
    assert refused.value.status == 401


@pytest.mark.parametrize("name", ["Origin", "origin"])
def test_pages_of_the_application_open_sockets(sockets, ticket, name):
    """However the header is written."""
    assert sockets.open(f"ticket={ticket}", ((name, OWN),)).ended is None


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        f"{OWN}.evil.example",
        "https://evilshop.example",
        "http://shop.example",
        f"{OWN}:8443",
        f"{OWN}/",
        "*",
    ],
)
def test_other_pages_open_none(sockets, ticket, origin):
    """Foreign, null, and such as only look like ours (threats G4)."""
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={ticket}", (("Origin", origin),))
    assert refused.value.status == 403


def test_a_foreign_page_does_not_use_a_ticket_up(sockets, ticket):
    """Its owner still opens a socket with it."""
    with pytest.raises(HandshakeRefused):
        sockets.open(f"ticket={ticket}", (("Origin", "null"),))
    assert sockets.open(f"ticket={ticket}").ended is None


def test_tickets_are_limited(ann):
    """Ten in a minute for an account."""
    statuses = [ann.post("/realtime/ticket").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]


@pytest.mark.parametrize("event", [None, {}, {"requestContext": {}}, {"requestContext": 1}, "x"])
def test_what_is_no_socket_s_event_is_refused(aws, event):
    """The door answers it, and does not raise."""
    from handler import sockets  # noqa: PLC0415 - its name is a fixture's elsewhere

    assert sockets.handle(event, None) == {"statusCode": 400}


def test_a_handshake_that_meets_trouble_is_refused(sockets, ticket, wire):
    """Where DynamoDB does not answer, no socket is opened."""

    def away(request):
        raise ConnectTimeoutError(endpoint_url=request.url)

    wire.break_all(away)
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={ticket}")
    assert refused.value.status == 503
