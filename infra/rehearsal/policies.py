"""What the deployed roles allow, as IAM holds it, and what resources let in."""

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from infra.local.aws import arn
from infra.local.grants import Need
from infra.rehearsal.kinds import Place

Statement = Mapping[str, Any]


def statements(at: Place, role: str) -> list[Statement]:
    """Give all statements that stand in a role."""
    iam = at.client("iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = (iam.get_role_policy(RoleName=role, PolicyName=name) for name in names)
    return [one for document in documents for one in _statements(document["PolicyDocument"])]


def allows(given: Iterable[Statement], action: str, resource: str) -> bool:
    """Whether statements allow an action on a resource. A denial would beat all that allow."""
    effects = {one["Effect"] for one in given if _speaks_of(one, action, resource)}
    return effects == {"Allow"}


def refused(given: list[Statement], wanted: Iterable[Need], at: Place) -> Need | None:
    """Give the first of all that is wanted that statements do not allow."""
    missing = (need for need in sorted(wanted) if not allows(given, need.action, named(need, at)))
    return next(missing, None)


def named(need: Need, at: Place) -> str:
    """Write the ARN of what a call is about: an object of a bucket, a secret with its last six.

    An API of sockets has an id for a name.
    """
    if need.action.startswith("execute-api:"):
        return _sockets(need.resource, at)
    written = arn(need, at.region)
    if need.action.startswith("secretsmanager:"):
        return f"{written}-000000"
    is_of_objects = need.action.startswith("s3:") and need.action.endswith("Object")
    return f"{written}/object" if is_of_objects else written


def _sockets(name: str, at: Place) -> str:
    apis = at.client("apigatewayv2").get_apis()["Items"]
    ids = [api["ApiId"] for api in apis if api["Name"] == name]
    return at.arn("execute-api", f"{ids[0] if ids else ''}/live/POST/@connections/one")


def admits(at: Place, function: str, service: str, source: str) -> bool:
    """Whether a function (or its alias, by ARN) lets a service invoke it for a source."""
    client = at.client("lambda")
    try:
        policy = client.get_policy(FunctionName=function)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return False
    return any(
        one["Effect"] == "Allow"
        and one["Principal"] == {"Service": service}
        and _from(one.get("Condition", {}), source)
        for one in _statements(policy)
    )


def _from(condition: Mapping[str, Any], source: str) -> bool:
    pattern = condition.get("ArnLike", {}).get("AWS:SourceArn", "*")
    return fnmatchcase(source, pattern)


def _statements(document: str | Mapping[str, Any]) -> Iterator[Statement]:
    parsed = json.loads(document) if isinstance(document, str) else document
    yield from _listed(parsed["Statement"])


def _speaks_of(one: Statement, action: str, resource: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in _listed(one["Action"])) and any(
        fnmatchcase(resource, pattern) for pattern in _listed(one["Resource"])
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
