"""What the tests of enrolment share: papers, somebody who asks, and the agents who decide."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image

from beffroi.apps.roll import actions
from beffroi.apps.roll.enrolment import asking, deciding
from beffroi.apps.roll.models import Account, Enrolment, Person, Station
from beffroi.web import uploads
from tests.apps.roll.conftest import NOW

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#8a2b1a").save(out, "JPEG")
    return out.getvalue()


def papers() -> Mapping[str, uploads.Upload]:
    return {"identity": uploads.Upload(picture(), uploads.JPEG), "residence": uploads.Upload(PDF, uploads.PDF)}


def asker(**more: Any) -> asking.Asker:
    """Amina, 17, of any nationality: nobody asks which."""
    given: dict[str, Any] = {
        "last_name": "Sittelle",
        "first_name": "Amina Rose",
        "birth_date": date(2009, 6, 1),
        "street": "12 rue du Héron-Cendré",
        "email": "amina@example.org",
    }
    return asking.Asker(**(given | more))


def asked(**more: Any) -> Enrolment:
    return asking.ask_online(asker(**more), papers(), NOW).enrolment


def at_counter(agent: Account, **more: Any) -> Enrolment:
    return asking.ask_at_counter(asker(**({"email": ""} | more)), agent, NOW).enrolment


def station(code: str | None = None) -> Station:
    return Station.objects.get(code=code) if code else Station.objects.earliest("code")


def accepted(row: Enrolment, by: Account, **more: Any) -> Person:
    return deciding.accept(row, by, station(), NOW, **more)


def account(*roles: str, name: str = "Solange Pic") -> Account:
    address = f"{name.split()[-1].lower()}.{'-'.join(roles) or 'none'}@mairie.example.org"
    return actions.open_work_account(name, address, *roles)


def files(home: Path) -> list[str]:
    folder = home / "uploads" / "enrolments"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
