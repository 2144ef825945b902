"""What the worker does for the roll."""

from beffroi.apps.roll import boundaries, tasks
from beffroi.apps.roll.actions import close_idle
from beffroi.apps.roll.enrolment import daily
from beffroi.apps.roll.enrolment.residence import renew
from beffroi.apps.roll.signing_in import tidy
from beffroi.web.jobs import Job

A_DAY = 24 * 3600

JOBS = [
    Job("roll.close_idle", 60, close_idle),
    Job("roll.tidy", 600, tidy),
    Job("roll.old_proofs", A_DAY, daily.delete_old_proofs),
    Job("roll.sweep_proofs", A_DAY, daily.sweep),
    Job("roll.erase_requests", A_DAY, daily.erase_old_requests),
    Job("roll.enrolment_day", 3600, daily.tell_the_journal),
    Job("roll.renew", A_DAY, renew),
    Job("roll.task", 1, tasks.run_due),
    Job("roll.expire", 600, tasks.expire),
    Job("roll.boundaries", 300, boundaries.apply_due),
    Job("roll.sweep_streets", 3600, boundaries.sweep),
]
