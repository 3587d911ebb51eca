"""What may stand before the API: CloudFront with a firewall, in us-east-1, as both must be."""

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from infra.cloud.domain import add_certificate, add_records, hosted_zone
from infra.cloud.firewall import Firewall
from infra.cloud.rules import acknowledge
from infra.cloud.stages import EDGE_REGION, Stage

_YEAR = cdk.Duration.days(365)
_FLAWS_OF_OTHERS = {
    "AwsSolutions-CFR1": "The API is for the whole world; a stage that is not says so here.",
    "AwsSolutions-CFR3": "API Gateway logs every request that gets through, without what is "
    "private in it, and the firewall counts the others.",
}


class Edge(cdk.Stack):
    """The stage's domain at CloudFront: nothing is cached, all is passed on to the API."""

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(
            scope,
            f"{stage.prefix}edge",
            description=f"What stands before {stage.app_name} ({stage.name}).",
            env=cdk.Environment(region=EDGE_REGION),
        )
        zone = hosted_zone(self, stage)
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{stage.app_name} ({stage.name})",
            domain_names=[stage.domain],
            certificate=add_certificate(self, stage, zone),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=Firewall(self, stage=stage).arn,
            default_behavior=_passing_on(self, stage),
        )
        for rule, reason in _FLAWS_OF_OTHERS.items():
            acknowledge(distribution, rule, reason=reason)
        add_records(self, zone, stage.domain, targets.CloudFrontTarget(distribution))


def _passing_on(scope: Construct, stage: Stage) -> cloudfront.BehaviorOptions:
    return cloudfront.BehaviorOptions(
        origin=_api(stage),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=_all_of_it(scope, stage),
        response_headers_policy=_headers(scope, stage),
        compress=False,
    )


def _api(stage: Stage) -> origins.HttpOrigin:
    """The API, which knows by a secret header that a request came this way.

    CloudFront allows no name that begins with `X-Edge-`.
    """
    secret = f"{stage.prefix}edge:SecretString:{stage.edge_key}"
    key = f"{{{{resolve:secretsmanager:{secret}}}}}"
    return origins.HttpOrigin(
        stage.origin,
        protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
        custom_headers={"X-Origin-Secret": key},
    )


def _all_of_it(scope: Construct, stage: Stage) -> cloudfront.OriginRequestPolicy:
    """Every header (Host too, which the API knows itself by), and the address of who asks."""
    return cloudfront.OriginRequestPolicy(
        scope,
        "Request",
        origin_request_policy_name=f"{stage.prefix}all",
        header_behavior=cloudfront.OriginRequestHeaderBehavior.all("CloudFront-Viewer-Address"),
        cookie_behavior=cloudfront.OriginRequestCookieBehavior.all(),
        query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
    )


def _headers(scope: Construct, stage: Stage) -> cloudfront.ResponseHeadersPolicy:
    """Give what CloudFront answers itself the headers of the API's own answers, which stay."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Response",
        response_headers_policy_name=f"{stage.prefix}own",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=_YEAR, include_subdomains=True, override=False
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=False),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=False
            ),
        ),
    )
