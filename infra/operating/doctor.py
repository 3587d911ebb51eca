"""Whether a stage could be deployed from here, and what to do first. It changes nothing."""

from collections.abc import Callable, Iterator

from infra.cloud.stages import Stage, StageUnknown, StageUnready, find_stage
from infra.operating import machine, people, quotas, standing
from infra.operating.account import AWS_FAILURES, Account, reason
from infra.operating.findings import Finding, failed, ok, warning

_ADVICE = "aws sso login, aws configure, or export AWS_PROFILE: docs/deploy.md."


def findings(name: str) -> Iterator[Finding]:
    """Look at the machine, the stage, and the account."""
    yield from machine.findings()
    try:
        stage = find_stage(name)
    except (StageUnknown, StageUnready) as error:
        yield failed(f"stage: {error}")
        return
    yield ok(f"stage: {name} has what its users need")
    yield from account_findings(Account(stage.region), stage)


def account_findings(account: Account, stage: Stage) -> Iterator[Finding]:
    """Look at the account. Ends early where nobody may ask, or it is not known where."""
    yield from standing.check_region(account, stage)
    if not account.region:
        return
    try:
        yield from standing.check_caller(account)
    except AWS_FAILURES as error:
        yield failed(f"credentials: {reason(error)}", _ADVICE)
        return
    for what, check in _checks(account, stage).items():
        yield from _asked(what, check)


def _checks(account: Account, stage: Stage) -> dict[str, Callable[[], Iterator[Finding]]]:
    return {
        "bootstrap": lambda: standing.check_bootstrap(account, stage),
        "stacks": lambda: standing.check_stacks(account, stage),
        "Lambda": lambda: quotas.check_concurrency(account),
        "DynamoDB": lambda: quotas.check_tables(account, stage),
        "mail": lambda: people.check_mail(account, stage),
        "domain": lambda: people.check_zone(account, stage),
        "alarms": lambda: people.check_on_call(account, stage),
    }


def _asked(what: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; that AWS does not answer it is found as well."""
    try:
        yield from check()
    except AWS_FAILURES as error:
        yield warning(f"{what}: not known: {reason(error)}")
