"""What pages show of a batch; with tags, so that those of a lower room can show it too."""

from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import PasswordKind
from accounts.pictures import Picture
from credentials import deadline
from credentials.documents import Document
from credentials.faces import faces_of
from credentials.forms import uuid_or_none
from credentials.models import Batch, BatchItem
from credentials.new_school_year import NewSchoolYear
from credentials.previews import Row
from credentials.print_setup import PrintSetup
from schoolloket.core.clock import today
from schoolloket.institutions.models import Institution
from students.models import Student

register = template.Library()


@register.inclusion_tag("credentials/includes/student_batches.html", takes_context=True)
def student_batches(context: template.Context, student: Student) -> dict[str, Any]:
    """Show the downloads with this student in them, while they last (R4).

    Right after a save (`?start=<batch>`) the download of that batch starts by itself, once, in a
    browser that was told to.
    """
    request = context["request"]
    saved_now = uuid_or_none(request.GET.get("start"))
    printable = Batch.objects.open_to(request.actor).printable(timezone.now())
    of_student = BatchItem.objects.valid().filter(student=student)

    batches = list(printable.filter(items__in=of_student))
    faces = faces_of(request.institution, batches)
    shown = []
    for batch in batches:
        batch.institution = request.institution
        starts = batch.pk == saved_now and batch.first_downloaded_at is None
        shown.append((batch, faces.get(batch.pk, ""), starts))

    return {
        "institution": request.institution,
        "student": student,
        "read_only": context["read_only"],
        "batches": shown,
        "csrf_token": context["csrf_token"],
    }


@register.inclusion_tag("credentials/includes/new_school_year.html")
def new_school_year(institution: Institution) -> dict[str, Any]:
    """Show in summer how far the school is with the school year that begins."""
    return {
        "institution": institution,
        "new_year": NewSchoolYear(institution, today()),
    }


@register.simple_tag
def download_deadline(batch: Batch) -> str:
    """Until when a saved batch can be downloaded: true before and after a download (R4)."""
    return deadline.sentence(batch)


@register.simple_tag
def batch_purposes() -> type[Batch.Purpose]:
    """Give the purposes of a batch to the buttons that start one: `purposes.RENEW`."""
    return Batch.Purpose


@register.filter
def downloads(batch: Batch) -> list[Document]:
    """The ZIP and each document in it, which can be downloaded alone."""
    return PrintSetup.of(batch).downloads


@register.simple_tag
def kind_options(row: Row) -> str:
    """Give the choices in the menu of a row of the preview."""
    return _kind_options(tuple(row.kinds), row.item.password_kind)


@cache
def _kind_options(kinds: tuple[PasswordKind, ...], chosen: str) -> str:
    """Render it once: a preview of a thousand rows has only a handful of different menus."""
    context = {"kinds": kinds, "chosen": chosen}
    return render_to_string("credentials/includes/kind_options.html", context)


@register.simple_tag
@cache
def small_picture(picture: Picture) -> str:
    """Give a picture of a password with its name; each of the sixteen is rendered once."""
    return render_to_string("credentials/includes/small_picture.html", {"picture": picture})
