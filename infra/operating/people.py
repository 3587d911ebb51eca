"""What connects a stage with people: its mails, its name, and who is told of alarms."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud.stages import Stage
from infra.operating.account import Account
from infra.operating.findings import Finding, failed, ok, warning
from infra.operating.standing import deployed

_PAGE = "docs/deploy.md"


def check_mail(account: Account, stage: Stage) -> Iterator[Finding]:
    """Whether SES sends to everybody, and in the name of the stage's domain."""
    if not stage.mail_domain:
        what = "and nobody can register" if stage.keep_data else "and accounts need no confirming"
        yield warning(f"mail: there is no mail_domain: nothing is mailed, {what}", _see("Mail"))
        return
    client = account.client("sesv2")
    if client.get_account()["ProductionAccessEnabled"]:
        yield ok("mail: SES sends to everybody")
    else:
        text = "mail: SES sends to verified addresses only (its sandbox)"
        yield warning(text, f"Ask for production access: {_see('Mail')}")
    yield _identity(client, stage)


def _identity(client: Any, stage: Stage) -> Finding:
    domain = stage.mail_domain
    try:
        verified = client.get_email_identity(EmailIdentity=domain)["VerifiedForSendingStatus"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return ok(f"mail: {domain} will be made known to SES")
    if verified:
        return ok(f"mail: {domain} is verified")
    advice = "Its DKIM records are missing, or too new to be seen: " + _see("Mail")
    return warning(f"mail: {domain} is not verified, so nothing is sent", advice)


def check_zone(account: Account, stage: Stage) -> Iterator[Finding]:
    """Whether records can be written for the stage's name."""
    if not stage.domain:
        yield ok("domain: none of its own")
        return
    zone_id, name = stage.hosted_zone_id, stage.hosted_zone_name
    try:
        zone = account.client("route53").get_hosted_zone(Id=zone_id)["HostedZone"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchHostedZone":
            raise
        yield failed(f"domain: there is no hosted zone {zone_id}", _see("A domain of your own"))
        return
    yield _zone_finding(zone, name, stage.domain)


def _zone_finding(zone: dict[str, Any], name: str, domain: str) -> Finding:
    found = str(zone["Name"]).rstrip(".")
    if found != name:
        return failed(f"domain: the hosted zone is {found}, and hosted_zone_name is {name}")
    if not f".{domain}".endswith(f".{name}"):
        return failed(f"domain: {domain} is not within the hosted zone {name}")
    if zone.get("Config", {}).get("PrivateZone"):
        return failed(f"domain: the hosted zone {name} is private, so nobody can find {domain}")
    return ok(f"domain: {domain}, in the hosted zone {name}")


def check_on_call(account: Account, stage: Stage) -> Iterator[Finding]:
    """Whether somebody is told of alarms, and has said yes to it."""
    if not stage.on_call:
        advice = "Name an address in `on_call` of the stage."
        yield warning("alarms: nobody is told", advice)
        return
    topic = deployed(account, stage).get("Topic")
    if topic is None:
        yield ok(f"alarms: {stage.on_call} will be asked to confirm")
        return
    pages = account.client("sns").get_paginator("list_subscriptions_by_topic")
    states = {
        one["Endpoint"]: one["SubscriptionArn"]
        for page in pages.paginate(TopicArn=topic)
        for one in page["Subscriptions"]
    }
    yield _subscription(stage.on_call, states.get(stage.on_call, ""))


def _subscription(address: str, state: str) -> Finding:
    if state.startswith("arn:"):
        return ok(f"alarms: {address} is told")
    if state == "PendingConfirmation":
        text = f"alarms: {address} has not confirmed yet and is told nothing"
        return warning(text, "Open the link in the mail from AWS Notifications.")
    return warning(f"alarms: {address} is not subscribed", "Deploy, then confirm by mail.")


def _see(section: str) -> str:
    return f'{_PAGE}, "{section}".'
