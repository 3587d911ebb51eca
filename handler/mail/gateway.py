"""The one module that calls SES."""

from botocore.exceptions import ClientError

from handler.core import aws
from handler.core.errors import Unavailable


def deliver(sender: str, to: str, subject: str, text: str, html: str) -> None:
    """Hand a mail to SES. Raises Unavailable."""
    content = {
        "Simple": {
            "Subject": {"Data": subject},
            "Body": {"Text": {"Data": text}, "Html": {"Data": html}},
        }
    }
    request = {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [to]},
        "Content": content,
    }
    try:
        aws.call("sesv2", "SendEmail", request)
    except ClientError as error:
        raise Unavailable from error
