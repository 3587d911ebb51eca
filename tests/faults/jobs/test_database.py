"""The quick database answers as moto's does, to every request that the scenarios make."""

import json

import pytest
from moto.backends import get_backend

from handler.core import aws
from infra.blueprint import BLUEPRINT, prefix
from infra.local.calls import Call
from infra.local.engine.partitions import refile
from infra.local.mocks import MOTO
from infra.local.resources import definition
from tests.faults.jobs.conftest import THOROUGH
from tests.faults.jobs.network import Fault
from tests.faults.jobs.playing import Schedule, play, with_each
from tests.faults.jobs.scenarios import SCENARIOS
from tests.faults.jobs.world import World

_VARIED = (
    "later",
    "calendar",
    "cancel, queued",
    "chunks",
    "steps",
    "progress",
    "redrive",
    "forget",
)
_COMPARED = ("Item", "Items", "Attributes", "LastEvaluatedKey", "Responses")


class Compared(World):
    """A world whose every request is made to moto as well."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: set[str] = set()
        self.different: list[str] = []
        self._answer = self.database.answer
        self.database.answer = self._compare

    def begin(self, seed, cron=None):
        """Empty moto's tables too."""
        super().begin(seed, cron)
        backend = get_backend("dynamodb")["123456789012"]["eu-west-1"]
        backend.__dict__.pop("client_request_tokens", None)
        for table in backend.tables.values():
            table.items.clear()
            refile(table)

    def _build(self):
        super()._build()
        for table in BLUEPRINT.tables:
            aws.client("dynamodb").create_table(**definition(table, prefix("local")))

    def _compare(self, operation, body):
        status, answer = self._answer(operation, body)
        headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        call = Call("dynamodb", "eu-west-1", headers, json.dumps(body).encode())
        motos = MOTO["dynamodb"](call)
        ours, theirs = _essence(status, answer), _essence(motos.status, json.loads(motos.body))
        self.requests.add(f"{operation} {status}")
        if ours != theirs:
            self.different.append(f"{operation} {body}\n  {ours}\n  {theirs}")
        return status, answer


def _essence(status, answer):
    if status != 200:
        reasons = answer.get("CancellationReasons", [])
        told = [(one.get("Code") or "None", one.get("Item") or None) for one in reasons]
        return status, answer["__type"].rpartition("#")[2], answer.get("Item"), told
    found = {name: answer[name] for name in _COMPARED if answer.get(name)}
    return status, found | {
        "Responses": {k: _sorted(v) for k, v in answer.get("Responses", {}).items()}
    }


def _sorted(rows):
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture(scope="module")
def compared():
    """A world beside moto's."""
    with Compared().open() as made:
        yield made


def test_the_database_answers_as_motos(compared):
    """Status, rows, refusals and what they show are the same."""
    for name in SCENARIOS if THOROUGH else _VARIED:
        play(compared, Schedule(name))
    for schedule in with_each(play(compared, Schedule("unique")).calls, "unique", Fault.LOST, 2):
        play(compared, schedule)
    assert not compared.different, compared.different[0]
    assert {"TransactWriteItems 400", "UpdateItem 400"} <= compared.requests
