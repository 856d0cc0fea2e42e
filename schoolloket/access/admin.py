"""The invitations in `/beheer/`: an operator invites the first LeerID-beheerder of a school."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from schoolloket.core.exceptions import Refused
from schoolloket.core.forms import Form
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution, Invitation, Membership
from schoolloket.institutions.operators import RightsAdmin
from schoolloket.institutions.requests import ip_address_of
from schoolloket.institutions.second_factor.fresh import asks_again

from . import actions
from .grants import Grant


class FirstInvitationForm(Form):
    """Asks whom to invite, in which school, as LeerID-beheerder."""

    institution = forms.ModelChoiceField(
        Institution.objects.all(), label="Instelling", empty_label="Kies een instelling"
    )
    email = forms.EmailField(label="E-mailadres")


@admin.register(Invitation)
class InvitationAdmin(RightsAdmin):
    """The invitations that wait. Their links are in the mails only."""

    list_display = ["email", "institution", "role", "is_mailed", "works_until"]
    list_display_links = None
    list_select_related = ["institution"]
    search_fields = ["email", "=institution__number", "institution__name"]
    ordering = ["institution", "email"]
    actions = ["send_again", "withdraw"]

    @admin.display(description="verstuurd", boolean=True)
    def is_mailed(self, invitation: Invitation) -> bool:
        return invitation.mailed_at is not None

    @admin.display(description="werkt tot", ordering="expires_at")
    def works_until(self, invitation: Invitation) -> datetime:
        return invitation.expires_at

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The list, under a title that says what it is."""
        return super().changelist_view(request, {"title": "Uitnodigingen die wachten"})

    @method_decorator(asks_again)
    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Invite a LeerID-beheerder by mail."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        form = FirstInvitationForm(request.POST or None)
        if form.is_valid() and self._invited(request, form):
            return redirect("admin:institutions_invitation_changelist")
        return self.page(request, "admin/invite.html", "Nodig een LeerID-beheerder uit", form=form)

    def _invited(self, request: HttpRequest, form: FirstInvitationForm) -> bool:
        email = form.cleaned_data["email"]
        try:
            actions.invite(
                by=_author(request, form.cleaned_data["institution"]),
                email=email,
                grant=Grant(Membership.Role.MANAGER),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
            return False
        messages.success(request, f"De uitnodiging voor {email} is onderweg.")
        return True

    @admin.action(description="Stuur opnieuw, met een nieuwe link", permissions=["add"])
    def send_again(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        """Mail the ticked invitations again."""
        self._do(actions.send_again, "Opnieuw verstuurd", request, invitations)

    @admin.action(description="Trek in: de link werkt niet meer", permissions=["add"])
    def withdraw(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        """Withdraw the ticked invitations."""
        self._do(actions.withdraw, "Ingetrokken", request, invitations)

    def _do(
        self,
        action: Callable[..., object],
        done: str,
        request: HttpRequest,
        invitations: QuerySet[Invitation],
    ) -> None:
        for invitation in invitations.select_related("institution"):
            by = _author(request, invitation.institution)
            try:
                action(by=by, invitation_id=invitation.pk)
            except Refused as refused:
                messages.warning(request, str(refused))
            else:
                messages.success(request, f"{done}: {invitation.email}.")


def _author(request: Any, institution: Institution) -> Actor:
    """Return the operator, who acts in the school without a right there."""
    return Actor(institution=institution, manager=request.user, ip_address=ip_address_of(request))
