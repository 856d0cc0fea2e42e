"""The admin for operators: who is who, and the former data of a pupil (R11)."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from schoolloket.core.exceptions import AlreadySettled, CannotPutBack, DecisionChanged
from schoolloket.institutions.operators import OwnPages
from schoolloket.institutions.requests import operator_of
from students.models import IdentityConflict, Student, StudentEvent

from . import actions, former_data
from .forms import PupilSearchForm, SurvivorForm
from .models import FormerData
from .people import couple, found, person


class OwnPagesAdmin(OwnPages):
    """Nothing is added, deleted or edited in a form: what can be done has a page of its own."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def object_or_404(self, request: HttpRequest, object_id: int | str) -> Any:
        """Return the object for somebody who may see it. Raises PermissionDenied or Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        instance = self.get_object(request, str(object_id))
        if instance is None:
            raise Http404
        return instance

    def refuse_without_right_to_change(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for an operator who may only look."""
        if not self.has_change_permission(request):
            raise PermissionDenied


@admin.register(IdentityConflict)
class ConflictAdmin(OwnPagesAdmin):
    """Two students with one number and different names: are they one?"""

    # Without names: who they are stands on the page of the doubt.
    list_display = ["since", "school", "schools_of_the_other"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdentityConflict]:
        """Return what is yet to be decided."""
        conflicts = IdentityConflict.objects.open().select_related("institution")
        return conflicts.prefetch_related("other__enrolments__institution")

    @admin.display(description="sinds", ordering="at")
    def since(self, conflict: IdentityConflict) -> datetime:
        return conflict.at

    @admin.display(description="ingelezen door")
    def school(self, conflict: IdentityConflict) -> str:
        return str(conflict.institution)

    @admin.display(description="het nummer is van een leerling van")
    def schools_of_the_other(self, conflict: IdentityConflict) -> str:
        schools = {str(one.institution) for one in conflict.other.enrolments.all()}
        return " / ".join(sorted(schools))

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's routes, and before them the two decisions."""
        view = self.admin_site.admin_view
        own = [
            path("<id:conflict_id>/samenvoegen/", view(self.merge_view), name="merge_students"),
            path("<id:conflict_id>/uiteenhouden/", view(self.part_view), name="part_students"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, under a title of its own: nothing is edited behind it."""
        return super().changelist_view(request, {"title": "Eén leerling of twee?"})

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Both students next to each other, and the two decisions. Nothing is edited here."""
        conflict = self.object_or_404(request, object_id)
        return self.page(
            request,
            "identity/conflict.html",
            "Eén leerling of twee?",
            conflict=conflict,
            couple=couple(conflict),
            may_decide=self.has_change_permission(request),
        )

    def merge_view(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        """Say what a merge will do, and do it at the second click."""
        self.refuse_without_right_to_change(request)
        if request.method == "POST":
            return self._merge(request, conflict_id)

        conflict = self.object_or_404(request, conflict_id)
        two = couple(conflict)
        return self.page(
            request,
            "identity/merge.html",
            "Voeg samen",
            conflict=conflict,
            couple=two,
            form=SurvivorForm(initial={"survivor": two.survivor.student.pk}),
        )

    def _merge(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        """Merge as the page said, or lead back to it where it would be otherwise by now."""
        form = SurvivorForm(request.POST)
        survivor_id = 0
        if form.is_valid():
            survivor_id = form.cleaned_data["survivor"]

        try:
            actions.merge(by=operator_of(request), conflict_id=conflict_id, survivor_id=survivor_id)
        except IdentityConflict.DoesNotExist:
            raise Http404 from None
        except DecisionChanged as refused:
            messages.warning(request, str(refused))
            return redirect("admin:merge_students", conflict_id)
        except AlreadySettled as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "Samengevoegd. De scholen lezen het in de historiek.")
        return redirect("admin:students_identityconflict_changelist")

    def part_view(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        """Say what it means that they are two pupils, and settle it at the second click."""
        self.refuse_without_right_to_change(request)
        if request.method == "POST":
            return self._part(request, conflict_id)

        conflict = self.object_or_404(request, conflict_id)
        return self.page(
            request,
            "identity/part.html",
            "Twee verschillende leerlingen",
            conflict=conflict,
            couple=couple(conflict),
        )

    def _part(self, request: HttpRequest, conflict_id: int) -> HttpResponse:
        try:
            actions.part(by=operator_of(request), conflict_id=conflict_id)
        except IdentityConflict.DoesNotExist:
            raise Http404 from None
        except AlreadySettled as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "Genoteerd: het zijn twee verschillende leerlingen.")
        return redirect("admin:students_identityconflict_changelist")


@admin.register(FormerData)
class FormerDataAdmin(OwnPagesAdmin):
    """A pupil whom the operator looks up, and what was known of him or her before."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[FormerData]:
        """Return the pupils; who was merged into another is looked up as that other."""
        return FormerData.objects.filter(merged_into=None)

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's routes, and before them the one that puts back."""
        view = self.admin_site.admin_view
        route = "<id:student_id>/terugzetten/<id:event_id>/"
        return [path(route, view(self.put_back_view), name="put_back"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The search: there is no list of pupils to browse."""
        if not self.has_view_permission(request):
            raise PermissionDenied

        form = PupilSearchForm(request.GET or None)
        people = None
        if form.is_valid():
            people = found(**form.cleaned_data)
        return self.page(
            request, "identity/search.html", "Zoek een leerling", form=form, people=people
        )

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The data of a pupil, and each event that changed them. Nothing is edited here."""
        student = self.object_or_404(request, object_id)
        rows = [
            (event, former_data.shown(event.changes.all())) for event in former_data.events(student)
        ]
        return self.page(
            request,
            "identity/former_data.html",
            "Vroegere gegevens",
            person=person(student),
            rows=rows,
            may_change=self.has_change_permission(request),
        )

    def put_back_view(self, request: HttpRequest, student_id: int, event_id: int) -> HttpResponse:
        """Say what would change or why nothing can, and put it back at the second click."""
        self.refuse_without_right_to_change(request)
        student = self.object_or_404(request, student_id)
        event = former_data.event(student, event_id)
        if event is None:
            raise Http404
        if request.method == "POST":
            return self._put_back(request, student, event)

        changes = former_data.back_to(student, event)
        return self.page(
            request,
            "identity/put_back.html",
            "Zet terug wat er stond",
            person=person(student),
            event=event,
            changes=former_data.shown(changes),
            obstacle=former_data.obstacle(student, changes),
        )

    def _put_back(
        self, request: HttpRequest, student: Student, event: StudentEvent
    ) -> HttpResponse:
        try:
            actions.put_back(by=operator_of(request), student_id=student.pk, event_id=event.pk)
        except CannotPutBack as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "Teruggezet. De scholen lezen het in de historiek.")
        return redirect("admin:identity_formerdata_change", student.pk)
