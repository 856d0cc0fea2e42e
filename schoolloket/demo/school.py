"""The demo: two schools with pupils, made with the import and the actions of the desk."""

from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from accounts.actions import link_email
from accounts.models import Account, PasswordKind
from accounts.overview import visible
from credentials.actions import changes, drafts, hashing, retention, saves
from credentials.documents import print_job
from credentials.models import Batch
from schoolloket.core import clock
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager, Membership
from students.importing.actions import import_now, read_file
from students.models import Enrolment
from students.school_years import SchoolYear

DATA = Path(__file__).parent / "data"
PASSWORD = "demo-schoolloket-2026"  # noqa: S105

# Stamnummers of the manual's pupils in Brussel, and the one of them who has no LeerID.
OF_THE_MANUAL = {"93504", "70246", "32890", "80240", "47727", "60351", "41877", "22041"}
WITHOUT_ACCOUNT = "93504"
# With eleven others, spread over the list.
NUMBER_WITHOUT_ACCOUNT = 12
LINKED = "47727"
LINKED_EMAIL = "tests@ond.vlaanderen.be"
CLASS_OF_THE_HELPER = "6EM"
GROUP_WITH_PICTURES = "1ste leerjaar"


@dataclass(frozen=True)
class School:
    """An institution of the demo, with a file of pupils under its number in `data/`."""

    number: str
    municipality: str
    name: str


BRUSSEL = School("999912", "BRUSSEL-STAD", "TEST School 2 (2)")
GENT = School("999913", "GENT", "TEST School 7 (1)")


def build() -> list[str]:
    """Make the demo schools, their managers, pupils and LeerIDs.

    Returns a line for each kind of password in Brussel: a username and password to try Mijn
    LeerID with.
    """
    brussel = _institution(BRUSSEL)
    gent = _institution(GENT)

    manager = _manager("beheerder@demo.test", "Demo Beheerder", [brussel, gent])
    _manager("gent@demo.test", "Gentse Beheerder", [gent])
    _helper("klashelper@demo.test", "Demo Klashelper", brussel)
    Manager.objects.create_superuser("operator@demo.test", PASSWORD, name="Demo Operator")

    in_brussel = Actor(institution=brussel, manager=manager)
    in_gent = Actor(institution=gent, manager=manager)
    examples = _fill(in_brussel)
    _fill(in_gent)

    _link_email(in_brussel)
    return examples


def _fill(by: Actor) -> list[str]:
    """Import the pupils of a school and create their LeerIDs; return an example of each kind."""
    file = DATA / f"discimus-{by.institution.number}.csv"
    parsed = read_file(by, file.read_bytes())
    import_now(by=by, file_name=file.name, parsed=parsed, full_list=True)

    batch = _create_accounts(by)
    examples = _examples(batch)
    retention.destroy(by=by, batch_id=batch.pk)
    return examples


def _institution(school: School) -> Institution:
    return Institution.objects.create(
        number=school.number, municipality=school.municipality, name=school.name
    )


def _manager(email: str, name: str, institutions: list[Institution]) -> Manager:
    """Create a manager of these institutions, who signs in with PASSWORD."""
    manager = Manager.objects.create_user(email, PASSWORD, name=name)
    for institution in institutions:
        Membership.objects.create(manager=manager, institution=institution)
    return manager


def _helper(email: str, name: str, institution: Institution) -> None:
    """Create a helper of one class, until the end of this school year (R13)."""
    year = SchoolYear.of(clock.today())
    Membership.objects.create(
        manager=Manager.objects.create_user(email, PASSWORD, name=name),
        institution=institution,
        role=Membership.Role.HELPER,
        classes=[CLASS_OF_THE_HELPER],
        school_year=year.begins,
        ends_on=year.last_day,
    )


def _create_accounts(by: Actor) -> Batch:
    """Create LeerIDs as the desk does: prepare, hash, save."""
    student_ids = _students_with_account(by)
    batch = drafts.prepare(by=by, student_ids=student_ids, purpose=Batch.Purpose.CREATE)

    pictures = _students(by).filter(administrative_group=GROUP_WITH_PICTURES)
    for item in batch.items.filter(student__in=pictures.values("student")):
        changes.reroll(by=by, batch_id=batch.pk, item_id=item.pk, kind=PasswordKind.PICTURES)

    hashing.hash_all(batch)
    return saves.save(by=by, batch_id=batch.pk)


def _examples(batch: Batch) -> list[str]:
    """Return a line for the first card of each kind of password."""
    lines: dict[str, str] = {}
    for card in print_job(batch).cards:
        line = f"{card.password_kind}: {card.username} / {card.password}"
        lines.setdefault(card.password_kind, line)
    return [lines[kind] for kind in sorted(lines)]


def _students(by: Actor) -> QuerySet[Enrolment]:
    """Return the pupils of the school in the order of the list."""
    today = clock.today()
    pupils = visible(by.institution, today).running_or_ahead(today)
    return pupils.order_by("last_name_key", "first_name_key")


def _students_with_account(by: Actor) -> list[int]:
    """Return the ids of the students who get a LeerID: in Brussel all but twelve, in Gent all."""
    rows = list(_students(by).values_list("student_id", "stamnummer"))
    if by.institution.number != BRUSSEL.number:
        return [student_id for student_id, _ in rows]

    spread = len(rows) // NUMBER_WITHOUT_ACCOUNT
    others = [number for _, number in rows[::spread] if number not in OF_THE_MANUAL]
    without = {WITHOUT_ACCOUNT, *others[: NUMBER_WITHOUT_ACCOUNT - 1]}
    return [student_id for student_id, number in rows if number not in without]


def _link_email(by: Actor) -> None:
    """Link an e-mail address to the LeerID of the pupil with stamnummer LINKED."""
    account = Account.objects.get(
        student__enrolments__institution=by.institution,
        student__enrolments__stamnummer=LINKED,
    )
    link_email(account_id=account.pk, email=LINKED_EMAIL, by=by)
