"""What remembers: tables, queues, buckets, secrets."""

from infra.blueprint.shapes import Bucket, Index, Key, Queue, Secret, Sender, Table

ITEMS = Table(
    "items",
    partition=Key("id"),
    indexes=(
        Index("newest", partition=Key("shelf"), sort=Key("id")),
        Index("owner", partition=Key("owner_id"), sort=Key("id")),
        Index("price", partition=Key("price_shelf"), sort=Key("price_key")),
        Index("owner_price", partition=Key("owner_currency"), sort=Key("price_key")),
    ),
    stream=True,
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
REPORTS = Table("reports", partition=Key("year"), sort=Key("day"))
LIMITS = Table("limits", partition=Key("key"), ttl="expires_at")
JOBS = Table(
    "jobs",
    partition=Key("id"),
    sort=Key("part"),
    indexes=(
        Index("due", partition=Key("shelf"), sort=Key("wake"), projection="KEYS_ONLY"),
        Index("owner", partition=Key("owner"), sort=Key("id"), projection="KEYS_ONLY"),
        Index("dead", partition=Key("grave"), sort=Key("epitaph"), projection="KEYS_ONLY"),
    ),
    ttl="expires_at",
    stream=True,
)
FILES = Table(
    "files",
    partition=Key("id"),
    indexes=(
        Index("owner", partition=Key("owner_id"), sort=Key("id")),
        Index("open", partition=Key("shelf"), sort=Key("id"), projection="KEYS_ONLY"),
    ),
    ttl="expires_at",
)
NOTIFICATIONS = Table(
    "notifications",
    partition=Key("owner_id"),
    sort=Key("id"),
    ttl="expires_at",
    stream=True,
)
CONNECTIONS = Table("connections", partition=Key("id"), ttl="expires_at")
SUBSCRIPTIONS = Table(
    "subscriptions", partition=Key("place"), sort=Key("connection_id"), ttl="expires_at"
)
EVENTS = Table("events", partition=Key("channel"), sort=Key("seq", "N"), ttl="expires_at")

TABLES = (
    *(ITEMS, ITEM_TERMS, IDEMPOTENCY, ACCOUNTS, ACCOUNT_EMAILS, LIMITS, AUDIT, METRICS, JOBS),
    *(FILES, REPORTS, NOTIFICATIONS, CONNECTIONS, SUBSCRIPTIONS, EVENTS),
)

# A message stays hidden for longer than its function may run: 30 s more (parameters.md, "Queues").
FAST = Queue("fast", visibility=60)
SLOW = Queue("slow", visibility=930)
PAYLOADS = Bucket("payloads", expire_days=800, folders=(("results/", 125), ("exports/", 2)))
"""What is too large for a row: arguments of jobs, which may be due in two years, and results, which
are asked for while the job is remembered; and parts of exports, until they are one file."""

UPLOADS = Bucket("uploads", expire_days=1, notifies=FAST.name, uploads=True)
"""Where files wait until they are checked. What nobody checked goes by itself: a day is the least
that S3 counts in."""
STORED = Bucket("files", downloads=True)
"""Files that were checked, and what is made of them, for as long as somebody keeps them."""

CURSORS = Secret("cursors", "Keys that sign page cursors.")
REFRESH = Secret("refresh", "Keys that sign refresh tokens.")
TOKENS = Secret(
    "tokens", "Key pairs that sign access tokens; the first is made at first use.", drawn=False
)
EDGE = Secret("edge", "What the edge shows to the API, as a proof that a request came through it.")
MAIL = Sender("mail")
