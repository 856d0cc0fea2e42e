from django.urls import path

from . import views

urlpatterns = [
    path("", views.sign_in, name="portal"),
    path("<str:username>", views.sign_in, name="portal_sign_in"),
    path("<str:username>/", views.sign_in),
]
