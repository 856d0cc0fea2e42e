"""All data of one pupil as a file, for a request under the GDPR (R12).

The data of another school are that school's to give: of those the file holds only what a page of
the desk shows too (R10, R11). For a school that has not the say the same holds of the LeerID. No
password, hash or token is in it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts import timeline
from accounts.models import Account, Username
from accounts.overview import account_of, standing
from accounts.portal.models import MailToken
from credentials.models import BatchItem
from schoolloket.core import workbook
from schoolloket.core.text import mask_email
from schoolloket.institutions.models import Institution
from students.models import Enrolment, Student

COLUMNS = {"Onderdeel": 26, "Gegeven": 36, "Waarde": 70}

# Part of the file, name of the datum, its value: a line of the file.
Line = tuple[str, str, str]
# Name of the datum, its value: the lines of one part.
Facts = Iterator[tuple[str, str | date | datetime | None]]


def render(institution: Institution, row: Enrolment) -> bytes:
    """Return an .xlsx with a line for each datum of the student of this row."""
    now = timezone.now()
    return workbook.render("Gegevens", COLUMNS, lines(institution, row, now), made_at=now)


def lines(institution: Institution, row: Enrolment, now: datetime) -> Iterator[Line]:
    """Yield all that is kept of the student and this school may know, part by part."""
    day = timezone.localdate(now)
    has_the_say = standing(institution, row, day).has_the_say

    yield from _part("Over dit bestand", _about(institution, now, has_the_say=has_the_say))
    yield from _part("Officiële gegevens", _official(row.student))
    yield from _part("Inschrijvingen", _enrolments(institution, row.student))

    account = account_of(row)
    if account:
        yield from _part("LeerID", _account(institution, account, has_the_say=has_the_say))
        if has_the_say:
            yield from _part("Mijn LeerID", _portal(account))
        yield from _part("Afdrukken", _batches(institution, row.student))
        yield from _ended(institution, account, has_the_say=has_the_say)

    history = timeline.of_pupil(institution, row.student, account, day)
    yield from _part("Historiek", _history(history))


def _ended(institution: Institution, account: Account, *, has_the_say: bool) -> Iterator[Line]:
    """Yield the LeerIDs that ended for the sake of this one, where the school had them (R11).

    Of the others the history has event and date.
    """
    for ended in timeline.ended_accounts(account.student_id):
        if not timeline.worked_on(institution, ended):
            continue
        yield from _part("Beëindigd LeerID", _facts(ended, has_the_say=has_the_say))
        if has_the_say:
            yield from _part("Beëindigd LeerID", _portal(ended))


def _part(title: str, facts: Facts) -> Iterator[Line]:
    """Yield the facts as lines of one part of the file."""
    for name, value in facts:
        yield title, name, _text(value)


def _text(value: str | date | datetime | None) -> str:
    """Return the value as the file shows it: a date as 07/11/2010, no value as a hyphen."""
    if not value:
        return "-"

    # A datetime is a date too, so it comes first.
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return value


def _about(institution: Institution, now: datetime, *, has_the_say: bool) -> Facts:
    yield "Gemaakt op", now
    yield "Gemaakt door", str(institution)
    yield (
        "Wat erin staat",
        "Alles wat het LeerID Schoolloket van deze leerling bewaart. Wachtwoorden staan er niet "
        "in: ze worden alleen onleesbaar (als hash) bewaard. Wat een andere school bijhoudt, "
        "vraag je aan die school.",
    )
    if not has_the_say:
        yield (
            "Wat er niet in staat",
            "Een andere school beslist over dit LeerID, of de leerling is uitgeschreven. Het "
            "volledige e-mailadres, de aanmeldingen en de mails staan daarom niet in dit bestand.",
        )


def _official(student: Student) -> Facts:
    yield "Voornaam", student.official_first_name
    yield "Naam", student.official_last_name
    yield "Geslacht", student.sex
    yield "Geboortedatum", student.birth_date
    yield "Herkomst", student.get_official_data_display()

    number = "Wordt niet bewaard"
    if student.identity_hash:
        number += ", wel een onleesbare afdruk om de leerling te herkennen"
    yield "Rijksregister- of bisnummer", number


def _enrolments(institution: Institution, student: Student) -> Facts:
    """Yield the enrolments; of another school only the period (R11)."""
    for enrolment in student.enrolments.order_by("starts_on", "pk"):
        period = f"{_text(enrolment.starts_on)} tot en met {_text(enrolment.ends_on)}"
        if enrolment.institution_id != institution.pk:
            yield timeline.OTHER_SCHOOL, period
            continue

        yield "Instelling", str(institution)
        yield "Periode", period
        yield "Stamnummer", enrolment.stamnummer
        yield "Voornaam", enrolment.first_name
        yield "Naam", enrolment.last_name
        yield "Klas", enrolment.class_code
        yield "Administratieve groep", enrolment.administrative_group


def _account(institution: Institution, account: Account, *, has_the_say: bool) -> Facts:
    """Yield the LeerID; for the school that has the say with the usernames reserved for it (R6)."""
    yield "Gebruikersnaam", account.username
    if has_the_say:
        for name in _reserved(institution, account).order_by("value"):
            yield "Gereserveerde gebruikersnaam", name.value
    yield from _facts(account, has_the_say=has_the_say)


def _reserved(institution: Institution, account: Account) -> QuerySet[Username]:
    """Return the pupil's usernames, without those of a LeerID that this school never had (R11)."""
    usernames = Username.objects.filter(student=account.student_id)
    for ended in timeline.ended_accounts(account.student_id):
        if not timeline.worked_on(institution, ended):
            usernames = usernames.exclude(value__in=timeline.usernames_of(ended))
    return usernames


