"""Probes over HTTP: without accounts and limits, as they never leave this machine."""

from typing import Annotated

from fastapi import Query

from handler.core.http import Router
from handler.probe import service
from handler.probe.schemas import ProbesIn, ProbesOut, SeenOut, SeenQuery

router = Router(prefix="/probe", tags=["probe"])


@router.post("", status_code=202, response_model=ProbesOut)
def enqueue_probes(body: ProbesIn) -> dict[str, list[str]]:
    """Enqueue probes."""
    return service.enqueue_probes(body)


@router.get("", response_model=SeenOut)
def look(query: Annotated[SeenQuery, Query()]) -> SeenOut:
    """Count the effects of probes."""
    return service.look(query)
