"""Coming back: what was missed comes in order, once, or the word that it is too much."""

import pytest

from handler.core.ids import new_id
from handler.realtime import replaying
from handler.realtime.models import EventRow

LOBBY = "/realtime/room:lobby"


@pytest.fixture
def known(ann, told, sockets):
    """The number of the first of three events."""
    told("one")
    seq = ann.get(LOBBY).body["seq"]
    told("two", "three")
    return seq


def test_a_subscriber_gets_what_it_missed(ann, listening, heard, known):
    """All behind the number that it knows."""
    assert heard(listening(ann, "room:lobby", after=known)) == ["two", "three"]


def test_the_ack_says_where_the_channel_stands(ann, listening, known):
    """Before what was missed."""
    socket = listening(ann, "room:lobby", after=known, ref="r")
    ack = socket.taken()[0]
    assert ack == {
        "type": "ack",
        "channel": "room:lobby",
        "seq": known + 2,
        "present": ["ann"],
        "ref": "r",
    }


def test_what_comes_later_follows_without_gap(ann, listening, heard, told, known):
    """Replay first, then live."""
    socket = listening(ann, "room:lobby", after=known)
    told("four")
    assert heard(socket) == ["two", "three", "four"]


def test_without_a_number_nothing_is_replayed(ann, listening, heard, known):
    """A new subscriber begins with now."""
    assert heard(listening(ann, "room:lobby")) == []


def test_zero_asks_for_everything(ann, listening, heard, known):
    """All that a channel ever had, if it is kept."""
    assert heard(listening(ann, "room:lobby", after=0)) == ["one", "two", "three"]


def test_http_answers_the_same(ann, known):
    """For who has no socket."""
    answer = ann.get(LOBBY, query=f"after={known}").body
    assert [event["id"] for event in answer["events"]] == ["two", "three"]
    assert answer["seq"] == known + 2
    assert "resync" not in answer


def test_http_says_where_to_begin(ann, known):
    """Without a number only the last one is answered."""
    assert ann.get(LOBBY).body == {"events": [], "seq": known + 2}


def test_a_silent_channel_stands_at_zero(ann):
    """Nothing was ever told in it."""
    assert ann.get(LOBBY).body == {"events": [], "seq": 0}


def test_zero_of_a_silent_channel_is_complete(ann):
    """There is nothing to miss."""
    assert ann.get(LOBBY, query="after=0").body == {"events": [], "seq": 0}


@pytest.mark.parametrize("after", [-3, 10_000_000])
def test_numbers_that_never_were_say_resync(ann, known, after):
    """From before the channel's first event, or from the future."""
    answer = ann.get(LOBBY, query=f"after={known + after}").body
    assert answer == {"events": [], "seq": known + 2, "resync": True}


def test_a_number_of_a_forgotten_channel_says_resync(ann):
    """Whoever knows one of a channel that knows none has missed something."""
    assert ann.get(LOBBY, query="after=5").body == {"events": [], "seq": 0, "resync": True}


def test_events_are_kept_for_a_day(ann, time, told):
    """After it, who asks for one of them is told to resync, though its row is still there."""
    told("one")
    seq = ann.get(LOBBY).body["seq"]
    told("two")
    time.pass_(hours=24)
    told("three")
    answer = ann.get(LOBBY, query=f"after={seq}").body
    assert (answer["events"], answer["resync"]) == ([], True)


def test_what_is_kept_is_told_after_a_day(ann, time, told):
    """Who missed only newer ones gets them."""
    told("one")
    time.pass_(hours=24)
    seq = ann.get(LOBBY).body["seq"]
    told("two")
    events = ann.get(LOBBY, query=f"after={seq}").body["events"]
    assert [event["id"] for event in events] == ["two"]


def test_all_that_is_kept_is_told_though_older_ones_are_gone(ann, time, told):
    """`after=0` asks for what there is, and never says resync."""
    told("one")
    time.pass_(hours=24)
    told("two", "three")
    answer = ann.get(LOBBY, query="after=0").body
    assert [event["id"] for event in answer["events"]] == ["two", "three"]
    assert "resync" not in answer


def test_resync_comes_over_sockets(ann, listening, known):
    """With the ack, and nothing is replayed."""
    socket = listening(ann, "room:lobby", after=known - 3)
    (ack,) = socket.taken()
    assert (ack["resync"], ack["seq"]) == (True, known + 2)


def test_who_missed_too_much_reads_anew(ann, known, monkeypatch):
    """More than 500 events are no replay."""
    monkeypatch.setattr(replaying, "REPLAYED", 1)
    assert ann.get(LOBBY, query=f"after={known}").body["resync"] is True


def test_a_forgotten_channel_begins_higher(ann, time, told, known):
    """Numbers never come twice, though the channel was forgotten with its last number."""
    before = ann.get(LOBBY).body["seq"]
    EventRow("room:lobby", 0).delete()
    time.pass_(days=9)
    told("much later")
    assert ann.get(LOBBY).body["seq"] > before


def test_numbers_follow_one_another(ann, told):
    """Without gap, however many are announced at once."""
    told("0")
    told(*map(str, range(100)))
    answer = ann.get(LOBBY, query="after=0").body
    numbers = [event["seq"] for event in answer["events"]]
    assert numbers == list(range(numbers[0], numbers[0] + 100))
    assert [event["id"] for event in answer["events"]] == [str(number) for number in range(100)]


@pytest.mark.parametrize("channel", ["me:max", "job:1", "room:", "nothing", "*", "room:*", "ME"])
def test_channels_that_are_not_one_s_own_are_not_there(ann, channel):
    """404 or 422, whatever it is (threats G7)."""
    assert ann.get(f"/realtime/{channel}").status in {404, 422}


def test_another_s_job_is_not_there(ann):
    """Nor one that there never was."""
    assert ann.get(f"/realtime/job:{new_id()}").code == "channel_not_found"


def test_the_dashboard_is_for_administrators(ann, moderator, admin):
    """Others do not see that it is there."""
    statuses = [one.get("/realtime/dashboard").status for one in (ann, moderator, admin)]
    assert statuses == [404, 404, 200]
