"""Jobs of the probe."""

from handler.jobs import Run, handles
from handler.probe import service
from handler.probe.schemas import Probe


@handles(Probe)
def run_probe(job: Probe, run: Run) -> None:
    """Have the effect of a number."""
    service.have_effect(job, run)
