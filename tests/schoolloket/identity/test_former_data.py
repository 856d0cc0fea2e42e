"""An operator looks a pupil up and puts back what was known before (R11)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from schoolloket.core.exceptions import CannotPutBack
from schoolloket.identity import actions, former_data
from schoolloket.institutions.actors import Actor, Operator
from students.models import Student, StudentEvent, StudentFieldChange
from tests.helpers import NOW
from tests.pages import desk, html, text

from .fixtures import BORN, NUMBER, Doubt

pytestmark = pytest.mark.usefixtures("clock")
Field = StudentFieldChange.Field
Change = Callable[..., StudentEvent]
SEARCH = "admin:identity_formerdata_changelist"


@pytest.fixture
def rewritten(charlie: Account, alice_actor: Actor) -> StudentEvent:
    """Charlie's school read in another number, birth date and name than it had."""
    student = Student.objects.filter(pk=charlie.student_id)
    student.update(
        official_data=Student.OfficialData.AVAILABLE,
        identity_hash="cd" * 32,
        birth_date="2012-05-05",
        official_first_name="HACKED",
    )
    event = StudentEvent.objects.create(
        student=student.get(),
        institution=alice_actor.institution,
        manager=alice_actor.manager,
        kind=StudentEvent.Kind.DATA,
        at=NOW,
    )
    for field, old, new in (
        (Field.IDENTITY_HASH, NUMBER, "cd" * 32),
        (Field.BIRTH_DATE, "2010-11-07", "2012-05-05"),
        (Field.OFFICIAL_FIRST_NAME, "Charles", "HACKED"),
    ):
        StudentFieldChange.objects.create(event=event, field=field, old=old, new=new)
    return event


def put_back(event: StudentEvent, operator: Operator) -> Student:
    actions.put_back(by=operator, student_id=event.student_id, event_id=event.pk)
    return Student.objects.get(pk=event.student_id)


def page_of(event: StudentEvent, name: str = "put_back") -> str:
    return reverse(f"admin:{name}", args=[event.student_id, event.pk])


# Looking up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"username": "charlie.peeters"}, True),
        ({"username": "Charlie.Peeters"}, True),
        ({"username": "charlie"}, False),
        ({"institution": "999912", "stamnummer": "10001"}, True),
        ({"institution": "999912", "stamnummer": "1000"}, False),
        ({"institution": "999913", "stamnummer": "10001"}, False),
    ],
)
def test_a_pupil_is_found_by_what_is_exactly_right(
    charlie: Account, operator_client: Client, asked: dict[str, str], is_found: bool
) -> None:
    told = text(operator_client.get(reverse(SEARCH), asked))
    assert ("Charlie Peeters" in told) is is_found
    assert ("Geen leerling gevonden" in told) is not is_found


def test_without_enough_to_find_one_nobody_is_shown(
    charlie: Account, operator_client: Client
) -> None:
    assert "Charlie" not in text(operator_client.get(reverse(SEARCH)))
    told = text(operator_client.get(reverse(SEARCH), {"institution": "999912"}))
    assert "Vul een gebruikersnaam in" in told
    assert "Charlie" not in told


def test_who_was_merged_is_found_as_the_one_who_stays(
    doubt: Doubt, operator: Operator, operator_client: Client
) -> None:
    actions.merge(by=operator, **doubt.decide())
    told = text(operator_client.get(reverse(SEARCH), {"username": "charly.peters"}))
    assert "charlie.peeters" in told
    gone = reverse("admin:identity_formerdata_change", args=[doubt.later.student_id])
    assert operator_client.get(gone).status_code == 404


# Putting back ----------------------------------------------------------------------------------


def test_the_page_says_what_will_change_and_the_second_click_does_it(
    rewritten: StudentEvent, operator_client: Client
) -> None:
    told = text(operator_client.get(page_of(rewritten)))
    assert "Geboortedatum 05/05/2012 07/11/2010" in told
    assert "Officiële voornaam HACKED Charles" in told
    assert Student.objects.get(pk=rewritten.student_id).official_first_name == "HACKED"

    told = text(operator_client.post(page_of(rewritten), follow=True))
    assert "Teruggezet" in told
    student = Student.objects.get(pk=rewritten.student_id)
    assert (student.identity_hash, student.birth_date) == (NUMBER, BORN)
    assert student.official_first_name == "Charles"


