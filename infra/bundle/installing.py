"""Dependencies for the target, as pip unpacks their wheels: installed once for each lock."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from infra.bundle.failures import BundleFailed
from infra.bundle.pins import Pin
from infra.bundle.targets import Target

_OPTIONS = (
    *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
    *("--no-compile", "--no-input", "--disable-pip-version-check", "--quiet"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of installed packages, and the sha256 of the wheel that each came out of."""

    folder: Path
    wheels: dict[str, str]


def install(pins: Iterable[Pin], target: Target, sites: Path) -> Site:
    """Install what is locked, or find that it is. Of one target the last is kept.

    The caller sees to it that nobody else does the same. Raises BundleFailed when a file does not
    have its hash, when there is no wheel for the target, or when none can be fetched.
    """
    requirements = "".join(f"{pin.line}\n" for pin in pins)
    options = _fitting(target)
    digest = hashlib.sha256("\n".join([requirements, *options]).encode()).hexdigest()[:16]
    kind = f"{target.name}-{target.abi}-"
    place = sites / (kind + digest)
    if not place.exists():
        for older in (*sites.glob(f"{kind}*"), *sites.glob("unfinished")):
            shutil.rmtree(older)
        unfinished = sites / "unfinished"
        unfinished.mkdir(parents=True)
        _run_pip(requirements, options, unfinished)
        unfinished.rename(place)
    return Site(place / "site", json.loads((place / "wheels.json").read_text()))


def _fitting(target: Target) -> list[str]:
    platforms = [f"--platform={platform}" for platform in target.platforms]
    return [f"--python-version={target.version}", f"--abi={target.abi}", *platforms]


def _run_pip(requirements: str, options: list[str], folder: Path) -> None:
    listed, report = folder / "requirements.txt", folder / "report.json"
    listed.write_text(requirements)
    places = [f"--requirement={listed}", f"--target={folder / 'site'}", f"--report={report}"]
    command = [sys.executable, "-m", "pip", "install", *_OPTIONS, *options, *places]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise BundleFailed(f"pip could not install what the lock names:\n{done.stderr.strip()}")
    wheels = _wheels(json.loads(report.read_text()))
    (folder / "wheels.json").write_text(json.dumps(wheels, indent=2))
    report.unlink()  # it names the index, which is nobody's business


def _wheels(report: dict[str, Any]) -> dict[str, str]:
    return {
        canonicalize_name(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"][
            "sha256"
        ]
        for one in report["install"]
    }
