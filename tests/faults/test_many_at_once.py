"""Eight managers renew at the same moment, from the selection to the sheet: none is refused.

How long that takes is measured by `python -m benchmarks.crowd`.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Account, AccountEvent
from credentials.models import Batch
from schoolloket.institutions.models import Institution
from tests.helpers import Enrol, GiveAccount, manager_of

from . import oracle
from .desks import Desk, printed
from .figures import note
from .helpers import LONG
from .oracle import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

MANAGERS = 8
PUPILS = 40 if LONG else 4
GIVES_UP_AFTER = 30


def test_eight_managers_renew_at_once(
    brussel: Institution, enrol: Enrol, give_account: GiveAccount
) -> None:
    desks = [Desk(manager_of(brussel, f"Manager{n}"), brussel) for n in range(MANAGERS)]
    classes = [
        [give_account(enrol(brussel, f"Pupil{place}", f"Nr{n}")) for place in range(PUPILS)]
        for n in range(MANAGERS)
    ]
    before, together = State.now(), Barrier(MANAGERS)

    def renew(desk: Desk, pupils: list[Account]) -> dict[str, str]:
        together.wait(GIVES_UP_AFTER)
        try:
            desk.select(pupils)
            batch = Batch.objects.get(created_by=desk.manager)
            while batch.items.unhashed().exists():
                desk.slice(batch)
            desk.save(batch)
            return printed(desk.download(batch))
        finally:
            connection.close()

    with ThreadPoolExecutor(MANAGERS) as pool:
        sheets = list(pool.map(renew, desks, classes))
    note("managers at once", connection.vendor, tried=MANAGERS, refused=0)
    for sheet, pupils in zip(sheets, classes, strict=True):
        assert set(sheet) == {pupil.username for pupil in pupils}
    assert oracle.wrong_since(before) == []
    assert AccountEvent.objects.count() == MANAGERS * PUPILS
    assert sorted(Batch.objects.values_list("number", flat=True)) == list(range(1, MANAGERS + 1))
