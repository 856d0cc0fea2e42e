"""Renée of Brussel, and the rows that strangers write about her."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from students.models import Student
from tests.pages import desk
from tests.students.helpers import Pupil, csv_file, national_number, pupil

BORN = date(2010, 1, 2)
NEXT_YEAR = {"starts_on": "01/09/2027", "ends_on": "31/08/2028"}
RENEE = pupil(1, first_name="Renée", last_name="Maes", official_first_name="Renée Sofie")
RENEE |= {"official_last_name": "Maes"}
YEAR = 365 * 24 * 3600


def stranger(**changes: str) -> Pupil:
    """A row of Gent's file with the number of Renée, and another name."""
    row = pupil(1, institution="999913", stamnummer="5", first_name="Bo", last_name="Nel")
    return row | {"official_first_name": "HACKED", "official_last_name": "OFFICIAL"} | changes


def newcomer(**changes: str) -> Pupil:
    """Renée as Gent would write her."""
    return RENEE | {"institution": "999913", "stamnummer": "5"} | changes


def number(counter: int) -> str:
    """One of the numbers that a child born on the day of Renée may have."""
    return national_number(BORN, counter)


def send(client: Client, rows: list[Pupil], school: str = "999913") -> HttpResponse:
    """Upload an addition at the desk of Gent; return its preview."""
    file = SimpleUploadedFile("lijst.csv", csv_file(rows))
    form = {"file": file, "kind": "aanvulling"}
    return client.post(desk("import", number=school), form, follow=True)


def everything(student_id: int) -> dict[str, object]:
    return Student.objects.values().get(pk=student_id)
