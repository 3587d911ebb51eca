"""The operators' door: what the `dunlin` command line asks for. It has no URL, only IAM opens it.

An event is `{"action": name, ...arguments}`; the answer is the action's object, or
`{"error": {"code", "detail"}}`. Arguments are held against the action's signature, strictly.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import ConfigDict, ValidationError, validate_call

from handler import accounts
from handler.core import aws, log, metrics
from handler.core.errors import AppError, BadRequest, InternalError
from handler.core.starting import started
from handler.jobs import jobs
from handler.roster import JOBS

__all__ = ["ACTIONS", "JOBS", "handle"]

Action = Callable[..., dict[str, Any]]

ACTIONS: dict[str, Action] = {
    "admin_create": accounts.create_admin,
    "demo_accounts": accounts.open_demo_accounts,
    "jobs_cancel": jobs.operations.cancel_job,
    "jobs_crons": jobs.operations.list_crons,
    "jobs_list": jobs.operations.list_jobs,
    "jobs_reconcile": jobs.operations.reconcile_jobs,
    "jobs_redrive": jobs.operations.redrive_jobs,
    "jobs_run": jobs.operations.run_cron,
    "jobs_show": jobs.operations.show_job,
    "jobs_stats": jobs.operations.get_stats,
    "keys_rotate": accounts.rotate_keys,
}
_NAME = 40  # characters of an argument's name that are repeated


class ActionUnknown(BadRequest):
    """No action has that name, or it does not take these arguments."""

    detail = "There is no such action, or it does not take these arguments."


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Run the action that an event names. Never raises."""
    try:
        with aws.deadline(context):
            answer = _run(event)
            metrics.flush(unfinished=True)
            return answer
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
        return _checked(action)(**arguments)
    except ValidationError as error:
        if error.title != action.__name__:
            raise  # of something within it: a fault of ours
        names = ", ".join(dict.fromkeys(str(one["loc"][0])[:_NAME] for one in error.errors()))
        raise ActionUnknown(f"Missing, unknown or not acceptable here: {names}.") from error


@cache
def _checked(action: Action) -> Action:
    """The same, held against its signature: no value is converted."""
    return validate_call(config=ConfigDict(strict=True))(action)


started()
