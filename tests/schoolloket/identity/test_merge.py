"""Two students who are one pupil become one: the older LeerID stays, nothing else is lost (R11)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts import overview, usernames
from accounts.models import Account, AccountEvent, FieldChange, Username
from accounts.portal.models import PortalSession
from credentials import documents
from credentials.actions import saves
from credentials.models import Batch, BatchItem
from schoolloket.core import clock
from schoolloket.core.exceptions import AlreadySettled, DecisionChanged, NotPrintable
from schoolloket.identity import actions
from schoolloket.identity.people import couple
from schoolloket.institutions.actors import Actor, Operator
from schoolloket.institutions.models import Institution
from students.importing import actions as import_actions
from students.models import Enrolment, IdentityConflict, Student, StudentEvent
from students.school_years import SchoolYear
from tests.at_once import at_once
from tests.helpers import NOW, Enrol
from tests.pages import desk, text
from tests.students.helpers import csv_file, pupil, read_here

from .fixtures import NUMBER, Doubt

pytestmark = pytest.mark.usefixtures("clock")
InGent = Callable[[Enrolment | Account], Batch]


# Who stays -------------------------------------------------------------------------------------


def test_the_student_with_the_older_leerid_stays(doubt: Doubt, operator: Operator) -> None:
    Account.objects.filter(pk=doubt.later.pk).update(created_at=NOW - timedelta(days=1))
    later = doubt.later.student_id
    stays = actions.merge(by=operator, conflict_id=doubt.conflict.pk, survivor_id=later)
    assert stays == doubt.later.student
    stays.refresh_from_db()
    assert (stays.is_disputed, stays.identity_hash) == (False, NUMBER)
    assert Student.objects.get(pk=doubt.known.student_id).merged_into == stays


def test_the_only_leerid_stays_or_else_who_was_known_first(doubt: Doubt) -> None:
    FieldChange.objects.all().erase()
    AccountEvent.objects.all().erase()
    assert couple(doubt.conflict).survivor.student == doubt.known.student
    doubt.known.delete()
    assert couple(doubt.conflict).survivor.student == doubt.later.student
    doubt.later.delete()
    assert couple(doubt.conflict).survivor.student == doubt.known.student


def test_the_official_data_of_the_one_who_stays_are_kept(doubt: Doubt, operator: Operator) -> None:
    actions.merge(by=operator, **doubt.decide())
    stays = Student.objects.get(pk=doubt.known.student_id)
    assert stays.official_first_name == "Charles"
    gone = Student.objects.get(pk=doubt.later.student_id)
    assert (gone.identity_hash, gone.birth_date, gone.official_last_name) == (None, None, "")
    assert (gone.is_disputed, gone.sex) == (False, "")


def test_enrolments_move_and_who_joined_first_has_the_say(
    doubt: Doubt, operator: Operator, brussel: Institution, gent: Institution
) -> None:
    joined = dict(Enrolment.objects.values_list("pk", "joined_at"))
    actions.merge(by=operator, **doubt.decide())
    moved = Enrolment.objects.filter(student=doubt.known.student_id)
    assert dict(moved.values_list("pk", "joined_at")) == joined
    held = Enrolment.objects.held_on(clock.today())
    assert [enrolment.institution for enrolment in held] == [gent]


def test_a_school_that_had_both_has_one_row_of_the_pupil(
    doubt: Doubt, operator: Operator, brussel: Institution, enrol: Enrol
) -> None:
    enrol(brussel, "Charly", "Peters", student=doubt.later.student)
    assert overview.enrolled(brussel, clock.today(), SchoolYear.of(clock.today())).count() == 2
    actions.merge(by=operator, **doubt.decide())
    assert (
        overview.enrolled(brussel, clock.today(), SchoolYear.of(clock.today())).get().student
        == doubt.known.student
    )


# The LeerID that ends --------------------------------------------------------------------------


def test_the_younger_leerid_ends_with_all_that_was_open(doubt: Doubt, operator: Operator) -> None:
    before = doubt.later.credentials_version
    actions.merge(by=operator, **doubt.decide())
    doubt.later.refresh_from_db()
    assert doubt.later.credentials_version == before + 1
    assert not doubt.later.is_linked
    assert list(Account.objects.active_on(clock.today())) == [doubt.known]


def test_a_pupil_who_is_signed_in_with_it_is_out(doubt: Doubt, operator: Operator) -> None:
    version = doubt.later.credentials_version
    PortalSession.objects.create(
        account=doubt.later,
        token_hash="s",
        on_known_device=True,
        version=version,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=8),
    )
    actions.merge(by=operator, **doubt.decide())
    doubt.later.refresh_from_db()
    assert doubt.later.portal_sessions.get().version != doubt.later.credentials_version


def test_its_username_is_reserved_for_the_pupil_alone(
    doubt: Doubt, operator: Operator, brussel: Institution, enrol: Enrol
) -> None:
    """R6."""
    actions.merge(by=operator, **doubt.decide())
    assert Username.objects.get(value="charly.peters").student == doubt.known.student
    stranger = enrol(brussel).student_id
    assert usernames.reserve({stranger: "charly.peters"}) == {stranger}
    assert usernames.reserve({doubt.known.student_id: "charly.peters"}) == set()
    Account.objects.filter(pk=doubt.known.pk).new_version(username="charly.peters")


def test_nobody_can_have_the_name_that_stands_in_its_place(
    doubt: Doubt, operator: Operator
) -> None:
    actions.merge(by=operator, **doubt.decide())
    doubt.later.refresh_from_db()
    assert not usernames.is_well_formed(doubt.later.username)


def test_its_sheet_is_called_dead(
    doubt: Doubt, operator: Operator, saved_in_gent: InGent, bob_client: Client
) -> None:
    Account.objects.filter(pk=doubt.later.pk).update(email="")
    batch = saved_in_gent(doubt.later)
    actions.merge(by=operator, **doubt.decide())

    told = text(bob_client.get(desk("batch_result", batch.pk, number="999913")))
    assert "Samengevoegd: Charly Peters (777)" in told
    assert "Gooi die bladen weg" in told
    assert "Geen enkel wachtwoord van deze reeks werkt nog." in told
    assert "blijven geldig" not in told
    assert "Niets meer te downloaden" in text(bob_client.get(desk("batches", number="999913")))
    batch.refresh_from_db()
    with pytest.raises(NotPrintable):
        documents.print_job(batch)


def test_a_draft_that_holds_it_skips_it_with_the_reason(
    doubt: Doubt, operator: Operator, ready_in_gent: InGent, bob_actor: Actor
) -> None:
    Account.objects.filter(pk=doubt.later.pk).update(email="")
    batch = ready_in_gent(doubt.later)
    actions.merge(by=operator, **doubt.decide())
    saves.save(by=bob_actor, batch_id=batch.pk)
    item = batch.items.get()
    assert (item.outcome, item.obstacle) == (
        BatchItem.Outcome.SKIPPED,
        BatchItem.Obstacle.MERGED,
    )
    assert item.sealed == ""


# History ---------------------------------------------------------------------------------------


def test_both_schools_read_once_that_an_operator_merged(
    doubt: Doubt, operator: Operator, alice_client: Client, bob_client: Client
) -> None:
    actions.merge(by=operator, **doubt.decide())
    for client, number in ((alice_client, "999912"), (bob_client, "999913")):
        page = desk("account_history", doubt.known.student_id, number=number)
        told = text(client.get(page))
        assert told.count(StudentEvent.Kind.UNITED.label) == 1
        assert told.count(AccountEvent.Kind.ENDED.label) == 1
        assert f"{StudentEvent.Kind.UNITED.label} Systeembeheer" in told
        assert "Olga" not in told
        assert "192.0.2.1" not in told


def test_the_school_reads_on_in_the_history_of_the_leerid_that_it_had(
    doubt: Doubt, operator: Operator, bob_client: Client
) -> None:
    actions.merge(by=operator, **doubt.decide())
    page = desk("detail_history", doubt.known.student_id, number="999913")
    told = text(bob_client.get(page))
    assert "E-mailadres gekoppeld E-mailadres - c*****y@gent.test Bob" in told
    assert "Gebruikersnaam charly.peters -" in told


# Again, or otherwise by now --------------------------------------------------------------------


def test_a_second_click_changes_nothing(doubt: Doubt, operator: Operator) -> None:
    actions.merge(by=operator, **doubt.decide())
    with pytest.raises(AlreadySettled):
        actions.merge(by=operator, **doubt.decide())
    with pytest.raises(AlreadySettled):
        actions.part(by=operator, conflict_id=doubt.conflict.pk)
    assert StudentEvent.objects.filter(kind=StudentEvent.Kind.UNITED).count() == 2


def test_what_the_page_did_not_say_is_not_done(doubt: Doubt, operator: Operator) -> None:
    """While the operator was reading, the other LeerID turned out to be the older one."""
    Account.objects.filter(pk=doubt.later.pk).update(created_at=NOW - timedelta(days=1))
    with pytest.raises(DecisionChanged):
        actions.merge(by=operator, **doubt.decide())
    assert IdentityConflict.objects.open().exists()
    assert not Student.objects.exclude(merged_into=None).exists()


def test_who_was_merged_before_goes_along(
    doubt: Doubt, operator: Operator, brussel: Institution, enrol: Enrol
) -> None:
    """Nobody is ever merged into a student who was merged as well."""
    before = Student.objects.create(
        official_data=Student.OfficialData.NUMBER_MISSING, merged_into=doubt.later.student
    )
    actions.merge(by=operator, **doubt.decide())
    before.refresh_from_db()
    assert before.merged_into == doubt.known.student


def test_a_third_with_the_number_is_still_to_be_decided(
    doubt: Doubt, operator: Operator, gent: Institution, enrol: Enrol
) -> None:
    third = Student.objects.create(
        is_disputed=True,
        identity_hash=NUMBER,
        official_data=Student.OfficialData.NOT_RECEIVED,
    )
    enrol(gent, "Karel", "Pieters", student=third)
    about = {"student": third, "institution": gent, "at": NOW}
    IdentityConflict.objects.create(other=doubt.later.student, **about)
    open_one = IdentityConflict.objects.create(other=doubt.known.student, **about)
    actions.merge(by=operator, **doubt.decide())
    assert list(IdentityConflict.objects.open()) == [open_one]
    third.refresh_from_db()
    assert third.is_disputed

    actions.part(by=operator, conflict_id=open_one.pk)
    third.refresh_from_db()
    assert (third.is_disputed, third.identity_hash) == (False, None)


# At the same moment ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_operators_decide_at_once_and_one_of_them_is_told(
    doubt: Doubt, operator: Operator
) -> None:
    def decide(action: Callable[[], object]) -> str:
        try:
            action()
        except AlreadySettled:
            return "told"
        return "done"

    results = at_once(
        lambda: decide(lambda: actions.merge(by=operator, **doubt.decide())),
        lambda: decide(lambda: actions.part(by=operator, conflict_id=doubt.conflict.pk)),
    )
    assert sorted(results) == ["done", "told"]
    conflict = IdentityConflict.objects.get()
    merged = conflict.outcome == IdentityConflict.Outcome.MERGED
    assert Student.objects.exclude(merged_into=None).exists() is merged


@pytest.mark.django_db(transaction=True)
def test_a_save_at_the_very_moment_makes_no_sheet_that_looks_alive(
    doubt: Doubt, operator: Operator, ready_in_gent: InGent, bob_actor: Actor
) -> None:
    Account.objects.filter(pk=doubt.later.pk).update(email="")
    batch = ready_in_gent(doubt.later)
    at_once(
        lambda: actions.merge(by=operator, **doubt.decide()),
        lambda: saves.save(by=bob_actor, batch_id=batch.pk),
    )
    assert not batch.items.valid().exists()
    item = batch.items.get()
    if item.outcome == BatchItem.Outcome.SKIPPED:
        assert item.obstacle == BatchItem.Obstacle.MERGED
    else:
        assert item.student.merged_into_id


@pytest.mark.django_db(transaction=True)
def test_an_import_at_the_very_moment_leaves_no_enrolment_behind(
    doubt: Doubt, operator: Operator, bob_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gent reads in Charly's next year while he is merged: both are for Charlie, in any order."""
    next_year = pupil(
        1,
        institution="999913",
        stamnummer="777",
        first_name="Charly",
        last_name="Peters",
        number="",
        birth_date="07/11/2010",
        starts_on="01/09/2027",
        ends_on="31/08/2028",
    )
    monkeypatch.setattr(import_actions, "read", read_here)
    parsed = import_actions.read_file(bob_actor, csv_file([next_year]))
    at_once(
        lambda: actions.merge(by=operator, **doubt.decide()),
        lambda: import_actions.import_now(
            by=bob_actor, file_name="lijst.csv", parsed=parsed, full_list=False
        ),
    )
    of_gent = Enrolment.objects.of(bob_actor.institution)
    assert of_gent.count() == 2
    assert set(of_gent.values_list("student", flat=True)) == {doubt.known.student_id}
