"""What wakes somebody, as frozen data. `docs/runbook.md` has a section for each alarm, by its name.

Most are one metric each, since CloudWatch bills an alarm by its metrics and gives ten away.
Lines of log are counted by filters, which cost nothing, into metrics that are there (and billed)
only in hours in which something was counted. Periods are 5 minutes unless a canary waits for it.
"""

from dataclasses import dataclass

from infra.blueprint import BLUEPRINT, Queue
from infra.cloud.stages import Stage

EVERY_FUNCTION = tuple(spec.name for spec in BLUEPRINT.functions)
JOB_FUNCTIONS = tuple(dict.fromkeys(source.function for source in BLUEPRINT.sources))

DEAD = '{ $.metric = "jobs_dead" }'
REFUSED_SIGN_IN = '{ $.code = "credentials_invalid" }'
OWN_ERROR = (
    '{ (($.level = "error") && ($.metric = "*") && ($.metric != "jobs_dead")) '
    '|| (($.level = "error") && ($.metric NOT EXISTS) && ($.job NOT EXISTS)) '
    '|| ($.metric = "tick_unfinished") }'
)
"""Errors that have a name, and faults of ours that have none. Not a job that fails: it is tried
again, and when it dies it has an alarm of its own. A clock that does not get through only warns,
and should wake somebody all the same."""
LAMBDAS_ERROR = '?"[ERROR]" ?"Task timed out" ?"Runtime exited"'
"""What Lambda and its Python runtime write of a function that raised, hung or died."""

_LATE = 60_000
"""Milliseconds: who looks at a page does not wait for a minute."""
_THROTTLED = 'SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)'
"""Of all tables of the account: a query cannot say OR, and each table by itself would be billed."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in the logs of some functions; the pattern is one of CloudWatch's metric filters."""

    functions: tuple[str, ...]
    pattern: str


@dataclass(frozen=True, slots=True)
class Logged:
    """How many lines there were."""

    lines: tuple[Lines, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A statistic of a metric of AWS."""

    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Combined:
    """What CloudWatch computes of metrics, which the expression calls m1, m2 and so on."""

    expression: str
    parts: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class CountedFor:
    """What is counted for another alarm."""

    alarm: str


@dataclass(frozen=True, slots=True)
class Queried:
    """What a query of CloudWatch Metrics Insights sums up: metrics that come and go."""

    query: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: it sounds when so many of the last periods reach the limit, or stay `below` it.

    Without data it keeps quiet, unless `silence_sounds`. A canary is rolled back by those that
    `stop_canaries`.
    """

    name: str
    says: str
    of: Logged | Measured | Combined | CountedFor | Queried
    limit: float = 1
    minutes: int = 5
    periods: int = 1
    reaching: int = 1
    below: bool = False
    silence_sounds: bool = False
    stops_canaries: bool = False


def alarms(stage: Stage, *, api: str) -> tuple[Alarm, ...]:
    """Give every alarm of a stage, whose HTTP API has this id."""
    return (
        *_of_jobs(stage),
        *_of_requests(stage, api),
        *_of_functions(),
        *_of_streams(stage),
        _tables_throttled(),
    )


def _of_jobs(stage: Stage) -> tuple[Alarm, ...]:
    return (
        Alarm(
            "jobs-dead",
            "Jobs will not be tried again.",
            Logged((Lines(JOB_FUNCTIONS, DEAD),)),
        ),
        *(_dead_letters(queue, stage) for queue in BLUEPRINT.queues),
        Alarm(
            "clock-silent",
            "The clock did not tick: delayed and lost jobs wait.",
            Combined("m1 - m2", tuple(_clock(name, stage) for name in ("Invocations", "Errors"))),
            below=True,
            silence_sounds=True,
        ),
    )


def _clock(metric: str, stage: Stage) -> Measured:
    here = (("FunctionName", stage.prefix + BLUEPRINT.clock),)
    return Measured("AWS/Lambda", metric, "Sum", here)


def _dead_letters(queue: Queue, stage: Stage) -> Alarm:
    """`letters` takes them at once. One that was received three times has no age for SQS."""
    here = (("QueueName", stage.prefix + queue.dead),)
    counts = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")
    return Alarm(
        f"{queue.dead}-letters",
        f"Dead letters of queue {queue.name} stay where they are: `letters` is broken.",
        Combined("m1 + m2", tuple(Measured("AWS/SQS", one, "Average", here) for one in counts)),
        periods=3,
        reaching=3,
    )


def _of_requests(stage: Stage, api: str) -> tuple[Alarm, ...]:
    here = (("ApiId", api), ("Stage", "$default"))
    return (
        Alarm(
            "api-faults",
            "Requests are answered with 5xx.",
            Measured("AWS/ApiGateway", "5xx", "Sum", here),
            limit=stage.faults_per_minute,
            minutes=1,
            periods=3,
            reaching=2,
            stops_canaries=True,
        ),
        Alarm(
            "api-slow",
            "One answer in a hundred is slow.",
            Measured("AWS/ApiGateway", "Latency", "p99", here),
            limit=stage.slow_milliseconds,
            periods=3,
            reaching=3,
        ),
        Alarm(
            "sign-in-failures",
            "Many sign-ins are refused: somebody guesses passwords.",
            Logged((Lines((BLUEPRINT.http,), REFUSED_SIGN_IN),)),
            limit=stage.sign_in_failures,
        ),
    )


def _of_functions() -> tuple[Alarm, ...]:
    return (
        Alarm(
            "function-errors",
            "A function failed, or met with what it does not expect.",
            Logged((Lines(EVERY_FUNCTION, OWN_ERROR), Lines(EVERY_FUNCTION, LAMBDAS_ERROR))),
            limit=3,
            minutes=1,
            periods=3,
            reaching=2,
            stops_canaries=True,
        ),
        Alarm(
            "functions-failing",
            "A function fails again and again.",
            CountedFor("function-errors"),
            periods=3,
            reaching=3,
        ),
        Alarm(
            "functions-throttled",
            "The account runs as many functions at once as it may.",
            Measured("AWS/Lambda", "Throttles", "Sum"),  # of all functions, which share that
            limit=10,
        ),
    )


def _of_streams(stage: Stage) -> tuple[Alarm, ...]:
    """What is told live is late before it is lost: changes are given up when they are too old."""
    return tuple(
        Alarm(
            f"{function}-late",
            "What changed in tables is told late, or not at all.",
            Measured(
                "AWS/Lambda",
                "IteratorAge",
                "Maximum",
                (("FunctionName", stage.prefix + function),),
            ),
            limit=_LATE,
            reaching=2,
            periods=3,
        )
        for function in dict.fromkeys(stream.function for stream in BLUEPRINT.streams)
    )


def _tables_throttled() -> Alarm:
    return Alarm(
        "tables-throttled",
        "A table or an index is asked for more than its ceiling.",
        Queried(_THROTTLED),
        limit=50,
    )
