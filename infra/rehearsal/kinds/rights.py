"""IAM's roles and policies, and KMS's keys."""

import json
from typing import Any

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, Replaced, kind

_OF_AWS = "arn:aws:iam::aws:policy/"
"""How the policies begin that AWS keeps; moto does not have them."""


@kind("AWS::IAM::Role")
class Role(Kind):
    """A role, with the policies that stand in it."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        iam, name = at.client("iam"), p.take("RoleName", p.name)[:64]
        made = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(p.take("AssumeRolePolicyDocument")),
            **p.some("Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
        )["Role"]
        self._attach(iam, name, p)
        return Made(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Say anew who may assume it, and add policies."""
        if p.take("RoleName", made.id) != made.id:
            raise Replaced
        iam, trust = at.client("iam"), json.dumps(p.take("AssumeRolePolicyDocument"))
        iam.update_assume_role_policy(RoleName=made.id, PolicyDocument=trust)
        iam.update_role(RoleName=made.id, Description=p.take("Description", ""))
        self._attach(iam, made.id, p)
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it; what is attached has to go first."""
        iam = at.client("iam")
        for name in iam.list_role_policies(RoleName=made.id)["PolicyNames"]:
            iam.delete_role_policy(RoleName=made.id, PolicyName=name)
        for one in iam.list_attached_role_policies(RoleName=made.id)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=made.id, PolicyArn=one["PolicyArn"])
        iam.delete_role(RoleName=made.id)

    def _attach(self, iam: Any, name: str, p: Properties) -> None:
        for one in p.take("Policies", []):
            document = json.dumps(one["PolicyDocument"])
            iam.put_role_policy(
                RoleName=name, PolicyName=one["PolicyName"], PolicyDocument=document
            )
        for arn in p.take("ManagedPolicyArns", []):
            if not arn.startswith(_OF_AWS):
                iam.attach_role_policy(RoleName=name, PolicyArn=arn)


@kind("AWS::IAM::Policy")
class Policy(Put):
    """A policy that stands in some roles."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it into each."""
        name, roles = p.take("PolicyName"), p.take("Roles")
        document = json.dumps(p.take("PolicyDocument"))
        for role in roles:
            at.client("iam").put_role_policy(
                RoleName=role, PolicyName=name, PolicyDocument=document
            )
        return Made(name, {"roles": roles})

    def delete(self, at: Place, made: Made) -> None:
        """Take it out of each."""
        for role in made.attributes["roles"]:
            at.client("iam").delete_role_policy(RoleName=role, PolicyName=made.id)


@kind("AWS::KMS::Key")
class Key(Kind):
    """A key."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        kms, rotated = at.client("kms"), p.take("EnableKeyRotation", default=False)
        policy = json.dumps(p.take("KeyPolicy"))
        made = kms.create_key(Policy=policy, **p.some("Description"))["KeyMetadata"]
        if rotated:
            kms.enable_key_rotation(KeyId=made["KeyId"])
        return Made(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Change who may use it."""
        p.some("Description", "EnableKeyRotation")
        policy = json.dumps(p.take("KeyPolicy"))
        at.client("kms").put_key_policy(KeyId=made.id, PolicyName="default", Policy=policy)
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Schedule that it is deleted; AWS waits for at least a week."""
        at.client("kms").schedule_key_deletion(KeyId=made.id, PendingWindowInDays=7)


@kind("AWS::KMS::Alias")
class Alias(Kind):
    """A name of a key."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        given = p.some("AliasName", "TargetKeyId")
        at.client("kms").create_alias(**given)
        return Made(given["AliasName"])

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("kms").delete_alias(AliasName=made.id)
