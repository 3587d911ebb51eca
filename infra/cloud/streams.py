"""The ARNs of streams. They end in a moment that only AWS knows, so the data's stack notes them.

The code's stack reads the notes when it is deployed. An export would do it too, and would have to
outlive whoever imports it: a table, or its stream, could then not go in one deploy.
"""

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.cloud.stages import Stage


def note_stream(scope: Construct, table: str, arn: str, stage: Stage) -> None:
    """Note the ARN of a table's stream."""
    noted = ssm.StringParameter(
        scope,
        f"{table}-stream",
        parameter_name=_name(table, stage),
        description=f"The ARN of the stream of {stage.prefix}{table}.",
        string_value=arn,
    )
    noted.apply_removal_policy(stage.removal)


def noted_stream(scope: Construct, table: str, stage: Stage) -> str:
    """Read the ARN of a table's stream, when the stack is deployed."""
    return ssm.StringParameter.value_for_string_parameter(scope, _name(table, stage))


def _name(table: str, stage: Stage) -> str:
    return f"{stage.prefix}{table}-stream"
