"""Moto as it is in a new process."""

from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sqs.models import sqs_backends

from infra.local.places import ACCOUNT, REGION


def forget():
    """Have moto forget everything."""
    for backends in (dynamodb_backends, secretsmanager_backends, sqs_backends):
        backends[ACCOUNT][REGION].reset()
    s3_backends[ACCOUNT]["aws"].reset()
