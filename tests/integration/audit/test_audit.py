"""The audit log: what is written down, who may read it, and how it is found (threats J9)."""

import pytest

from handler import audit
from handler.audit.models import Event
from handler.core import aws as core_aws


@pytest.fixture
def admin(anonymous):
    """An administrator."""
    return anonymous.signed_in("root", "admin")


def listed(client, query=""):
    """The events of a list, over all its pages, as (action, actor, subject)."""
    found, cursor = [], ""
    while cursor is not None:
        body = client.get("/admin/audit", query=f"{query}{cursor}").body
        found += [(e["action"], e["actor"], e["subject"]) for e in body["items"]]
        cursor = body["next"] and f"&cursor={body['next']}"
    return found


def test_a_change_of_role_is_written_down(admin, ann):
    """Who changed what of whom stands in the log."""
    admin.patch("/admin/users/ann", {"role": "moderator"})
    (event,) = admin.get("/admin/audit").body["items"]
    told = {name: event[name] for name in ("action", "actor", "subject", "details")}
    assert told == {
        "action": "account.changed",
        "actor": "root",
        "subject": "ann",
        "details": {"role": "moderator"},
    }


def test_a_refused_change_is_not(admin, ann):
    """What did not happen is not told: the event is part of the change."""
    admin.patch("/admin/users/ann", {"role": "moderator"}, headers={"If-Match": '"99"'})
    assert listed(admin) == []


def test_a_closed_account_is_written_down(admin, ann):
    """Closing is told with the account that is no more."""
    ann.delete("/users/me")
    assert listed(admin) == [("account.closed", "ann", "ann")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c", "b", "a"]),
        ("actor=ann&", ["c", "a"]),
        ("subject=max&", ["b", "a"]),
        ("action=b&", ["b"]),
        ("actor=ann&subject=max&", ["a"]),
        ("actor=nobody&", []),
    ],
)
def test_lists_are_newest_first_and_narrowed(admin, time, query, expected):
    """By actor, subject and action, alone and together, over pages of one."""
    for action, actor, subject in [("a", "ann", "max"), ("b", "max", "max"), ("c", "ann", None)]:
        time.pass_(seconds=1)
        audit.record(action, actor=actor, subject=subject)
    assert [action for action, _, _ in listed(admin, f"{query}limit=1")] == expected


def test_events_expire_after_400_days(admin, time):
    """The TTL is set at writing."""
    audit.record("a", actor="ann")
    (row,) = core_aws.client("dynamodb").scan(TableName=Event.Meta.table_name)["Items"]
    assert int(row["expires_at"]["N"]) - int(time.now.timestamp()) == 400 * 24 * 3600


def test_details_are_short(admin):
    """A detail has at most 100 characters."""
    audit.record("a", actor="ann", address="x" * 1000)
    (event,) = admin.get("/admin/audit").body["items"]
    assert event["details"] == {"address": "x" * 100}


def test_an_event_that_cannot_be_written_is_a_line_of_log(aws, wire, capsys, monkeypatch):
    """What happened is told somewhere, and the request goes on."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def throttle(request):
        raise core_aws.BotoCoreError

    wire.break_all(throttle)
    audit.record("account.signed_in", actor="ann")
    assert '"metric":"audit_failed","action":"account.signed_in"' in capsys.readouterr().out


def test_a_page_reads_one_query_for_each_shard(admin, wire):
    """A list of everything asks 16 shards, one of an account asks once."""
    admin.get("/admin/audit")
    everything, wire.calls[:] = list(wire.calls), []
    admin.get("/admin/audit", query="actor=ann")
    assert (everything, wire.calls) == (["Query"] * 16, ["Query"])
