"""The stage's own name: its certificate, the API behind it, and records in the hosted zone."""

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from infra.cloud.stages import Stage


def hosted_zone(scope: Construct, stage: Stage) -> route53.IHostedZone:
    """Speak of the stage's hosted zone, which is not looked up."""
    return route53.HostedZone.from_hosted_zone_attributes(
        scope, "Zone", hosted_zone_id=stage.hosted_zone_id, zone_name=stage.hosted_zone_name
    )


def add_certificate(
    scope: Construct, stage: Stage, zone: route53.IHostedZone
) -> certificates.Certificate:
    """Add a certificate; CloudFormation itself proves to its issuer that the zone is ours."""
    return certificates.Certificate(
        scope,
        "Certificate",
        domain_name=stage.domain,
        validation=certificates.CertificateValidation.from_dns(zone),
    )


def add_records(
    scope: Construct, zone: route53.IHostedZone, name: str, target: route53.IAliasRecordTarget
) -> None:
    """Have a name lead to a target, by IPv4 and by IPv6."""
    led = route53.RecordTarget.from_alias(target)
    route53.ARecord(scope, "A", zone=zone, record_name=f"{name}.", target=led)
    route53.AaaaRecord(scope, "Aaaa", zone=zone, record_name=f"{name}.", target=led)


class Domain(Construct):
    """The API under the stage's domain.

    Behind the edge the domain leads there, and the edge comes by `origin.<domain>`; it asks for the
    domain all the same, so the API and its certificate know that name only.
    """

    def __init__(
        self, scope: Construct, *, stage: Stage, api: str, ready: apigatewayv2.CfnStage
    ) -> None:
        super().__init__(scope, "domain")
        zone = hosted_zone(self, stage)
        name = apigatewayv2.DomainName(
            self,
            "Name",
            domain_name=stage.domain,
            certificate=add_certificate(self, stage, zone),
            security_policy=apigatewayv2.SecurityPolicy.TLS_1_2,
            ip_address_type=apigatewayv2.IpAddressType.DUAL_STACK,
        )
        mapping = apigatewayv2.CfnApiMapping(
            self, "Mapping", api_id=api, domain_name=name.name, stage=ready.stage_name
        )
        mapping.add_resource_dependency(ready)
        target = targets.ApiGatewayv2DomainProperties(
            name.regional_domain_name, name.regional_hosted_zone_id
        )
        add_records(self, zone, stage.origin if stage.edge else stage.domain, target)