def test_no_page_shows_the_hash_of_a_number(
    rewritten: StudentEvent, operator_client: Client
) -> None:
    change = reverse("admin:identity_formerdata_change", args=[rewritten.student_id])
    for page in (change, page_of(rewritten)):
        shown = html(operator_client.get(page))
        assert "Rijksregister- of bisnummer" in shown
        assert "een nummer" in shown
        assert NUMBER not in shown
        assert "cd" * 32 not in shown


def test_it_is_an_event_of_its_own_that_can_be_put_back_as_well(
    rewritten: StudentEvent, operator: Operator
) -> None:
    put_back(rewritten, operator)
    restored = StudentEvent.objects.get(kind=StudentEvent.Kind.RESTORED)
    assert (restored.manager, restored.institution) == (operator.manager, None)
    assert restored.changes.count() == rewritten.changes.count()
    assert put_back(restored, operator).official_first_name == "HACKED"


def test_the_school_reads_that_it_happened(
    rewritten: StudentEvent, operator: Operator, alice_client: Client
) -> None:
    put_back(rewritten, operator)
    told = text(alice_client.get(desk("account_history", rewritten.student_id)))
    assert "Vroegere officiële gegevens teruggezet Systeembeheer" in told


def test_a_number_that_is_another_pupils_by_now_is_not_put_back(
    rewritten: StudentEvent, operator: Operator, operator_client: Client
) -> None:
    Student.objects.create(identity_hash=NUMBER, official_data=Student.OfficialData.NOT_RECEIVED)
    with pytest.raises(CannotPutBack, match="van een andere leerling"):
        put_back(rewritten, operator)
    told = text(operator_client.get(page_of(rewritten)))
    assert former_data.NUMBER_TAKEN in told
    assert "Zet terug" not in told.replace("Zet terug wat er stond", "")
    told = text(operator_client.post(page_of(rewritten), follow=True))
    assert former_data.NUMBER_TAKEN in told
    assert Student.objects.get(pk=rewritten.student_id).birth_date != BORN


def test_official_names_do_not_come_back_without_a_number(
    rewritten: StudentEvent, operator: Operator
) -> None:
    student = rewritten.student
    names = StudentEvent.objects.create(student=student, kind=StudentEvent.Kind.DATA, at=NOW)
    StudentFieldChange.objects.create(event=names, field=Field.OFFICIAL_FIRST_NAME, old="Karel")
    Student.objects.filter(pk=student.pk).update(
        identity_hash=None,
        official_data=Student.OfficialData.NUMBER_INVALID,
        official_first_name="",
    )
    with pytest.raises(CannotPutBack, match="horen bij een nummer"):
        put_back(names, operator)


def test_what_stands_there_already_is_not_put_back_again(
    rewritten: StudentEvent, operator: Operator
) -> None:
    put_back(rewritten, operator)
    with pytest.raises(CannotPutBack, match="staat er nu al"):
        put_back(rewritten, operator)


def test_a_doubt_is_decided_first(doubt: Doubt, operator: Operator) -> None:
    event = StudentEvent.objects.create(
        student=doubt.later.student, kind=StudentEvent.Kind.DATA, at=NOW
    )
    StudentFieldChange.objects.create(event=event, field=Field.SEX, old="V", new="M")
    with pytest.raises(CannotPutBack, match="Beslis eerst"):
        put_back(event, operator)


def test_the_event_of_another_pupil_is_not_found(
    rewritten: StudentEvent, doubt: Doubt, operator: Operator, operator_client: Client
) -> None:
    page = reverse("admin:put_back", args=[doubt.later.student_id, rewritten.pk])
    assert operator_client.get(page).status_code == 404
    assert operator_client.post(page).status_code == 404
    with pytest.raises(StudentEvent.DoesNotExist):
        actions.put_back(by=operator, student_id=doubt.later.student_id, event_id=rewritten.pk)
