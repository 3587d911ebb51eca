"""Secrets Manager's secrets."""

import json

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Replaced, kind


@kind("AWS::SecretsManager::Secret")
class Secret(Kind):
    """A secret, empty or with a value that is drawn when it is made, and never again."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        manager = at.client("secretsmanager")
        told = {"Name": p.take("Name", p.name), "Description": p.take("Description", "")}
        if drawn := p.take("GenerateSecretString"):
            frame = json.loads(drawn.pop("SecretStringTemplate"))
            key = drawn.pop("GenerateStringKey")
            frame[key] = manager.get_random_password(**drawn)["RandomPassword"]
            told["SecretString"] = json.dumps(frame)
        made = manager.create_secret(**told)
        return Made(made["ARN"], {"Id": made["ARN"], "Name": told["Name"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Change its description. A value drawn anew would void all that the old one signed."""
        if p.take("Name") != made.attributes["Name"]:
            raise Replaced
        p.take("GenerateSecretString")
        at.client("secretsmanager").update_secret(
            SecretId=made.id, Description=p.take("Description", "")
        )
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it at once, as CloudFormation does."""
        at.client("secretsmanager").delete_secret(SecretId=made.id, ForceDeleteWithoutRecovery=True)
