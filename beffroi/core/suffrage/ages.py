"""Age at a date, in whole years (docs/specs/suffrage.md, 2).

A person born on 29 February gains a year on 1 March of a common year. No text settles it: on 28 February her year is
not yet complete (she was born on the day after), so 1 March is the first day on which nobody can contest her age.
"""

from datetime import date

from beffroi.core.errors import Malformed


def age_on(birth: date, day: date) -> int:
    """Years completed on `day`. `Malformed` when `day` is before the birth."""
    if day < birth:
        raise Malformed("day", day.isoformat(), f"a day from {birth.isoformat()} on")
    not_yet = (day.month, day.day) < (birth.month, birth.day)
    return day.year - birth.year - not_yet


def turns(birth: date, age: int) -> date:
    """The first day on which the person has completed `age` years. `age` is 0 or more."""
    if age < 0:
        raise Malformed("age", str(age), "0 or more years")
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:  # born on 29 February, and this year has none
        return date(birth.year + age, 3, 1)


def is_old_enough(birth: date, day: date, minimum: int) -> bool:
    """Whether the person has completed `minimum` years on `day`: from the birthday itself on."""
    return turns(birth, minimum) <= day
