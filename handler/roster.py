"""Every room's jobs: importing this registers their handlers, and fills the calendar."""

from handler.accounts import jobs as accounts
from handler.files import jobs as files
from handler.items import jobs as items
from handler.jobs import jobs
from handler.mail import jobs as mail
from handler.notifications import jobs as notifications
from handler.realtime import jobs as realtime
from handler.transfers import jobs as transfers

JOBS = (accounts, files, items, jobs, mail, notifications, realtime, transfers)
