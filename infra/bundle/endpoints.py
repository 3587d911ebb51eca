"""botocore's list of endpoints, cut to the services that it can call here.

It is read at every cold start, and is 1.25 MB of JSON for all services in all regions.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_DATA = "botocore/data"


def cut_endpoints(task: Path) -> None:
    """Leave only the services that are described in the same folder. Partitions and regions stay.

    Of a service that it does not list botocore takes a region's usual address, as of a new one.
    """
    listed = task / _DATA / "endpoints.json"
    if listed.exists():
        endpoints, kept = json.loads(listed.read_text()), set(_prefixes(task / _DATA))
        for partition in endpoints["partitions"]:
            services = partition["services"].items()
            partition["services"] = {name: one for name, one in services if name in kept}
        listed.write_text(json.dumps(endpoints))


def _prefixes(data: Path) -> Iterator[str]:
    """What the list calls them: `email` is what `sesv2` is described as."""
    for file in data.glob("*/*/service-2.json*"):
        content = file.read_bytes()
        said: dict[str, Any] = json.loads(
            gzip.decompress(content) if file.suffix == ".gz" else content
        )
        yield said["metadata"]["endpointPrefix"]
