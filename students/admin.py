"""The admin for operators: release a pupil whom another school does not let go (R11)."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from schoolloket.core.clock import today
from schoolloket.institutions.requests import operator_of

from .actions import release_as_operator
from .models import Enrolment


@admin.register(Enrolment)
class HeldEnrolmentAdmin(admin.ModelAdmin):
    """The enrolments that wait for another school, and nothing else to do than release them.

    Without names, which no operator needs.
    """

    list_display = ["stamnummer", "school", "begins", "ends", "joined"]
    list_display_links = None
    search_fields = ["=stamnummer", "=institution__number"]
    actions = ["release"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        """Return the enrolments that wait today."""
        return Enrolment.objects.held_on(today()).select_related("institution")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, under a title that says what is done there."""
        return super().changelist_view(request, {"title": "Inschrijvingen die wachten"})

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is no page of one enrolment: Django's would show all that is known of the pupil."""
        raise Http404

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise Http404

    @admin.display(description="instelling", ordering="institution")
    def school(self, enrolment: Enrolment) -> str:
        return str(enrolment.institution)

    @admin.display(description="van", ordering="starts_on")
    def begins(self, enrolment: Enrolment) -> date:
        return enrolment.starts_on

    @admin.display(description="tot en met", ordering="ends_on")
    def ends(self, enrolment: Enrolment) -> date:
        return enrolment.ends_on

    @admin.display(description="ingelezen op", ordering="joined_at")
    def joined(self, enrolment: Enrolment) -> datetime:
        return enrolment.joined_at

    @admin.action(description="Geef vrij: deze school mag de aanmeldgegevens wijzigen")
    def release(self, request: Any, enrolments: QuerySet[Enrolment]) -> None:
        """Release the ticked enrolments."""
        count = release_as_operator(by=operator_of(request), enrolments=enrolments)
        messages.success(request, f"Vrijgegeven: {count}.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Enrolment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Enrolment | None = None) -> bool:
        return False
