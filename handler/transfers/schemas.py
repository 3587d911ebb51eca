"""What crosses a wire: what is asked to go out or to come in, its jobs, and reports."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from handler.core.errors import Unprocessable
from handler.core.schemas import Id, In, Out, Query
from handler.jobs import Job
from handler.transfers.formats import Name


class FileUnfit(Unprocessable):
    """The file cannot be imported at all."""

    detail = "This file cannot be imported."


class ExportIn(In):
    """What to export: your items, or everything that is held about you."""

    kind: Literal["items", "account"]
    format: Name


class ImportIn(In):
    """Which of your files to import, and what its rows are."""

    file_id: Id
    format: Name
    kind: Literal["items"] = "items"


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


class DayOut(Out):
    """What a day (UTC) has brought."""

    day: date
    items: int = Field(description="Items created, without those that are gone already.")
    available: int = Field(description="How many of them are available.")
    value: dict[str, str] = Field(
        description="The sum of their prices by currency.", examples=[{"EUR": "12.50"}]
    )
    accounts: int = Field(description="Accounts opened, without those that are closed already.")
    activity: dict[str, int] = Field(
        description="Counters of the day: requests, sign-ins, jobs and the like.",
        examples=[{"requests": 1200, "sign_ins": 31}],
    )


class ReportOut(Out):
    """Days for which there is a report, the first one first."""

    items: list[DayOut]
