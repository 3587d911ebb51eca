"""An account in memory, and hands to deploy into it."""

import json
from dataclasses import dataclass

import pytest
from moto.backends import get_backend

from infra.local.places import ACCOUNT
from infra.rehearsal.account import Account, opened
from tests.infra.local.fresh import forget

_OTHERS = (
    *("apigatewayv2", "awslambda", "budgets", "cloudwatch", "codedeploy", "ecr", "events", "iam"),
    *("kms", "logs", "sesv2", "sns", "ssm"),
)
"""What of moto a deploy uses beside what the twin does."""


@dataclass
class Stacks:
    """Deploys templates, as the command line of CDK does."""

    account: Account

    def client(self, service):
        """Give a client of a service."""
        return self.account.place.client(service)

    def deploy(self, template, name="s", **parameters):
        """Go to a template; what is told of the stack then."""
        formation, text = self.client("cloudformation"), json.dumps(template)
        known = name in self.account.formation.stacks
        made = formation.create_change_set(
            StackName=name,
            ChangeSetName="c",
            ChangeSetType="UPDATE" if known else "CREATE",
            TemplateBody=text,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
        )
        formation.execute_change_set(ChangeSetName=made["Id"], StackName=name)
        (told,) = formation.describe_stacks(StackName=name)["Stacks"]
        return told

    def one(self, kind, **properties):
        """Go to a template that has one resource; the stack's status and why."""
        told = self.deploy({"Resources": {"It": {"Type": kind, "Properties": properties}}})
        events = self.client("cloudformation").describe_stack_events(StackName="s")["StackEvents"]
        reasons = [event.get("ResourceStatusReason", "") for event in events]
        return told["StackStatus"], "\n".join(reasons)


@pytest.fixture
def stacks(tmp_path):
    """Give an account with nothing in it."""
    _forget_all()
    log = tmp_path / "log"
    log.touch()
    with opened(log) as account:
        yield Stacks(account)
    _forget_all()


def _forget_all():
    forget()
    for service in _OTHERS:
        for backend in get_backend(service)[ACCOUNT].values():
            backend.reset()
