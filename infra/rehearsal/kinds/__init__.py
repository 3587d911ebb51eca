"""The types of resources that this AWS knows, each made by the calls that AWS itself would take."""

from infra.rehearsal.kinds import (
    buckets,
    events,
    functions,
    http,
    queues,
    rights,
    rollout,
    secrets,
    staging,
    tables,
    watching,
)
from infra.rehearsal.kinds.shapes import KINDS, Kind, Made, Place, Properties, Refused, Replaced

__all__ = [
    "KINDS",
    "Kind",
    "Made",
    "Place",
    "Properties",
    "Refused",
    "Replaced",
    "buckets",
    "events",
    "functions",
    "http",
    "queues",
    "rights",
    "rollout",
    "secrets",
    "staging",
    "tables",
    "watching",
]
