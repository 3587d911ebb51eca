"""`python -m tests.faults.protocol [schedules]`: play all scenarios, then hunt all mutants."""

import sys
import time

from tests.faults.protocol.explorer import FEW, MANY, find
from tests.faults.protocol.mutants import MUTANTS, RARE
from tests.faults.protocol.scenarios import SCENARIOS


def main() -> int:
    """Print a table; 1 if something is wrong."""
    schedules = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    return int(_play(schedules) + _hunt(max(schedules, RARE)) > 0)


def _play(schedules: int) -> int:
    wrong = 0
    for name in SCENARIOS:
        for budget in (FEW, MANY):
            start = time.process_time()
            found = find(name, range(schedules), budget)
            wrong += found is not None
            seconds = time.process_time() - start
            _tell(f"{name:24} {budget.faults} faults {seconds:6.1f} s  {found or 'no violation'}")
    return wrong


def _hunt(schedules: int) -> int:
    survivors = 0
    for mutant, (mistaken, names) in MUTANTS.items():
        hunts = (find(name, range(schedules), FEW, mistaken) for name in names)
        found = next(filter(None, hunts), None)
        survivors += found is None
        how = f"{found.scenario}, seed {found.seed}: {found.violation}" if found else "SURVIVES"
        _tell(f"{mutant:28} {how}")
    return survivors


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
