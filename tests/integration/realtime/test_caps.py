"""How much an account may have open: five sockets, fifty subscriptions, however it asks."""

import pytest

from handler.realtime.models import Sockets
from infra.local.sockets.virtual import HandshakeRefused
from tests.client import at_once


def subscribe(socket, number):
    """Subscribe to a room of that number."""
    socket.say({"action": "subscribe", "channel": f"room:r{number}"})
    return socket.taken()[0]


def test_five_sockets_may_be_open(ann, opened):
    """For the sixth there is no ticket."""
    for _ in range(5):
        opened(ann)
    answer = ann.post("/realtime/ticket")
    assert (answer.status, answer.code) == (409, "too_many_sockets")


def test_tickets_from_before_open_no_sixth(ann, sockets):
    """The handshake counts as well."""
    tickets = [ann.post("/realtime/ticket").body["ticket"] for _ in range(6)]
    for ticket in tickets[:5]:
        sockets.open(f"ticket={ticket}")
    with pytest.raises(HandshakeRefused) as refused:
        sockets.open(f"ticket={tickets[5]}")
    assert refused.value.status == 409


def test_the_cap_holds_for_handshakes_at_once(ann, sockets):
    """Of nine that come together five are let in."""

    def open_one(ticket):
        try:
            sockets.open(f"ticket={ticket}")
        except HandshakeRefused as refused:
            return refused.status
        return 200

    tickets = [ann.post("/realtime/ticket").body["ticket"] for _ in range(9)]
    statuses = at_once([lambda ticket=ticket: open_one(ticket) for ticket in tickets])
    assert statuses.count(200) <= 5
    assert len(Sockets.of("ann").sockets) == statuses.count(200)


def test_a_socket_that_hung_up_makes_room(ann, opened):
    """The next one opens."""
    sockets = [opened(ann) for _ in range(5)]
    sockets[0].hang_up()
    assert opened(ann).ended is None


def test_sockets_whose_end_nobody_told_make_room(ann, opened):
    """Before the sixth is refused, the gateway is asked whether the five are there (G11)."""
    sockets = [opened(ann) for _ in range(5)]
    sockets[0].hang_up(told=False)
    assert opened(ann).ended is None


def test_a_handshake_looks_for_the_gone_too(ann, sockets):
    """The same at the door: tickets were issued while there was room."""
    tickets = [ann.post("/realtime/ticket").body["ticket"] for _ in range(6)]
    opened = [sockets.open(f"ticket={ticket}") for ticket in tickets[:5]]
    opened[2].hang_up(told=False)
    assert sockets.open(f"ticket={tickets[5]}").ended is None


def test_sockets_are_over_after_two_hours(ann, opened, time, sockets):
    """Rows that nobody removed count no more, though they are still there."""
    for _ in range(5):
        opened(ann)
    time.pass_(hours=2, seconds=61)
    assert Sockets.of("ann").sockets == {}
    assert opened(ann).ended is None


def test_another_account_has_sockets_of_its_own(ann, max_, opened):
    """The cap is an account's."""
    for _ in range(5):
        opened(ann)
    assert opened(max_).ended is None


def test_fifty_subscriptions_are_an_account_s(ann, opened):
    """All its sockets together; the next one is refused (threats G7)."""
    first, second = opened(ann), opened(ann)
    assert {subscribe(first, number)["type"] for number in range(30)} == {"ack"}
    assert {subscribe(second, number)["type"] for number in range(20)} == {"ack"}
    assert subscribe(second, 40)["code"] == "too_many_subscriptions"


def test_subscribing_again_takes_no_more_room(ann, opened):
    """It is answered as before."""
    socket = opened(ann)
    assert [subscribe(socket, 1)["type"] for _ in range(3)] == ["ack"] * 3
    assert len(Sockets.of("ann").sockets[socket.id]["channels"]) == 1


def test_unsubscribing_makes_room(ann, opened):
    """And nothing more is told."""
    socket = opened(ann)
    for number in range(50):
        subscribe(socket, number)
    socket.say({"action": "unsubscribe", "channel": "room:r7"})
    assert socket.taken()[0]["type"] == "ack"
    assert subscribe(socket, 51)["type"] == "ack"


def test_unsubscribing_from_nothing_is_answered(ann, opened):
    """It is so already."""
    socket = opened(ann)
    socket.say({"action": "unsubscribe", "channel": "room:lobby", "ref": "r"})
    assert socket.taken() == [{"type": "ack", "channel": "room:lobby", "ref": "r"}]
