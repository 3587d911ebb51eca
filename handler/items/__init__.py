"""The catalogue: things that accounts offer. The first feature, to copy, keep or delete."""

from handler.items import transfers  # noqa: F401 - takes part in exports, imports and reports
