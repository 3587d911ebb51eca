"""The kinds of things that there are, as frozen data."""

from dataclasses import dataclass
from typing import Literal

KeyType = Literal["S", "N"]
Projection = Literal["ALL", "KEYS_ONLY"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key attribute of a table or an index: its name and its DynamoDB type."""

    name: str
    type: KeyType = "S"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index."""

    name: str
    partition: Key
    sort: Key
    projection: Projection = "ALL"


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table, billed on demand.

    `ttl` names the attribute (epoch seconds) that expires a row. With `stream`, the table tells of
    each change what a row was and what it is.
    """

    name: str
    partition: Key
    sort: Key | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A standard SQS queue with a dead-letter queue of its own, `<name>-dead`.

    `visibility` (seconds) is how long a message that was handed out stays hidden, `receives` how
    often it is handed out before it goes to the dead letters. `days` is how long messages stay,
    also dead ones, and `dead_visibility` how long those are hidden while their function has them.
    """

    name: str
    visibility: int
    receives: int = 20
    days: int = 14
    dead_visibility: int = 60

    @property
    def dead(self) -> str:
        """The name of its dead-letter queue."""
        return f"{self.name}-dead"


@dataclass(frozen=True, slots=True)
class Source:
    """A queue whose messages a function is given, in batches, by so many environments at once.

    The function answers which messages of a batch failed (`ReportBatchItemFailures`).
    """

    queue: str
    function: str
    batch: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A table's changes, which a function is given in batches; those of one key in their order.

    It answers which change of a batch failed (`ReportBatchItemFailures`): that one and all after it
    come again. When it fails as a whole, the batch comes again in halves. What has failed so many
    `retries`, or is older than `max_age` (seconds), is given up: where it stood is told to the
    queue `dead`, and the changes behind it move on.
    """

    table: str
    function: str
    batch: int
    retries: int
    max_age: int
    dead: str


@dataclass(frozen=True, slots=True)
class Sockets:
    """A WebSocket API: `function` is given each of the `routes`, by the frame's `action`.

    Of a frame whose action is `ping` the gateway itself answers `pong`, without any function.
    """

    name: str
    function: str
    routes: tuple[str, ...] = ("$connect", "$default", "$disconnect")
    pong: str = '{"type":"pong"}'


@dataclass(frozen=True, slots=True)
class Bucket:
    """A private S3 bucket. Objects expire after so many days; new ones are told to a queue.

    `folders` names those in which they expire sooner, and after how many days. With `uploads`,
    pages of the stage's allowed origins may send it forms; with `downloads` they may read what
    they have a signed URL of.
    """

    name: str
    expire_days: int | None = None
    folders: tuple[tuple[str, int], ...] = ()
    notifies: str | None = None
    uploads: bool = False
    downloads: bool = False

    @property
    def page_methods(self) -> tuple[str, ...]:
        """What pages may ask of it."""
        return ("POST",) * self.uploads + ("GET",) * self.downloads


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret. When `drawn`, the cloud draws its first value: a JSON object of key id to key."""

    name: str
    description: str
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails come from: an identity in SES, where the stage has a domain for it."""

    name: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a function may do with one resource; with `indexes`, only on those of its indexes.

    Actions are IAM actions. A transaction needs the actions of its parts, as in IAM.
    """

    resource: str
    actions: tuple[str, ...]
    indexes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: entry point, memory (MB), time limit (seconds) and rights."""

    name: str
    handler: str
    description: str
    memory: int
    timeout: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything there is.

    `http` names the function that answers the HTTP API, `clock` the one that is invoked once a
    minute. `edge` is what an edge before the HTTP API proves itself with; only a stage that has an
    edge has this secret and the grants to it, as only one with a mail domain has the `sender`.
    """

    functions: tuple[Function, ...]
    tables: tuple[Table, ...]
    queues: tuple[Queue, ...]
    sources: tuple[Source, ...]
    streams: tuple[Stream, ...]
    sockets: Sockets
    buckets: tuple[Bucket, ...]
    secrets: tuple[Secret, ...]
    edge: Secret
    sender: Sender
    http: str
    clock: str

    def function(self, name: str) -> Function:
        """The function of that name."""
        return next(function for function in self.functions if function.name == name)
