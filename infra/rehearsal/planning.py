"""How a deployed function is run on this machine: with its own environment, and AWS found here."""

import os
from collections.abc import Mapping
from pathlib import Path

from infra.local import credentials
from infra.local.process import Plan
from infra.rehearsal.deployed import Function
from infra.rehearsal.kinds import Place

ENVIRONMENTS = 4
"""Of one function at a time, on the few cores that there are."""


def plan(function: Function, key: str, place: Place, code: Path, ports: Mapping[str, int]) -> Plan:
    """Plan a function whose code lies in that folder, and whose calls carry the key.

    `ports` are those at which the sockets of deployed addresses are opened here.
    """
    environ = dict(function.environ)
    return Plan(
        name=function.name,
        arn=function.arn,
        timeout=function.timeout,
        environ={
            **_runtime(function, key),
            "AWS_DEFAULT_REGION": place.region,
            "AWS_ENDPOINT_URL": _by_number(place.endpoint),
            "AWS_REGION": place.region,
            "LAMBDA_TASK_ROOT": str(code),
            **environ,
            **_sockets(environ, place, ports),
        },
        directory=code,
        limit=ENVIRONMENTS,
    )


def _runtime(function: Function, key: str) -> dict[str, str]:
    name = function.name.partition(":")[0]
    return {
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": key,
        "LANG": "en_US.UTF-8",
        "PATH": os.environ["PATH"],
        "TZ": ":UTC",
        **_signed_with(key),
    }


def path(address: str) -> str:
    """The path of an address that has no scheme."""
    return "/" + address.partition("/")[2]


def local(address: str, port: int) -> str:
    """Where sockets are opened here, of such an address."""
    return f"ws://127.0.0.1:{port}{path(address)}"


def _sockets(environ: Mapping[str, str], place: Place, ports: Mapping[str, int]) -> dict[str, str]:
    """Where sockets are that the function was told to be at an address of API Gateway's.

    They are opened without TLS here, which production refuses: there the address stays what it is.
    """
    address = environ.get("SOCKETS_URL", "").partition("//")[2]
    if address not in ports:
        return {}
    endpoint = {"SOCKETS_ENDPOINT": _by_number(place.endpoint) + path(address)}
    if environ["STAGE"] == "prod":
        return endpoint
    return endpoint | {"SOCKETS_URL": local(address, ports[address])}


def _by_number(url: str) -> str:
    """The address at which buckets stand in the path: names below `localhost` not all can find."""
    return url.replace("//localhost:", "//127.0.0.1:")


def _signed_with(key: str) -> dict[str, str]:
    """The credentials of a function, by the id of its access key."""
    made_up = credentials.of(key)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": made_up.secret,
        "AWS_SESSION_TOKEN": made_up.token,
    }
