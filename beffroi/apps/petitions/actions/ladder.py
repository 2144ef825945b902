"""Which rungs a petition has: by its kind, and by who organises. The one place to ask."""

from dataclasses import dataclass
from typing import Final

from beffroi.apps.petitions.models import Petition, Rung
from beffroi.core.rules import Pack


@dataclass(frozen=True)
class Step:
    """A rung before it is frozen. `share`: path of the pack's parameter; `base`: inhabitants or electors."""

    code: str
    share: str
    base: str
    by_law: bool


_HEARING: Final = Step(Rung.Code.HEARING, "petitions.initiative.hearing.share", "inhabitants", by_law=False)
_LEGAL: Final = Step(Rung.Code.LEGAL, "petitions.initiative.legal.share", "electors", by_law=True)
_REFERENDUM: Final = Step(Rung.Code.REFERENDUM, "petitions.initiative.referendum.share", "inhabitants", by_law=False)
_RECALL: Final = Step(Rung.Code.RECALL, "petitions.recall.share", "electors", by_law=False)


def steps(kind: str, pack: Pack) -> tuple[Step, ...]:
    """The rungs of this kind of petition. An association has no electoral roll: nothing that counts electors."""
    of_kind = (_RECALL,) if kind == Petition.Kind.RECALL else (_HEARING, _LEGAL, _REFERENDUM)
    return tuple(step for step in of_kind if step.base != "electors" or pack.kind == "commune")


def recalls_exist(pack: Pack) -> bool:
    """Whether a recall can be filed here: a commune whose officials have a charter to sign."""
    return bool(steps(Petition.Kind.RECALL, pack)) and "charter" in pack.texts
