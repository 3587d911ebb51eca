"""The clock: ticks at once and from then on regularly, whatever becomes of a tick."""

import json

import pytest

from infra.local import ticking
from tests.infra.local.waiting import alongside, until


@pytest.fixture
def ticked(pool, folder, run, lines):
    """Runs the clock with a function that notes its events, and fails with every second one."""
    (folder / "handler" / "api.py").write_text("""
import json
from pathlib import Path

seen = 0


def handle(event, context):
    global seen
    seen += 1
    with Path("noted").open("a") as file:
        print(json.dumps(event), file=file)
    if seen == 2:
        raise ValueError("boom")
""")

    def wait(ticks, period):
        path = folder / "noted"

        def noted():
            return path.read_text().splitlines() if path.exists() else []

        async def both():
            clock = ticking.run("clock", pool(), lambda _, line: lines.append(line), period=period)
            async with alongside(clock):
                await until(lambda: len(noted()) >= ticks)
            return noted()

        return [json.loads(line) for line in run(both())]

    return wait


def test_the_first_tick_comes_at_once(ticked):
    """As EventBridge tells it."""
    (event,) = ticked(1, 60)
    assert event["detail-type"] == "Scheduled Event"
    assert event["resources"] == ["arn:aws:events:us-east-1:123456789012:rule/clock"]


def test_a_failed_tick_is_logged_and_the_next_one_comes(ticked, lines):
    """The clock stops for nothing."""
    assert len(ticked(4, 0.05)) >= 4
    assert "ValueError: boom" in "\n".join(lines)
