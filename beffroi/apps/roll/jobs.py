"""What the worker does for the roll."""

from beffroi.apps.roll.actions import close_idle
from beffroi.apps.roll.signing_in import tidy
from beffroi.web.jobs import Job

JOBS = [Job("roll.close_idle", 60, close_idle), Job("roll.tidy", 600, tidy)]
