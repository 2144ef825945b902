"""What the worker does for councils: the convocation leaves on its day."""

from beffroi.apps.assemblies import actions
from beffroi.web.jobs import Job

JOBS = [Job("assemblies.convene", 60, actions.convene_due)]
