"""What the job engine costs beside the calls to AWS that a run of a job needs (J1)."""

import json
from collections.abc import Iterator

from botocore.session import Session

from handler import worker
from handler.jobs import Job, Run, handles
from tests.bench.canned import CLOUD, id_of
from tests.bench.events import CONTEXT
from tests.bench.goals import Figure
from tests.bench.jobs import BATCH, batch
from tests.bench.warm import measured, silence


class Plain(Job, name="bench.plain"):
    """Does nothing: what is left is the engine."""

    key: str
    number: int


@handles(Plain)
def do_nothing(_job: Plain, _run: Run) -> None:
    """Succeed."""


def figures() -> Iterator[Figure]:
    """J1: jobs of a CPU second over those of a loop that makes the same raw calls."""
    event = batch([id_of(number) for number in range(BATCH)])
    CLOUD.resize(CLOUD.size)
    with silence():
        answer = worker.handle(event, CONTEXT)
    if answer["batchItemFailures"]:
        raise RuntimeError(answer)
    client = Session().create_client("dynamodb")
    calls = [(name, json.loads(body)) for name, body in CLOUD.calls]

    def raw() -> None:
        for record in event["Records"]:
            json.loads(record["body"])
        for name, arguments in calls:
            client._make_api_call(name, arguments)

    ours, theirs = measured([lambda: worker.handle(event, CONTEXT), raw])
    yield Figure("J1", theirs / ours)
    yield Figure("J1c", len(calls) / BATCH)
