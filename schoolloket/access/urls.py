from django.urls import path

from . import views

urlpatterns = [
    path("<number:number>/toegang/", views.access, name="access"),
    path("<number:number>/toegang/uitnodigen/", views.invite, name="invite"),
    path(
        "<number:number>/toegang/uitnodiging/<id:invitation_id>/opnieuw/",
        views.send_again,
        name="send_invitation_again",
    ),
    path(
        "<number:number>/toegang/uitnodiging/<id:invitation_id>/intrekken/",
        views.withdraw,
        name="withdraw_invitation",
    ),
    path("<number:number>/toegang/<id:right_id>/wijzigen/", views.change, name="change_right"),
    path(
        "<number:number>/toegang/<id:right_id>/tweede-stap/",
        views.reset_factor,
        name="reset_factor",
    ),
    path("<number:number>/toegang/<id:right_id>/beeindigen/", views.end, name="end_right"),
    path("uitnodiging/<token:token>/", views.invitation_link, name="invitation_link"),
    path("uitnodiging/", views.accept_invitation, name="accept_invitation"),
]
