"""`dunlin jobs`: what it asks of the operators' function, and how it shows the answers."""

import json

import pytest

from infra import stage
from infra.commands import tables
from tests.infra.local.twins import running

A = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
B = "01K0N4Q7Y2V9S6T3R8W5X1Z0AC"
JOB = {
    "id": A,
    "name": "mail.send",
    "state": "queued",
    "attempts": 2,
    "progress": None,
    "note": None,
    "result": None,
    "error": "ValueError",
    "message": "at mail/service.py:7",
    "cancel_requested": False,
    "children": None,
    "created_at": "2026-03-01T12:00:00Z",
    "due_at": "2026-03-01T12:00:05Z",
    "started_at": None,
    "ended_at": None,
    "owner": "ann",
    "parent": None,
    "crashes": 0,
}
LONGER = JOB | {"id": B, "name": "accounts.mail_account", "attempts": 12, "owner": None}
GRAVE = JOB | {"state": "dead", "ended_at": "2026-03-02T00:00:00Z"}
FAILURE = {
    "attempt": 1,
    "at": "2026-03-01T12:00:01Z",
    "error": "KeyError",
    "message": "at a/b.py:1",
}
COUNTS = {"at": "2026-03-01T11:00:00Z", "enqueued": 12, "succeeded": 9, "retried": 3} | {
    "dead": 1,
    "cancelled": 0,
}


class Operators:
    """Stands in for the operators' function: what it was asked, and what it answers."""

    def __init__(self):
        self.asked = []
        self.answers = []

    def operate(self, place, action, **given):
        """What commands call."""
        self.asked.append((place, action, given))
        return self.answers.pop(0)


@pytest.fixture
def operators(monkeypatch):
    """The operators' function of a stage, which answers what a test says."""
    standing_in = Operators()
    monkeypatch.setattr(stage, "operate", standing_in.operate)
    return standing_in


@pytest.fixture
def ask(operators, dunlin):
    """Types a command for the stage `dev`, which gets those answers; what it exits with, prints."""

    def call(*words, answers):
        operators.answers = list(answers)
        code, printed, complaint = dunlin("jobs", *words, "--stage", "dev")
        assert complaint == ""
        return code, printed

    return call


def test_open_jobs_are_a_table(ask):
    """Columns are aligned and times end with the second; a page says how to get the next one."""
    code, printed = ask("list", answers=[{"items": [JOB, LONGER], "next": "c1"}])
    assert code == 0
    assert printed.splitlines() == [
        f"{'ID':26}  NAME                   STATE   ATTEMPTS  DUE (UTC)            OWNER",
        f"{A}  mail.send              queued         2  2026-03-01 12:00:05  ann",
        f"{B}  accounts.mail_account  queued        12  2026-03-01 12:00:05  -",
        "There are more: --cursor c1",
    ]


def test_dead_jobs_show_their_error(ask):
    """And when they died."""
    _, printed = ask("list", "--state", "dead", answers=[{"items": [GRAVE], "next": None}])
    heading, line = printed.splitlines()
    assert heading.split()[:3] == ["ID", "NAME", "ERROR"]
    assert line.split()[1:] == ["mail.send", "ValueError", "2", "2026-03-02", "00:00:00", "ann"]


def test_an_empty_list_is_a_heading(ask):
    """Nothing else."""
    _, printed = ask("list", answers=[{"items": [], "next": None}])
    assert printed == "ID  NAME  STATE  ATTEMPTS  DUE (UTC)  OWNER\n"


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("list", ("jobs_list", {"state": "open", "limit": 20})),
        (
            "list --state dead --name a.b --limit 5 --cursor c",
            ("jobs_list", {"state": "dead", "name": "a.b", "limit": 5, "cursor": "c"}),
        ),
        (f"show {A}", ("jobs_show", {"job_id": A})),
        (f"cancel {A}", ("jobs_cancel", {"job_id": A})),
        (f"redrive {A}", ("jobs_redrive", {"job_id": A})),
        ("redrive --all", ("jobs_redrive", {"dry_run": False})),
        ("redrive --all --dry-run", ("jobs_redrive", {"dry_run": True})),
        (
            "redrive --name a.b --error KeyError",
            ("jobs_redrive", {"name": "a.b", "error": "KeyError", "dry_run": False}),
        ),
        ("reconcile", ("jobs_reconcile", {})),
        ("stats", ("jobs_stats", {"hours": 24})),
        ("stats --hours 3", ("jobs_stats", {"hours": 3})),
    ],
)
def test_what_is_asked(operators, ask, words, asked):
    """The action and its arguments; what was not typed is not said. `--json` prints the answer."""
    answer = {"job": JOB, "items": [], "lost": [], "seen": 3, "next": None}
    code, printed = ask(*words.split(), "--json", answers=[answer])
    assert (code, operators.asked) == (0, [("dev", *asked)])
    shown = {"lost": [], "seen": 3, "next": None} if words == "reconcile" else answer
    assert json.loads(printed) == shown


