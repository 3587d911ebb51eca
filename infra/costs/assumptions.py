"""What the model assumes where nothing was measured, each with its source."""

SECONDS = 730 * 3600
"""A month: 730 hours, as AWS's own calculator counts it."""
MINUTES = SECONDS // 60
GB = 2**30

MIX = {
    "get_item": 0.33,
    "get_item_anonymous": 0.25,
    "get_me": 0.10,
    "list_owner": 0.08,
    "list_newest": 0.06,
    "search": 0.04,
    "create_item": 0.03,
    "change_item": 0.05,
    "delete_item": 0.01,
    "refresh": 0.02,
    "sign_in": 0.005,
    "register": 0.001,
    "refused": 0.024,
}
"""The share of each kind in requests of which nothing else is known: nine reads for a write, a
list for five things, a sign-in for two hundred requests. A list and a write cost several reads."""

POLLERS = 5
"""Long polls that Lambda keeps up at each queue, also at one without messages. (AWS Lambda, "Using
Lambda with Amazon SQS": it begins with five; AWS knowledge center, "sqs-high-charges".)"""
POLL_SECONDS = 20
"""The longest that SQS lets a poll wait, which is what Lambda's do."""
POLLED = 2
"""Requests of a poller for a batch: receiving and deleting it. Each message is counted as a batch
of its own, as it is in a queue that is never long."""

WHOLE_PROCESSOR = 1769
"""Memory (MB) with which a function has one processor; with less, a share of it. (AWS Lambda,
"Configure memory".)"""
REQUEST_PROCESSOR_MS = 0.5
CALL_PROCESSOR_MS = 0.75
"""Processor time of a request and of each call (performance.md: 0.75 ms in botocore). With both, an
authenticated GET has 2.0 ms; 1.6 ms were measured by `tests.bench` on an AMD EPYC."""
HASH_PROCESSOR_MS = 40
"""Of a password, Argon2id with 19 MiB and t = 2: measured likewise."""
HASHING = ("sign_in", "register")
WAIT_MS = 4
"""How long AWS takes to answer a call: DynamoDB promises single-digit milliseconds."""

COLD_AT_MOST = 0.01
"""The share of invocations that meet a new environment: "under 1 %". (AWS Lambda, "Execution
environment lifecycle".)"""
ENVIRONMENT_MINUTES = 10
"""How long an environment is there before another takes its place. AWS does not say; idle ones are
seen to go after five to fifteen minutes, and busy ones stay for hours."""
INIT_MS = 1000
"""How long one takes to start, which is billed since August 2025; 0.5 s of processor time were
measured for the imports, and what is read from a zip is slower the first time."""
RESTORE_MS = 300
"""How long one takes to start from a snapshot."""
PEAK = 3
"""Environments that are kept for one that is busy on average: requests come in waves."""
CALLS_PER_LEASE = 5
"""Requests of a caller that one lease of the limiter serves before its minute is over. It would
last for thirty (ten without an account)."""
SECRET_SECONDS = 300
"""How long an environment believes what it read of a secret."""

FIRST_IN_SECOND, OF_OTHERS = 1, 0.05
"""Traces that Lambda has recorded: the first of a second, and a twentieth of the others. It cannot
be set. (AWS Lambda, "Visualize invocations using X-Ray".)"""
COMPRESSED = 0.15
"""What is left of a log when it is kept. (Amazon CloudWatch pricing, its examples.)"""

_ID = "8f5a1e7c-3b1d-4c57-9a0e-2f6d1b7c9e43"
_PLATFORM = f"""\
START RequestId: {_ID} Version: $LATEST
END RequestId: {_ID}
REPORT RequestId: {_ID}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\t\
Max Memory Used: 110 MB\t
"""
PLATFORM_BYTES = len(_PLATFORM)
"""What Lambda itself writes about an invocation."""
_TRACED = """\
XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 557abcec3ee5a047\tSampled: true\t
"""
TRACED_BYTES = len(_TRACED)
"""And about one that is traced."""
