"""What a deploy needs of the machine that it starts from."""

import json
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.bundle import LAMBDA
from infra.bundle.compiling import find_interpreter
from infra.operating import cdk
from infra.operating.findings import Finding, failed, ok, warning

PIN = Path(__file__).parents[1] / "locks" / "cdk" / "package.json"
_INSTALL = "make install"


def findings() -> Iterator[Finding]:
    """Python, node, and the command line of CDK."""
    yield _check_python()
    yield _check_node(_version("node"))
    yield _check_cdk(_version("cdk"), _pinned())


def _check_python() -> Finding:
    found = find_interpreter(LAMBDA.version)
    here = f"Python {platform.python_version()}"
    if found:
        return ok(f"{here}, and {found.version} to compile for Lambda")
    return warning(
        f"{here}, and no {LAMBDA.version}: what ships holds no byte code and starts more slowly",
        f"Install one: `uv python install {LAMBDA.version}` or `pyenv install {LAMBDA.version}`.",
    )


def _check_node(version: str) -> Finding:
    if version:
        return ok(f"node {version}")
    return failed("node: it is not there, or does not start", _INSTALL)


def _check_cdk(version: str, pinned: str) -> Finding:
    exact = version.partition(" ")[0]
    if exact == pinned:
        return ok(f"cdk {exact}, as pinned")
    return failed(f"cdk: {exact or 'it does not start'}, and {pinned} is pinned", _INSTALL)


def _pinned() -> str:
    return str(json.loads(PIN.read_text())["dependencies"]["aws-cdk"])


def _version(tool: str) -> str:
    """What a command line says of itself; nothing if it does not start."""
    try:
        done = subprocess.run(  # noqa: S603 - ours
            [cdk.TOOLS / tool, "--version"],
            env=cdk.surroundings(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()
