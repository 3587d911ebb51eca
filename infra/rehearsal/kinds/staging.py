"""What only `cdk bootstrap` makes: where assets lie, and which version of it there is."""

import json

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, kind


@kind("AWS::ECR::Repository")
class Repository(Kind):
    """A place for images. Nothing of ours is one."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        ecr, name = at.client("ecr"), p.take("RepositoryName", p.name)
        mutability = p.take("ImageTagMutability", "MUTABLE")
        made = ecr.create_repository(repositoryName=name, imageTagMutability=mutability)
        lifecycle = p.take("LifecyclePolicy")["LifecyclePolicyText"]
        ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle)
        policy = json.dumps(p.take("RepositoryPolicyText"))
        ecr.set_repository_policy(repositoryName=name, policyText=policy)
        return Made(name, {"Arn": made["repository"]["repositoryArn"]})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("ecr").delete_repository(repositoryName=made.id)


@kind("AWS::SSM::Parameter")
class Parameter(Put):
    """A value that others look up by its name."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        name = p.take("Name", p.name)
        at.client("ssm").put_parameter(Name=name, Overwrite=True, **p.rest())
        return Made(name)

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("ssm").delete_parameter(Name=made.id)
