"""Every route of the desk. A new one must be named in `tests/routes.py`."""

from allauth.account import views as sign_in
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkey
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, register_converter

from schoolloket.institutions import views
from schoolloket.institutions.converters import (
    IdConverter,
    InstitutionNumberConverter,
    UserIdConverter,
)
from schoolloket.institutions.second_factor import views as second_factor
from schoolloket.institutions.single_sign_on import views as single_sign_on

register_converter(InstitutionNumberConverter, "number")
register_converter(IdConverter, "id")
register_converter(UserIdConverter, "uidb36")

# The second step of the sign-in, and what each manager has for it.
second_factor_urls = [
    path("code/", factor.authenticate, name="mfa_authenticate"),
    path("sleutel/", passkey.login_webauthn, name="mfa_login_webauthn"),
    path("bevestigen/", second_factor.prove_again, name="prove_again"),
    path("bevestigen/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path(
        "bevestigen/sleutel/", passkey.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"
    ),
    path("tweede-stap/", second_factor.second_factor_needed, name="second_factor_needed"),
    path("tweede-stap/mail/", second_factor.mail_enrolment_link, name="mail_enrolment_link"),
    path("tweede-stap/kies/", second_factor.enrol, name="enrol"),
    path("tweede-stap/<uidb36:uidb36>-<key>/", second_factor.enrolment_link, name="enrolment_link"),
    path("mijn/", second_factor.my_sign_in, name="mfa_index"),
    path("mijn/e-mail/", views.change_email, name="change_email"),
    path("e-mail/<str:token>/", views.confirm_email, name="confirm_email"),
    path("mijn/app/", app.activate_totp, name="mfa_activate_totp"),
    path("mijn/app/weg/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("mijn/sleutel/", passkey.add_webauthn, name="mfa_add_webauthn"),
    path(
        "mijn/sleutel/<id:passkey_id>/weg/",
        second_factor.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("mijn/herstelcodes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "mijn/herstelcodes/nieuw/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]

# Of the sign-in library only what a desk needs: nobody registers or changes an e-mail address.
sign_in_urls = [
    path("", sign_in.login, name="account_login"),
    # Also for somebody halfway the sign-in, who begins anew.
    path("afmelden/", login_not_required(sign_in.logout), name="account_logout"),
    path("overal-afmelden/", views.sign_out_everywhere, name="sign_out_everywhere"),
    path("formulier/", views.form_token, name="form_token"),
    path("inactief/", sign_in.account_inactive, name="account_inactive"),
    path("opnieuw/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("wachtwoord/", views.change_password, name="account_change_password"),
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

# The organisation's own sign-in; 404 where the deployment names no provider.
single_sign_on_urls = [
    path("", single_sign_on.sign_in, name="sso_sign_in"),
    path("terug/", single_sign_on.callback, name="sso_callback"),
]

urlpatterns = [
    path("", views.choose_institution, name="choose_institution"),
    path("aanmelden/", include(sign_in_urls)),
    path("aanmelden/", include(second_factor_urls)),
    path("aanmelden/organisatie/", include(single_sign_on_urls)),
    path("mijn/", include("accounts.portal.urls")),
    path("beheer/", admin.site.urls),
    path("<number:number>/", views.desk_home, name="desk_home"),
    path("", include("accounts.urls")),
    path("", include("credentials.urls")),
    path("", include("schoolloket.privacy.urls")),
    path("", include("schoolloket.access.urls")),
    path("", include("students.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("schoolloket.demo.urls")))

handler400 = "schoolloket.error_views.bad_request"
handler500 = "schoolloket.error_views.server_error"
