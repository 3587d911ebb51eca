"""How the blueprint's functions are run here: their environment variables, limits and places."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from infra import blueprint
from infra.blueprint import Function
from infra.local import credentials
from infra.local.places import ACCOUNT, REGION, function_arn
from infra.local.process import Plan

STAGE = "local"
PREFIX = blueprint.prefix(STAGE)

_OWN_ORIGINS = ("http://localhost:*", "http://127.0.0.1:*")
_SENDER = "no-reply@dunlin.localhost"
SOCKETS = "/ws"
"""The path at which sockets are opened."""
ENVIRONMENTS = 4
"""Of one function at a time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all functions of a run share: `endpoint` is AWS's URL, `url` that of the API.

    `inherited` is what little they see of this process's variables.
    """

    directory: Path
    endpoint: str
    url: str
    inherited: Mapping[str, str]
    strict: bool = False


def origins(directory: Path) -> tuple[str, ...]:
    """Whose pages may send forms to buckets: this machine's, and those that `.env` allows."""
    allowed = dotenv_values(directory / ".env").get("ALLOWED_ORIGINS") or ""
    return (*_OWN_ORIGINS, *allowed.replace(",", " ").split())


def plan(function: Function, key_id: str, around: Surroundings) -> Plan:
    """How to run a function whose calls carry this key id. `.env` overrides its variables."""
    name = PREFIX + function.name
    variables = {
        **around.inherited,
        **_runtime(function, name),
        **_aws(key_id, around.endpoint),
        **blueprint.environment(
            STAGE,
            queue_base=f"{around.endpoint}/{ACCOUNT}/",
            bucket_suffix="",
            sockets_url=around.url.replace("http", "ws", 1) + SOCKETS,
            sockets_endpoint=around.endpoint,
        ),
        "LINK_BASE": f"{around.url}/console",
        "MAIL_FROM": _SENDER,
        **{key: value or "" for key, value in dotenv_values(around.directory / ".env").items()},
    }
    return Plan(
        name=function.name,
        arn=function_arn(name),
        timeout=function.timeout,
        environ=variables,
        directory=around.directory,
        limit=ENVIRONMENTS,
        strict=around.strict,
    )


def _runtime(function: Function, name: str) -> dict[str, str]:
    return {
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": secrets.token_hex(16),
        "TZ": ":UTC",
    }


def _aws(key_id: str, endpoint: str) -> dict[str, str]:
    made_up = credentials.of(key_id)
    nowhere = "/dev/null"  # the developer's own profiles are none of a function's business
    return {
        "AWS_ACCESS_KEY_ID": made_up.key_id,
        "AWS_CONFIG_FILE": nowhere,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": made_up.secret,
        "AWS_SESSION_TOKEN": made_up.token,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
    }
