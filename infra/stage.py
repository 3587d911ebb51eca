"""Asks the operators' function of a deployed stage, with the user's own AWS credentials."""

import json
from typing import Any

from infra.blueprint import OPERATORS, prefix
from infra.local.client import OperationRefused


def operate(stage: str, action: str, **arguments: Any) -> dict[str, Any]:
    """Have a stage's `operators` function do something. Raises OperationRefused."""
    # Commands that stay on this machine need not wait for it.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    name, event = prefix(stage) + OPERATORS.name, json.dumps({"action": action, **arguments})
    try:
        reply = Session().create_client("lambda").invoke(FunctionName=name, Payload=event)
    except (BotoCoreError, ClientError) as error:
        raise OperationRefused(str(error)) from error
    answer: dict[str, Any] = json.loads(reply["Payload"].read())
    if "FunctionError" in reply or "error" in answer:
        detail = answer.get("error", {}).get("detail") or answer.get("errorMessage")
        raise OperationRefused(detail)
    return answer
