"""Environments and pools: one event at a time, in an environment of the function's own."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from infra.local.invoker import PAYLOAD, PayloadTooLarge
from infra.local.process import FunctionFailed, FunctionTimedOut


def told(answer):
    """What the stand-in tells about its invocation."""
    return json.loads(answer["body"])


def invoke(run, pool, path="/", **more):
    """Invoke the stand-in with a path."""
    return run(pool.invoke({"rawPath": path, **more}))


async def renew(pool):
    """Renew a pool, on its loop."""
    pool.renew()


def test_a_function_gets_its_event_and_context(run, pool):
    """The event as it was sent, the time that is left, the id of the request, its own name."""
    found = told(invoke(run, pool(), more=["é", None]))
    assert found["event"] == {"rawPath": "/", "more": ["é", None]}
    assert 27_000 < found["left"] <= 28_000
    assert len(found["request_id"]) == 36
    assert found["arn"].endswith(":function:dunlin-local-api")


def test_a_function_sees_only_its_own_environment(run, pool, monkeypatch):
    """What the developer's shell has is not there; what Lambda sets is."""
    monkeypatch.setenv("DEVELOPERS_OWN", "x")
    found = told(invoke(run, pool()))["environment"]
    assert "DEVELOPERS_OWN" not in found
    assert found["STAGE"] == "local"
    assert found["RESOURCE_PREFIX"] == "dunlin-local-"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "dunlin-local-api"
    assert found["AWS_ACCESS_KEY_ID"] == "AKIAAPI"
    assert found["LINK_BASE"] == "http://localhost:8/console"
    assert found["MAIL_FROM"] == "no-reply@dunlin.localhost"


def test_the_env_file_overrides_variables(run, pool, folder):
    """`.env` in the folder has the last word."""
    (folder / ".env").write_text("APP_NAME='My shop'\nSTAGE=mine\n")
    found = told(invoke(run, pool()))["environment"]
    assert (found["APP_NAME"], found["STAGE"]) == ("My shop", "mine")


def test_an_environment_is_used_again(run, pool):
    """What a function keeps in memory is there at the next event."""
    used = pool()
    assert [told(invoke(run, used))["seen"] for _ in range(3)] == [1, 2, 3]


def test_what_a_function_raises_is_told_and_it_goes_on(run, pool):
    """The environment survives an exception, as on Lambda."""
    used = pool()
    with pytest.raises(FunctionFailed, match="ValueError: boom"):
        invoke(run, used, "/raise")
    assert told(invoke(run, used))["seen"] == 2


def test_a_crash_fails_one_event_and_a_new_environment_takes_over(run, pool):
    """`os._exit` in a function is no end of the service."""
    used = pool()
    with pytest.raises(FunctionFailed, match="Runtime exited"):
        invoke(run, used, "/exit")
    assert told(invoke(run, used))["seen"] == 1


def test_an_environment_that_died_between_events_is_not_used(run, pool):
    """Whatever killed it."""
    used = pool()
    os.kill(told(invoke(run, used))["pid"], 9)
    run(asyncio.sleep(0.2))
    assert told(invoke(run, used))["seen"] == 1


def test_an_overrun_is_killed_and_replaced(run, pool):
    """The deadline is the function's time limit."""
    used = pool(timeout=0.3)
    with pytest.raises(FunctionTimedOut, match=r"0\.30 seconds"):
        invoke(run, used, "/hang")
    assert told(invoke(run, used))["seen"] == 1


def test_an_event_of_which_nobody_waits_is_not_answered_to_the_next(run, pool):
    """An invocation that is given up takes its environment along."""
    used = pool()

    async def give_up():
        async with asyncio.timeout(0.1):
            await used.invoke({"rawPath": "/slow", "mark": 1})

    invoke(run, used)
    with pytest.raises(TimeoutError):
        run(give_up())
    assert told(invoke(run, used, mark=2))["event"]["mark"] == 2


def test_one_environment_serves_one_event_at_a_time(run, pool):
    """Others wait for it when there may be no more of them."""
    used = pool(limit=1)

    async def three():
        return await asyncio.gather(*(used.invoke({"rawPath": "/slow"}) for _ in range(3)))

    found = [told(answer) for answer in run(three())]
    assert sorted(one["seen"] for one in found) == [1, 2, 3]
    assert len({one["pid"] for one in found}) == 1


