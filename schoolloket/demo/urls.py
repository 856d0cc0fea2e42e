from django.urls import path

from . import views

urlpatterns = [path("mails/", views.mails, name="demo_mails")]
