"""From where a signature was given: a random cookie set when signing, and the connection, as keyed hashes.

The key is made from the instance's secret and the petition, so that two petitions never show the same device. Rows are
deleted after a few weeks (`checking.trace_days`), and with the names at the latest.
"""

import hmac
import ipaddress
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate

from beffroi.apps.petitions.models import Petition, Signature, Trace
from beffroi.core.errors import Refused
from beffroi.web import pack

COOKIE: Final = "beffroi_device"
_MADE: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def _mac(petition: Petition, what: str, value: str) -> str:
    message = f"petitions.trace\n{petition.number}\n{what}\n{value}"
    return hmac.digest(settings.SECRET_KEY.encode(), message.encode(), "sha256").hex()


def device_of(request: HttpRequest) -> str:
    """The cookie's value, or a fresh one: a forged value is not kept."""
    given = request.COOKIES.get(COOKIE, "")
    return given if _MADE.fullmatch(given) else secrets.token_hex(16)


def must_not_be_crowded(request: HttpRequest, petition: Petition, device: str, now: datetime) -> None:
    """One device does not sign for a crowd within an hour: the counter does, where each person is seen."""
    if request.COOKIES.get(COOKIE) != device:
        return  # its cookie has just been drawn: nobody has signed with it
    most = pack.current().number("checking.device_an_hour", localdate(now))
    lately = Trace.objects.filter(device=_mac(petition, "device", device), at__gt=now - timedelta(hours=1))
    if lately.count() >= most:
        raise Refused("petitions.too_many_from_here")


def note(request: HttpRequest, response: HttpResponse, signature: Signature, device: str, now: datetime) -> None:
    """Keeps from where it was signed, and sets the cookie. Only for signatures on the web: a counter is its agents'."""
    petition = signature.petition
    network = _network(request.META.get("REMOTE_ADDR", ""))
    Trace.objects.create(
        signature=signature,
        device=_mac(petition, "device", device),
        network=_mac(petition, "network", network) if network else "",
        at=now,
    )
    days = pack.current().number("checking.trace_days", localdate(now))
    response.set_cookie(
        COOKIE, device, max_age=days * 86400, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one; empty for one that is not of the internet: a proxy hides them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if not found.is_global:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def forget(now: datetime) -> int:
    """Deletes the traces whose time is over; how many."""
    days = pack.current().number("checking.trace_days", localdate(now))
    return Trace.objects.filter(at__lt=now - timedelta(days=days)).delete()[0]
