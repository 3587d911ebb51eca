"""What developers see of a twin from within, as JSON under `/_local/`.

The last invocations with their events, answers and calls, any of which can be done again; jobs of
the calendar, to run at once; and the rows of tables, to read. The console shows them with scripts
that come from here too.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from infra.blueprint import BLUEPRINT, OPERATORS
from infra.local.calls import Service
from infra.local.history import History, Invocation
from infra.local.http_api import Request, Response, refusal
from infra.local.invoker import Pool
from infra.local.mocks import request as asked
from infra.local.places import Refused
from infra.local.plans import PREFIX
from infra.local.process import FunctionFailed, FunctionTimedOut

_LIMIT = 50
_STATIC = Path(__file__).with_name("static")
_PAGES = frozenset({"console.js", "words.js"})
_TABLES = {table.name: table for table in BLUEPRINT.tables}


class Workbench:
    """Answers requests of the twin's own pages."""

    def __init__(
        self, history: History, pools: Mapping[str, Pool], services: Mapping[str, Service]
    ) -> None:
        self._history = history
        self._pools = pools
        self._dynamodb = services["dynamodb"]

    async def answer(self, request: Request) -> Response | None:
        """Answer a request, or None where there is nothing of that name."""
        path = unquote(request.path.decode("latin-1")).removeprefix("/_local/")
        query = {name: last for name, (*_, last) in parse_qs(request.query.decode()).items()}
        if request.method == "POST":
            return await self._do(path.split("/"))
        if request.method != "GET":
            return None
        return _script(path) if path in _PAGES else await self._look(path.split("/"), query)

    async def _look(self, path: list[str], query: Mapping[str, str]) -> Response | None:
        match path:
            case ["requests"]:
                return self._list(query.get("function", BLUEPRINT.http))
            case ["requests", id_]:
                return self._show(id_)
            case ["schedule"]:
                return await self._operate(action="jobs_crons")
            case ["tables"]:
                return _told({"tables": list(_TABLES)})
            case ["tables", name] if name in _TABLES:
                return await asyncio.to_thread(self._rows, name, query)
        return None

    async def _do(self, path: list[str]) -> Response | None:
        match path:
            case ["requests", id_, "replay"]:
                return await self._replay(id_)
            case ["schedule", name, "run"]:
                return await self._operate(action="jobs_run", name=name)
        return None

    def _list(self, function: str) -> Response:
        found = self._history.newest(function) if function in self._pools else []
        return _told({"functions": list(self._pools), "items": [one.row() for one in found]})

    def _show(self, id_: str) -> Response | None:
        found = self._history.find(id_)
        return _told(_whole(found)) if found else None

    async def _replay(self, id_: str) -> Response | None:
        """Invoke a function with an event once more; what it does is done once more."""
        found = self._history.find(id_)
        if found is None or found.event is None:
            return None
        pool = self._pools[found.function]
        with contextlib.suppress(FunctionFailed, FunctionTimedOut):  # noted as how it ended
            await pool.invoke(found.event)
        again = [one for one in self._history.newest(found.function) if one.event == found.event]
        return _told({"id": again[0].id})

    async def _operate(self, **event: str) -> Response:
        try:
            answer = await self._pools[OPERATORS.name].invoke(event)
        except (FunctionFailed, FunctionTimedOut) as error:
            return refusal(500, str(error).strip().rpartition("\n")[2])
        if "error" in answer:
            return refusal(400, answer["error"]["detail"])
        return _told(answer)

    def _rows(self, name: str, query: Mapping[str, str]) -> Response:
        """Some rows of a table, or of one of its partitions, as DynamoDB writes them."""
        key, partition = _TABLES[name].partition.name, query.get("partition")
        wanted: dict[str, Any] = {"TableName": PREFIX + name, "Limit": _LIMIT}
        if partition:
            wanted["KeyConditionExpression"] = "#key = :key"
            wanted["ExpressionAttributeNames"] = {"#key": key}
            wanted["ExpressionAttributeValues"] = {":key": {"S": partition}}
        operation = "Query" if partition else "Scan"
        try:
            if "after" in query:
                wanted["ExclusiveStartKey"] = json.loads(query["after"])
            found = asked(self._dynamodb, f"DynamoDB_20120810.{operation}", wanted)
        except (Refused, ValueError) as error:
            return refusal(400, str(error))
        after = found.get("LastEvaluatedKey")
        return _told({"key": key, "items": found["Items"], "next": after and json.dumps(after)})


def _whole(found: Invocation) -> dict[str, Any]:
    calls = [asdict(call) for call in found.calls]
    return {**found.row(), "event": found.event, "answer": found.answer, "made": calls}


def _script(name: str) -> Response:
    headers = (("content-type", "text/javascript; charset=utf-8"), ("cache-control", "no-store"))
    return Response(200, headers, (_STATIC / name).read_bytes())


def _told(body: object) -> Response:
    headers = (("content-type", "application/json"), ("cache-control", "no-store"))
    return Response(200, headers, json.dumps(body).encode())
