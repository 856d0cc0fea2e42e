"""What an operator decides about pupils: nobody else does, and no school learns more by it."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actions import link_email
from accounts.models import Account
from schoolloket.identity import actions
from schoolloket.institutions.actors import Operator, Pupil
from schoolloket.institutions.models import Manager
from students.models import Enrolment, IdentityConflict, Student, StudentEvent, StudentFieldChange
from tests.desk_client import DeskClient, signed_in_as
from tests.helpers import NOW, PASSWORD
from tests.pages import desk, html, text
from tests.schoolloket.identity.fixtures import NUMBER, Doubt

pytestmark = pytest.mark.usefixtures("clock")
LIST = "admin:students_identityconflict_changelist"


def pages_of(doubt: Doubt) -> list[str]:
    """Every page about who is who, with the ids of the doubt."""
    event = StudentEvent.objects.create(
        student=doubt.later.student, kind=StudentEvent.Kind.DATA, at=NOW
    )
    StudentFieldChange.objects.create(
        event=event, field=StudentFieldChange.Field.SEX, old="V", new="M"
    )
    conflict, student = doubt.conflict.pk, doubt.later.student_id
    return [
        reverse(LIST),
        reverse("admin:students_identityconflict_change", args=[conflict]),
        reverse("admin:merge_students", args=[conflict]),
        reverse("admin:part_students", args=[conflict]),
        reverse("admin:identity_formerdata_changelist"),
        reverse("admin:identity_formerdata_change", args=[student]),
        reverse("admin:put_back", args=[student, event.pk]),
    ]


def everything() -> list[object]:
    models = (Student, Enrolment, IdentityConflict, Account)
    return [list(model.objects.order_by("pk").values()) for model in models]


def posted(doubt: Doubt) -> dict[str, int]:
    return {"survivor": doubt.known.student_id}


def staff(*codenames: str) -> Client:
    """Somebody who may enter `/beheer/` with these rights and no more."""
    person = Manager.objects.create_user("stan@beheer.test", PASSWORD, name="Stan", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return signed_in_as(person)


# Who decides -----------------------------------------------------------------------------------


def test_a_manager_decides_nothing_and_reads_nothing(
    doubt: Doubt, alice_client: Client, bob_client: Client
) -> None:
    pages = pages_of(doubt)
    before = everything()
    for client in (alice_client, bob_client, DeskClient()):
        for page in pages:
            for answer in (client.get(page), client.post(page, posted(doubt))):
                assert answer.status_code in (302, 403)
                assert "Charl" not in html(answer)
    assert everything() == before


def test_an_operator_without_the_right_decides_nothing_either(doubt: Doubt) -> None:
    pages = pages_of(doubt)
    before = everything()
    client = staff("view_manager")
    for page in pages:
        for answer in (client.get(page), client.post(page, posted(doubt))):
            assert answer.status_code == 403
    assert everything() == before


def test_who_may_look_only_is_offered_no_decision(doubt: Doubt) -> None:
    pages = pages_of(doubt)
    before = everything()
    client = staff("view_identityconflict", "view_formerdata")
    told = text(client.get(pages[1]))
    assert "Charly Peters" in told
    assert "voeg samen" not in told
    for page in pages:
        if page.endswith(("samenvoegen/", "uiteenhouden/")) or "terugzetten" in page:
            assert client.get(page).status_code == 403
            assert client.post(page, posted(doubt)).status_code == 403
    assert everything() == before


def test_a_decision_needs_the_token_of_its_own_page(doubt: Doubt, operator: Operator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator.manager)
    before = everything()
    for page in pages_of(doubt):
        assert client.post(page, posted(doubt)).status_code == 403
    assert everything() == before


def test_looking_at_a_page_decides_nothing(doubt: Doubt, operator_client: Client) -> None:
    pages = pages_of(doubt)
    before = everything()
    for page in pages:
        assert operator_client.get(page).status_code == 200
    assert everything() == before


def test_no_way_round_leads_through_the_admin_itself(doubt: Doubt, operator_client: Client) -> None:
    """No bulk action, no form with fields, no deletion, no adding."""
    before = everything()
    ticked = {"_selected_action": [doubt.conflict.pk], "index": 0, "post": "yes"}
    for action in ("delete_selected", "merge", "part"):
        operator_client.post(reverse(LIST), ticked | {"action": action})
    fields = {"outcome": "merged", "is_disputed": "", "student": 1, "other": 1, "_save": "1"}
    for model, pk in (
        ("students_identityconflict", doubt.conflict.pk),
        ("identity_formerdata", doubt.later.student_id),
    ):
        operator_client.post(reverse(f"admin:{model}_change", args=[pk]), fields)
        delete = reverse(f"admin:{model}_delete", args=[pk])
        assert operator_client.post(delete, {"post": "yes"}).status_code == 403
        assert operator_client.post(reverse(f"admin:{model}_add"), fields).status_code == 403
    assert everything() == before


def test_two_clicks_merge(doubt: Doubt, operator_client: Client) -> None:
    """Otherwise the tests above would also pass with pages that do nothing."""
    page = reverse("admin:merge_students", args=[doubt.conflict.pk])
    told = text(operator_client.get(page))
    for promise in ("charlie.peeters blijft", "charly.peters eindigt", "niet terugdraaien"):
        assert promise in told
    assert "Samengevoegd" in text(operator_client.post(page, posted(doubt), follow=True))
    assert Student.objects.get(pk=doubt.later.student_id).merged_into == doubt.known.student
    assert "al beslist" in text(operator_client.post(page, posted(doubt), follow=True))


def test_a_page_that_is_old_by_now_decides_nothing(doubt: Doubt, operator_client: Client) -> None:
    page = reverse("admin:merge_students", args=[doubt.conflict.pk])
    before = everything()
    for survivor in (doubt.later.student_id, "", "x"):
        told = text(operator_client.post(page, {"survivor": survivor}, follow=True))
        assert "iets veranderd" in told
    assert everything() == before


def test_two_clicks_part(doubt: Doubt, operator_client: Client) -> None:
    page = reverse("admin:part_students", args=[doubt.conflict.pk])
    assert "verliest het nummer" in text(operator_client.get(page))
    assert "twee verschillende" in text(operator_client.post(page, follow=True))
    assert Student.objects.get(pk=doubt.later.student_id).identity_hash is None


def test_an_operator_sees_enough_to_decide_and_nothing_more(
    doubt: Doubt, operator_client: Client
) -> None:
    page = reverse("admin:students_identityconflict_change", args=[doubt.conflict.pk])
    shown = text(operator_client.get(page))
    assert "Charly Peters" in shown
    assert "Charlie Peeters" in shown
    told = html(operator_client.get(page))
    for fact in ("Charles Peeters", "07/11/2010", "777", "31/08/2027", "charly.peters", "24/11"):
        assert fact in told
    for secret in (NUMBER, "gent.test", "GENT6", doubt.later.password):
        assert secret not in told


def test_the_list_of_doubts_names_schools_and_no_pupils(
    doubt: Doubt, operator_client: Client
) -> None:
    shown = text(operator_client.get(reverse(LIST)))
    assert "GENT - TEST School 7 (1)" in shown
    assert "BRUSSEL-STAD - TEST School 2 (2)" in shown
    assert "Charl" not in shown


# What the schools learn ------------------------------------------------------------------------


def export(client: Client, student_id: int, number: str) -> str:
    answer = client.post(desk("export_student", student_id, number=number))
    sheet = load_workbook(BytesIO(answer.content)).active
    return str(list(sheet.iter_rows(values_only=True)))


def all_that_a_school_reads(client: Client, doubt: Doubt, number: str) -> str:
    student = doubt.known.student_id
    pages = ("student", "account_history", "detail_history")
    read = [html(client.get(desk(page, student, number=number))) for page in pages]
    return "\n".join([*read, export(client, student, number)])


def test_a_merge_tells_a_school_nothing_of_the_leerid_that_it_never_had(
    doubt: Doubt, operator: Operator, alice_client: Client
) -> None:
    """R11: Brussel reads that something happened to it, and on which day."""
    actions.merge(by=operator, **doubt.decide())
    read = all_that_a_school_reads(alice_client, doubt, "999912")
    assert "E-mailadres gekoppeld" in read
    for theirs in ("charly.peters", "gent.test", "Peters", "GENT", "Bob", "777", "Beëindigd"):
        assert theirs not in read


def test_what_the_pupil_did_with_it_is_told_by_event_and_day_too(
    doubt: Doubt, operator: Operator, alice_client: Client
) -> None:
    """The pupil's own events are of no school, so every school could read them in full."""
    link_email(account_id=doubt.later.pk, email="nieuw@thuis.test", by=Pupil("192.0.2.9"))
    actions.merge(by=operator, **doubt.decide())
    read = all_that_a_school_reads(alice_client, doubt, "999912")
    assert "E-mailadres gewijzigd" in read
    assert "thuis.test" not in read


def test_the_school_that_had_it_reads_on(
    doubt: Doubt, operator: Operator, bob_client: Client
) -> None:
    actions.merge(by=operator, **doubt.decide())
    read = all_that_a_school_reads(bob_client, doubt, "999913")
    for own in ("charly.peters", "c*****y@gent.test", "Bob", "777", "Beëindigd LeerID"):
        assert own in read
