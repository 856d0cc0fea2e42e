"""Django's admin is for operators: institutions, managers and who may enter which school."""

from typing import Any

from allauth.account import admin as library_admin
from allauth.account import views as sign_in
from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as factors_admin
from allauth.socialaccount import admin as providers_admin
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from . import actions
from .models import AccessEvent, Institution, Manager, Membership
from .requests import author_of
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
admin.site.site_header = admin.site.site_title = "LeerID Schoolloket - beheer"


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["institution", "manager"]


class ManagerCreationForm(AdminUserCreationForm):
    class Meta:
        model = Manager
        fields = ("email", "name")


class ManagerForm(UserChangeForm):
    """Asks for an e-mail address, but not of who comes in through the organisation without one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = self.instance.email is not None


@admin.register(Manager)
class ManagerAdmin(UserAdmin):
    form = ManagerForm
    add_form = ManagerCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Rechten", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Data", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]
    inlines = [MembershipInline]
    actions = ["sign_out"]

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
class InstitutionAdmin(admin.ModelAdmin):
    list_display = ["number", "municipality", "name"]
    search_fields = ["number", "municipality", "name"]
    inlines = [MembershipInline]


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
