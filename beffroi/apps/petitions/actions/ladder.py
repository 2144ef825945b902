"""Which rungs a petition has: by its kind, its place, and who organises. The one place to ask."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from beffroi.apps.petitions.models import Petition, Rung
from beffroi.core.rules import Pack


@dataclass(frozen=True)
class Step:
    """A rung before it is frozen. `share` and `base`: paths of the pack's parameters; `base_kind`: who is counted."""

    code: str
    share: str
    base_kind: str
    by_law: bool
    base: str


def _step(code: str, share: str, base_kind: str, by_law: bool = False, base: str = "") -> Step:
    return Step(code, share, base_kind, by_law, base or f"population.{base_kind}")


_HEARING: Final = _step(Rung.Code.HEARING, "petitions.initiative.hearing.share", "inhabitants")
_LEGAL: Final = _step(Rung.Code.LEGAL, "petitions.initiative.legal.share", "electors", by_law=True)
_REFERENDUM: Final = _step(Rung.Code.REFERENDUM, "petitions.initiative.referendum.share", "inhabitants")
_RECALL: Final = _step(Rung.Code.RECALL, "petitions.recall.share", "electors")


def steps(kind: str, pack: Pack) -> tuple[Step, ...]:
    """The rungs of this kind of petition. An association has no electoral roll: nothing that counts electors."""
    of_kind = (_RECALL,) if kind == Petition.Kind.RECALL else (_HEARING, _LEGAL, _REFERENDUM)
    return tuple(step for step in of_kind if step.base_kind != "electors" or pack.kind == "commune")


def of(petition: Petition, pack: Pack, today: date) -> tuple[Step, ...]:
    """The rungs that a petition would climb if it opened today.

    A neighbourhood's petition is heard by the council, on a share of those who live there: the pack must count them.
    Without that figure it has no rung, and its page says that it causes nothing. The law and a votation know the whole
    commune only.
    """
    if petition.neighbourhood is None:
        return steps(petition.kind, pack)
    base = "population.neighbourhood." + petition.neighbourhood.slug.replace("-", "_")
    counted = pack.parameters.get(base)
    if counted is None or not any(value.since <= today for value in counted.values):
        return ()
    return (_step(Rung.Code.HEARING, "petitions.neighbourhood.hearing.share", "inhabitants", base=base),)


def recalls_exist(pack: Pack) -> bool:
    """Whether a recall can be filed here: a commune whose officials have a charter to sign."""
    return bool(steps(Petition.Kind.RECALL, pack)) and "charter" in pack.texts
