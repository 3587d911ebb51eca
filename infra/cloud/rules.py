"""Rules of cdk-nag that are wrong for a resource. A test lists them all."""

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(resource: IConstruct, rule: str, *, reason: str) -> None:
    """Note at a resource that it and what is in it break a rule, and why."""
    cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
