from django.urls import path

from . import views

app_name = "portal"

urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("start/", views.home, name="home"),
    path("afmelden/", views.sign_out, name="sign_out"),
    path("wachtwoord/", views.password, name="password"),
    path("e-mail/", views.email, name="email"),
    path("e-mail/<str:token>/", views.open_link, name="open_link"),
    path("e-mail/bevestigen", views.confirm_link, name="confirm_link"),
    path("vergeten/", views.forgotten, name="forgotten"),
    path("vergeten/<str:token>/", views.open_reset, name="open_reset"),
    path("vergeten/nieuw", views.reset, name="reset"),
    # The printed address. Last: the pages above all have a slash in them.
    path("<str:username>", views.sign_in, name="sign_in_as"),
]
