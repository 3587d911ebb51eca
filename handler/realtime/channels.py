"""The channels that are the house's own: one's own, a job's, rooms to talk in, the dashboard."""

import re

from handler.core.auth import Caller, Role
from handler.core.ids import ID_PATTERN
from handler.jobs import may_see
from handler.realtime.counters import begin
from handler.realtime.namespaces import namespace

_ROOM = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


def _one_s_own(caller: Caller, account_id: str) -> bool:
    return account_id == caller.id


def _job(caller: Caller, job_id: str) -> bool:
    return re.fullmatch(ID_PATTERN, job_id) is not None and may_see(caller, job_id)


def _room(_caller: Caller, name: str) -> bool:
    return _ROOM.fullmatch(name) is not None


def _administrator(caller: Caller, argument: str) -> bool:
    return not argument and caller.role is Role.ADMIN


namespace("me", may_subscribe=_one_s_own, own=True, private=True)
namespace("job", may_subscribe=_job, private=True)
namespace("room", may_subscribe=_room, may_publish=_room, presence=True, crowds=True)
namespace("dashboard", may_subscribe=_administrator, private=True, on_subscribe=begin)
