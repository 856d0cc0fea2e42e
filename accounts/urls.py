from django.urls import path

from .views import status, student, student_list

urlpatterns = [
    path("<number:number>/leerlingen/", student_list.students, name="students"),
    path("<number:number>/leerlingen/selectie/", student_list.selection, name="selection"),
    path("<number:number>/leerlingen/geselecteerd/", student_list.selected, name="selected"),
    path("<number:number>/leerlingen/status/", status.change_status, name="change_status"),
    path("<number:number>/leerlingen/excel/", student_list.workbook, name="students_workbook"),
    path("<number:number>/leerlingen/<id:student_id>/", student.student, name="student"),
    path(
        "<number:number>/leerlingen/<id:student_id>/historiek/",
        student.account_history,
        name="account_history",
    ),
    path(
        "<number:number>/leerlingen/<id:student_id>/detailhistoriek/",
        student.detail_history,
        name="detail_history",
    ),
    path(
        "<number:number>/leerlingen/<id:student_id>/vrijgeven/",
        student.release,
        name="release_student",
    ),
]
