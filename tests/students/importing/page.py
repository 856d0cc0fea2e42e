"""The import page as its tests use it: send a file, and read what the page says."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from students.models import ImportRun

PAGE = "/999912/import/"


def send(client: Client, content: bytes, kind: str = "volledig") -> HttpResponse:
    file = SimpleUploadedFile("lijst.csv", content)
    return client.post(PAGE, {"file": file, "kind": kind}, follow=True)


def preview_of(run: ImportRun) -> str:
    return reverse("import_preview", args=[run.institution.number, run.pk])


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    return found[1]


def text(response: HttpResponse) -> str:
    """The text of the page, without tags and double blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
