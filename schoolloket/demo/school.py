"""The demo: two schools with pupils, made through the desk's own importer and actions."""

from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from accounts.actions import link_email
from accounts.models import Account, PasswordKind
from accounts.overview import enrolled
from credentials.actions import changes, drafts, hashing, retention, saves
from credentials.documents import print_job
from credentials.models import Batch
from schoolloket.core import clock
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Manager, Membership
from students.importing.actions import import_now, read_file
from students.models import Enrolment

DATA = Path(__file__).parent / "data"
PASSWORD = "demo-schoolloket-2026"  # noqa: S105

# Without a LeerID: the manual's pupil and eleven others, spread over the list.
WITHOUT_ACCOUNT = "93504"
NUMBER_WITHOUT_ACCOUNT = 12
# The other pupils of the manual, who all have a LeerID.
KEPT = {WITHOUT_ACCOUNT, "70246", "32890", "80240", "47727", "60351", "41877", "22041"}
LINKED = ("47727", "tests@ond.vlaanderen.be")
GROUP_WITH_PICTURES = "1ste leerjaar"


@dataclass(frozen=True)
class School:
    number: str
    municipality: str
    name: str


BRUSSEL = School("999912", "BRUSSEL-STAD", "TEST School 2 (2)")
GENT = School("999913", "GENT", "TEST School 7 (1)")


def build() -> list[str]:
    """Make the demo schools, their managers, pupils and LeerIDs.

    Returns a line for each kind of password: a username and password to try Mijn LeerID with.
    """
    brussel, gent = _institution(BRUSSEL), _institution(GENT)
    beheerder = _manager("beheerder@demo.test", "Demo Beheerder", [brussel, gent])
    _manager("gent@demo.test", "Gentse Beheerder", [gent])
    examples = _fill(Actor(institution=brussel, manager=beheerder))
    _fill(Actor(institution=gent, manager=beheerder))
    _link_email(Actor(institution=brussel, manager=beheerder))
    return examples


def _fill(by: Actor) -> list[str]:
    _import(by)
    batch = _create_accounts(by)
    examples = _examples(batch)
    retention.destroy(by=by, batch_id=batch.pk)
    return examples


def _institution(school: School) -> Institution:
    return Institution.objects.create(
        number=school.number, municipality=school.municipality, name=school.name
    )


def _manager(email: str, name: str, institutions: list[Institution]) -> Manager:
    manager = Manager.objects.create_user(email, PASSWORD, name=name)
    for institution in institutions:
        Membership.objects.create(manager=manager, institution=institution)
    return manager


def _import(by: Actor) -> None:
    file = DATA / f"discimus-{by.institution.number}.csv"
    import_now(by=by, file_name=file.name, parsed=read_file(by, file.read_bytes()), full_list=True)


def _create_accounts(by: Actor) -> Batch:
    """Create LeerIDs as the desk does: prepare, hash, save."""
    batch = drafts.prepare(by=by, student_ids=_with_account(by), purpose=Batch.Purpose.CREATE)
    pictures = _students(by).filter(administrative_group=GROUP_WITH_PICTURES)
    for item in batch.items.filter(student__in=pictures.values("student")):
        changes.reroll(by=by, batch_id=batch.pk, item_id=item.pk, kind=PasswordKind.PICTURES)
    hashing.hash_all(batch)
    return saves.save(by=by, batch_id=batch.pk)


def _examples(batch: Batch) -> list[str]:
    """Return the first card of each kind, as its paper says it."""
    cards = {card.password_kind: card for card in reversed(print_job(batch).cards)}
    return [f"{kind}: {card.username} / {card.password}" for kind, card in sorted(cards.items())]


def _students(by: Actor) -> QuerySet[Enrolment]:
    return enrolled(by.institution, clock.today()).order_by("last_name_key", "first_name_key")


def _with_account(by: Actor) -> list[int]:
    """Return the students who get a LeerID: in Brussel all but twelve, in Gent all."""
    rows = list(_students(by).values_list("student_id", "stamnummer"))
    if by.institution.number != BRUSSEL.number:
        return [student for student, _ in rows]
    spread = len(rows) // NUMBER_WITHOUT_ACCOUNT
    others = [stamnummer for _, stamnummer in rows[::spread] if stamnummer not in KEPT]
    without = {WITHOUT_ACCOUNT, *others[: NUMBER_WITHOUT_ACCOUNT - 1]}
    return [student for student, stamnummer in rows if stamnummer not in without]


def _link_email(by: Actor) -> None:
    stamnummer, email = LINKED
    account = Account.objects.get(
        student__enrolments__institution=by.institution,
        student__enrolments__stamnummer=stamnummer,
    )
    link_email(account_id=account.pk, email=email, by=by)
