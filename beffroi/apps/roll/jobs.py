"""What the worker does for the roll."""

from beffroi.apps.roll import boundaries, tasks
from beffroi.apps.roll.actions import close_idle
from beffroi.apps.roll.signing_in import tidy
from beffroi.web.jobs import Job

JOBS = [
    Job("roll.close_idle", 60, close_idle),
    Job("roll.tidy", 600, tidy),
    Job("roll.task", 1, tasks.run_due),
    Job("roll.expire", 600, tasks.expire),
    Job("roll.boundaries", 300, boundaries.apply_due),
    Job("roll.sweep_streets", 3600, boundaries.sweep),
]
