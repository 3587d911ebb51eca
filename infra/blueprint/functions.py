"""What acts: functions, and exactly what each of them may do."""

from infra.blueprint.data import AUDIT, FILES, ITEMS, JOBS
from infra.blueprint.shapes import Function, Grant

_ITEM_ROWS = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
_QUEUES = (Grant("fast", ("sqs:SendMessage",)), Grant("slow", ("sqs:SendMessage",)))
_JOB_ROWS = Grant("jobs", ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", *_ITEM_ROWS))
_OBJECTS = Grant("payloads", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"))
_CLOSING = (
    Grant("connections", ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem")),
    Grant("subscriptions", ("dynamodb:DeleteItem",)),
    Grant("sockets", ("execute-api:ManageConnections",)),
)
"""What it takes to end a socket, for whatever reason."""
_PUBLISHING = (
    *_CLOSING,
    Grant("events", ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem")),
    Grant("events", ("dynamodb:Query",)),
    Grant("subscriptions", ("dynamodb:Query",)),
    Grant("accounts", ("dynamodb:GetItem",)),
    Grant("limits", ("dynamodb:UpdateItem",)),
    Grant("jobs", ("dynamodb:PutItem",)),
    Grant("fast", ("sqs:SendMessage",)),
    Grant("metrics", ("dynamodb:UpdateItem",)),
)
"""What it takes to publish events, and to see that they are delivered."""

API = Function(
    "api",
    handler="handler.api.handle",
    description="Answers the HTTP API.",
    memory=512,
    timeout=28,  # API Gateway gives up after 30 s; the function answers before that.
    grants=(
        Grant("items", ("dynamodb:BatchGetItem", *_ITEM_ROWS)),
        Grant("items", ("dynamodb:Query",), indexes=tuple(i.name for i in ITEMS.indexes)),
        Grant("item_terms", ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query")),
        Grant("idempotency", _ITEM_ROWS),
        Grant("cursors", ("secretsmanager:GetSecretValue",)),
        Grant("accounts", _ITEM_ROWS),
        Grant("accounts", ("dynamodb:Query",), indexes=("newest",)),
        Grant("account_emails", ("dynamodb:ConditionCheckItem", *_ITEM_ROWS)),
        Grant("limits", ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("audit", ("dynamodb:PutItem",)),
        Grant("audit", ("dynamodb:Query",), indexes=tuple(i.name for i in AUDIT.indexes)),
        Grant("metrics", ("dynamodb:Query", "dynamodb:UpdateItem")),
        _JOB_ROWS,
        Grant("jobs", ("dynamodb:Query",), indexes=tuple(i.name for i in JOBS.indexes)),
        Grant("files", _ITEM_ROWS),
        Grant("files", ("dynamodb:Query",), indexes=("owner",)),
        Grant("uploads", ("s3:PutObject",)),
        Grant("files", ("s3:GetObject",)),
        Grant("reports", ("dynamodb:Query",)),
        Grant("notifications", ("dynamodb:BatchGetItem", "dynamodb:DeleteItem")),
        Grant("notifications", ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query")),
        *_QUEUES,
        _OBJECTS,
        *_CLOSING,
        Grant("events", ("dynamodb:GetItem", "dynamodb:Query")),
        Grant("refresh", ("secretsmanager:GetSecretValue",)),
        Grant("tokens", ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")),
        Grant("edge", ("secretsmanager:GetSecretValue",)),
    ),
)
_ANY_JOB = (_JOB_ROWS, *_QUEUES, _OBJECTS, Grant("metrics", ("dynamodb:UpdateItem",)))
"""What it takes to run a job, whatever it does. Beside it stands what the jobs of a queue do."""
WORKER_FAST = Function(
    "worker-fast",
    handler="handler.worker.handle",
    description="Runs jobs that take seconds.",
    memory=512,
    timeout=30,
    grants=(
        *_ANY_JOB,
        Grant("files", ("dynamodb:GetItem", "dynamodb:UpdateItem")),
        Grant("uploads", ("s3:DeleteObject", "s3:GetObject")),
        Grant("files", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")),
        Grant("fast", ("sqs:ChangeMessageVisibility",)),
        Grant("accounts", ("dynamodb:GetItem", "dynamodb:UpdateItem")),
        Grant("account_emails", ("dynamodb:GetItem",)),
        Grant("notifications", ("dynamodb:GetItem", "dynamodb:PutItem")),
        Grant("items", ("dynamodb:BatchGetItem", "dynamodb:PutItem")),
        Grant("item_terms", ("dynamodb:PutItem",)),
        Grant("tokens", ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")),
        Grant("mail", ("ses:SendEmail",)),
        *_CLOSING,
        Grant("events", ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem")),
        Grant("events", ("dynamodb:Query",)),
        Grant("subscriptions", ("dynamodb:Query",)),
        Grant("limits", ("dynamodb:UpdateItem",)),
        Grant("metrics", ("dynamodb:Query",)),
    ),
)
WORKER_SLOW = Function(
    "worker-slow",
    handler="handler.worker.handle",
    description="Runs jobs that take minutes.",
    memory=1024,
    timeout=900,  # the longest that Lambda allows
    grants=(
        *_ANY_JOB,
        Grant("files", _ITEM_ROWS),
        Grant("files", ("dynamodb:Query",), indexes=tuple(i.name for i in FILES.indexes)),
        Grant("uploads", ("s3:GetObject",)),
        Grant("uploads", ("s3:ListBucket",)),  # without it S3 answers 403 for what is not there
        Grant("files", ("s3:GetObject", "s3:PutObject")),
        Grant("slow", ("sqs:ChangeMessageVisibility",)),
        Grant("jobs", ("dynamodb:Query",)),
        Grant("jobs", ("dynamodb:Query",), indexes=("dead", "owner")),
        Grant("accounts", ("dynamodb:GetItem",)),
        Grant("accounts", ("dynamodb:Query",), indexes=("newest",)),
        Grant("notifications", ("dynamodb:BatchGetItem", "dynamodb:DeleteItem")),
        Grant("notifications", ("dynamodb:PutItem", "dynamodb:Query")),
        Grant("items", ("dynamodb:DeleteItem",)),
        Grant("items", ("dynamodb:Query",), indexes=("newest", "owner")),
        Grant("item_terms", ("dynamodb:DeleteItem",)),
        Grant("audit", ("dynamodb:Query",), indexes=("actor", "subject")),
        Grant("metrics", ("dynamodb:Query",)),
        Grant("reports", ("dynamodb:PutItem",)),
    ),
)
CLOCK = Function(
    "clock",
    handler="handler.clock.handle",
    description="Wakes the jobs that are due and enqueues those of the calendar, once a minute.",
    memory=256,
    timeout=50,
    grants=(
        Grant("jobs", ("dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("jobs", ("dynamodb:Query",), indexes=("due",)),
        *_QUEUES,
        Grant("metrics", ("dynamodb:UpdateItem",)),
    ),
)
LETTERS = Function(
    "letters",
    handler="handler.letters.handle",
    description="Takes the messages that no worker could read into the list of dead jobs.",
    memory=256,
    timeout=30,
    grants=(
        Grant("jobs", ("dynamodb:PutItem",)),
        Grant("payloads", ("s3:PutObject",)),
        Grant("metrics", ("dynamodb:UpdateItem",)),
    ),
)
OPERATORS = Function(
    "operators",
    handler="handler.operators.handle",
    description="Answers the `dunlin` command line; invoked through IAM only, it has no URL.",
    memory=256,
    timeout=60,
    grants=(
        Grant("accounts", ("dynamodb:PutItem",)),
        Grant("account_emails", ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")),
        Grant("audit", ("dynamodb:PutItem",)),
        Grant("jobs", ("dynamodb:BatchGetItem", "dynamodb:Scan", *_ITEM_ROWS)),
        Grant("jobs", ("dynamodb:Query",), indexes=("dead", "due")),
        Grant("limits", ("dynamodb:UpdateItem",)),
        Grant("metrics", ("dynamodb:Query", "dynamodb:UpdateItem")),
        *_QUEUES,
        Grant("payloads", ("s3:DeleteObject", "s3:GetObject")),
        Grant("cursors", ("secretsmanager:GetSecretValue",)),
        Grant("tokens", ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")),
    ),
)
SOCKETS = Function(
    "sockets",
    handler="handler.sockets.handle",
    description="Answers the frames of WebSockets.",
    memory=512,
    timeout=25,  # API Gateway gives up after 29 s; the function answers before that.
    grants=(
        *_PUBLISHING,
        Grant("connections", ("dynamodb:UpdateItem",)),
        Grant("subscriptions", ("dynamodb:PutItem",)),
        Grant("jobs", ("dynamodb:ConditionCheckItem", "dynamodb:GetItem")),
    ),
)
CHANGES = Function(
    "changes",
    handler="handler.changes.handle",
    description="Tells those who follow it what changed in tables.",
    memory=512,
    timeout=60,
    grants=(
        *_PUBLISHING,
        Grant("jobs", ("dynamodb:GetItem",)),
        Grant("notifications", ("dynamodb:PutItem",)),
    ),
)
