"""The WSGI entry point that gunicorn serves. It does not start where it would show a real commune's sign-in codes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "beffroi.settings")
application = get_wsgi_application()


def _refuse_codes_on_screen() -> None:
    from django.db import connections

    from beffroi.apps.roll.checks import codes_stay_off_screen

    for fault in codes_stay_off_screen(databases=["default"]):
        raise SystemExit(f"{fault.id}: {fault.msg} {fault.hint}")
    connections.close_all()  # a connection is not carried over into gunicorn's processes


if "BEFFROI_SHOW_CODES" in os.environ:
    _refuse_codes_on_screen()
