"""The draft of an import: shown, confirmed in one transaction, dropped, expired (R2, R3)."""

from datetime import date
from unittest import mock

import pytest
import time_machine
from django.db import IntegrityError
from pytest_django.fixtures import Settings

from schoolloket.core import exceptions
from schoolloket.institutions.actors import Actor
from students.importing import UnusableFile, actions, apply
from students.importing.draft import Draft
from students.models import Enrolment, ImportRun, Student
from tests.students.helpers import counts, csv_file, of, pupil, pupils, run_import, upload

pytestmark = pytest.mark.usefixtures("clock")


def test_nothing_is_imported_before_confirming(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(3)))
    assert len(Draft(run).plan.new) == 3
    assert not Student.objects.exists()


def test_national_numbers_are_nowhere_in_the_draft(alice_actor: Actor) -> None:
    bad = pupil(9, birth_date="01/01/2011")
    run = upload(alice_actor, csv_file([pupil(1), bad]))
    kept = f"{vars(run)} {Draft(run).cells} {Draft(run).plan}"
    assert "Voornaam1" not in run.sealed_rows
    for number in (pupil(1)["number"], bad["number"]):
        assert number not in kept


def test_problems_name_row_and_reason_without_the_data(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file([pupil(1, starts_on="gisteren", last_name="Geheim")]))
    (problem,) = Draft(run).plan.problems
    assert problem.row == 2
    assert "gisteren" not in problem.reason
    assert "Geheim" not in problem.reason


def test_confirming_twice_changes_nothing_twice(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(3)))
    seen = Draft(run).plan.fingerprint
    for _ in range(2):
        done = actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=False, seen=seen)
        assert counts(done) == (3, 0, 0, 0)
        assert done.sealed_rows == ""
    assert Enrolment.objects.count() == 3


def test_a_plan_that_changed_since_the_preview_is_not_applied(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(3)))
    seen = Draft(run).plan.fingerprint
    run_import(alice_actor, csv_file([pupil(1, class_code="1B")]))
    with pytest.raises(exceptions.PlanChanged):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert Enrolment.objects.count() == 1
    seen = Draft(run).plan.fingerprint
    actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert Enrolment.objects.count() == 3


def test_a_preview_from_before_midnight_is_shown_again(
    alice_actor: Actor, clock: time_machine.Traveller
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    clock.move_to("2026-11-23T22:50:00+00:00")
    run = upload(alice_actor, csv_file(pupils(19)))
    seen = Draft(run).plan.fingerprint
    clock.shift(15 * 60)
    with pytest.raises(exceptions.PlanChanged):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)


def test_all_or_nothing(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(20)))
    run = upload(alice_actor, csv_file([*pupils(18, class_code="1A"), pupil(30)]))
    seen = Draft(run).plan.fingerprint
    with (
        mock.patch.object(apply, "_create_enrolments", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert not Enrolment.objects.filter(class_code="1A").exists()
    assert of(alice_actor, 19).ends_on == date(2027, 8, 31)
    run.refresh_from_db()
    assert run.state == ImportRun.State.DRAFT


def test_a_number_that_another_school_took_since_the_preview_shows_it_again(
    alice_actor: Actor,
) -> None:
    run = upload(alice_actor, csv_file(pupils(1)))
    seen = Draft(run).plan.fingerprint
    with (
        mock.patch.object(Student.objects, "bulk_create", side_effect=IntegrityError),
        pytest.raises(exceptions.PlanChanged),
    ):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)


def test_dropped_draft_is_erased_and_cannot_be_confirmed(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(3)))
    seen = Draft(run).plan.fingerprint
    assert actions.drop(by=alice_actor, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.sealed_rows) == (ImportRun.State.DROPPED, "")
    with pytest.raises(exceptions.ImportDraftGone):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)


def test_applied_import_cannot_be_dropped(alice_actor: Actor) -> None:
    run = run_import(alice_actor, csv_file(pupils(1)))
    assert not actions.drop(by=alice_actor, run_id=run.pk)
    assert ImportRun.objects.applied().count() == 1


def test_draft_expires_after_its_minutes_and_is_erased_by_the_next_upload(
    alice_actor: Actor, clock: time_machine.Traveller, settings: Settings
) -> None:
    run = upload(alice_actor, csv_file(pupils(3)))
    clock.shift(settings.DRAFT_MINUTES * 60)
    assert Draft(run).plan.new
    clock.shift(1)
    with pytest.raises(exceptions.ImportDraftGone):
        Draft(run)
    upload(alice_actor, csv_file(pupils(1)))
    run.refresh_from_db()
    assert (run.state, run.sealed_rows) == (ImportRun.State.DROPPED, "")


def test_nobody_confirms_or_drops_the_import_of_another_school(
    alice_actor: Actor, bob_actor: Actor
) -> None:
    run = upload(alice_actor, csv_file(pupils(1)))
    seen = Draft(run).plan.fingerprint
    elsewhere = Actor(bob_actor.institution, alice_actor.manager)
    with pytest.raises(exceptions.ImportDraftGone):
        actions.confirm(by=elsewhere, run_id=run.pk, confirm_many_ended=True, seen=seen)
    assert not actions.drop(by=elsewhere, run_id=run.pk)


def test_a_draft_belongs_to_the_manager_who_made_it(alice_actor: Actor) -> None:
    run = upload(alice_actor, csv_file(pupils(1)))
    colleague = Actor(alice_actor.institution)
    seen = Draft(run).plan.fingerprint
    with pytest.raises(exceptions.ImportDraftGone):
        actions.confirm(by=colleague, run_id=run.pk, confirm_many_ended=True, seen=seen)


def test_unusable_file_leaves_no_trace(alice_actor: Actor) -> None:
    with pytest.raises(UnusableFile):
        upload(alice_actor, b"\x89PNG\x00")
    assert not ImportRun.objects.exists()


def test_a_file_without_a_good_row_is_never_called_imported(alice_actor: Actor) -> None:
    run_import(alice_actor, csv_file(pupils(3)))
    run = upload(alice_actor, csv_file([pupil(1, starts_on="x")]))
    seen = Draft(run).plan.fingerprint
    with pytest.raises(exceptions.NothingGood):
        actions.confirm(by=alice_actor, run_id=run.pk, confirm_many_ended=True, seen=seen)
    run = run_import(alice_actor, csv_file([pupil(1, starts_on="x")]))
    assert (run.state, run.problem_count) == (ImportRun.State.FAILED, 1)
    assert ImportRun.objects.applied().count() == 1


@pytest.mark.parametrize(
    ("max_ended", "done"), [(None, False), (2, False), (3, True), (10**6, True)]
)
def test_command_refuses_to_end_more_than_it_may(
    alice_actor: Actor, max_ended: int | None, done: bool
) -> None:
    run_import(alice_actor, csv_file(pupils(20)))

    run = actions.import_now(
        by=Actor(alice_actor.institution),
        file_name="lijst.csv",
        parsed=actions.read_file(alice_actor, csv_file(pupils(17))),
        full_list=True,
        max_ended=max_ended,
    )
    assert (run.state == ImportRun.State.APPLIED) is done
    assert ("zou 3 van de 20 inschrijvingen" in run.error) is not done
    assert (of(alice_actor, 19).ends_on == date(2026, 11, 22)) is done
    assert not ImportRun.objects.filter(state=ImportRun.State.DRAFT).exists()
