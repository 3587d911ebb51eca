"""What is shipped to Lambda: the zips of `infra.bundle`."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_lambda as lambda_


def bundled(handler: str, bundles: Mapping[str, Path]) -> lambda_.Code:
    """Give the code behind an entry point: the zip that stands for it in `bundles`."""
    return lambda_.Code.from_asset(str(bundles[handler]))
