"""Django's admin is for operators: institutions, managers and who may enter which school."""

from datetime import date
from typing import Any

from allauth.account import admin as library_admin
from allauth.account import views as sign_in
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as factors_admin
from allauth.socialaccount import admin as providers_admin
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from schoolloket.core.exceptions import Refused

from . import actions
from .forms import ReasonForm
from .models import AccessEvent, Institution, Manager, Membership
from .operators import RightsAdmin
from .requests import author_of
from .second_factor import actions as second_factor
from .second_factor.factors import factors_of
from .second_factor.fresh import asks_again
from .single_sign_on.admin import SubjectInline

# The admin's own form would bypass the limits on failed sign-ins.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def _log_out(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Sign an operator out as every manager is, with a row in the access log."""
    response: HttpResponseBase = sign_in.logout(request)
    return response


def _change_password(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Let an operator change the own password where every manager does: guesses are limited."""
    return redirect("account_change_password")


admin.site.logout = _log_out  # type: ignore[assignment, method-assign]
admin.site.password_change = _change_password  # type: ignore[assignment, method-assign]
# A manager has one e-mail address, that of the manager's own page.
admin.site.unregister(library_admin.EmailAddress)
# Nobody reads or writes a secret of a second factor, or what a provider said of somebody.
admin.site.unregister(factors_admin.Authenticator)
for model in (
    providers_admin.SocialAccount,
    providers_admin.SocialApp,
    providers_admin.SocialToken,
):
    admin.site.unregister(model)
# The rights of an operator are a manager's own.
admin.site.unregister(Group)
# It would list what goes along, pupils too.
admin.site.disable_action("delete_selected")
admin.site.enable_nav_sidebar = False
admin.site.index_title = "Beheer"
admin.site.site_header = admin.site.site_title = "LeerID Schoolloket - beheer"


class MembershipForm(forms.ModelForm):
    """A right of a manager in a school. A helper's is given at the desk, where the classes are.

    Only the last day of an existing right changes: it never moves to another school or manager.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"institution", "manager"} & self.fields.keys():
            self.fields[name].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where a helper's right has no last day in its year (R13)."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.is_helper:
            self._refuse_beyond_the_year(cleaned.get("ends_on"))
        return cleaned

    def _refuse_beyond_the_year(self, ends_on: date | None) -> None:
        if ends_on is None:
            raise ValidationError("De toegang van een klashelper heeft een laatste dag.")
        last_day = date(self.instance.school_year + 1, 8, 31)
        if ends_on > last_day:
            raise ValidationError(f"Voor een klashelper ten laatste op {last_day:%d/%m/%Y}.")


class MembershipFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Raises ValidationError where a manager would have two rights in one school."""
        super().clean()
        kept = [one for one in self.forms if one.cleaned_data and one not in self.deleted_forms]
        rights = {
            (one.instance.manager_id, one.instance.institution_id, one.instance.source)
            for one in kept
        }
        if len(rights) < len(kept):
            raise ValidationError("Hier staat twee keer dezelfde beheerder in dezelfde instelling.")


class MembershipInline(admin.StackedInline):
    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    extra = 0
    fields = ["institution", "shown_role", "shown_classes", "ends_on"]
    readonly_fields = ["shown_role", "shown_classes"]

    @admin.display(description="rol")
    def shown_role(self, right: Membership) -> str:
        return str(right.get_role_display())

    @admin.display(description="klassen")
    def shown_classes(self, right: Membership) -> str:
        return ", ".join(right.classes) or "alle"


class PeopleInline(MembershipInline):
    """Who works at the desk of a school. Somebody else is invited, or added at the own page."""

    fields = ["manager", "shown_role", "shown_classes", "ends_on"]
    readonly_fields = ["manager", "shown_role", "shown_classes"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ManagerForm(UserChangeForm):
    """Asks for an e-mail address, but not of who comes in through the organisation without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = self.instance.email is not None


@admin.register(Manager)
class ManagerAdmin(RightsAdmin, UserAdmin):
    """Managers. None is added here: who is invited chooses the own password."""

    form = ManagerForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined", "second_step"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "second_step"]}),
        ("Rechten", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Data", {"fields": ["last_login", "date_joined"]}),
    ]
    inlines = [MembershipInline]
    actions = ["sign_out"]
    stays = (
        "Wie in het logboek van de toegang staat, wordt niet verwijderd. "
        "Neem het vinkje bij Actief weg: dan kan deze beheerder nergens meer in."
    )

    def get_urls(self) -> list[URLPattern]:
        """Return the admin's routes, and before them the reset of a lost factor."""
        view = self.admin_site.admin_view(self.reset_view)
        return [
            path("<id:manager_id>/tweede-stap/", view, name="reset_factor"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @method_decorator(asks_again)
    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().user_change_password(request, *args, **kwargs)

    @admin.display(description="tweede stap")
    def second_step(self, manager: Manager) -> str:
        """Whether there is one, and the way to erase one that was lost."""
        if not factors_of(manager).exists():
            return "Nog geen"
        return format_html(
            'Ingesteld. <a href="{}">Wis de tweede stap (verloren)</a>',
            reverse("admin:reset_factor", args=[manager.pk]),
        )

    @method_decorator(asks_again)
    def reset_view(self, request: HttpRequest, manager_id: int) -> HttpResponse:
        """Erase the factor that a manager lost, with a reason."""
        manager = get_object_or_404(Manager, pk=manager_id)
        if not self.has_change_permission(request, manager):
            raise PermissionDenied

        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            title = f"Wis de tweede stap van {manager}"
            return self.page(request, "admin/reset_factor.html", title, form=form, original=manager)

        try:
            second_factor.reset(
                manager=manager, by=author_of(request), reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request, f"{manager} krijgt een mail om een tweede stap in te stellen."
            )
        return redirect("admin:institutions_manager_change", manager.pk)

    def get_inlines(self, request: HttpRequest, obj: Manager | None = None) -> list[Any]:
        """The rights, and the organisation's own sign-in where the deployment names one."""
        if obj is None or settings.SSO is None:
            return self.inlines
        return [*self.inlines, SubjectInline]

    @admin.action(
        description="Meld overal af: sluit de openstaande vensters", permissions=["change"]
    )
    def sign_out(self, request: Any, managers: QuerySet[Manager]) -> None:
        """End every session of the ticked managers."""
        for manager in managers:
            actions.end_sessions(manager=manager, by=author_of(request))
        messages.success(request, f"Overal afgemeld: {len(managers)}.")


@admin.register(Institution)
class InstitutionAdmin(RightsAdmin):
    list_display = ["number", "municipality", "name"]
    search_fields = ["number", "municipality", "name"]
    inlines = [PeopleInline]
    stays = "Deze instelling heeft leerlingen, of staat in het logboek van de toegang: ze blijft."


class InstitutionFilter(admin.SimpleListFilter):
    title = "instelling"
    parameter_name = "instelling"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(one.number, str(one)) for one in Institution.objects.all()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        institution = Institution.objects.filter(number=self.value() or "").first()
        if institution is None:
            return queryset
        return queryset.of(institution)


@admin.register(AccessEvent)
class AccessEventAdmin(admin.ModelAdmin):
    """The access log, to read only."""

    list_display = ["at", "kind", "manager", "by", "institution", "ip_address", "detail"]
    list_filter = ["kind", InstitutionFilter]
    list_select_related = ["manager", "by", "institution"]
    search_fields = ["manager__email", "manager__name"]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, under a title of its own: nothing is selected in it."""
        return super().changelist_view(request, {"title": "Logboek van de toegang"})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessEvent | None = None) -> bool:
        return False
