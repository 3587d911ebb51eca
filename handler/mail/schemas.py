"""The messages of mails."""

from handler.jobs import Job


class SendMail(Job, name="mail.send", attempts=12):
    """Write a mail from a template to an address. `values` are stored: no token among them."""

    template: str
    to: str
    values: dict[str, str] = {}
