"""What crosses a wire: what is asked to go out or to come in, its jobs, and reports."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from handler.core.errors import Unprocessable
from handler.core.schemas import Id, In, Out, Query
from handler.jobs import Job
from handler.transfers import registry
from handler.transfers.formats import Name


def _known(names: Iterable[str], kind: str) -> str:
    """A kind that some feature has offered."""
    if kind not in names:
        raise PydanticCustomError("kind_unknown", "There is no such kind")
    return kind


def _tell(names: Iterable[str], schema: dict[str, Any]) -> None:
    schema["enum"] = sorted(names)


Exportable = Annotated[
    str,
    AfterValidator(partial(_known, registry.exportables)),
    Field(json_schema_extra=partial(_tell, registry.exportables)),
]
Importable = Annotated[
    str,
    AfterValidator(partial(_known, registry.importables)),
    Field(json_schema_extra=partial(_tell, registry.importables)),
]


class FileUnfit(Unprocessable):
    """The file cannot be imported at all."""

    detail = "This file cannot be imported."


class ExportIn(In):
    """What to export: rows of a feature's, or everything that is held about you (`account`)."""

    kind: Exportable
    format: Name


class ImportIn(In):
    """Which of your files to import, and what its rows are."""

    file_id: Id
    format: Name
    kind: Importable | None = Field(None, description="By default the first that there is.")


class TransferOut(Out):
    """The job that does it. Its result names the file."""

    id: Id
    url: str = Field(examples=["/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])


class Export(Job, name="transfers.export", queue="slow", timeout=800):
    """Write an account's rows of a kind into a file of its own."""

    kind: str
    format: Name


class Import(Job, name="transfers.import", queue="slow", timeout=800, give_up_on=(FileUnfit,)):
    """Create what the rows of a file say."""

    file_id: str
    kind: str
    format: Name


class ImportChunk(Job, name="transfers.import_chunk", timeout=15):
    """Create what some rows say: the bytes of a file from one place to another.

    `columns` are the names in its header, `line` the number of the first line.
    """

    file_id: str
    kind: str
    format: Name
    columns: tuple[str, ...]
    start: int
    end: int
    line: int


class ComputeReport(
    Job, name="transfers.compute_report", queue="slow", timeout=800, cron="10 0 * * *"
):
    """Count what a day has brought: the two that ended last, or one that is named."""

    day: date | None = None


class ReportQuery(Query):
    """Which days to report: by default the last thirty."""

    start: Annotated[date | None, Field(alias="from")] = None
    end: Annotated[date | None, Field(alias="to")] = None


class TallyOut(Out):
    """What a day has brought a feature, without what is gone already."""

    counts: dict[str, int] = Field(
        description="How much was created, and what of it.",
        examples=[{"created": 3, "available": 2}],
    )
    value: dict[str, str] = Field(
        description="What that is worth, by currency.", examples=[{"EUR": "12.50"}]
    )


class DayOut(Out):
    """What a day (UTC) has brought."""

    day: date
    features: dict[str, TallyOut] = Field(description="By feature: `items` is one.")
    accounts: int = Field(description="Accounts opened, without those that are closed already.")
    activity: dict[str, int] = Field(
        description="Counters of the day: requests, sign-ins, jobs and the like.",
        examples=[{"requests": 1200, "sign_ins": 31}],
    )


class ReportOut(Out):
    """Days for which there is a report, the first one first."""

    items: list[DayOut]
