from django.urls import path

from . import views

urlpatterns = [
    path("<number:number>/leerlingen/", views.students, name="students"),
    path("<number:number>/leerlingen/selectie/", views.selection, name="selection"),
    path("<number:number>/leerlingen/status/", views.change_status, name="change_status"),
    path("<number:number>/leerlingen/excel/", views.workbook, name="students_workbook"),
    path("<number:number>/leerlingen/<id:student_id>/", views.student, name="student"),
    path(
        "<number:number>/leerlingen/<id:student_id>/historiek/",
        views.account_history,
        name="account_history",
    ),
    path(
        "<number:number>/leerlingen/<id:student_id>/detailhistoriek/",
        views.detail_history,
        name="detail_history",
    ),
    path(
        "<number:number>/leerlingen/<id:student_id>/vrijgeven/",
        views.release,
        name="release_student",
    ),
]
