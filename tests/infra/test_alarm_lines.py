"""What alarms count is what functions really write: each pattern is held against real lines."""

import ast
import json
import re
from pathlib import Path

import pytest
from awslambdaric import bootstrap

from handler import clock as clock_door
from handler import letters
from handler.core import aws as core_aws
from handler.core import keys, log
from handler.core.errors import Unavailable
from handler.jobs import enqueue
from infra.cloud.alarms import DEAD, LAMBDAS_ERROR, OWN_ERROR, REFUSED_SIGN_IN
from infra.local.pump import context
from tests.infra.patterns import matches
from tests.integration.jobs.conftest import record
from tests.sample_jobs import Plain, Refusing, Tally

ROOT = Path(__file__).parents[2]
INVOCATION = "41a10717-e9af-11e7-892c-5bb1a4054ed6"
PATTERNS = {
    "dead": DEAD,
    "error": OWN_ERROR,
    "lambda": LAMBDAS_ERROR,
    "sign-in": REFUSED_SIGN_IN,
}


@pytest.fixture
def written(capsys):
    """Give the names of the patterns that count any of the lines written meanwhile."""

    def read():
        lines = capsys.readouterr().out.splitlines()
        assert lines
        return {
            name for name, pattern in PATTERNS.items() if any(matches(pattern, x) for x in lines)
        }

    capsys.readouterr()
    return read


def test_a_job_that_dies_is_counted_as_such(jobs, written):
    """What it died of is no error of a function."""
    enqueue(Refusing(word="key"))
    jobs.deliver()
    assert written() == {"dead"}


def test_a_job_that_fails_is_not_counted(jobs, written):
    """It is tried again: services that are down for a while wake nobody."""
    enqueue(Tally(key="a", failures=1))
    jobs.deliver()
    assert written() == set()


def test_a_message_that_nobody_can_read_is_counted_as_a_dead_job(time, jobs, written):
    """`letters` makes it one."""
    letters.handle({"Records": [record("{", queue="fast-dead")]}, context(time, "letters"))
    assert written() == {"dead"}


def test_a_refused_sign_in_is_counted(anonymous, written):
    """Whether or not there is such an account."""
    form = "grant_type=password&username=ann%40example.org&password=a+wrong+password"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert anonymous.ask("POST", "/token", raw=form, headers=kind).status == 401
    assert written() == {"sign-in"}


def test_other_refusals_and_answers_are_not_counted(anonymous, ann, written):
    """An access token that has expired is no guess at a password."""
    assert anonymous.ask("GET", "/users/me").status == 401
    assert ann.ask("GET", "/users/me").status == 200
    assert written() == set()


def test_a_fault_of_ours_is_an_error(written):
    """Its line has no metric."""
    log.fault(KeyError("secret"), request_id="r")
    assert written() == {"error"}


def test_a_broken_secret_is_an_error(aws, written):
    """Nobody can go on with it."""
    name = "dunlin-local-cursors"
    core_aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString="[]")
    with pytest.raises(Unavailable):
        keys.key_ring("cursors")
    assert written() == {"error"}


def test_a_clock_that_does_not_get_through_is_an_error(time, jobs, written):
    """It warns only, since the next minute goes on."""
    for _ in range(40):
        enqueue(Plain())
    time.pass_(seconds=61)
    clock_door.handle({}, context(time, "clock", seconds=5))
    assert written() == {"error"}


def test_a_tick_is_not_counted(time, jobs, written):
    """What goes well is no alarm."""
    clock_door.handle({}, context(time, "clock"))
    assert written() == set()


def test_what_lambda_s_runtime_writes_of_an_exception_is_an_error(written):
    """In the words of the runtime itself."""
    sink = bootstrap.StandardLogSink()
    told = bootstrap.make_error("no such key", "KeyError", ["  File app.py, line 1\n"])
    bootstrap.log_error(told, sink)
    assert written() == {"lambda"}


@pytest.mark.parametrize(
    "line",
    [
        f"2026-03-01T12:00:30.000Z {INVOCATION} Task timed out after 30.00 seconds",
        f"RequestId: {INVOCATION} Error: Runtime exited with error: signal: killed",
    ],
)
def test_what_lambda_writes_of_a_function_that_hung_or_died_is_an_error(line):
    """Lambda's own lines, as its documentation shows them."""
    assert matches(LAMBDAS_ERROR, line)


@pytest.mark.parametrize(
    "line",
    [
        f"START RequestId: {INVOCATION} Version: 7",
        f"REPORT RequestId: {INVOCATION}\tDuration: 9.12 ms\tBilled Duration: 10 ms",
        '{"method":"GET","route":"/items","status":503,"code":"unavailable"}',
    ],
)
def test_lines_of_every_day_are_not_counted(line):
    """Most lines are none of an alarm's business."""
    assert [name for name, pattern in PATTERNS.items() if matches(pattern, line)] == []


def error_lines():
    """Give what the code of the handler says at level error, field by field, as it is written."""
    for module in (ROOT / "handler").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "log.line":
                said = {
                    word.arg: word.value.value
                    for word in node.keywords
                    if isinstance(word.value, ast.Constant)
                }
                if said.get("level") == "error":
                    yield said


def test_every_error_that_the_code_tells_of_sounds_an_alarm():
    """Each by exactly one pattern."""
    counted = {
        line["metric"]: [n for n, p in PATTERNS.items() if matches(p, json.dumps(line))]
        for line in error_lines()
    }
    assert counted.pop("jobs_dead") == ["dead"]
    assert {name for found in counted.values() for name in found} == {"error"}
    assert all(len(found) == 1 for found in counted.values())


def test_the_runbook_explains_every_error_that_the_code_tells_of():
    """And none that it does not."""
    section = (ROOT / "docs" / "runbook.md").read_text().split("### function-errors")[1]
    rows = re.findall(r"^\| (`.+?) \|", section.split("\n### ")[0], re.MULTILINE)
    explained = {name for row in rows[1:] for name in re.findall(r"`(\w+)`", row)}
    told = {line["metric"] for line in error_lines()} - {"jobs_dead"}
    assert explained == told | {"tick_unfinished"}