@pytest.mark.parametrize(
    "words",
    [
        "",
        "drop",
        "list --state lost",
        "list --limit many",
        "show",
        "cancel",
        "redrive",
        f"redrive {A} --all",
        "redrive --all --name a.b",
        f"redrive {A} --dry-run",
        f"redrive {A} --error KeyError",
        "stats --hours soon",
        "list --url http://localhost:8000 --stage dev",
    ],
)
def test_other_words_are_refused(operators, dunlin, words):
    """With the exit code of a command that was not understood, and nothing is asked."""
    code, _, complaint = dunlin("jobs", *words.split())
    assert (code, operators.asked) == (2, [])
    assert "usage: dunlin jobs" in complaint


def test_a_job_is_shown_with_its_failures(ask):
    """A line for all that is known, then a table."""
    job = JOB | {"result": {"a": [1]}, "failures": [FAILURE]}
    _, printed = ask("show", A, answers=[{"job": job}])
    lines = printed.splitlines()
    assert f"id:               {A}" in lines
    assert 'result:           {"a": [1]}' in lines
    assert "due_at:           2026-03-01 12:00:05" in lines
    assert lines[-2:] == [
        "ATTEMPT  AT (UTC)             ERROR     MESSAGE",
        "      1  2026-03-01 12:00:01  KeyError  at a/b.py:1",
    ]
    assert not any(line.startswith("progress") for line in lines)


@pytest.mark.parametrize("words", ["cancel", "redrive"])
def test_a_changed_job_is_shown(ask, words):
    """As it then is."""
    code, printed = ask(words, A, answers=[{"job": JOB}])
    assert (code, printed.splitlines()[2]) == (0, "state:            queued")


def test_redriving_many_tells_how_many(ask):
    """And the job that does it."""
    _, printed = ask("redrive", "--all", answers=[{"matched": 3, "job": A}])
    assert printed == f"matched: 3\njob:     {A}\n"


def test_reconciling_goes_on_to_the_end(operators, ask):
    """Each call goes on where the one before stopped; the sums are told."""
    key = {"id": {"S": A}, "part": {"S": "job"}}
    pages = [{"lost": [], "seen": 4, "next": key}, {"lost": [], "seen": 3, "next": None}]
    assert ask("reconcile", answers=pages) == (0, "seen: 7\nlost: 0\n")
    assert [given for _, _, given in operators.asked] == [{}, {"after": key}]


def test_a_lost_job_is_a_failure(ask):
    """The exit code says so, and the ids are printed."""
    pages = [{"lost": [A], "seen": 4, "next": {"id": {"S": A}}}]
    pages.append({"lost": [B], "seen": 3, "next": None})
    assert ask("reconcile", answers=pages) == (1, f"seen: 7\nlost: 2\n{A}\n{B}\n")


def test_counts_are_summed(ask):
    """By time, and of all."""
    later = COUNTS | {"at": "2026-03-01T12:00:00Z", "enqueued": 100}
    _, printed = ask("stats", answers=[{"step": "hour", "items": [COUNTS, later]}])
    assert printed.splitlines() == [
        "FROM (UTC)           ENQUEUED  SUCCEEDED  RETRIED  DEAD  CANCELLED",
        "2026-03-01 11:00:00        12          9        3     1          0",
        "2026-03-01 12:00:00       100          9        3     1          0",
        "all                       112         18        6     2          0",
    ]


def test_a_terminal_is_not_steered(ask):
    """What jobs say of themselves holds no escape sequences when it is shown."""
    _, printed = ask("show", A, answers=[{"job": JOB | {"note": "\x1b[2Jgone\r\n"}}])
    assert "note:             ?[2Jgone??" in printed


def test_times_are_told_in_utc():
    """Wherever they were written."""
    assert tables.moment("2026-03-01T12:00:00.5+02:00") == "2026-03-01 10:00:00"


OPERATORS = """
def handle(event, context):
    match event:
        case {"action": "jobs_stats", "hours": 24}:
            return {"step": "hour", "items": []}
        case {"action": "jobs_show"}:
            return {"error": {"code": "job_not_found", "detail": "There is no such job."}}
    return {"accounts": 0}
"""


def test_the_twin_is_asked_by_default(folder, demo, dunlin):
    """At its URL; a refusal says why, and the exit code that nothing was done."""
    (folder / "handler" / "operators.py").write_text(OPERATORS)
    with running(folder) as url:
        counted = dunlin("jobs", "stats", "--json", "--url", url)
        refused = dunlin("jobs", "show", A, "--url", url)
    assert (counted[0], counted[1].splitlines()[-1]) == (0, '{"step": "hour", "items": []}')
    assert (refused[0], refused[2]) == (1, "dunlin: There is no such job.\n")
