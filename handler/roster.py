"""Every room's jobs: importing this registers their handlers, and fills the calendar."""

from handler.accounts import jobs as accounts
from handler.items import jobs as items
from handler.jobs import jobs
from handler.mail import jobs as mail

JOBS = (accounts, items, jobs, mail)
