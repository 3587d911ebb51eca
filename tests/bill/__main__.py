"""`python -m tests.bill` measures anew, and writes what is computed from it."""

import json
import tempfile
from pathlib import Path
from typing import Any

from infra.costs.bill import FILE
from tests import conftest  # it sets the environment that the application reads once
from tests.bill import documents, kinds
from tests.bill.standing import STAGES, standing
from tests.infra.conftest import Assembly, synthesize, variants

__all__ = ["conftest"]


def main() -> None:
    """Measure, and write."""
    found = {"kinds": dict(kinds.measured()), "stages": dict(map(_synthesized, STAGES))}
    FILE.write_text(json.dumps(found, indent=2) + "\n")
    documents.write()


def _synthesized(name: str) -> tuple[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        stage, place = variants()[name], Path(folder) / name
        synthesize(stage, place)
        return name, standing(Assembly(stage, place))


main()
