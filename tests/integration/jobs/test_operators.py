"""The operators' door: what `dunlin jobs` asks for."""

import pytest

from handler import audit
from handler.core import metrics
from handler.jobs import enqueue
from handler.jobs.models import JobRow, key_of
from tests.conftest import invoke
from tests.integration.jobs.conftest import all_jobs, set_row, state
from tests.sample_jobs import Plain, Refusing

ID = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"


@pytest.fixture
def ask(time, jobs):
    """Ask for an action; its answer, which is no error."""

    def call(action, **arguments):
        answer = invoke("operators", {"action": action, **arguments})
        assert "error" not in answer, answer
        return answer

    return call


@pytest.fixture
def dead(time, jobs):
    """A dead job."""
    handle = enqueue(Refusing(word="give up"), owner="ann")
    jobs.deliver()
    return handle


def test_jobs_are_listed_page_by_page(ask, dead):
    """As for an administrator."""
    handles = [enqueue(Plain(), delay=number) for number in range(3)]
    page = ask("jobs_list", limit=2)
    rest = ask("jobs_list", limit=2, cursor=page["next"])
    found = [one["id"] for one in page["items"] + rest["items"]]
    assert (found, rest["next"]) == ([handle.id for handle in handles], None)
    (one,) = ask("jobs_list", state="dead", name="tests.refusing")["items"]
    assert (one["id"], one["owner"], one["error"]) == (dead.id, "ann", "gave_up")


def test_a_job_is_shown_with_its_failures(ask, dead):
    """A dead job's error is none of the operation's."""
    job = ask("jobs_show", job_id=dead.id)["job"]
    assert (job["state"], job["owner"]) == ("dead", "ann")
    assert [one["error"] for one in job["failures"]] == ["gave_up"]


def test_a_job_is_cancelled(ask):
    """In the operators' name."""
    handle = enqueue(Plain())
    assert ask("jobs_cancel", job_id=handle.id)["job"]["state"] == "cancelled"


def test_a_dead_job_is_redriven(ask, dead):
    """One."""
    assert ask("jobs_redrive", job_id=dead.id)["job"]["state"] == "queued"


def test_dead_jobs_are_redriven(ask, dead, jobs):
    """Those that match, or only counted."""
    assert ask("jobs_redrive", dry_run=True) == {"matched": 1, "job": None}
    assert ask("jobs_redrive", name="tests.plain", dry_run=False)["matched"] == 0
    order = ask("jobs_redrive", error="gave_up")["job"]
    jobs.deliver()
    assert JobRow.find(order).state == "succeeded"
    assert JobRow.find(dead.id).fence == 2


def test_reconciling_finds_what_nobody_would_look_at(ask, dead):
    """Rows that are neither ended nor in the due index."""
    handles = [enqueue(Plain()) for _ in range(3)]
    assert ask("jobs_reconcile") == {"lost": [], "seen": 4, "next": None}
    row = JobRow.find(handles[1].id)
    row.update(actions=[JobRow.wake.remove(), JobRow.shelf.remove()])
    assert ask("jobs_reconcile")["lost"] == [handles[1].id]


def test_reconciling_goes_on_where_it_stopped(ask, monkeypatch):
    """As far as there is time for in one call."""
    for _ in range(3):
        enqueue(Plain())
    first = all_jobs()[0]
    later = ask("jobs_reconcile", after=key_of(first.id))
    assert later["seen"] < 3
    assert later["next"] is None


def test_jobs_are_counted(time, ask, dead):
    """By the hour; over more than a month by the day."""
    time.pass_(minutes=1)
    metrics.flush()
    (counted,) = ask("jobs_stats", hours=2)["items"]
    assert (counted["enqueued"], counted["dead"]) == (1, 1)
    assert ask("jobs_stats", hours=800)["step"] == "day"
    assert ask("jobs_stats")["step"] == "hour"


