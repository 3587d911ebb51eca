"""Asks the operators' function of a deployed stage, with the user's own AWS credentials."""

import json
from typing import Any

from infra.blueprint import OPERATORS, prefix
from infra.local.client import OperationRefused

_SPARE = 10
"""Seconds that are waited for an answer after the function's own time is over."""


def operate(stage: str, action: str, **arguments: Any) -> dict[str, Any]:
    """Have a stage's `operators` function do something, once. Raises OperationRefused."""
    # Commands that stay on this machine need not wait for it.
    from botocore.config import Config  # noqa: PLC0415

    from infra.operating.account import AWS_FAILURES, Account, reason  # noqa: PLC0415

    name, event = prefix(stage) + OPERATORS.name, json.dumps({"action": action, **arguments})
    # An action that took too long may have been done: it is not asked for again.
    once = Config(read_timeout=OPERATORS.timeout + _SPARE, retries={"total_max_attempts": 1})
    account = Account()
    try:
        client = account.client("lambda", config=once)
        reply = client.invoke(FunctionName=name, Payload=event)
        answer = json.loads(reply["Payload"].read())
    except AWS_FAILURES as error:
        where = f"{name} in {account.region or 'no region'}"
        raise OperationRefused(f"{where}: {reason(error)}") from error
    if "FunctionError" in reply:
        raise OperationRefused(f"{name} failed: {answer.get('errorMessage')}")
    if "error" in answer:
        raise OperationRefused(answer["error"].get("detail"))
    return dict(answer)