def test_waiting_events_start_more_environments(run, pool):
    """Up to the limit."""
    used = pool(limit=2)

    async def many():
        return await asyncio.gather(*(used.invoke({"rawPath": "/slow"}) for _ in range(6)))

    assert len({told(answer)["pid"] for answer in run(many())}) == 2


def test_an_event_that_is_too_large_is_refused(run, pool):
    """Over 6 MB, before it is sent."""
    with pytest.raises(PayloadTooLarge):
        invoke(run, pool(), body="x" * PAYLOAD)


def test_an_answer_that_is_too_large_fails(run, pool):
    """Over 6 MB; the next one is as good as any."""
    used = pool()
    with pytest.raises(FunctionFailed, match="payload size exceeded"):
        invoke(run, used, "/much")
    assert told(invoke(run, used))["seen"] == 2


def test_a_function_that_cannot_be_imported_says_why(run, pool, folder, lines):
    """Every event fails with the reason, which is also in the log, until the code changes."""
    code = folder / "handler" / "api.py"
    good = code.read_text()
    code.write_text("import nothing_of_that_name")
    used = pool()
    for _ in range(2):
        with pytest.raises(FunctionFailed, match="No module named 'nothing_of_that_name'"):
            invoke(run, used)
    code.write_text(good)
    run(renew(used))
    assert told(invoke(run, used))["seen"] == 1
    assert "nothing_of_that_name" in "".join(lines)


def test_a_function_that_exits_while_imported_fails_its_events(run, pool, folder):
    """Without a word, even."""
    (folder / "handler" / "api.py").write_text("import os; os._exit(1)")
    with pytest.raises(FunctionFailed, match="Runtime exited"):
        invoke(run, pool())


def test_a_process_that_ended_while_it_started_is_replaced(run, pool, folder):
    """Whatever ended it fails one event, and no other."""
    code = folder / "handler" / "api.py"
    once = "import os\nif not os.path.exists('met'):\n    os.mkdir('met')\n    os._exit(1)\n"
    code.write_text(once + code.read_text())
    used = pool()
    with pytest.raises(FunctionFailed, match="Runtime exited"):
        invoke(run, used)
    assert told(invoke(run, used))["seen"] == 1


def test_renewing_replaces_a_busy_environment_after_its_answer(run, pool):
    """No request is lost when code is saved."""
    used = pool()

    async def renew_meanwhile():
        await used.invoke({"rawPath": "/"})
        slow = asyncio.create_task(used.invoke({"rawPath": "/slow"}))
        await asyncio.sleep(0.1)
        used.renew()
        return await slow, await used.invoke({"rawPath": "/"})

    before, after = (told(answer) for answer in run(renew_meanwhile()))
    assert (before["seen"], after["seen"]) == (2, 1)


def test_renewing_starts_nothing_that_nobody_used(run, pool, lines):
    """A worker without messages costs nothing when code is saved."""
    used = pool()

    async def renew_and_wait():
        used.renew()
        await asyncio.sleep(0.3)

    run(renew_and_wait())
    assert lines == []
    assert used._all == set()


def test_what_a_function_prints_is_its_log(run, pool, lines):
    """Line by line, and a last one without an end."""
    used = pool()
    invoke(run, used, "/print")
    run(used.close())
    assert lines == ["imported", "said"]


def test_a_pool_is_ready_once_its_function_is_imported(run, pool, lines):
    """Before any event."""
    used = pool()

    async def begin():
        used.start()
        await used.ready()
        await asyncio.sleep(0.1)

    run(begin())
    assert lines == ["imported"]


def test_strict_environments_are_stopped_between_events(run, pool):
    """As Lambda freezes them; and they go on with the next event."""
    used = pool(strict=True)
    pid = told(invoke(run, used))["pid"]
    status = Path(f"/proc/{pid}/stat")
    patience_ends = time.monotonic() + 5
    while status.read_text().rpartition(")")[2].split()[0] != "T":
        assert time.monotonic() < patience_ends
        time.sleep(0.01)
    assert told(invoke(run, used))["seen"] == 2


def test_closing_ends_what_is_only_starting(run, pool):
    """A pool may be closed at any time."""
    used = pool()

    async def begin_and_end():
        used.start()
        await used.close()

    run(begin_and_end())
    assert used._tasks == set()
