"""Every room's jobs. Importing this registers their handlers, and puts the crons on the calendar."""

from handler.accounts import jobs as accounts
from handler.items import jobs as items
from handler.jobs import jobs
from handler.mail import jobs as mail

JOBS = (accounts, items, jobs, mail)
