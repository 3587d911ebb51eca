"""CodeDeploy, which moves aliases, and SES, which knows whom mails come from."""

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, kind


@kind("AWS::CodeDeploy::Application")
class Application(Kind):
    """What is deployed."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        name = p.take("ApplicationName", p.name)
        platform = p.take("ComputePlatform")
        at.client("codedeploy").create_application(applicationName=name, computePlatform=platform)
        return Made(name)

    def delete(self, at: Place, made: Made) -> None:
        """Forget it: moto has no call for that."""


@kind("AWS::CodeDeploy::DeploymentGroup")
class DeploymentGroup(Kind):
    """How it is deployed."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it. What CloudFormation writes large CodeDeploy writes small."""
        name = p.take("DeploymentGroupName", p.name)
        given = {key[0].lower() + key[1:]: _small(value) for key, value in p.rest().items()}
        at.client("codedeploy").create_deployment_group(deploymentGroupName=name, **given)
        return Made(name)

    def delete(self, at: Place, made: Made) -> None:
        """Forget it: moto has no call for that."""


def _small(value: object) -> object:
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _small(part) for key, part in value.items()}
    return [_small(part) for part in value] if isinstance(value, list) else value


@kind("AWS::SES::EmailIdentity")
class EmailIdentity(Kind):
    """A domain that mails come from."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        name = p.take("EmailIdentity")
        at.client("sesv2").create_email_identity(EmailIdentity=name, **p.rest())
        tokens = {
            f"DkimDNSToken{kind}{number}": f"{number}._domainkey.{name}"
            for number in (1, 2, 3)
            for kind in ("Name", "Value")
        }
        return Made(name, tokens)

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("sesv2").delete_email_identity(EmailIdentity=made.id)
