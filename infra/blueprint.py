"""What exists: functions, tables, indexes, secrets and permissions, said once and built twice.

`infra.cloud` turns this into CloudFormation and `infra.local` into a running cloud on a laptop, so
what runs here is what is deployed. Names are short: the deployed name of a resource is the stage's
prefix and the short name (`dunlin-dev-items`), and functions learn the prefix from their
environment (`RESOURCE_PREFIX`).
"""

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

    `ttl` names the attribute (epoch seconds) that expires a row.
    """

    name: str
    partition: Key
    sort: Key | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None


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
    """Everything there is. `http` names the function that answers the HTTP API."""

    functions: tuple[Function, ...]
    tables: tuple[Table, ...]
    secrets: tuple[Secret, ...]
    sender: Sender
    http: str

    def function(self, name: str) -> Function:
        """The function of that name."""
        return next(function for function in self.functions if function.name == name)


ITEMS = Table(
    "items",
    partition=Key("id"),
    indexes=(
        Index("newest", partition=Key("shelf"), sort=Key("id")),
        Index("owner", partition=Key("owner_id"), sort=Key("id")),
        Index("price", partition=Key("price_shelf"), sort=Key("price_key")),
        Index("owner_price", partition=Key("owner_currency"), sort=Key("price_key")),
    ),
)
ITEM_TERMS = Table("item_terms", partition=Key("term_shard"), sort=Key("entry"))
IDEMPOTENCY = Table("idempotency", partition=Key("key"), ttl="expires_at")

ACCOUNTS = Table(
    "accounts",
    partition=Key("id"),
    indexes=(Index("newest", partition=Key("shelf"), sort=Key("id")),),
)
ACCOUNT_EMAILS = Table("account_emails", partition=Key("email"))
AUDIT = Table(
    "audit",
    partition=Key("id"),
    indexes=(
        Index("newest", partition=Key("shelf"), sort=Key("id")),
        Index("action", partition=Key("action_shelf"), sort=Key("id")),
        Index("actor", partition=Key("actor"), sort=Key("id")),
        Index("subject", partition=Key("subject"), sort=Key("id")),
    ),
    ttl="expires_at",
)
METRICS = Table("metrics", partition=Key("period"), sort=Key("bucket"), ttl="expires_at")
LIMITS = Table("limits", partition=Key("key"), ttl="expires_at")

CURSORS = Secret("cursors", "Keys that sign page cursors.")
REFRESH = Secret("refresh", "Keys that sign refresh tokens.")
TOKENS = Secret(
    "tokens", "Key pairs that sign access tokens; the first is made at first use.", drawn=False
)
MAIL = Sender("mail")

API = Function(
    "api",
    handler="handler.api.handle",
    description="Answers the HTTP API.",
    memory=512,
    timeout=28,  # API Gateway gives up after 30 s; the function answers before that.
    grants=(
        Grant(
            "items",
            (
                "dynamodb:BatchGetItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ),
        ),
        Grant("items", ("dynamodb:Query",), indexes=tuple(i.name for i in ITEMS.indexes)),
        Grant(
            "item_terms",
            ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"),
        ),
        Grant(
            "idempotency",
            (
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ),
        ),
        Grant("cursors", ("secretsmanager:GetSecretValue",)),
        Grant(
            "accounts",
            (
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ),
        ),
        Grant("accounts", ("dynamodb:Query",), indexes=("newest",)),
        Grant(
            "account_emails",
            (
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ),
        ),
        Grant("limits", ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("audit", ("dynamodb:PutItem",)),
        Grant("audit", ("dynamodb:Query",), indexes=tuple(i.name for i in AUDIT.indexes)),
        Grant("metrics", ("dynamodb:Query", "dynamodb:UpdateItem")),
        Grant("refresh", ("secretsmanager:GetSecretValue",)),
        Grant("tokens", ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")),
        Grant("mail", ("ses:SendEmail",)),
    ),
)
OPERATORS = Function(
    "operators",
    handler="handler.operators.handle",
    description="Answers the `dunlin` command line; invoked through IAM only, it has no URL.",
    memory=256,
    timeout=60,
    grants=(
        Grant("accounts", ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("account_emails", ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("audit", ("dynamodb:PutItem",)),
        Grant("tokens", ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")),
    ),
)

BLUEPRINT = Blueprint(
    functions=(API, OPERATORS),
    tables=(ITEMS, ITEM_TERMS, IDEMPOTENCY, ACCOUNTS, ACCOUNT_EMAILS, LIMITS, AUDIT, METRICS),
    secrets=(CURSORS, REFRESH, TOKENS),
    sender=MAIL,
    http=API.name,
)


def prefix(stage: str) -> str:
    """What the deployed name of everything in a stage starts with."""
    return f"dunlin-{stage}-"


def environment(stage: str) -> dict[str, str]:
    """What every function is told, wherever it runs."""
    return {"STAGE": stage, "RESOURCE_PREFIX": prefix(stage)}
