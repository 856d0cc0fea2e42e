"""Django's admin is for operators: institutions, managers and who may enter which school."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm

from .models import Institution, Manager, Membership

# The admin's own form would bypass the limits on failed sign-ins.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "LeerID Schoolloket - beheer"


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["institution", "manager"]


class ManagerCreationForm(AdminUserCreationForm):
    class Meta:
        model = Manager
        fields = ("email", "name")


@admin.register(Manager)
class ManagerAdmin(UserAdmin):
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


@admin.register(Institution)
class InstitutionAdmin(admin.ModelAdmin):
    list_display = ["number", "municipality", "name"]
    search_fields = ["number", "municipality", "name"]
    inlines = [MembershipInline]
