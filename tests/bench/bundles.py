"""What ships: how large the api's zip is (S1), and whether it starts as fast as it could (C3).

They are built if their sources changed, which needs a network only when the lock has changed too.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from infra import bundle
from tests.bench.canned import ENVIRONMENT
from tests.bench.goals import Figure

_PROGRAM = Path(__file__).parent / "programs" / "shipped.py"
_ROUNDS = 21  # the fastest of them is then steady to some 2 %


def figures() -> Iterator[Figure]:
    """C3 and S1."""
    with tempfile.TemporaryDirectory() as name:
        shipped, warm = Path(name, "shipped"), Path(name, "warm")
        _unpack(shipped, bytecode=True)
        _unpack(warm, bytecode=False)
        _seconds(warm)  # Python compiles it
        rounds = [(_seconds(shipped), _seconds(warm)) for _ in range(_ROUNDS)]
        _set_modes(shipped, 0o755)
    here, kept = (min(column) for column in zip(*rounds, strict=True))
    yield Figure("C3", here / kept)
    made = bundle.up_to_date(bundle.LAMBDA, folder=bundle.LAMBDA.folder)
    (api,) = [one for one in made.bundles if one.name == "api"]
    yield Figure("S1a", api.plain / 1e6)
    yield Figure("S1b", api.size / 1e6)


def _unpack(folder: Path, *, bytecode: bool) -> None:
    """As Lambda does, where nothing may be written; or where Python keeps its own byte code."""
    path = bundle.ensure("here")["handler.api.handle"]
    with zipfile.ZipFile(path) as packed:
        names = [name for name in packed.namelist() if bytecode or not name.endswith(".pyc")]
        packed.extractall(folder, names)
    if bytecode:
        _set_modes(folder, 0o555)


def _set_modes(folder: Path, mode: int) -> None:
    for one in (folder, *folder.rglob("*")):
        if one.is_dir():
            one.chmod(mode)


def _seconds(folder: Path) -> float:
    """Of an import, in a process that knows nothing else."""
    command = [sys.executable, "-I", "-S", str(_PROGRAM), str(folder)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=True)  # noqa: S603 - ours
    return float(done.stdout)
