"""What AWS grants an account, against what a stage may take."""

from collections.abc import Iterator

from infra.blueprint import BLUEPRINT
from infra.cloud.stages import Stage
from infra.operating.account import Account
from infra.operating.findings import Finding, failed, ok, warning

TAKEN = sum(source.concurrency for source in BLUEPRINT.sources)
"""Environments that the queues alone may have at once."""
_CONCURRENCY = ("lambda", "L-B99A9384")
_TABLES = ("dynamodb", "L-F98FE922")
_RAISE = "aws service-quotas request-service-quota-increase --service-code {} --quota-code {} "
_COMFORT = 1_000  # what Lambda grants accounts that are older than a few weeks


def check_concurrency(account: Account) -> Iterator[Finding]:
    """How many environments may run at once: new accounts are granted ten."""
    limits = account.client("lambda").get_account_settings()["AccountLimit"]
    granted = int(limits["ConcurrentExecutions"])
    text = f"Lambda: {granted} environments at once, of which the queues may take {TAKEN}"
    if granted > TAKEN:
        yield ok(text)
        return
    advice = _RAISE.format(*_CONCURRENCY) + f"--desired-value {_COMFORT}"
    yield warning(f"{text}: under load the API is throttled by jobs", advice)


def check_tables(account: Account, stage: Stage) -> Iterator[Finding]:
    """How many tables there may be."""
    service, code = _TABLES
    pages = account.client("dynamodb").get_paginator("list_tables").paginate()
    there = {name for page in pages for name in page["TableNames"]}
    missing = {stage.prefix + table.name for table in BLUEPRINT.tables} - there
    if not missing:
        yield ok(f"DynamoDB: {len(there)} tables, the stage's among them")
        return
    quota = account.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    granted, wanted = int(quota["Quota"]["Value"]), len(there) + len(missing)
    if wanted <= granted:
        yield ok(f"DynamoDB: {len(there)} of {granted} tables, and {len(missing)} will be made")
        return
    advice = _RAISE.format(service, code) + f"--desired-value {wanted}"
    yield failed(f"DynamoDB: {granted} tables are granted, and {wanted} are needed", advice)
