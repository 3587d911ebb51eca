"""How the deployments differ, and nothing else: no other module asks which stage it builds."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_logs as logs

from infra import blueprint


class StageUnknown(ValueError):
    """No stage has that name."""


class StageUnready(ValueError):
    """The stage lacks something that its users need."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment. Ceilings and throttles bound what a flood of requests can cost."""

    name: str
    app_name: str = "Dunlin"
    admin_email: str = ""
    """Whom users may write to; a stage that keeps its data must have one."""
    allowed_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API; `*` for any, which production refuses."""
    link_base: str = ""
    """The application's https address, with which links in mails begin."""
    mail_domain: str = ""
    """The domain that mails come from. Without one nothing is mailed: new accounts are confirmed at
    once where data are not kept, and refused where they are."""
    keep_data: bool = False
    """Whether data and logs outlive their stack, and tables refuse to be deleted."""
    memory_factor: int = 1
    """Times the blueprint's memory; Lambda deals out processor time with it."""
    requests_per_second: int = 50
    burst: int = 100
    table_reads_per_second: int = 1_000
    """Ceiling of each table and each index, in read request units."""
    table_writes_per_second: int = 500
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH

    @property
    def prefix(self) -> str:
        """What the deployed name of everything starts with."""
        return blueprint.prefix(self.name)

    @property
    def removal(self) -> cdk.RemovalPolicy:
        """What becomes of data when their stack goes."""
        return cdk.RemovalPolicy.RETAIN if self.keep_data else cdk.RemovalPolicy.DESTROY

    @property
    def bucket_suffix(self) -> str:
        """What the name of a bucket ends with: no other account or region has the same."""
        return f"-{cdk.Aws.ACCOUNT_ID}-{cdk.Aws.REGION}"

    @property
    def environment(self) -> dict[str, str]:
        """What every function of this stage is told."""
        queue_base = f"https://sqs.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}/{cdk.Aws.ACCOUNT_ID}/"
        told = blueprint.environment(
            self.name, queue_base=queue_base, bucket_suffix=self.bucket_suffix
        )
        return told | {
            "APP_NAME": self.app_name,
            "ADMIN_EMAIL": self.admin_email,
            "ALLOWED_ORIGINS": ",".join(self.allowed_origins),
            "LINK_BASE": self.link_base,
            "MAIL_FROM": f"no-reply@{self.mail_domain}" if self.mail_domain else "",
            "AUTO_VERIFY": "" if self.keep_data or self.mail_domain else "true",
        }


DEV = Stage("dev", allowed_origins=("*",))
STAGING = Stage("staging", memory_factor=2)
PROD = Stage(
    "prod",
    keep_data=True,
    memory_factor=2,
    requests_per_second=500,
    burst=1_000,
    table_reads_per_second=10_000,
    table_writes_per_second=5_000,
    log_retention=logs.RetentionDays.THREE_MONTHS,
)


def find_stage(name: str) -> Stage:
    """Find the stage of that name, if it may be deployed. Raises StageUnknown or StageUnready."""
    stages = {stage.name: stage for stage in (DEV, STAGING, PROD)}
    stage = stages.get(name)
    if stage is None:
        raise StageUnknown(f"There is no stage {name!r}, only {', '.join(stages)}.")
    lacks = [field for field in ("admin_email", "link_base") if not getattr(stage, field)]
    if stage.keep_data and lacks:
        raise StageUnready(
            f"Give stage {name} {' and '.join(lacks)} in infra/cloud/stages.py first."
        )
    return stage
