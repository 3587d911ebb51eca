"""How the deployments differ, and nothing else: no other module asks which stage it builds."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_logs as logs

from infra import blueprint

EDGE_REGION = "us-east-1"
"""Where CloudFront's certificates and firewalls must be."""


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
    domain: str = ""
    """The API's own name. A certificate and records are made for it, and the name that API Gateway
    gave is switched off."""
    hosted_zone_id: str = ""
    """The hosted zone of Route 53 in which records are written."""
    hosted_zone_name: str = ""
    region: str = ""
    """Where the stage is. Without one it is wherever whoever deploys works."""
    edge: bool = False
    """Whether CloudFront, with a firewall, stands before the API."""
    edge_key: str = "1"
    """The key of the secret `edge` by which the API knows CloudFront. The secret is read anew when
    this names another."""
    requests_per_address: int = 2_000
    """What the firewall lets one address ask for in five minutes."""
    snap_start: bool = False
    """Whether the API starts from a snapshot. That is quick, and a snapshot is paid for."""
    canary: bool = False
    """Whether a new version gets a tenth of the requests first, and the rest if no alarm sounds."""
    at_once: bool = False
    """Whether this deploy passes the canary over; `cdk deploy -c at-once=true` says so."""
    on_call: str = ""
    """Whom alarms and the budget write to."""
    monthly_budget: int = 0
    """US dollars a month, of the whole account, above which `on_call` is told; 0 for none."""
    alarms_key: bool = False
    """Whether a key of our own encrypts what alarms say, for a dollar a month; without one
    SNS encrypts its disks. The free key of AWS's own is one that CloudWatch may not use."""
    faults_per_minute: int = 5
    """Answers 5xx in a minute that are an alarm, and roll a canary back."""
    slow_milliseconds: int = 3_000
    """An answer is slow that takes longer; one of a hundred may."""
    sign_in_failures: int = 100
    """Refused sign-ins in five minutes that are an alarm."""
    table_reads_per_second: int = 1_000
    """Ceiling of each table and each index, in read request units."""
    table_writes_per_second: int = 500
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH

    @property
    def prefix(self) -> str:
        """What the deployed name of everything starts with."""
        return blueprint.prefix(self.name)

    @property
    def tags(self) -> dict[str, str]:
        """What everything is tagged with, so that the bill can be told apart."""
        return {"app": "dunlin", "stage": self.name}

    @property
    def place(self) -> cdk.Environment | None:
        """Where its stacks are, if that is written down."""
        return cdk.Environment(region=self.region) if self.region else None

    @property
    def removal(self) -> cdk.RemovalPolicy:
        """What becomes of data when their stack goes.

        Kept data go with a stack whose first deploy failed: they are empty, and in the way.
        """
        kept = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        return kept if self.keep_data else cdk.RemovalPolicy.DESTROY

    @property
    def bucket_suffix(self) -> str:
        """What the name of a bucket ends with: no other account or region has the same."""
        return f"-{cdk.Aws.ACCOUNT_ID}-{cdk.Aws.REGION}"

    @property
    def page_origins(self) -> tuple[str, ...]:
        """Whose pages may use buckets: those that may call the API, and the application's own."""
        home = urlsplit(self.link_base)
        own = f"{home.scheme}://{home.netloc}"
        if not self.link_base or own in self.allowed_origins:
            return self.allowed_origins
        return (*self.allowed_origins, own)

    @property
    def origin(self) -> str:
        """The name by which the edge reaches the API."""
        return f"origin.{self.domain}"

    @property
    def zone_holds_mail_domain(self) -> bool:
        """Whether the records of the mail domain can be written."""
        zone = self.hosted_zone_name
        return bool(zone) and f".{self.mail_domain}".endswith(f".{zone}")

    def environment(self, sockets: str) -> dict[str, str]:
        """What every function of this stage is told; `sockets` is that API's address, bare."""
        queue_base = f"https://sqs.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}/{cdk.Aws.ACCOUNT_ID}/"
        told = blueprint.environment(
            self.name,
            queue_base=queue_base,
            bucket_suffix=self.bucket_suffix,
            sockets_url=f"wss://{sockets}",
            sockets_endpoint=f"https://{sockets}",
        )
        return (
            told
            | {
                "APP_NAME": self.app_name,
                "ADMIN_EMAIL": self.admin_email,
                "ALLOWED_ORIGINS": ",".join(self.allowed_origins),
                "LINK_BASE": self.link_base,
                "MAIL_FROM": f"no-reply@{self.mail_domain}" if self.mail_domain else "",
                "AUTO_VERIFY": "" if self.keep_data or self.mail_domain else "true",
            }
            | ({"BEHIND_EDGE": "true"} if self.edge else {})
        )


_NEEDS = {
    "keep_data": ("admin_email", "link_base", "on_call"),
    "monthly_budget": ("on_call",),
    "domain": ("hosted_zone_id", "hosted_zone_name"),
    "edge": ("domain", "hosted_zone_id", "hosted_zone_name", "region"),
}
"""What a stage that has something must have besides."""

DEV = Stage("dev", allowed_origins=("*",))
STAGING = Stage("staging", memory_factor=2, snap_start=True, canary=True)
PROD = Stage(
    "prod",
    keep_data=True,
    memory_factor=2,
    requests_per_second=500,
    burst=1_000,
    snap_start=True,
    canary=True,
    monthly_budget=100,
    alarms_key=True,
    faults_per_minute=20,
    slow_milliseconds=2_000,
    sign_in_failures=500,
    table_reads_per_second=10_000,
    table_writes_per_second=5_000,
    log_retention=logs.RetentionDays.THREE_MONTHS,
)


def find_stage(name: str) -> Stage:
    """Find the stage of that name, if it may be deployed. Raises StageUnknown or StageUnready."""
    stages = {stage.name: stage for stage in (DEV, STAGING, PROD)}
    if name not in stages:
        raise StageUnknown(f"There is no stage {name!r}, only {', '.join(stages)}.")
    return checked(stages[name])


def checked(stage: Stage) -> Stage:
    """Give the stage back if it may be deployed. Raises StageUnready, with all that it lacks."""
    wanted = [
        field for having, fields in _NEEDS.items() if getattr(stage, having) for field in fields
    ]
    lacks = [field for field in dict.fromkeys(wanted) if not getattr(stage, field)]
    if lacks:
        raise StageUnready(
            f"Give stage {stage.name} {_listed(lacks)} in infra/cloud/stages.py first."
        )
    return stage


def _listed(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
