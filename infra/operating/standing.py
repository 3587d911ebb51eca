"""How an account stands: who asks, where, what CDK has put there, and the stage's own stacks."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud.stages import EDGE_REGION, Stage
from infra.operating.account import Account
from infra.operating.findings import Finding, failed, ok, warning

BOOTSTRAP = 6
"""The oldest version of CDK's bootstrap that the stacks take: their manifest says it."""
_TOOLKIT = "CDKToolkit"
_STUCK = {
    "ROLLBACK_COMPLETE": "It was never made whole: delete the stack, then deploy again.",
    "ROLLBACK_FAILED": "Delete the stack, then deploy again.",
    "DELETE_FAILED": 'See what could not be deleted: docs/deploy.md, "Take it down".',
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
}
"""States from which no deploy starts, and the way out."""
_PROPOSED = "REVIEW_IN_PROGRESS"
"""What a first change set leaves that was never carried out: a name, and nothing behind it."""


def check_caller(account: Account) -> Iterator[Finding]:
    """Whose credentials these are, and that they are not those that may do anything."""
    caller = account.client("sts").get_caller_identity()
    text = f"credentials: account {caller['Account']}, {caller['Arn']}"
    if caller["Arn"].endswith(":root"):
        yield warning(text, "Take a role or a user instead of the account's root.")
    else:
        yield ok(text)


def check_region(account: Account, stage: Stage) -> Iterator[Finding]:
    """Where it will be."""
    if not account.region:
        yield failed("region: none is named", "export AWS_REGION=eu-west-1, or where it shall be.")
        return
    yield ok(f"region: {account.region}")
    own = Account().region
    if stage.region and own != stage.region:
        yield warning(
            f"region: the stage is in {stage.region}, and you work in {own or 'none'}",
            f"export AWS_REGION={stage.region}, so that `dunlin` and `aws` ask there as well.",
        )


def check_bootstrap(account: Account, stage: Stage) -> Iterator[Finding]:
    """What CDK needs in each region: a bucket and roles of its own."""
    regions = [account.region, *([EDGE_REGION] if stage.edge else [])]
    for region in dict.fromkeys(regions):
        stack = _stack(account, _TOOLKIT, region)
        version = int(_outputs(stack).get("BootstrapVersion", 0))
        if version >= BOOTSTRAP:
            yield ok(f"bootstrap of {region}: version {version}")
        else:
            found = f"version {version}, and {BOOTSTRAP} is needed" if stack else "it is missing"
            yield failed(f"bootstrap of {region}: {found}", f"cdk bootstrap aws://ACCOUNT/{region}")


def check_stacks(account: Account, stage: Stage) -> Iterator[Finding]:
    """Whether the stage's stacks can be deployed to."""
    places = {"data": account.region, "backend": account.region}
    for name, region in (places | ({"edge": EDGE_REGION} if stage.edge else {})).items():
        full = stage.prefix + name
        yield _stack_finding(full, str(_stack(account, full, region).get("StackStatus", "")))


def _stack_finding(name: str, state: str) -> Finding:
    if state in {"", _PROPOSED}:
        return ok(f"stack {name}: not there yet")
    if advice := _STUCK.get(state):
        return failed(f"stack {name}: {state}", advice.format(name=name))
    if state.endswith("_IN_PROGRESS"):
        return failed(f"stack {name}: {state}", "Wait until it is done.")
    return ok(f"stack {name}: {state}")


def deployed(account: Account, stage: Stage) -> dict[str, str]:
    """What the stage's backend says of itself; empty before the first deploy."""
    return _outputs(_stack(account, f"{stage.prefix}backend", account.region))


def _stack(account: Account, name: str, region: str) -> dict[str, Any]:
    """A stack's description, or nothing where there is none."""
    client = account.client("cloudformation", region=region)
    try:
        return dict(client.describe_stacks(StackName=name)["Stacks"][0])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # what a missing one answers
            return {}
        raise


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
