from django.urls import path, register_converter

from schoolloket.core.tokens import TokenConverter

from .views import mailed_links, own_password, sessions

register_converter(TokenConverter, "token")

app_name = "portal"

urlpatterns = [
    path("", sessions.sign_in, name="sign_in"),
    path("start/", sessions.home, name="home"),
    path("afmelden/", sessions.sign_out, name="sign_out"),
    path("overal-afmelden/", sessions.sign_out_everywhere, name="sign_out_everywhere"),
    path("wachtwoord/", own_password.password, name="password"),
    path("e-mail/", mailed_links.email, name="email"),
    path("e-mail/<token:token>/", mailed_links.open_link, name="open_link"),
    path("e-mail/bevestigen", mailed_links.confirm_link, name="confirm_link"),
    path("vergeten/", mailed_links.forgotten, name="forgotten"),
    path("vergeten/<token:token>/", mailed_links.open_reset, name="open_reset"),
    path("vergeten/nieuw", mailed_links.reset, name="reset"),
    # The printed URL. Last: it has no slash, and every page above but the first has one.
    path("<str:username>", sessions.sign_in, name="sign_in_as"),
]
