"""What this database is: the one row that says so."""

from beffroi.web.models import Instance


def current() -> Instance | None:
    """The instance's row, or None before `manage.py build`."""
    return Instance.objects.first()


def is_demonstration() -> bool:
    """Whether persons and signatures are invented. A database that was never built is not a demonstration."""
    instance = current()
    return instance is not None and instance.demonstration
