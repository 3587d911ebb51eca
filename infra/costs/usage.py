"""How much of what is billed a stage uses in a month: pure functions of what is asked of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.blueprint import BLUEPRINT
from infra.costs import assumptions as assumed
from infra.costs.bill import Bill, Kind, Standing

_JOB, _MAIL, _SIGN_IN, _MINUTE = "job", "mail", "sign_in", "minute"
_COUNTERS, _LEASE = "counters", "lease"


class KindUnmeasured(ValueError):
    """There is no such kind of request."""


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked of a stage in a month, beyond that it is there.

    Requests are of the usual mix or, if it is given, of one `kind`; `logins` and `mails` come on
    top of them, as the jobs do. `storage` is GB in tables, with their indexes. `memory` (MB) is the
    API's, where it is not what the stage says.
    """

    requests: float = 0
    jobs: float = 0
    storage: float = 0
    logins: float = 0
    mails: float = 0
    kind: str | None = None
    memory: int | None = None


def amounts(use: Use, bill: Bill, standing: Standing) -> dict[str, float]:
    """How many units of each price are used. Raises KindUnmeasured."""
    done = _done(use)
    memory = _memory(use, standing)
    loads = _loads(done, bill, memory)
    found: defaultdict[str, float] = defaultdict(float)
    parts = [
        _standing(standing),
        _stored(use),
        *(_invoked(name, count, bill, standing, memory) for name, count in done.items()),
        *_environments(loads, bill, standing, memory),
        _traces(loads, standing),
    ]
    for part in parts:
        for id_, amount in part.items():
            found[id_] += amount
    return found | _kept_logs(found, standing)


def _done(use: Use) -> dict[str, float]:
    """How often each kind is done; the clock's minutes are always there."""
    mix = assumed.MIX if use.kind is None else {use.kind: 1.0}
    if not mix.keys() <= assumed.MIX.keys():
        raise KindUnmeasured(f"There is no {use.kind!r}, only {', '.join(assumed.MIX)}")
    done = {name: use.requests * share for name, share in mix.items()}
    more = {_SIGN_IN: use.logins, _JOB: use.jobs, _MINUTE: assumed.MINUTES}
    # A registration has its mail.
    more[_MAIL] = use.mails + done.get("register", 0)
    return {name: done.get(name, 0) + more.get(name, 0) for name in {**done, **more}}


def _memory(use: Use, standing: Standing) -> Mapping[str, int]:
    own = {} if use.memory is None else {BLUEPRINT.http: use.memory}
    return {**standing.memory, **own}


def _standing(standing: Standing) -> dict[str, float]:
    """What is billed for being there: the polling of queues and the clock's events too."""
    polls = assumed.POLLERS * assumed.SECONDS / assumed.POLL_SECONDS
    snapshots = sum(standing.memory[name] for name in standing.snapshots) / 1024
    return {
        "lambda.snapshot_kept": snapshots * assumed.SECONDS,
        "sqs.requests": len(BLUEPRINT.sources) * polls,
        "cloudwatch.alarms": standing.alarms,
        "cloudwatch.query_alarms": standing.query_alarms,
        "cloudwatch.dashboards": standing.dashboards,
        "eventbridge.scheduled": assumed.MINUTES,
        "secrets.kept": standing.secrets,
        "kms.keys": standing.keys,
    }


def _stored(use: Use) -> dict[str, float]:
    """Point-in-time recovery is counted for indexes too, which is more than AWS bills."""
    return {"dynamodb.stored": use.storage, "dynamodb.backup": use.storage}


def _invoked(
    name: str, count: float, bill: Bill, standing: Standing, memory: Mapping[str, int]
) -> dict[str, float]:
    kind = bill.kinds[name]
    http, polled = kind.function == BLUEPRINT.http, _is_polled(kind)
    gigabytes = memory[kind.function] / 1024
    seconds = seconds_of(name, kind, memory[kind.function])
    written = kind.log_bytes + standing.access_log_bytes * http
    written += assumed.PLATFORM_BYTES * standing.platform_lines
    return {
        "http_api.requests": count * http,
        "lambda.requests": count,
        "lambda.compute": count * seconds * gigabytes,
        "sqs.requests": count * (kind.sent + assumed.POLLED * polled),
        "logs.ingested": count * written / assumed.GB,
        "transfer.out": count * kind.response_bytes / assumed.GB,
        "ses.mails": count * kind.calls.get("sesv2:SendEmail", 0),
        **_units(kind, count),
    }


