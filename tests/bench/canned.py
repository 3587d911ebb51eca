"""AWS as far as the bench needs it: answers from memory, the same for both sides.

botocore signs and parses as ever; only the network is missing. The table has any number of items,
and they cost nothing: an item is made from its number when a call asks for it.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any

from botocore import handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.bench import jobs, people
from tests.bench.people import OWNER

ENVIRONMENT = {
    "STAGE": "local",
    "RESOURCE_PREFIX": "dunlin-local-",
    "QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
}
"""What the application and botocore read; nothing of the machine's own."""

OWNED = 25
"""Items of an owner: the list that performance.md measures (W3)."""
SHARDS = 16
_LISTED = ("items", "item_terms")  # tables that have rows to list
_APART = ("limits", "metrics")  # tables that are written once in many requests
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SOCKET = "/@connections/"  # in the addresses of posts, which name no operation
_UNIT = 4096  # bytes of a read unit; eventually consistent reads cost half of one


def id_of(number: int) -> str:
    """The id of an item: higher numbers are newer."""
    return "01" + "".join(_ALPHABET[number >> shift & 31] for shift in range(115, -1, -5))


def _number_of(id_: str) -> int:
    return sum(_ALPHABET.index(digit) << 5 * at for at, digit in enumerate(reversed(id_[2:])))


def _row(number: int) -> dict[str, Any]:
    """An item as DynamoDB writes it."""
    texts = {
        "id": id_of(number),
        "owner_id": OWNER,
        "name": "Brass lamp",
        "description": "Turned, with a linen shade.",
        "currency": "EUR",
        "shelf": f"open#{number % SHARDS:02}",
        "price_shelf": f"EUR#{number % SHARDS:02}",
        "price_key": f"0000000000012.5000#{id_of(number)}",
        "owner_currency": f"{OWNER}#EUR",
        "write_id": "0123456789abcdef",
        "created_at": "2026-03-01T12:00:00.000000+0000",
        "updated_at": "2026-03-01T12:00:00.000000+0000",
    }
    numbers = {"price": 12.5, "price_digits": 1, "currency_digits": 2, "schema": 1, "version": 1}
    return {
        **{name: {"S": text} for name, text in texts.items()},
        **{name: {"N": str(value)} for name, value in numbers.items()},
        "is_available": {"BOOL": True},
        "tags": {"L": [{"S": "lighting"}, {"S": "brass"}]},
    }


class _Raw:
    """The body of an answer, as urllib3 would hand it over."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        """All of it at once."""
        yield self._body


class Cloud:
    """Answers calls, and remembers which there were, what they asked and what they cost."""

    def __init__(self) -> None:
        self.size = 0
        self.signing_in = False
        self._answers: dict[tuple[str, bytes], tuple[bytes, dict[str, str], float]] = {}
        self.forget()

    def forget(self) -> None:
        """Begin to count anew."""
        self.calls: list[tuple[str, bytes]] = []
        self.apart = 0
        self.units = 0.0

    def resize(self, items: int) -> None:
        """Let the table hold that many items."""
        self.size = items
        self._answers.clear()
        self.forget()

    def answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """What botocore gets instead of an answer from the network."""
        if _SOCKET in request.url:
            self.calls.append(("PostToConnection", bytes(request.body)))
            return AWSResponse(request.url, 200, {"content-length": "0"}, _Raw(b""))
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        asked, content = (name, bytes(request.body)), json.loads(request.body)
        known = jobs.essence(asked, content)
        if known not in self._answers:
            self._answers[known] = self._made(name, content)
        body, headers, units = self._answers[known]
        if content.get("TableName", "").endswith(_APART):
            self.apart += 1
        else:
            self.calls.append(asked)
            self.units += units
        return AWSResponse(request.url, 200, headers, _Raw(body))

    def _made(self, name: str, asked: dict[str, Any]) -> tuple[bytes, dict[str, str], float]:
        body = json.dumps(getattr(self, f"_{name}", _nothing)(asked)).encode()
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "content-length": str(len(body)),
            "x-amzn-requestid": "A" * 52,
            "x-amz-crc32": str(zlib.crc32(body)),
        }
        return body, headers, (-(-len(body) // _UNIT)) / 2

    def _GetItem(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - as AWS names it
        match asked["TableName"].removeprefix(ENVIRONMENT["RESOURCE_PREFIX"]):
            case "items":
                return {"Item": _row(_number_of(asked["Key"]["id"]["S"]))}
            case "accounts":
                return {"Item": people.account(with_password=self.signing_in)}
            case "account_emails":
                return {"Item": people.claim()}
        return {}

    def _BatchGetItem(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {
            "Responses": {
                table: [_row(_number_of(key["id"]["S"])) for key in keys["Keys"]]
                for table, keys in asked["RequestItems"].items()
            },
            "UnprocessedKeys": {},
        }

    def _UpdateItem(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        table = asked["TableName"].removeprefix(ENVIRONMENT["RESOURCE_PREFIX"])
        if table == "items":
            return {"Attributes": _row(_number_of(asked["Key"]["id"]["S"]))}
        if table == "accounts":
            return {"Attributes": people.account(with_password=self.signing_in)}
        if table == jobs.TABLE:
            return {"Attributes": jobs.row(asked["Key"]["id"]["S"])}
        return {"Attributes": {"spent": {"N": "1"}}}  # of a limit: there is always room

    def _GetSecretValue(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        tokens = asked["SecretId"].endswith("tokens")
        return {"SecretString": people.keys() if tokens else '{"1": "a random key"}'}

    def _Query(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        """A page of a partition, newest items first: of a shelf, of an owner or of a term."""
        if asked["TableName"].removeprefix(ENVIRONMENT["RESOURCE_PREFIX"]) not in _LISTED:
            return {"Items": [], "Count": 0, "ScannedCount": 0}
        values = [value["S"] for _, value in sorted(asked["ExpressionAttributeValues"].items())]
        partition, *after = values
        owned = partition == OWNER
        step = 1 if owned else SHARDS
        shard = 0 if owned else int(partition.rpartition("#")[2])
        below = OWNED if owned else self.size
        if after and asked.get("IndexName") == "newest":
            below = _number_of(after[0])
        top = below - 1 - (below - 1 - shard) % step
        numbers = range(top, -1, -step)[: asked["Limit"]]
        rows = [self._entry(asked, number) for number in numbers]
        more = bool(numbers) and numbers[-1] >= step
        return {"Items": rows, "Count": len(rows)} | (
            {"LastEvaluatedKey": rows[-1]} if more else {}
        )

    def _entry(self, asked: dict[str, Any], number: int) -> dict[str, Any]:
        if "IndexName" in asked:
            return _row(number)
        mirror = str.maketrans(_ALPHABET, _ALPHABET[::-1])  # terms list the newest first
        return {"entry": {"S": f"lamp#{id_of(number).translate(mirror)}"}}


def _nothing(_asked: dict[str, Any]) -> dict[str, Any]:
    return {}


CLOUD = Cloud()
handlers.BUILTIN_HANDLERS.append(("before-send", CLOUD.answer))  # of every client made from now on
