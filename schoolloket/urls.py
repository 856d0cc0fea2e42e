"""Every route of the desk. A new one must be named in `tests/test_routes.py`."""

from allauth.account import views as sign_in
from django.contrib import admin
from django.urls import include, path, register_converter

from schoolloket.institutions import views
from schoolloket.institutions.converters import (
    IdConverter,
    InstitutionNumberConverter,
    UserIdConverter,
)

register_converter(InstitutionNumberConverter, "number")
register_converter(IdConverter, "id")
register_converter(UserIdConverter, "uidb36")

# Of the sign-in library only what a desk needs: nobody registers or changes an e-mail address.
sign_in_urls = [
    path("", sign_in.login, name="account_login"),
    path("afmelden/", sign_in.logout, name="account_logout"),
    path("overal-afmelden/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("inactief/", sign_in.account_inactive, name="account_inactive"),
    path("opnieuw/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("wachtwoord/", sign_in.password_change, name="account_change_password"),
    path("vergeten/", sign_in.password_reset, name="account_reset_password"),
    path("vergeten/verstuurd/", sign_in.password_reset_done, name="account_reset_password_done"),
    path(
        "vergeten/<uidb36:uidb36>-<key>/",
        sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "vergeten/klaar/",
        sign_in.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # The library links to these by name, but the desk does not offer them.
    path("registreren/", views.not_offered, name="account_signup"),
    path("e-mail/", views.not_offered, name="account_email"),
    path("wachtwoord/zetten/", views.not_offered, name="account_set_password"),
]

urlpatterns = [
    path("", views.choose_institution, name="choose_institution"),
    path("aanmelden/", include(sign_in_urls)),
    path("mijn/", include("accounts.portal.urls")),
    path("beheer/", admin.site.urls),
    path("<number:number>/", views.desk_home, name="desk_home"),
    path("", include("accounts.urls")),
    path("", include("credentials.urls")),
    path("", include("schoolloket.privacy.urls")),
    path("", include("students.urls")),
]

handler400 = "schoolloket.error_views.bad_request"
handler500 = "schoolloket.error_views.server_error"
