"""The console's files as Brotli packs them: an eighth smaller than a function could make them.

The console says what they are (`python -m handler.console.files`); they are packed once, here.
"""

import subprocess
import sys
from pathlib import Path

import brotli

from infra.bundle.failures import BundleFailed
from infra.bundle.places import ROOT

SERVED_BY = "handler/console/service.py"
"""Whoever ships this ships them."""
PACKER = f"brotli {brotli.__version__}"
"""Another one may give other bytes."""
_FOLDER = "handler/console/packed"


def pack_pages(task: Path) -> list[str]:
    """Pack them into the folder that is to be zipped; their places. Raises BundleFailed."""
    folder = task / _FOLDER
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", "handler.console.files", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleFailed(f"The console's files cannot be written:\n{done.stderr}")
    return [_packed(file).relative_to(task).as_posix() for file in _files(folder)]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _packed(file: Path) -> Path:
    tight = file.with_name(f"{file.name}.br")
    tight.write_bytes(brotli.compress(file.read_bytes(), mode=brotli.MODE_TEXT))
    file.unlink()
    return tight
