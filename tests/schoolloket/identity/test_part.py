"""Two students with one number are two pupils: the number stays with the one who was known."""

import pytest
from django.test import Client

from schoolloket.identity import actions
from schoolloket.institutions.actors import Operator
from students.models import IdentityConflict, Student, StudentEvent, StudentFieldChange
from tests.pages import desk, text

from .fixtures import BORN, NUMBER, Doubt

pytestmark = pytest.mark.usefixtures("clock")


def test_the_later_student_loses_the_number_and_the_names_that_came_with_it(
    doubt: Doubt, operator: Operator
) -> None:
    actions.part(by=operator, conflict_id=doubt.conflict.pk)
    later = Student.objects.get(pk=doubt.later.student_id)
    assert (later.identity_hash, later.is_disputed) == (None, False)
    assert (later.official_first_name, later.official_last_name) == ("", "")
    assert later.official_data == Student.OfficialData.NUMBER_INVALID
    assert later.birth_date == BORN
    assert later.account == doubt.later
    known = Student.objects.get(pk=doubt.known.student_id)
    assert (known.identity_hash, known.official_first_name) == (NUMBER, "Charles")


def test_the_school_reads_what_to_do_and_the_other_one_nothing(
    doubt: Doubt, operator: Operator, alice_client: Client, bob_client: Client
) -> None:
    actions.part(by=operator, conflict_id=doubt.conflict.pk)
    page = desk("account_history", doubt.later.student_id, number="999913")
    told = text(bob_client.get(page))
    assert "Het nummer is van een andere leerling" in told
    assert "leerlingadministratiepakket" in told
    theirs = text(alice_client.get(desk("account_history", doubt.known.student_id)))
    assert "nummer" not in theirs


def test_what_was_taken_is_kept_with_the_event(doubt: Doubt, operator: Operator) -> None:
    actions.part(by=operator, conflict_id=doubt.conflict.pk)
    event = StudentEvent.objects.get(kind=StudentEvent.Kind.PARTED)
    assert (event.manager, event.institution) == (operator.manager, None)
    old = dict(event.changes.values_list("field", "old"))
    assert old[StudentFieldChange.Field.IDENTITY_HASH] == NUMBER
    assert old[StudentFieldChange.Field.OFFICIAL_LAST_NAME] == "Peters"


def test_the_conflict_is_settled_by_the_operator(doubt: Doubt, operator: Operator) -> None:
    actions.part(by=operator, conflict_id=doubt.conflict.pk)
    settled = IdentityConflict.objects.get(pk=doubt.conflict.pk)
    assert settled.outcome == IdentityConflict.Outcome.DIFFERENT
    assert settled.settled_by == operator.manager


def test_a_number_that_the_school_corrected_meanwhile_stays(
    doubt: Doubt, operator: Operator
) -> None:
    corrected = "cd" * 32
    later = Student.objects.filter(pk=doubt.later.student_id)
    later.update(identity_hash=corrected, is_disputed=False)
    actions.part(by=operator, conflict_id=doubt.conflict.pk)
    assert later.get().identity_hash == corrected
    assert later.get().official_first_name == "Charly"
    assert not IdentityConflict.objects.open().exists()
    assert not StudentEvent.objects.filter(kind=StudentEvent.Kind.PARTED).exists()
