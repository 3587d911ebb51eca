"""What exists: functions, tables, queues, buckets, secrets and permissions, said once, built twice.

`infra.cloud` turns this into CloudFormation and `infra.local` into a running cloud on a laptop, so
what runs here is what is deployed. Names are short: the deployed name of a resource is the stage's
prefix and the short name (`dunlin-dev-items`), and functions learn the prefix from their
environment (`RESOURCE_PREFIX`).
"""

from infra.blueprint.data import (
    CURSORS,
    EDGE,
    FAST,
    MAIL,
    PAYLOADS,
    REFRESH,
    SLOW,
    STORED,
    TABLES,
    TOKENS,
    UPLOADS,
)
from infra.blueprint.functions import (
    API,
    CHANGES,
    CLOCK,
    LETTERS,
    OPERATORS,
    SOCKETS,
    WORKER_FAST,
    WORKER_SLOW,
)
from infra.blueprint.shapes import (
    Blueprint,
    Bucket,
    Function,
    Grant,
    Index,
    Key,
    Queue,
    Secret,
    Sender,
    Sockets,
    Source,
    Stream,
    Table,
)

__all__ = [
    "BLUEPRINT",
    "MAIL",
    "OPERATORS",
    "Blueprint",
    "Bucket",
    "Function",
    "Grant",
    "Index",
    "Key",
    "Queue",
    "Secret",
    "Sender",
    "Sockets",
    "Source",
    "Stream",
    "Table",
    "environment",
    "prefix",
]

BLUEPRINT = Blueprint(
    functions=(API, WORKER_FAST, WORKER_SLOW, CLOCK, LETTERS, OPERATORS, SOCKETS, CHANGES),
    tables=TABLES,
    queues=(FAST, SLOW),
    sources=(
        Source(FAST.name, WORKER_FAST.name, batch=10, concurrency=50),
        Source(SLOW.name, WORKER_SLOW.name, batch=1, concurrency=10),
        Source(FAST.dead, LETTERS.name, batch=10, concurrency=2),
        Source(SLOW.dead, LETTERS.name, batch=10, concurrency=2),
    ),
    # News that is an hour old is no news; ten failures in a row are no passing trouble.
    streams=tuple(
        Stream(table.name, CHANGES.name, batch=100, retries=10, max_age=3600, dead=FAST.dead)
        for table in TABLES
        if table.stream
    ),
    sockets=Sockets("sockets", function=SOCKETS.name),
    buckets=(PAYLOADS, UPLOADS, STORED),
    secrets=(CURSORS, REFRESH, TOKENS),
    edge=EDGE,
    sender=MAIL,
    http=API.name,
    clock=CLOCK.name,
)


def prefix(stage: str) -> str:
    """What the deployed name of everything in a stage starts with."""
    return f"dunlin-{stage}-"


def environment(
    stage: str, *, queue_base: str, bucket_suffix: str, sockets_url: str, sockets_endpoint: str
) -> dict[str, str]:
    """What every function is told, wherever it runs.

    A queue's URL is the base, the prefix and its name; a bucket's name, which the whole world
    shares, is the prefix, its name and the suffix. Sockets are opened at one address, and posted to
    at another.
    """
    return {
        "STAGE": stage,
        "RESOURCE_PREFIX": prefix(stage),
        "QUEUE_BASE": queue_base,
        "BUCKET_SUFFIX": bucket_suffix,
        "SOCKETS_URL": sockets_url,
        "SOCKETS_ENDPOINT": sockets_endpoint,
    }