def seconds_of(name: str, kind: Kind, memory: int) -> float:
    """How long a warm function with that memory (MB) takes for one of a kind."""
    calls = sum(kind.calls.values())
    processor = assumed.REQUEST_PROCESSOR_MS + calls * assumed.CALL_PROCESSOR_MS
    processor += assumed.HASH_PROCESSOR_MS * (name in assumed.HASHING)
    share = min(1.0, memory / assumed.WHOLE_PROCESSOR)
    return (processor / share + kind.waits * assumed.WAIT_MS) / 1000


def _is_polled(kind: Kind) -> bool:
    return any(source.function == kind.function for source in BLUEPRINT.sources)


def _units(kind: Kind, count: float) -> dict[str, float]:
    return {
        "dynamodb.reads": count * sum(kind.reads.values()),
        "dynamodb.writes": count * sum(kind.writes.values()),
    }


@dataclass(frozen=True, slots=True)
class _Load:
    """What one function does in a month: how often it is invoked, and how long it is busy."""

    invocations: float
    seconds: float

    @property
    def environments(self) -> float:
        """How many are there, when any is."""
        return max(1.0, assumed.PEAK * self.seconds / assumed.SECONDS)

    @property
    def minutes(self) -> float:
        """The minutes in which environments are asked for something, all together."""
        return min(self.invocations, self.environments * assumed.MINUTES)

    @property
    def starts(self) -> float:
        """How many environments are begun."""
        renewed = self.environments * assumed.MINUTES / assumed.ENVIRONMENT_MINUTES
        return min(self.invocations * assumed.COLD_AT_MOST, renewed)


def _loads(done: Mapping[str, float], bill: Bill, memory: Mapping[str, int]) -> dict[str, _Load]:
    found: defaultdict[str, _Load] = defaultdict(lambda: _Load(0, 0))
    for name, count in done.items():
        kind = bill.kinds[name]
        seconds = count * seconds_of(name, kind, memory[kind.function])
        held = found[kind.function]
        found[kind.function] = _Load(held.invocations + count, held.seconds + seconds)
    return found


def _begun(load: _Load, gigabytes: float, *, restored: bool) -> dict[str, float]:
    """What it takes to begin a function's environments."""
    if restored:
        seconds = load.starts * assumed.RESTORE_MS / 1000
        return {
            "lambda.snapshot_restored": load.starts * gigabytes,
            "lambda.compute": seconds * gigabytes,
        }
    return {"lambda.compute": load.starts * assumed.INIT_MS / 1000 * gigabytes}


def _remembered(function: str, load: _Load, bill: Bill) -> list[dict[str, float]]:
    """What environments ask by themselves: counters each minute, secrets, leases of limits."""
    if function == BLUEPRINT.clock:
        return []  # it counts nothing while nothing is due, and reads no secret
    secrets = load.minutes * 60 / assumed.SECRET_SECONDS * len(BLUEPRINT.secrets)
    parts = [_units(bill.kinds[_COUNTERS], load.minutes), {"secrets.calls": secrets}]
    if function == BLUEPRINT.http:
        parts.append(_units(bill.kinds[_LEASE], load.invocations / assumed.CALLS_PER_LEASE))
    return parts


def _environments(
    loads: Mapping[str, _Load], bill: Bill, standing: Standing, memory: Mapping[str, int]
) -> Iterator[dict[str, float]]:
    for function, load in loads.items():
        gigabytes = memory[function] / 1024
        yield _begun(load, gigabytes, restored=function in standing.snapshots)
        yield from _remembered(function, load, bill)


def _traces(loads: Mapping[str, _Load], standing: Standing) -> dict[str, float]:
    """As if invocations came evenly: in bursts, fewer are recorded."""
    if not standing.traced:
        return {}
    first = assumed.FIRST_IN_SECOND * assumed.SECONDS
    traces = sum(
        min(load.invocations, first) + max(0.0, load.invocations - first) * assumed.OF_OTHERS
        for load in loads.values()
    )
    lines = traces * assumed.TRACED_BYTES * standing.platform_lines
    return {"xray.traces": traces, "logs.ingested": lines / assumed.GB}


def _kept_logs(found: Mapping[str, float], standing: Standing) -> dict[str, float]:
    """Logs of the months in which they are kept, when they have been for so long."""
    months = standing.log_days * 24 * 3600 / assumed.SECONDS
    return {"logs.kept": found["logs.ingested"] * assumed.COMPRESSED * months}
