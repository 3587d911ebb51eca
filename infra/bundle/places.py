"""Where the bundle's parts come from and go to."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "infra" / "locks" / "ship.txt"
DIST = ROOT / "dist"
SITES = DIST / ".sites"
"""Installed dependencies, kept for the next build."""
