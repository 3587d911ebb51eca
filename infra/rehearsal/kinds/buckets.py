"""S3's buckets and their policies."""

import json
from typing import Any

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, kind


@kind("AWS::S3::Bucket")
class Bucket(Kind):
    """A bucket, with all that is set by calls of their own."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        name = p.take("BucketName", p.name.lower())
        s3 = at.client("s3")
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": at.region}}
        s3.create_bucket(Bucket=name, **({} if at.region == "us-east-1" else elsewhere))
        self._set(s3, name, p)
        domain = f"{name}.s3.{at.region}.amazonaws.com"
        arn = f"arn:aws:s3:::{name}"
        return Made(name, {"Arn": arn, "DomainName": domain, "RegionalDomainName": domain})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Say it all anew."""
        p.take("BucketName")
        self._set(at.client("s3"), made.id, p)
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it; AWS refuses that while anything is in it."""
        at.client("s3").delete_bucket(Bucket=made.id)

    def _set(self, s3: Any, name: str, p: Properties) -> None:
        if acl := p.take("AccessControl"):
            s3.put_bucket_acl(Bucket=name, ACL=acl.lower())
        if encryption := p.take("BucketEncryption"):
            rules = [_encryption(rule) for rule in encryption["ServerSideEncryptionConfiguration"]]
            s3.put_bucket_encryption(
                Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules}
            )
        if block := p.take("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        if versioning := p.take("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        if lifecycle := p.take("LifecycleConfiguration"):
            rules = [_lifecycle(rule) for rule in lifecycle["Rules"]]
            s3.put_bucket_lifecycle_configuration(
                Bucket=name, LifecycleConfiguration={"Rules": rules}
            )
        if cors := p.take("CorsConfiguration"):
            rules = [_cors(rule) for rule in cors["CorsRules"]]
            s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
        if told := p.take("NotificationConfiguration"):
            queues = [
                {"QueueArn": one["Queue"], "Events": [one["Event"]]}
                for one in told["QueueConfigurations"]
            ]
            s3.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={"QueueConfigurations": queues}
            )


def _encryption(rule: dict[str, Any]) -> dict[str, Any]:
    return {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}


def _lifecycle(given: dict[str, Any]) -> dict[str, Any]:
    rule = Properties(given, "")
    made: dict[str, Any] = {"Filter": {"Prefix": rule.take("Prefix", "")}}
    if days := rule.take("ExpirationInDays"):
        made["Expiration"] = {"Days": int(days)}
    if id_ := rule.take("Id"):
        made["ID"] = id_
    return made | rule.rest()


def _cors(given: dict[str, Any]) -> dict[str, Any]:
    rule = Properties(given, "")
    made = {
        "AllowedMethods": rule.take("AllowedMethods"),
        "AllowedOrigins": rule.take("AllowedOrigins"),
        "ExposeHeaders": rule.take("ExposedHeaders", []),
        "MaxAgeSeconds": int(rule.take("MaxAge", 0)),
    }
    return made | rule.rest()


@kind("AWS::S3::BucketPolicy")
class BucketPolicy(Put):
    """The policy of a bucket."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        name, document = p.take("Bucket"), p.take("PolicyDocument")
        # moto refuses all calls when a statement denies, whatever the condition: those stay out.
        kept = [
            one
            for one in document["Statement"]
            if not (one["Effect"] == "Deny" and one.get("Condition"))
        ]
        if kept:
            text = json.dumps({**document, "Statement": kept})
            at.client("s3").put_bucket_policy(Bucket=name, Policy=text)
        return Made(name)

    def delete(self, at: Place, made: Made) -> None:
        """Take it away."""
        at.client("s3").delete_bucket_policy(Bucket=made.id)
