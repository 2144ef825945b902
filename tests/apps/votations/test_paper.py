"""Paper counts: two scrutineers who agree, corrections that are kept, small boxes mixed, the poll book as a limit."""

import pytest
import time_machine
from django.test import Client

from beffroi.apps.gazette.models import Entry
from beffroi.apps.roll.models import Account, Role, Station
from beffroi.apps.votations import actions, queries
from beffroi.apps.votations.models import PaperCount
from beffroi.core.errors import Refused
from tests.apps.votations import world as w
from tests.let_in import let_in

pytestmark = pytest.mark.django_db(transaction=True)


def sealed(people: int = 6, station: int = 0) -> w.World:
    """A votation whose online box is forgotten: paper is voted."""
    world = w.ready(w.town(people, station))
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    return world


def scrutineers() -> tuple[Account, Account]:
    return w.account("Grive", Role.Kind.SCRUTINEER), w.account("Merle", Role.Kind.SCRUTINEER)


def station(code: str = "01") -> Station:
    return Station.objects.get(code=code)


def enter(world: w.World, who: Account, where: Station, *count: int, into: Station | None = None) -> PaperCount:
    yes, no, blank = count
    return actions.enter_paper_count(world.fresh(), where, who, yes, no, blank, w.PAPER_EVENING, into)


def empty_the_others(world: w.World, *who: Account, but: str = "01") -> None:
    for other in queries.stations(world.fresh()):
        if other.code != but:
            for one in who:
                enter(world, one, other, 0, 0, 0)


def test_a_station_is_agreed_when_two_persons_enter_the_same_count() -> None:
    world, (one, two) = sealed(), scrutineers()
    empty_the_others(world, one, two)
    enter(world, one, station(), 3, 2, 1)
    assert [left.code for left in queries.stations_left(world.fresh())] == ["01"]
    enter(world, two, station(), 3, 2, 1)
    assert queries.stations_left(world.fresh()) == []
    leaf = Entry.objects.filter(kind="votation.paper_agreed").latest("pk").leaf
    assert '"station":"01"' in leaf
    assert '"voters":6' in leaf


def test_the_same_person_twice_does_not_agree_with_herself() -> None:
    world, (one, two) = sealed(), scrutineers()
    empty_the_others(world, one, two)
    enter(world, one, station(), 1, 0, 0)
    enter(world, one, station(), 1, 0, 0)
    assert len(queries.stations_left(world.fresh())) == 1


def test_different_counts_do_not_agree_until_one_is_corrected_and_the_former_is_kept() -> None:
    world, (one, two) = sealed(), scrutineers()
    empty_the_others(world, one, two)
    enter(world, one, station(), 3, 2, 1)
    enter(world, two, station(), 2, 3, 1)
    assert len(queries.stations_left(world.fresh())) == 1
    enter(world, two, station(), 3, 2, 1)
    assert queries.stations_left(world.fresh()) == []
    assert PaperCount.objects.filter(scrutineer=two, station__code="01", corrected_at__isnull=False).count() == 1


def test_an_agreed_station_takes_no_further_entry() -> None:
    world, (one, two) = sealed(), scrutineers()
    for who in (one, two):
        enter(world, who, station("02"), 0, 0, 0)
    with pytest.raises(Refused, match="station_agreed"):
        enter(world, one, station("02"), 0, 0, 0)


def test_no_count_is_entered_before_the_paper_day() -> None:
    world, (one, _) = sealed(), scrutineers()
    with pytest.raises(Refused, match="paper_not_yet"):
        actions.enter_paper_count(world.fresh(), station(), one, 0, 0, 0, w.CLOSES)


def test_no_count_is_entered_while_the_online_vote_is_open() -> None:
    world, (one, _) = w.ready(), scrutineers()
    with pytest.raises(Refused, match="wrong_state"):
        enter(world, one, station(), 0, 0, 0)


def test_a_station_cannot_hold_more_ballots_than_persons_who_could_still_vote_there() -> None:
    world = w.ready(w.town(40))
    for person in world.people[:5]:
        world.cast(person)
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    one, _ = scrutineers()
    enter(world, one, station(), 30, 5, 0)
    with pytest.raises(Refused, match="more_than_the_poll_book"):
        enter(world, one, station(), 31, 5, 0)


def test_a_box_of_29_ballots_is_not_opened_alone_but_one_of_30_is() -> None:
    world, (one, _) = sealed(40), scrutineers()
    with pytest.raises(Refused, match="box_too_small"):
        enter(world, one, station(), 29, 0, 0)
    enter(world, one, station(), 30, 0, 0)


def test_a_small_box_is_mixed_unopened_into_another_and_the_result_names_both() -> None:
    world = w.ready(w.town(40))
    world.people += w.town(0)
    actions.close(world.fresh(), w.CLOSES)
    actions.forget(world.fresh(), w.CLOSES)
    one, two = scrutineers()
    for who in (one, two):
        enter(world, who, station("02"), 0, 0, 0, into=station("01"))
        enter(world, who, station("01"), 20, 15, 5)
    agreed = queries.agreed_counts(world.fresh())
    assert agreed["02"].mixed_into == "01"
    assert agreed["01"].count.participants == 40


def test_a_mixed_box_holds_no_count_of_its_own_and_goes_into_one_that_is_opened() -> None:
    world, (one, _) = sealed(40), scrutineers()
    with pytest.raises(Refused, match="mixed"):
        enter(world, one, station("02"), 1, 0, 0, into=station("01"))
    with pytest.raises(Refused, match="mixed"):
        enter(world, one, station("02"), 0, 0, 0, into=station("02"))
    enter(world, one, station("02"), 0, 0, 0, into=station("01"))
    with pytest.raises(Refused, match="mixed"):
        enter(world, one, station("03"), 0, 0, 0, into=station("02"))


def test_a_scrutineer_sees_another_entry_only_once_hers_is_recorded() -> None:
    world, (one, two) = sealed(40), scrutineers()
    enter(world, one, station(), 31, 4, 2)
    client = Client(headers={"accept-language": "en"})
    let_in(client, two)
    path = f"/votations/{world.votation.number}/depouillement"
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        let_in(client, two)
        assert "entered by" not in client.get(path).content.decode()
        form = {"station": station().pk, "yes": 30, "no": 5, "blank": 2, "mixed_into": ""}
        assert client.post(path, form).status_code == 302
        page = client.get(path).content.decode()
    assert "entered by Grive" in page
    assert "Different: count again" in page


def test_the_entry_form_says_a_refusal_in_a_sentence() -> None:
    world, (one, _) = sealed(40), scrutineers()
    client = Client(headers={"accept-language": "en"})
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        let_in(client, one)
        form = {"station": station().pk, "yes": 3, "no": 0, "blank": 0, "mixed_into": ""}
        page = client.post(f"/votations/{world.votation.number}/depouillement", form).content.decode()
    assert "A box of fewer than 30 ballots is not opened alone" in page
    assert not PaperCount.objects.exists()


def test_the_entry_form_goes_when_every_station_is_agreed() -> None:
    world, pair = sealed(), scrutineers()
    path = f"/votations/{world.votation.number}/depouillement"
    client = Client(headers={"accept-language": "en"})
    with time_machine.travel(w.PAPER_EVENING, tick=False):
        let_in(client, pair[0])
        assert "Record my count" in client.get(path).content.decode()
        empty_the_others(world, *pair, but="")
        assert "Record my count" not in client.get(path).content.decode()
