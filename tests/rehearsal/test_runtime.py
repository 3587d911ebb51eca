"""A function's environment with Lambda's runtime client: what it answers, raises, sees and may."""

import asyncio
import sys

import pytest

from infra.local.invoker import Pool
from infra.local.process import FunctionFailed, FunctionTimedOut, Plan
from infra.rehearsal.runtime import Figures, RuntimeEnvironment, client

pytestmark = pytest.mark.slow

CODE = """
import importlib.util
import time


def echo(event, context):
    return {"event": event, "left": context.get_remaining_time_in_millis()}


def fail(event, context):
    raise ValueError("that is no event")


def sleep(event, context):
    time.sleep(event)


def find(event, context):
    return [name for name in event if importlib.util.find_spec(name)]


def hold(event, context):
    return len(bytes(range(256)) * 4096 * event)
"""


@pytest.fixture
def invoke(tmp_path):
    """Run events through one environment of a function, in turn."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "sample.py").write_text(CODE)
    (code / "broken.py").write_text("raise RuntimeError('not today')")
    runtime, figures = client(tmp_path / "client"), Figures()

    async def run(plan, memory, events):
        pool = Pool(
            plan,
            lambda *_: None,
            lambda *given: RuntimeEnvironment(
                *given, client=runtime, memory=memory, figures=figures
            ),
        )
        try:
            return [await pool.invoke(event) for event in events]
        finally:
            await pool.close()

    def invoke(handler, *events, timeout=20.0, memory=512):
        environ = {
            "_HANDLER": handler,
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
            "LAMBDA_TASK_ROOT": str(code),
        }
        plan = Plan("f", "arn:f", timeout, environ, code, limit=1)
        return asyncio.run(run(plan, memory, events))

    invoke.figures = figures
    return invoke


def test_an_answer_comes_back(invoke):
    """Of each event, from the same process, with the time that is left."""
    first, second = invoke("sample.echo", {"a": "ä"}, [1])
    assert (first["event"], second["event"]) == ({"a": "ä"}, [1])
    assert 0 < first["left"] <= 20_000


def test_a_large_event_comes_through(invoke):
    """Up to what Lambda takes."""
    (answer,) = invoke("sample.echo", "x" * 5_000_000)
    assert len(answer["event"]) == 5_000_000


def test_what_a_function_raises_is_told(invoke):
    """With its type and its text."""
    with pytest.raises(FunctionFailed, match="ValueError: that is no event"):
        invoke("sample.fail", {})


def test_a_function_that_cannot_be_imported_says_why(invoke):
    """Every event is told."""
    with pytest.raises(FunctionFailed, match="not today"):
        invoke("broken.handle", {})


def test_a_function_that_overruns_is_ended(invoke):
    """At the deployed limit."""
    with pytest.raises(FunctionTimedOut, match=r"0\.50 seconds"):
        invoke("sample.sleep", 30, timeout=0.5)


def test_only_the_zip_and_the_runtime_can_be_imported(invoke):
    """Nothing that is installed beside them."""
    (found,) = invoke("sample.find", ["sample", "awslambdaric", "pytest", "fastapi", "infra"])
    assert found == ["sample", "awslambdaric"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_function_that_takes_too_much_memory_fails(invoke):
    """As Lambda ends it."""
    with pytest.raises(FunctionFailed, match="OutOfMemory"):
        invoke("sample.hold", 200, memory=128)


def test_starts_and_answers_are_timed(invoke):
    """One start, and each of the events."""
    invoke("sample.echo", 1, 2, 3)
    assert (len(invoke.figures.init), len(invoke.figures.warm)) == (1, 3)
