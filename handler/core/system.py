"""Calls about the deployment itself: whether it lives, whether it is ready, what it is."""

from handler.core import records
from handler.core.http import Router
from handler.core.schemas import Out
from handler.core.settings import settings

VERSION = "0.1.0"
"""The release, as in pyproject.toml (a test compares)."""

router = Router(tags=["system"])


class HealthOut(Out):
    """Alive."""

    status: str


class InfoOut(Out):
    """What this deployment is."""

    name: str
    version: str
    stage: str
    admin_email: str


@router.get("/health", response_model=HealthOut)
def get_health() -> dict[str, str]:
    """Whether the function answers; touches nothing else."""
    return {"status": "ok"}


@router.get("/health/ready", response_model=HealthOut)
def get_readiness() -> dict[str, str]:
    """Whether the database answers; 503 when it does not."""
    records.probe()
    return {"status": "ok"}


@router.get("/info", response_model=InfoOut)
def get_info() -> dict[str, str]:
    """The application's name, release and stage, and whom to write to."""
    here = settings()
    return {
        "name": here.app_name,
        "version": VERSION,
        "stage": here.stage,
        "admin_email": here.admin_email,
    }
