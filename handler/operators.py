"""The operators' door: what the `dunlin` command line asks for. It has no URL, only IAM opens it.

An event is `{"action": name, ...arguments}`; the answer is the action's object, or
`{"error": {"code", "detail"}}`.
"""

from collections.abc import Callable
from typing import Any

from handler import accounts
from handler.core import aws, log
from handler.core.errors import AppError, BadRequest, InternalError
from handler.core.starting import started
from handler.jobs import jobs

ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "admin_create": accounts.create_admin,
    "demo_accounts": accounts.open_demo_accounts,
    "jobs_cancel": jobs.operations.cancel_job,
    "jobs_list": jobs.operations.list_jobs,
    "jobs_reconcile": jobs.operations.reconcile_jobs,
    "jobs_redrive": jobs.operations.redrive_jobs,
    "jobs_show": jobs.operations.show_job,
    "jobs_stats": jobs.operations.get_stats,
    "keys_rotate": accounts.rotate_keys,
}


class ActionUnknown(BadRequest):
    """No action has that name, or it does not take these arguments."""

    detail = "There is no such action, or it does not take these arguments."


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Run the action that an event names. Never raises."""
    try:
        with aws.deadline(context):
            return _run(event)
    except AppError as error:
        return {"error": {"code": error.code(), "detail": error.detail}}
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error)
        return {"error": {"code": InternalError.code(), "detail": InternalError.detail}}


def _run(event: Any) -> dict[str, Any]:
    action = ACTIONS.get(str(event.get("action"))) if isinstance(event, dict) else None
    if action is None:
        raise ActionUnknown
    arguments = {str(name): value for name, value in event.items() if name != "action"}
    try:
        return action(**arguments)
    except TypeError as error:
        raise ActionUnknown from error


started()
