"""Found by a stranger's review: the demonstration never touches what is not a demonstration."""

from pathlib import Path

import pytest
from django.utils import timezone

from beffroi.demonstration import play
from beffroi.web.models import Instance


def test_a_folder_of_other_things_is_never_emptied(tmp_path: Path) -> None:
    letter = tmp_path / "home" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("mine")
    (letter.parent / "server").mkdir()
    with pytest.raises(SystemExit):
        play.make_room(letter.parent)
    assert letter.read_text() == "mine"
    earlier = tmp_path / "demo"
    (earlier / "server").mkdir(parents=True)
    play.make_room(earlier)
    assert not earlier.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("demonstration", [False, None])
def test_no_invented_act_and_no_code_on_screen_in_the_database_of_a_real_commune(
    demonstration: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beffroi.demonstration import server

    if demonstration is not None:
        Instance.objects.create(pk=1, kind="commune", demonstration=demonstration, created_at=timezone.now())
    done: list[str] = []
    monkeypatch.setattr(server, "PHASES", {"codes": lambda now, votation: done.append("codes")})
    monkeypatch.setattr("sys.argv", ["server", "codes", "--now", "2026-11-23T09:41:00+01:00"])
    with pytest.raises(SystemExit):
        server.main()
    assert not done
