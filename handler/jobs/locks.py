"""The locks of unique jobs: a row that names the one open job of a key.

It is put in the transaction that enqueues the job, and deleted in the one that ends it.
"""

from hashlib import sha256
from typing import Any

from handler.jobs.models import JobRow, key_of, raw

_PART = "lock"
_SHOWN = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def lock_of(name: str, key: str) -> str:
    """The id of the lock of a job's name and a key."""
    return f"unique#{sha256(f'{name}#{key}'.encode()).hexdigest()[:40]}"


def take(lock: str, job_id: str) -> dict[str, Any]:
    """The arguments of the Put that takes a lock which nobody has."""
    return {
        "TableName": JobRow.Meta.table_name,
        "Item": key_of(lock, _PART) | raw(job=job_id),
        "ConditionExpression": "attribute_not_exists(#id)",
        "ExpressionAttributeNames": {"#id": "id"},
        **_SHOWN,
    }


def give_back(lock: str, job_id: str) -> dict[str, Any]:
    """The arguments of the Delete that gives a lock free, if it is this job's."""
    return _of(lock, job_id, "attribute_not_exists(#job) OR #job = :job")


def pass_on(lock: str, job_id: str, holder: str) -> dict[str, Any]:
    """The arguments of the Put that gives a job's lock to another, which follows it."""
    held = _of(lock, holder, "#job = :job")
    del held["Key"]
    return {**held, "Item": key_of(lock, _PART) | raw(job=job_id)}


def still(lock: str, job_id: str) -> dict[str, Any]:
    """The arguments of the ConditionCheck that a lock is this job's."""
    return _of(lock, job_id, "#job = :job")


def _of(lock: str, job_id: str, condition: str) -> dict[str, Any]:
    return {
        "TableName": JobRow.Meta.table_name,
        "Key": key_of(lock, _PART),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#job": "job"},
        "ExpressionAttributeValues": {":job": {"S": job_id}},
        **_SHOWN,
    }
