"""botocore's descriptions of services, without what they say to people.

Four fifths of their JSON is documentation, which is unpacked and parsed at every cold start.
"""

import gzip
import json
from pathlib import Path
from typing import Any


def cut_descriptions(task: Path) -> None:
    """Take the documentation out of every packed description in `botocore/data`."""
    for file in sorted(task.glob("botocore/data/*/*/service-2.json.gz")):
        described = _silent(json.loads(gzip.decompress(file.read_bytes())))
        for parameter in described.get("clientContextParams", {}).values():
            parameter["documentation"] = ""  # botocore looks it up for each call of S3
        lean = json.dumps(described, separators=(",", ":")).encode()
        file.write_bytes(gzip.compress(lean, mtime=0))


def _silent(node: Any) -> Any:
    """The same without documentation. A member of a shape may bear that name: it is no text."""
    if isinstance(node, list):
        return [_silent(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _silent(one)
        for name, one in node.items()
        if not (name == "documentation" and isinstance(one, str))
    }
