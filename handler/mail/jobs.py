"""Jobs of mails."""

from handler.jobs import Run, handles
from handler.mail import service
from handler.mail.schemas import SendMail


@handles(SendMail)
def send_mail(job: SendMail, _run: Run) -> None:
    """Write and send a mail."""
    service.send(job.template, job.to, **job.values)
