from django.urls import path

from . import views

urlpatterns = [
    path(
        "<number:number>/leerlingen/<id:student_id>/gegevens/",
        views.export_student,
        name="export_student",
    ),
]