@pytest.mark.parametrize(
    ("action", "arguments", "named"),
    [
        ("jobs_list", {"state": "lost"}, "state"),
        ("jobs_list", {"limit": "5"}, "limit"),
        ("jobs_list", {"limit": 101}, "limit"),
        ("jobs_list", {"name": "x y"}, "name"),
        ("jobs_list", {"cursor": 5}, "cursor"),
        ("jobs_list", {"owner": "ann"}, "owner"),
        ("jobs_show", {}, "job_id"),
        ("jobs_show", {"job_id": ""}, "job_id"),
        ("jobs_show", {"job_id": "unique#1"}, "job_id"),
        ("jobs_cancel", {"job_id": None}, "job_id"),
        ("jobs_cancel", {"job_id": ID, "x": 1}, "x"),
        ("jobs_redrive", {"dry_run": "yes"}, "dry_run"),
        ("jobs_redrive", {"error": "a b"}, "error"),
        ("jobs_reconcile", {"after": {}}, "after"),
        ("jobs_reconcile", {"after": {"id": {"S": ""}, "part": {"S": "job"}}}, "after"),
        ("jobs_reconcile", {"after": {"id": {"N": "1"}, "part": {"S": "job"}}}, "after"),
        ("jobs_reconcile", {"after": "x"}, "after"),
        ("jobs_stats", {"hours": 0}, "hours"),
        ("jobs_stats", {"hours": 1e30}, "hours"),
        ("jobs_stats", {"hours": True}, "hours"),
        ("jobs_stats", {"": 1}, ""),
    ],
)
def test_arguments_that_do_not_fit_are_named(aws, action, arguments, named):
    """The door never raises; the error says which, and does not repeat the value."""
    error = invoke("operators", {"action": action, **arguments})["error"]
    assert error["code"] == "action_unknown"
    assert error["detail"] == f"Missing, unknown or not acceptable here: {named}."


@pytest.mark.parametrize(
    ("action", "arguments", "code"),
    [
        ("jobs_show", {"job_id": ID}, "job_not_found"),
        ("jobs_cancel", {"job_id": ID}, "job_not_found"),
        ("jobs_redrive", {"job_id": ID}, "job_not_found"),
        ("jobs_list", {"cursor": "x"}, "cursor_invalid"),
    ],
)
def test_refusals_are_those_of_the_api(aws, action, arguments, code):
    """By the same codes."""
    assert invoke("operators", {"action": action, **arguments})["error"]["code"] == code


def test_what_cannot_be_done_to_a_job_is_told(time, jobs, dead):
    """As over HTTP."""
    told = [
        invoke("operators", {"action": action, "job_id": dead.id})
        for action in ("jobs_cancel", "jobs_redrive", "jobs_redrive")
    ]
    assert [one.get("error", {}).get("code") for one in told] == [
        "job_ended",
        None,
        "job_not_dead",
    ]


def test_a_fault_within_an_action_is_ours(time, jobs, capsys):
    """A row that no answer can be made of is no wrong argument: the log says where."""
    handle = enqueue(Plain())
    set_row(handle, result={"S": "5"}, due={"N": "99999999999999999999"})
    answer = invoke("operators", {"action": "jobs_show", "job_id": handle.id})
    assert answer["error"]["code"] == "internal_error"
    assert '"level":"error"' in capsys.readouterr().out
    assert state(handle) == "queued"


@pytest.mark.parametrize(
    "event",
    [
        {"action": "jobs_list", "state": "dead"},
        {"action": "jobs_show", "job_id": "{job}"},
        {"action": "jobs_redrive", "job_id": "{job}"},
        {"action": "jobs_redrive", "name": "tests.refusing"},
        {"action": "jobs_cancel", "job_id": "{waiting}"},
        {"action": "jobs_stats"},
        {"action": "jobs_reconcile"},
    ],
    ids=lambda event: " ".join(event.values()),
)
def test_operators_may_do_what_they_ask_for(time, jobs, event):
    """Every call of every action is granted to their function (tests/rights.py looks)."""
    dead = enqueue(Refusing(word="give up"))
    jobs.deliver()
    waiting = enqueue(Plain(), delay=5000, unique="k")
    names = {"job": dead.id, "waiting": waiting.id}
    answer = invoke("operators", {name: value.format(**names) for name, value in event.items()})
    assert "error" not in answer


def test_the_calendar_is_listed(ask):
    """With when each of its jobs runs."""
    found = {one["name"]: one for one in ask("jobs_crons")["crons"]}
    assert found["accounts.renew_keys"] == {
        "name": "accounts.renew_keys",
        "cron": "23 3 * * *",
        "queue": "fast",
    }
    assert "transfers.compute_report" in found


def test_a_job_of_the_calendar_runs_at_once(ask):
    """And that is written down."""
    job = ask("jobs_run", name="accounts.renew_keys")["job"]
    assert (job["name"], job["state"]) == ("accounts.renew_keys", "queued")
    (event,) = audit.Event.scan()
    assert (event.action, event.actor, event.subject) == ("job.run", "operators", job["id"])


def test_only_jobs_of_the_calendar_run_at_once(time, jobs):
    """Others need arguments."""
    answer = invoke("operators", {"action": "jobs_run", "name": "tests.plain"})
    assert answer["error"]["code"] == "job_not_found"
