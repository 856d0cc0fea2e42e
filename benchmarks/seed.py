"""Fill an empty database with a school, or more: `python -m benchmarks.seed 1000 [SCHOOLS]`.

Written in bulk, past the importer and the actions, which are not measured here.
"""

import os
import sys
from datetime import date, timedelta
from itertools import islice, product

import django
from django.utils import timezone

SCHOOL = "999900"
# The managers of the first school.
MANAGERS = ("een@bench.test", "twee@bench.test")
PASSWORD = "bench-schoolloket-2026"

FIRST_NAMES = [
    *("Amani", "Ardalan", "Butrint", "Süheda", "Łukasz", "Pieter-Alexander", "Noor", "Lotte"),
    *("Jef", "Yasmina", "Wout", "Zoë", "Mohamed", "Emma", "Lars", "Fien", "Aurélie", "Siebe"),
    *("Ilyas", "Hanne", "Tuur", "Marie-Louise", "Kobe", "Nina", "Ömer"),
]
LAST_NAMES = [
    *("Bhatti", "Bockstal", "Boeren", "Bogaert", "Peeters", "Janssens", "Van den Broeck"),
    *("De Smet", "Öztürk", "El Amrani", "Nguyễn", "D'Hondt", "Claes", "Wouters", "Kowalski"),
    *("Van Cauwenberghe", "Dubois", "Mertens", "Goossens", "Hermans", "Vandenbossche"),
    *("Aerts", "Michiels", "Verhaeghe", "Lambrecht", "Popescu", "De Clercq", "Willems"),
    *("Jacobs", "Martens", "Pauwels", "Segers", "Desmedt", "Stevens", "Van Damme", "Lemmens"),
    *("Coppens", "Devos", "Maes", "Thys"),
]
PUPILS_IN_A_CLASS = 24


def fill(pupils: int, schools: int = 1) -> None:
    """Write schools, their managers and this many pupils of each, whose LeerIDs have no e-mail.

    Of every four pupils one has a word, one has pictures and two are advanced.
    """
    # Django has to be set up before any model is imported.
    from schoolloket.institutions.models import Institution, Manager, Membership  # noqa: PLC0415

    if Institution.objects.exists():
        sys.exit("There is a school in this database already: give an empty one.")
    for index in range(schools):
        school = Institution.objects.create(
            number=number_of(index), municipality="BENCH", name=f"TEST School {index + 1}"
        )
        for email in (manager_of(index), *(MANAGERS if index == 0 else ())):
            manager = Manager.objects.create_user(email, PASSWORD, name=email.split("@")[0])
            Membership.objects.create(manager=manager, institution=school)
        _fill_pupils(school.pk, pupils)


def number_of(school: int) -> str:
    """Return the number of a school, the first of which is 0."""
    return str(int(SCHOOL) + school)


def manager_of(school: int) -> str:
    """Return the e-mail address of the manager who has this school alone."""
    return f"beheerder{school}@bench.test"


def _fill_pupils(school_id: int, pupils: int) -> None:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from accounts import usernames  # noqa: PLC0415
    from accounts.models import Account, PasswordKind  # noqa: PLC0415
    from students.models import Enrolment, Student  # noqa: PLC0415

    missing = Student.OfficialData.NUMBER_MISSING
    students = Student.objects.bulk_create(Student(official_data=missing) for _ in range(pupils))
    names = islice(product(range(10), FIRST_NAMES, LAST_NAMES), pupils)
    rows = [
        Enrolment(
            student=student,
            institution_id=school_id,
            stamnummer=str(10_000 + index),
            first_name=first,
            last_name=last,
            administrative_group=_group(index),
            class_code=f"{index // PUPILS_IN_A_CLASS % 6 + 1}{'ABCDEFGH'[index % 8]}",
            starts_on=date.today() - timedelta(days=60),
            ends_on=date.today() + timedelta(days=200),
        )
        for index, (student, (_, first, last)) in enumerate(zip(students, names, strict=True))
    ]
    for row in rows:
        row.fold_names()
    Enrolment.objects.bulk_create(rows)
    given = usernames.free(
        {row.student_id: usernames.from_name(row.first_name, row.last_name) for row in rows}
    )
    usernames.reserve(given)
    some_hash, now = make_password(PASSWORD), timezone.now()
    kinds = [PasswordKind.WORD, PasswordKind.PICTURES, PasswordKind.ADVANCED, PasswordKind.ADVANCED]
    Account.objects.bulk_create(
        Account(
            student_id=student_id,
            username=username,
            kind=kinds[index % 4].account_kind,
            password_kind=kinds[index % 4],
            password=some_hash,
            created_at=now,
        )
        for index, (student_id, username) in enumerate(given.items())
    )


def _group(index: int) -> str:
    year = index // PUPILS_IN_A_CLASS % 6 + 1
    return f"{year}e leerjaar" if index % 4 < 2 else f"{year}e lj 3e gr Elektromechanica TSO"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolloket.settings")
    django.setup()
    fill(*map(int, sys.argv[1:]))
