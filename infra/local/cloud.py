"""The AWS side of the twin: moto, with the blueprint's resources and the saved rows.

Importing this module imports moto, which takes a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from socket import socket

from infra.blueprint import BLUEPRINT, Function
from infra.local import engine, keeping
from infra.local.aws import Access, Endpoint
from infra.local.calls import Service
from infra.local.forwarding import forward
from infra.local.history import History
from infra.local.journal import Journal, load
from infra.local.mailbox import Mailbox
from infra.local.mocks import MOTO, request
from infra.local.noting import noting
from infra.local.plans import PREFIX
from infra.local.resources import (
    create_buckets,
    create_queues,
    create_secrets,
    create_tables,
    notify_queues,
)
from infra.local.services import mailing, remembering, secret_value
from infra.local.state import State


@dataclass(frozen=True)
class Cloud:
    """The running endpoint. `created` says whether a table had to be made, as always in moto."""

    access: Access
    endpoint: Endpoint
    journal: Journal | None
    created: bool

    def stop(self) -> None:
        """Stop answering and save what is not saved yet."""
        self.endpoint.stop()
        if self.journal is not None:
            self.journal.stop()


def start(  # noqa: PLR0913 - all that it stands between
    listening: socket,
    functions: Mapping[str, Function],
    state: State,
    mailbox: Mailbox,
    dynamodb: str | None,
    *,
    origins: tuple[str, ...] = (),
    history: History | None = None,
) -> Cloud:
    """Serve AWS on a socket, to functions by access key id, and to pages of these origins.

    With the URL of another DynamoDB the tables and their rows are there, and not in the state. A
    history notes what functions ask.
    """
    engine.install()
    services = _services(state, mailbox, dynamodb)
    created = create_tables(services["dynamodb"], BLUEPRINT.tables, PREFIX)
    journal = _journal(state) if dynamodb is None else None
    _create_others(state, origins)
    if history is not None:
        services = _noted(services, history, is_metered=dynamodb is None)
    access = Access(PREFIX, functions, services)
    endpoint = Endpoint(listening, access.answer)
    endpoint.start()
    return Cloud(access, endpoint, journal, created)


def _services(state: State, mailbox: Mailbox, dynamodb: str | None) -> dict[str, Service]:
    """Who answers each service's calls."""
    return MOTO | {
        "secretsmanager": remembering(MOTO["secretsmanager"], state, PREFIX),
        "s3": keeping.keeping(MOTO["s3"], state),
        "ses": mailing(mailbox),
        **({"dynamodb": forward(dynamodb)} if dynamodb else {}),
    }


def _noted(
    services: dict[str, Service], history: History, *, is_metered: bool
) -> dict[str, Service]:
    """All services, noted in a history."""
    return {
        name: noting(service, history, is_metered=is_metered and name == "dynamodb")
        for name, service in services.items()
    }


def _journal(state: State) -> Journal:
    """Fill the tables with the saved rows, and save what changes from now on."""
    load(state, [PREFIX + table.name for table in BLUEPRINT.tables])
    journal = Journal(state)
    journal.start()
    return journal


def _create_others(state: State, origins: tuple[str, ...]) -> None:
    """Make secrets, queues and buckets; queues are told of new objects, not of saved ones.

    Nor are they told that they will be told: S3 says so once, and not at every start.
    """
    values = {secret: secret_value(secret, state) for secret in BLUEPRINT.secrets}
    create_secrets(MOTO["secretsmanager"], values, PREFIX)
    create_queues(MOTO["sqs"], BLUEPRINT.queues, PREFIX)
    create_buckets(MOTO["s3"], BLUEPRINT.buckets, PREFIX, origins)
    keeping.expire(state, BLUEPRINT.buckets, PREFIX)
    keeping.load(MOTO["s3"], state)
    notify_queues(MOTO["s3"], BLUEPRINT.buckets, PREFIX)
    for queue in BLUEPRINT.queues:
        request(MOTO["sqs"], "AmazonSQS.PurgeQueue", {"QueueUrl": PREFIX + queue.name})
