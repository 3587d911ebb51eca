"""What the blueprint remembers, made in moto within a test's process."""

from handler.core import aws
from infra.blueprint import BLUEPRINT, prefix
from infra.local.resources import definition, queue_definitions

PREFIX = prefix("local")
REGION, ACCOUNT = "eu-west-1", "123456789012"


def create_tables_and_secrets() -> None:
    """Every table, empty, and every secret, an edge's too; those that are drawn have a value."""
    for table in BLUEPRINT.tables:
        aws.client("dynamodb").create_table(**definition(table, PREFIX))
    for secret in (*BLUEPRINT.secrets, BLUEPRINT.edge):
        value = {"SecretString": '{"1": "a random key"}'} if secret.drawn else {}
        aws.client("secretsmanager").create_secret(Name=PREFIX + secret.name, **value)


def create_queues_and_buckets() -> None:
    """Every queue with the one of its dead letters, and every bucket."""
    for queue in BLUEPRINT.queues:
        for one in queue_definitions(queue, PREFIX, REGION, ACCOUNT):
            aws.client("sqs").create_queue(**one)
    for bucket in BLUEPRINT.buckets:
        place = {"LocationConstraint": REGION}
        aws.client("s3").create_bucket(Bucket=PREFIX + bucket.name, CreateBucketConfiguration=place)
