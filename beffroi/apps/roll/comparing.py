"""What an export of the electoral roll changes in the register. Compares and decides, writes nothing (actions do).

A line pairs with a person by civil identity; homonyms share one and are told apart by polling station and address.
Somebody written by hand has no identity yet: name and birth date, when they fit one person only. Whatever fits twice
is doubtful: nothing changes for it until a person has said who it is (`Decisions`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from beffroi.apps.roll.importing import EUROPEAN, MAIN, MUNICIPAL, Elector
from beffroi.apps.roll.models import Person, Station
from beffroi.apps.roll.plan import (
    EUROPEAN_ONLY,
    GONE,
    HOMONYMS,
    KINDS,
    NEW,
    NO_STATION,
    PERHAPS_RENAMED,
    TWO_LISTS,
    Change,
    Decisions,
    Doubt,
    Plan,
    Value,
    fields_of,
    kind_of,
)
from beffroi.apps.roll.queries import full_key, name_key
from beffroi.core.errors import Malformed, Refused

_Same = Callable[[Elector, Person], bool]


def compare(
    lines: Iterable[Elector], people: Iterable[Person], stations: Iterable[Station], decisions: Decisions, today: str
) -> Plan:
    """The plan. `Malformed` for a polling station that the commune has not; `Refused` for a decision on nothing."""
    return _Comparison(tuple(lines), list(people), list(stations), decisions, today).plan()


class _Comparison:
    def __init__(
        self,
        lines: tuple[Elector, ...],
        people: list[Person],
        stations: list[Station],
        decisions: Decisions,
        today: str,
    ) -> None:
        self.lines, self.people, self.decisions, self.today = lines, people, decisions, today
        self.stations = {station.code.lstrip("0"): station for station in stations}
        self.changes: list[Change] = []
        self.doubts: list[Doubt] = []
        self.same_line: list[int] = []
        self.european_only: list[int] = []
        self.electors: list[Elector] = []
        self.left = {person.pk: person for person in people}  # not paired yet
        self.by_identity: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self.by_identity[person.roll_identity].append(person)
        self.spared: set[int] = set()  # persons in doubt
        self.fresh: list[Elector] = []
        self.total = 0

    def plan(self) -> Plan:
        self._merge()
        listed = sum(person.is_elector and person.left_on is None for person in self.people)
        self._settled()
        self._by_identity()
        self._by_hand_written_name()
        self._perhaps_renamed()
        for elector in self.fresh:
            self._add(elector)
        self._leave()
        self.changes.sort(key=lambda change: (KINDS.index(change.kind), change.line, change.person or 0))
        return Plan(
            changes=tuple(self.changes),
            doubts=tuple(sorted(self.doubts, key=lambda doubt: (doubt.lines, doubt.reason))),
            same_line=tuple(self.same_line),
            european_only=tuple(self.european_only),
            partial=tuple(elector.line for elector in self.lines if elector.is_partial),
            lines=len(self.lines),
            electors=self.total,
            listed=listed,
        )

    # --- The file alone: lines to persons

    def _merge(self) -> None:
        groups: dict[str, list[Elector]] = defaultdict(list)
        seen: set[tuple[str, ...]] = set()
        for line in self.lines:
            if line.station and line.station not in self.stations:
                known = ", ".join(sorted(self.stations))
                raise Malformed(f"line {line.line}, polling station", f'"{line.station}"', known or "none is known")
            everything = (line.identity, line.list, line.usage_name, line.street, line.station, line.order)
            if everything in seen:
                self.same_line.append(line.line)
                continue
            seen.add(everything)
            groups[line.identity].append(line)
        for group in groups.values():
            self._merge_lists(group)
        self.total = len(self.electors) + sum(len(d.lines) for d in self.doubts if d.reason == TWO_LISTS)

    def _merge_lists(self, group: list[Elector]) -> None:
        """An EU citizen stands on two complementary lists and is one person. Nobody is on the main list and another."""
        on = {which: [line for line in group if line.list == which] for which in (MAIN, MUNICIPAL, EUROPEAN)}
        lines = tuple(line.line for line in group)
        if on[MAIN] and len(on[MAIN]) < len(group):
            self._doubt(TWO_LISTS, lines, self._known(group[0].identity))
            return
        if on[MUNICIPAL] and len(on[EUROPEAN]) > len(on[MUNICIPAL]):
            self._doubt(TWO_LISTS, lines, self._known(group[0].identity))
            return
        if on[EUROPEAN] and not on[MUNICIPAL]:
            self.european_only += lines  # no elector of the commune
            known = self._known(group[0].identity)
            if any(person.is_elector and person.left_on is None for person in known):
                self._doubt(EUROPEAN_ONLY, lines, known)
            return
        self.electors += on[MAIN] or on[MUNICIPAL]

    def _known(self, identity: str) -> list[Person]:
        return [person for person in self.by_identity.get(identity, []) if person.pk in self.left]

    # --- Persons of the file to persons of the register

    def _settled(self) -> None:
        by_line = {elector.line: elector for elector in self.electors}
        by_number = {person.roll_number: person for person in self.people}
        for line, number in self.decisions.same.items():
            if line not in by_line or number not in by_number or by_number[number].pk not in self.left:
                raise Refused("roll.no_such_decision", f"{line}:{number}")
            self._pair(by_line[line], by_number[number])
        for line in self.decisions.new:
            if line not in by_line or line in self.decisions.same:
                raise Refused("roll.no_such_decision", str(line))
            self._add(by_line[line])
        done = {*self.decisions.same, *self.decisions.new}
        self.electors = [elector for elector in self.electors if elector.line not in done]

    def _by_identity(self) -> None:
        groups: dict[str, list[Elector]] = defaultdict(list)
        for elector in self.electors:
            groups[elector.identity].append(elector)
        for identity, group in groups.items():
            known = self._known(identity)
            for same in (self._unchanged, self._same_order, self._same_address):
                group, known = self._pair_if(same, group, known)
            if not known:
                self.fresh += group
            elif len(group) == 1 == len(known):
                self._pair(group[0], known[0])
            elif group:
                self._doubt(HOMONYMS, tuple(elector.line for elector in group), known)

    def _pair_if(self, same: _Same, group: list[Elector], known: list[Person]) -> tuple[list[Elector], list[Person]]:
        """Pairs those whom `same` joins one to one, and gives back the others."""
        if len(group) == 1 == len(known):
            return group, known
        rest = []
        for elector in group:
            fits = [person for person in known if same(elector, person)]
            rivals = [other for other in group if any(same(other, person) for person in fits)]
            if len(fits) == 1 == len(rivals):
                self._pair(elector, fits[0])
            else:
                rest.append(elector)
        return rest, [person for person in known if person.pk in self.left]

    def _unchanged(self, elector: Elector, person: Person) -> bool:
        now = fields_of(person)
        return bool(elector.station) and all(now[name] == value for name, value in self._fields(elector).items())

    def _same_order(self, elector: Elector, person: Person) -> bool:
        return self._same_address(elector, person) and elector.order == person.order_number

    def _same_address(self, elector: Elector, person: Person) -> bool:
        station = self.stations.get(elector.station)  # a line without one fits nobody better than another
        return station is not None and station.pk == person.station_id and elector.street == person.street

    def _by_hand_written_name(self) -> None:
        """Persons who have no identity of the roll yet."""
        index: dict[tuple[str, str], list[Person]] = defaultdict(list)
        for person in self.left.values():
            if not person.roll_identity and person.pk not in self.spared:
                index[name_key(person.last_name), person.birth_date.isoformat()].append(person)
        fits: dict[int, list[Person]] = {}
        claims: dict[int, list[Elector]] = defaultdict(list)
        for elector in self.fresh if index else ():
            names = {name_key(elector.birth_name), name_key(elector.usage_name)}
            near = [person for name in names for person in index.get((name, elector.birth_date.isoformat()), [])]
            fits[elector.line] = [person for person in near if _same_first_name(elector, person)]
            for person in fits[elector.line]:
                claims[person.pk].append(elector)
        fresh, self.fresh = self.fresh, []
        for elector in fresh:
            near = fits.get(elector.line, [])
            if not near:
                self.fresh.append(elector)
            elif len(near) == 1 == len(claims[near[0].pk]):
                self._pair(elector, near[0])
            else:
                self._doubt(HOMONYMS, (elector.line,), near)

    def _perhaps_renamed(self) -> None:
        """Somebody leaves and somebody comes, born the same day with one name in common: perhaps a corrected name."""
        index: dict[str, list[Person]] = defaultdict(list)
        for person in self.left.values():
            if person.is_elector and person.left_on is None and person.pk not in self.spared:
                index[person.birth_date.isoformat()].append(person)
        fresh, self.fresh = self.fresh, []
        for elector in fresh:
            near = [p for p in index.get(elector.birth_date.isoformat(), []) if _one_name_in_common(elector, p)]
            if near:
                self._doubt(PERHAPS_RENAMED, (elector.line,), near)
            else:
                self.fresh.append(elector)

    # --- What is found

    def _doubt(self, reason: str, lines: tuple[int, ...], people: list[Person]) -> None:
        self.doubts.append(Doubt(reason, lines, tuple(sorted(person.roll_number for person in people))))
        self.spared |= {person.pk for person in people}

    def _fields(self, elector: Elector) -> dict[str, Value]:
        last, first = elector.usage_name or elector.birth_name, elector.first_names
        values: dict[str, Value] = {
            "register": str(Person.Register.MAIN if elector.list == MAIN else Person.Register.MUNICIPAL_EU),
            "last_name": last,
            "first_name": first,
            "name_key": full_key(last, first),
            "birth_date": elector.birth_date.isoformat(),
            "street": elector.street,
            "roll_identity": elector.identity,
            "order_number": elector.order,
            "left_on": None,
        }
        if elector.station:  # a line without one takes nobody's polling station away
            station = self.stations[elector.station]
            values |= {"station_id": station.pk, "neighbourhood_id": station.neighbourhood_id}
        return values

    def _add(self, elector: Elector) -> None:
        if elector.station:
            self.changes.append(Change(NEW, elector.line, None, {}, self._fields(elector)))
        else:
            self._doubt(NO_STATION, (elector.line,), [])

    def _pair(self, elector: Elector, person: Person) -> None:
        del self.left[person.pk]
        now = fields_of(person)
        after = {name: value for name, value in self._fields(elector).items() if now[name] != value}
        if after:
            before = {name: now[name] for name in after}
            self.changes.append(Change(kind_of(after), elector.line, person.pk, before, after))

    def _leave(self) -> None:
        for person in self.left.values():
            if person.is_elector and person.left_on is None and person.pk not in self.spared:
                day = max(self.today, person.since.isoformat())
                self.changes.append(Change(GONE, 0, person.pk, {"left_on": None}, {"left_on": day}))


def _same_first_name(elector: Elector, person: Person) -> bool:
    """The roll gives all the given names, a hand-written row often the first one only."""
    longer, shorter = name_key(elector.first_names) + " ", name_key(person.first_name) + " "
    return longer.startswith(shorter) or shorter.startswith(longer)


def _one_name_in_common(elector: Elector, person: Person) -> bool:
    last = {name_key(elector.birth_name), name_key(elector.usage_name)} - {""}
    first = name_key(elector.first_names).split()[:1] == name_key(person.first_name).split()[:1]
    return first or name_key(person.last_name) in last