def _facts(account: Account, *, has_the_say: bool) -> Facts:
    """Yield what is kept of a LeerID, with the e-mail address masked without the say (R11)."""
    email = mask_email(account.email)
    if has_the_say:
        email = account.email

    must_choose = "Nee"
    if account.must_change_password:
        must_choose = "Ja"
    yield "Type", account.get_kind_display()
    yield "Wachtwoord type", account.get_password_kind_display()
    yield "Moet nieuw wachtwoord kiezen", must_choose
    yield "E-mailadres", email

    yield "LeerID creatie", account.created_at
    yield "Gedeactiveerd op", account.deactivated_at
    yield "Laatste aanmelding", account.last_sign_in_at
    yield "Laatste mislukte aanmelding", account.last_failed_at
    yield "Reden", account.get_last_failure_display()


def _portal(account: Account) -> Facts:
    """Yield the sign-ins of the pupil and the mails that were sent, the newest first."""
    yield "Mislukte aanmeldingen na elkaar", str(account.failed_sign_ins)
    for session in account.portal_sessions.all():
        name = "Aangemeld op een nieuw toestel"
        if session.on_known_device:
            name = "Aangemeld op een bekend toestel"
        yield name, session.created_at

    for mail in MailToken.objects.filter(account=account).order_by("-created_at"):
        name = f"Mail: {mail.get_purpose_display()}"
        yield name, f"{_text(mail.created_at)} aan {mail.email}"


def _batches(institution: Institution, student: Student) -> Facts:
    """Yield the batches of this school that hold the pupil, and what became of each LeerID."""
    people = Student.objects.with_merged([student.pk])
    items = BatchItem.objects.filter(account__student__in=people, batch__institution=institution)
    for item in items.select_related("batch").order_by("batch__created_at"):
        batch = item.batch
        name = f"{batch.get_purpose_display()}, reeks {batch.number or '-'}"
        outcome = f"{item.username}, {item.get_outcome_display()}"
        yield name, f"{_text(batch.created_at)}: {outcome}"


def _history(history: Iterable[timeline.Line]) -> Facts:
    """Yield each line of the history, followed by the fields that it changed."""
    for line in history:
        moment = _text(line.at or line.on)
        yield line.what, ", ".join(filter(None, [moment, line.who, line.where]))

        for change in line.changes:
            if not change.old and not change.new:
                # A change of password has no values.
                continue

            name = f"{line.what}: {change.get_field_display()}"
            old = timeline.label(change.field, change.old)
            new = timeline.label(change.field, change.new)
            yield name, f"{_text(old)} → {_text(new)}"
