"""How jobs are declared, and what is refused where they are."""

import pytest
from pydantic import ValidationError

from handler.jobs import Event, Job, definitions, handles
from handler.jobs.definitions import LONGEST, Undeclared


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch):
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(definitions, "_definitions", {})


def declared(name="things.do", base=Job, fields=None, **options):
    """A new class of jobs."""
    annotations = {field: kind for field, (kind, _) in (fields or {}).items()}
    defaults = {field: value for field, (_, value) in (fields or {}).items() if value is not ...}
    body = {"__module__": __name__, "__annotations__": annotations, **defaults}
    return type(base)("Thing", (base,), body, name=name, **options)


def test_a_job_has_a_definition():
    """What its class says, and the engine's defaults."""
    found = declared(queue="slow", attempts=3, timeout=600).definition
    assert (found.name, found.queue, found.attempts, found.timeout) == (
        "things.do",
        "slow",
        3,
        600,
    )
    assert definitions.find("things.do") is found
    assert (declared("things.other").definition.queue, found.cron) == ("fast", None)


def test_a_name_that_nobody_declared_is_none():
    """Another release may know it."""
    assert definitions.find("things.do") is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "things",
        "Things.do",
        "things.do1",
        "things do",
        ".do",
        "things.",
        "a.b#c",
        "a." + "b" * 59,
    ],
)
def test_names_are_of_one_form(name):
    """They are written into rows and keys."""
    with pytest.raises(Undeclared, match="name is like"):
        declared(name)


@pytest.mark.parametrize("name", ["a.b", "a.b.c", "files.make_thumbnails", "a." + "b" * 58])
def test_names_of_that_form(name):
    """A room, a dot, a word; 60 characters."""
    assert declared(name).definition.name == name


def test_a_name_is_declared_once():
    """Two jobs of a name would run each other's rows."""
    declared()
    with pytest.raises(Undeclared, match="two jobs called"):
        declared()


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": LONGEST["fast"] + 1},
        {"timeout": LONGEST["slow"] + 1, "queue": "slow"},
        {"attempts": 0},
    ],
    ids=str,
)
def test_options_without_sense_are_refused(options):
    """A job could not be run so."""
    with pytest.raises(Undeclared):
        declared(**options)


def test_an_event_is_on_no_calendar():
    """It happens when it happens."""
    with pytest.raises(Undeclared, match="on no calendar"):
        declared("things.done", Event, cron="0 0 * * *")


@pytest.mark.parametrize("queue", LONGEST)
def test_a_job_may_take_as_long_as_its_queue_allows(queue):
    """And not a second more."""
    assert declared(queue=queue, timeout=LONGEST[queue]).definition.queue == queue


@pytest.mark.parametrize("cron", ["soon", "* * * *", "61 * * * *", "0 0 30 2 *x"])
def test_a_cron_that_is_none_is_refused(cron):
    """Where it is handled: before anything waits for it."""
    with pytest.raises(Undeclared, match="is no cron"):
        handles(declared(cron=cron))(print)


def test_a_job_on_the_calendar_needs_nobody_s_words():
    """All its fields have defaults."""
    with pytest.raises(Undeclared, match="no required fields"):
        handles(declared(cron="* * * * *", fields={"key": (str, ...)}))(print)


def test_the_calendar_has_what_has_a_cron():
    """And nothing else."""
    declared()
    daily = declared("things.daily", cron="0 0 * * *", fields={"key": (str, "x")})
    assert definitions.crons() == [daily.definition]


def test_a_job_has_one_handler():
    """The second one is refused."""
    kind = declared()
    assert handles(kind)(print) is print
    with pytest.raises(Undeclared, match="one handler"):
        handles(kind)(print)


def test_a_handler_of_a_job_has_no_name_of_its_own():
    """The job's is its name."""
    with pytest.raises(Undeclared, match="under its own name"):
        handles(declared(), name="things.other")(print)


def test_a_handler_of_an_event_has_a_name_of_its_own():
    """Its jobs are written under it."""
    with pytest.raises(Undeclared, match="needs a name"):
        handles(declared("things.done", Event))(print)


def test_each_handler_of_an_event_is_a_job():
    """Run as the event says, by its own name."""
    kind = declared("things.done", Event, queue="slow", attempts=2)
    handles(kind, name="first.hears")(print)
    handles(kind, name="second.hears")(repr)
    assert [one.name for one in kind.definition.subscriptions] == ["first.hears", "second.hears"]
    found = definitions.find("second.hears")
    assert (found.handler, found.queue, found.attempts) == (repr, "slow", 2)
    assert found.subscriptions == []


def test_two_handlers_of_a_name_are_refused():
    """Also across events."""
    handles(declared("things.done", Event), name="room.hears")(print)
    with pytest.raises(Undeclared, match="two jobs called"):
        handles(declared("things.undone", Event), name="room.hears")(print)


def test_a_job_that_does_not_fit_is_refused_where_it_is_made():
    """In the request, not in the worker."""
    kind = declared(fields={"number": (int, ...)})
    for wrong in ({}, {"number": "x"}, {"number": 1, "more": 2}):
        with pytest.raises(ValidationError):
            kind(**wrong)


def test_a_job_does_not_change():
    """It is a message."""
    job = declared(fields={"number": (int, ...)})(number=1)
    with pytest.raises(ValidationError):
        job.number = 2


def test_a_stored_job_may_have_more_fields():
    """Those that a newer release knows."""
    kind = declared(fields={"number": (int, 5)})
    assert kind.restored({"number": 1, "more": 2}).number == 1
    assert kind.restored({}).number == 5
