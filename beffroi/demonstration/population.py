"""Invented residents, the same for one seed: none of them exists. Sizes and ages come from the pack."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker

from beffroi.core.rules import Pack
from beffroi.core.suffrage import age_on

SEED = 20260322
#: (class of the pack's demography, youngest age, oldest age); nobody under 16 is listed.
CLASSES = (
    ("demography.share_15_29", 16, 29),
    ("demography.share_30_44", 30, 44),
    ("demography.share_45_59", 45, 59),
    ("demography.share_60_74", 60, 74),
    ("demography.share_75_plus", 75, 97),
)
#: Names as they are written in some of the countries that residents of another nationality come from.
ABROAD = ("pt_PT", "pl_PL", "tr_TR", "it_IT", "en_GB", "ro_RO", "cs_CZ", "es_ES")
STREETS = (
    "rue des Cigognes",
    "place des Trois-Moineaux",
    "quai des Libellules",
    "rue du Héron-Cendré",
    "impasse du Pic-Vert",
    "rue du Lavoir",
    "rue des Saules",
    "rue du Grand-Duc",
    "allée des Orvets",
    "boulevard des Tilleuls",
    "rue des Nénuphars",
    "chemin de la Loutre",
    "avenue des Hirondelles",
    "rue du Martin-Pêcheur",
    "sente aux Écureuils",
    "rue de l'Églantine",
    "cours des Mésanges",
    "rue du Coudrier",
)


@dataclass(frozen=True)
class Resident:
    """One invented person; `register` is main, municipal_eu or resident (the roll's words)."""

    last_name: str
    first_name: str
    birth_date: date
    street: str
    register: str
    email: str = ""


def births(pack: Pack, size: int, today: date, chance: random.Random) -> Iterator[date]:
    """`size` dates of birth, ages as in the pack; the 15-year-olds are taken as one fifteenth of their class."""
    weights = [float(pack.share(path, today)) * (14 / 15 if youngest == 16 else 1) for path, youngest, _ in CLASSES]
    for _path, youngest, oldest in chance.choices(CLASSES, weights, k=size):
        # A year less a day, so that nobody turns the class's next age today.
        yield today - timedelta(days=int(365.25 * chance.randint(youngest, oldest)) + chance.randint(1, 364))


def residents(pack: Pack, today: date, seed: int = SEED) -> list[Resident]:
    """Everybody of 16 and over, shuffled: as many electors as the pack says, the rest on the wider register."""
    chance = random.Random(seed)  # noqa: S311  (invented people, not a secret)
    french, abroad = Faker("fr_FR"), [Faker(locale) for locale in ABROAD]
    for number, faker in enumerate([french, *abroad]):
        faker.seed_instance(seed + number)
    electors, everybody = pack.number("population.electors", today), pack.number("population.residents16", today)
    dates = sorted(births(pack, everybody, today, chance), key=lambda day: age_on(day, today) < 18)  # adults first
    adults = sum(age_on(day, today) >= 18 for day in dates)
    assert adults >= electors, "the pack has more electors than adults"
    foreign = set(chance.sample(range(electors, everybody), (everybody - electors) * 3 // 5))
    municipal = set(chance.sample(range(electors), electors // 100))
    listed = []
    for place, born in enumerate(dates):
        faker = chance.choice(abroad) if place in foreign or place in municipal else french
        register = "resident" if place >= electors else "municipal_eu" if place in municipal else "main"
        listed.append(Resident(faker.last_name(), faker.first_name(), born, chance.choice(STREETS), register))
    chance.shuffle(listed)
    return listed
