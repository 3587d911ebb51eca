"""The templates, written so that a change shows in review.

`python -m tests.infra.snapshot` writes them anew, into `tests/infra/snapshots`. References are
written out, and what changes with every byte of the code is left out: hashes of bundles, and of
the version that is published.
"""

import json
import re
import tempfile
from pathlib import Path

from tests.infra.conftest import Assembly, synthesize, variants, written

FOLDER = Path(__file__).parent / "snapshots"
STAGES = ("dev", "full")
_HASHES = (
    (re.compile(r"\b[0-9a-f]{64}\.zip\b"), "<hash>.zip"),
    (re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}"), r"\1<hash>"),
)


def snapshots(assembly: Assembly) -> dict[str, str]:
    """Give the text of each template of a stage, by the name of its file."""
    return {
        f"{assembly.name}-{stack}.json": shown(assembly.template(stack))
        for stack in assembly.stacks
    }


def shown(template):
    """Write a template's resources and outputs as text."""
    kept = {part: short(template[part]) for part in ("Resources", "Outputs") if part in template}
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    for pattern, instead in _HASHES:
        text = pattern.sub(instead, text)
    return text


def short(value):
    """Write references and joined texts out, as in `arn:<Partition>:...`."""
    if isinstance(value, list):
        return [short(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() in ({"Ref"}, {"Fn::GetAtt"}, {"Fn::Join"}):
        return written(value)
    return {name: short(each) for name, each in value.items()}


if __name__ == "__main__":
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for stage in STAGES:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, stage)
            synthesize(variants()[stage], place)
            for name, text in snapshots(Assembly(variants()[stage], place)).items():
                (FOLDER / name).write_text(text)
