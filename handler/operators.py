"""The operators' door: what the `dunlin` command line asks for. It has no URL, only IAM opens it.

An event is `{"action": name, ...arguments}`; the answer is the action's object, or
`{"error": {"code", "detail"}}`.
"""

from collections.abc import Callable
from typing import Any

from handler.core import devtoken, log
from handler.core.auth import Role
from handler.core.errors import AppError, BadRequest, InternalError


class ActionUnknown(BadRequest):
    """No action has that name, or it does not take these arguments."""

    detail = "There is no such action, or it does not take these arguments."


def handle(event: Any, _context: object) -> dict[str, Any]:
    """Run the action that an event names. Never raises."""
    try:
        return _run(event)
    except AppError as error:
        return {"error": {"code": error.code(), "detail": error.detail}}
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error)
        return {"error": {"code": InternalError.code(), "detail": InternalError.detail}}


def _run(event: Any) -> dict[str, Any]:
    if not isinstance(event, dict):
        raise ActionUnknown
    action = ACTIONS.get(str(event.get("action")))
    if action is None:
        raise ActionUnknown
    arguments = {str(name): value for name, value in event.items() if name != "action"}
    return action(arguments)


def _dev_token(arguments: dict[str, Any]) -> dict[str, Any]:
    """A development token: `account_id`, and `role` (default `user`)."""
    try:
        role = Role(arguments.get("role", Role.USER))
    except ValueError as error:
        raise ActionUnknown from error
    return {"token": devtoken.issue(str(arguments.get("account_id", "")), role)}


ACTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"dev_token": _dev_token}
