"""What ends a socket: whatever ends the right to have it (threats G5, A30)."""

import json
from io import BytesIO

import pytest
from botocore.awsrequest import AWSResponse

from handler.accounts import passwords
from handler.accounts.models import Account
from handler.realtime.models import Connection, Sockets, Subscription

PASSWORD = "a goldfinch sings at noon"


class Raw(BytesIO):
    """The body of an answer."""

    def stream(self):
        """What botocore reads."""
        yield self.read()


@pytest.fixture
def watching(ann, listening):
    """A socket of Ann's that hears what is hers."""
    socket = listening(ann, "me")
    socket.taken()
    return socket


def change_password(ann, _admin):
    """Ann does, on another device."""
    Account("ann").update(actions=[Account.password_hash.set(passwords.hashed(PASSWORD))])
    ann.post("/users/me/password", {"current": PASSWORD, "new": "a wholly different one"})


ENDS = {
    "logout": (lambda ann, _: ann.post("/logout"), "signed_out"),
    "device": (lambda ann, _: ann.delete(f"/sessions/{ann._session[1]}"), "signed_out"),
    "close": (lambda ann, _: ann.delete("/users/me"), "closed"),
    "role": (lambda _, admin: admin.patch("/admin/users/ann", {"role": "admin"}), "role_changed"),
    "disabled": (lambda _, admin: admin.patch("/admin/users/ann", {"disabled": True}), "disabled"),
    "deleted": (lambda _, admin: admin.delete("/admin/users/ann"), "closed"),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_socket_ends_with_its_right(watching, ann, admin, how):
    """It is told why, and closed."""
    end, code = ENDS[how]
    end(ann, admin)
    assert watching.taken() == [{"type": "bye", "code": code}]
    assert watching.ended is not None


@pytest.mark.parametrize("end", ["password", "others"])
def test_other_devices_sockets_end(watching, ann, admin, end):
    """A new password, or "sign all others out", closes the sockets of all other sessions."""
    here = ann.signed_in("ann")
    if end == "password":
        change_password(here, admin)
    else:
        here.delete("/sessions")
    assert watching.taken() == [{"type": "bye", "code": "signed_out"}]


def test_own_socket_outlives_a_new_password(watching, ann, admin):
    """The device that sets it stays."""
    change_password(ann, admin)
    assert watching.ended is None


def test_an_unchanged_role_ends_nothing(watching, admin):
    """Who stays a user keeps the socket."""
    admin.patch("/admin/users/ann", {"role": "user"})
    assert watching.ended is None


def test_another_s_sockets_stay(watching, max_):
    """Who signs out closes no one else's."""
    max_.post("/logout")
    assert watching.ended is None


def test_an_ended_socket_leaves_no_row(watching, ann):
    """Neither itself, nor what it subscribed to."""
    ann.post("/logout")
    assert Connection.find(watching.id) is None
    assert Sockets.of("ann").sockets == {}
    assert Subscription.page("me:ann", None, 10) == ([], None)


def unclosed(gateway_refuses, ann):
    """Sign Ann out while the gateway does not answer."""
    with gateway_refuses():
        ann.post("/logout")


def test_signing_out_succeeds_without_the_gateway(watching, ann, gateway_refuses):
    """A socket that cannot be closed is no reason to stay signed in."""
    with gateway_refuses():
        assert ann.post("/logout").status == 204
    assert watching.ended is None


def test_a_socket_that_stayed_open_is_refused(watching, ann, gateway_refuses):
    """Its next frame is answered with a bye, and the socket closed."""
    unclosed(gateway_refuses, ann)
    watching.say({"action": "echo", "data": 1})
    assert watching.taken() == [{"type": "bye", "code": "unknown_socket"}]
    assert watching.ended is not None


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (Account.sessions.set({}), "signed_out"),
        (Account.disabled.set(True), "signed_out"),
        (Account.role.set("moderator"), "role_changed"),
    ],
)
def test_every_frame_asks_anew(watching, action, code):
    """What has changed in the account's row closes the socket at its next frame."""
    Account("ann").update(actions=[action])
    watching.say({"action": "echo", "data": 1})
    assert watching.taken() == [{"type": "bye", "code": code}]
    assert watching.ended is not None


def test_private_events_ask_anew(watching, told):
    """Who is signed out hears nothing private, even if nobody has closed the socket yet."""
    Account("ann").update(actions=[Account.sessions.set({})])
    told("secret", channel="me:ann")
    assert watching.taken() == [{"type": "bye", "code": "signed_out"}]


def test_a_socket_that_hangs_up_is_forgotten(watching):
    """`$disconnect` removes its rows."""
    watching.hang_up()
    assert Sockets.of("ann").sockets == {}


def test_an_unknown_socket_is_closed(watching):
    """A frame of a socket that has no row, even after a moment, closes it (threats G13)."""
    Connection(watching.id).delete()
    watching.say({"action": "echo"})
    assert watching.taken() == [{"type": "bye", "code": "unknown_socket"}]


def test_a_socket_is_found_a_moment_later(watching, wire):
    """A frame that is faster than its socket's row is answered: the row is read once more."""

    def nothing(request):
        assert json.loads(request.body)["ConsistentRead"]
        return AWSResponse(request.url, 200, {}, Raw(b"{}"))

    wire.break_next(nothing)
    watching.say({"action": "echo", "data": 1})
    assert watching.taken() == [{"type": "echo", "data": 1}]
