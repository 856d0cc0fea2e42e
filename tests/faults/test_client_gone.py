"""The manager's connection breaks in the middle of the ZIP: she downloads it again (R4)."""

from . import figures, oracle
from .helpers import LONG
from .manager import printed
from .oracle import State
from .rig import ALIAS, Rig

OFFSETS = 20 if LONG else 5


def test_the_client_goes_away_in_the_zip(stages: Rig) -> None:
    with stages.at_stage("saved") as (database, manager), stages.running(database) as server:
        manager.port = server.port
        before = State.now(ALIAS)
        size = len(manager.download().body)
        for number in range(OFFSETS):
            manager.leave_at_byte(number * (size - 1) // (OFFSETS - 1))
            assert manager.get(manager.page).status == 200
            assert "Download alles (ZIP)" in manager.get(manager.page).text
            assert printed(manager.download().body) == manager.shown
            assert oracle.wrong_since(before, using=ALIAS) == []
            figures.note("client gone", stages.databases.vendor, tried=1, landed=1, losses=0)
        assert "Traceback" not in server.log()
