"""The message of a probe, and what crosses the wire about probes."""

from pydantic import BaseModel, ConfigDict, Field

from handler.core.schemas import In, Out
from handler.jobs import Job


class Probe(Job, name="probe.run"):
    """Leave the effect of a number, after so many milliseconds of work."""

    number: int
    milliseconds: int = 0


class ProbesIn(In):
    """So many probes, numbered from the first, each of so many milliseconds, due in seconds."""

    first: int = Field(ge=0)
    count: int = Field(ge=1, le=1000)
    milliseconds: int = Field(0, ge=0, le=10_000)
    delay: int = Field(0, ge=0)


class ProbesOut(Out):
    """The ids of the jobs, by their numbers."""

    ids: list[str]


class SeenQuery(BaseModel):
    """Which probes are looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: int = Field(0, ge=0)
    count: int = Field(ge=1)


class SeenOut(Out):
    """How many numbers have an effect, and how often the least and the most frequent has."""

    distinct: int
    least: int
    greatest: int
