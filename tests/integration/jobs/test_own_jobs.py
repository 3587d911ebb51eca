"""An account's own jobs over HTTP: which it sees, in which order, and what of them."""

import pytest

from handler.jobs import enqueue
from tests.sample_jobs import Plain, Refusing, Tally


@pytest.fixture
def five(time, ann):
    """Five jobs of Ann's, a second apart: two names in turn."""
    made = []
    for number in range(5):
        job = Plain(key=str(number)) if number % 2 == 0 else Tally(key=str(number))
        made.append(enqueue(job, owner="ann"))
        time.pass_(seconds=1)
    return made


def listed(client, query="", path="/jobs"):
    """The ids of a list, over all its pages."""
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get(path, query=f"{query}{cursor}")
        assert answer.status == 200, answer
        found += [one["id"] for one in answer.body["items"]]
        cursor = answer.body["next"] and f"&cursor={answer.body['next']}"
    return found


@pytest.mark.parametrize("query", ["", "limit=2", "limit=5"])
def test_own_jobs_are_listed_newest_first(ann, five, query):
    """Over pages of any length."""
    assert listed(ann, query) == [handle.id for handle in reversed(five)]


def test_a_list_is_narrowed_by_name(ann, five):
    """Only jobs of that name."""
    assert listed(ann, "name=tests.tally&limit=1") == [five[3].id, five[1].id]


def test_a_list_is_narrowed_by_state(jobs, ann, five):
    """Only those that stand so."""
    jobs.deliver()
    last = enqueue(Plain(), owner="ann", delay=60)
    assert listed(ann, "state=queued") == [last.id]
    assert len(listed(ann, "state=succeeded")) == 5


def test_others_jobs_are_not_listed(max_, admin, five):
    """Neither for another user, nor for an administrator; nor are those that are nobody's."""
    enqueue(Plain())
    assert (listed(max_), listed(admin)) == ([], [])


def test_a_cursor_is_the_caller_s_and_the_query_s(ann, max_, five):
    """Anybody else's, and that of another list, is refused."""
    cursor = ann.get("/jobs", query="limit=2").body["next"]
    assert max_.get("/jobs", query=f"limit=2&cursor={cursor}").code == "cursor_invalid"
    assert ann.get("/jobs", query=f"name=tests.plain&cursor={cursor}").code == "cursor_invalid"


def test_a_job_of_another_is_not_found(max_, five):
    """As one that is not there."""
    answer = max_.get(five[0].url)
    assert (answer.status, answer.code) == (404, "job_not_found")
    assert max_.get("/jobs/" + "0" * 26).code == "job_not_found"


def test_an_administrator_reads_any_job(admin, five):
    """Also one that is nobody's."""
    assert admin.get(five[0].url).body["id"] == five[0].id
    assert admin.get(enqueue(Plain()).url).status == 200


@pytest.mark.parametrize("query", ["state=lost", "name=Tests", "limit=0", "owner=max"])
def test_odd_filters_are_refused(ann, query):
    """They say so."""
    assert ann.get("/jobs", query=query).status == 422


def test_a_job_tells_what_became_of_it(time, jobs, ann):
    """Its result, its times, how often it was tried."""
    handle = enqueue(Plain(answer={"a": [1]}), owner="ann")
    time.pass_(seconds=3)
    jobs.deliver()
    assert ann.get(handle.url).body == {
        "id": handle.id,
        "name": "tests.plain",
        "state": "succeeded",
        "attempts": 1,
        "progress": None,
        "note": None,
        "result": {"a": [1]},
        "error": None,
        "message": None,
        "cancel_requested": False,
        "children": None,
        "created_at": "2026-03-01T12:00:00Z",
        "due_at": "2026-03-01T12:00:00Z",
        "started_at": "2026-03-01T12:00:03Z",
        "ended_at": "2026-03-01T12:00:03Z",
        "failures": [],
    }


def test_a_job_tells_how_it_failed(time, jobs, ann):
    """Each attempt that did, the first one first."""
    handle = enqueue(Plain(failures=2), owner="ann")
    jobs.drain(lambda: ann.get(handle.url).body["state"] == "succeeded", limit_seconds=60)
    failures = ann.get(handle.url).body["failures"]
    assert [(one["attempt"], one["error"]) for one in failures] == [
        (1, "ValueError"),
        (2, "ValueError"),
    ]


def test_giving_up_tells_why(time, jobs, ann):
    """In the words that the job was given up with."""
    handle = enqueue(Refusing(word="give up"), owner="ann")
    jobs.deliver()
    told = ann.get(handle.url).body
    assert (told["state"], told["error"]) == ("dead", "gave_up")
    assert told["message"] == "There is nothing to be done."


@pytest.mark.parametrize("size", [5_000, 350_000])
def test_a_large_result_is_in_the_job_s_answer_alone(time, jobs, ann, size):
    """A list shows none, and stays small."""
    handle = enqueue(Plain(answer="x" * size), owner="ann")
    jobs.deliver()
    assert ann.get(handle.url).body["result"] == "x" * size
    assert ann.get("/jobs").body["items"][0]["result"] is None


def test_no_answer_shows_arguments(time, jobs, ann, five):
    """They are the application's, and may be of use to nobody else."""
    assert "arguments" not in ann.get(five[0].url).text + ann.get("/jobs").text
