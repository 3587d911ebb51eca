"""Builds what ships to Lambda: for each kind of function a zip with only what it imports.

The same commit and lock give the same bytes, without Docker: dependencies come as wheels for the
target, checked against the hashes of `infra/locks/ship.txt`.
"""

from infra.bundle.ensuring import ensure, up_to_date
from infra.bundle.failures import BundleFailed
from infra.bundle.manifest import Bundle, Manifest
from infra.bundle.targets import LAMBDA, Target, find_target, here

__all__ = [
    "LAMBDA",
    "Bundle",
    "BundleFailed",
    "Manifest",
    "Target",
    "ensure",
    "find_target",
    "here",
    "up_to_date",
]
