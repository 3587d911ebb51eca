"""What remembers: a stack of its own, so that a broken deploy of the code never touches data."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.blueprint import BLUEPRINT, Index, Key, Secret, Table
from infra.cloud.buckets import add_bucket
from infra.cloud.queues import add_queue
from infra.cloud.rules import acknowledge
from infra.cloud.stages import EDGE_REGION, Stage
from infra.cloud.streams import note_stream

KEY_CHARACTERS = 64  # letters and digits: 381 bits, more than any HMAC key needs
_DKIM_SECONDS = "1800"  # what SES itself suggests


class Data(cdk.Stack):
    """Every table, queue, bucket and secret of the blueprint, named as functions expect."""

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(
            scope,
            f"{stage.prefix}data",
            description=f"What {stage.app_name} ({stage.name}) remembers.",
            termination_protection=stage.keep_data,
            env=stage.place,
        )
        for table in BLUEPRINT.tables:
            made = _add_table(self, table, stage)
            if table.stream:
                note_stream(self, table.name, made.table_stream_arn or "", stage)
        queues = {queue.name: add_queue(self, queue, stage) for queue in BLUEPRINT.queues}
        for bucket in BLUEPRINT.buckets:
            add_bucket(self, bucket, stage, queues)
        for secret in BLUEPRINT.secrets:
            _add_secret(self, secret, stage)
        if stage.edge:
            _add_secret(self, BLUEPRINT.edge, stage, also_in=EDGE_REGION)
        if stage.mail_domain:
            _add_sender(self, stage)


def _add_table(stack: Data, table: Table, stage: Stage) -> dynamodb.TableV2:
    return dynamodb.TableV2(
        stack,
        table.name,
        table_name=stage.prefix + table.name,
        partition_key=_attribute(table.partition),
        sort_key=_attribute(table.sort) if table.sort else None,
        global_secondary_indexes=[_index(index, stage) for index in table.indexes],
        time_to_live_attribute=table.ttl,
        dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if table.stream else None,
        billing=dynamodb.Billing.on_demand(
            max_read_request_units=stage.table_reads_per_second,
            max_write_request_units=stage.table_writes_per_second,
        ),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=stage.keep_data,
        removal_policy=stage.removal,
    )


def _index(index: Index, stage: Stage) -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=index.name,
        partition_key=_attribute(index.partition),
        sort_key=_attribute(index.sort),
        projection_type=dynamodb.ProjectionType[index.projection],
        max_read_request_units=stage.table_reads_per_second,
        max_write_request_units=stage.table_writes_per_second,
    )


def _attribute(key: Key) -> dynamodb.Attribute:
    types = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER}
    return dynamodb.Attribute(name=key.name, type=types[key.type])


_FIRST_KEY = secretsmanager.SecretStringGenerator(
    secret_string_template="{}",  # noqa: S106 - the frame around the random key
    generate_string_key="1",
    exclude_punctuation=True,
    password_length=KEY_CHARACTERS,
)


def _add_secret(stack: Data, secret: Secret, stage: Stage, *, also_in: str = "") -> None:
    name = stage.prefix + secret.name
    elsewhere = [also_in] if also_in not in {"", stage.region} else []
    resource: secretsmanager.Secret | secretsmanager.CfnSecret
    if secret.drawn:
        resource = secretsmanager.Secret(
            stack,
            secret.name,
            secret_name=name,
            description=secret.description,
            generate_secret_string=_FIRST_KEY,
            replica_regions=[secretsmanager.ReplicaRegion(region=one) for one in elsewhere],
        )
    else:  # the construct above would draw a value for it
        resource = secretsmanager.CfnSecret(
            stack, secret.name, name=name, description=secret.description
        )
    resource.apply_removal_policy(stage.removal)
    acknowledge(
        resource,
        "AwsSolutions-SMG4",
        reason="A key ring: the next key is added beside the current one, under an id of its own. "
        "Rotation that replaces the value would void everything signed with it.",
    )


def _add_sender(stack: Data, stage: Stage) -> None:
    """Add the domain of mails, and prove that it is ours where its zone is known."""
    identity = ses.EmailIdentity(
        stack, BLUEPRINT.sender.name, identity=ses.Identity.domain(stage.mail_domain)
    )
    if not stage.zone_holds_mail_domain:
        return
    for number, record in enumerate(identity.dkim_records, start=1):
        route53.CfnRecordSet(
            stack,
            f"Dkim{number}",
            type="CNAME",
            ttl=_DKIM_SECONDS,
            hosted_zone_id=stage.hosted_zone_id,
            name=record.name,
            resource_records=[record.value],
        )
