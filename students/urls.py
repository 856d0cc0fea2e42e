from django.urls import path

from . import views

urlpatterns = [
    path("<number:number>/import/", views.import_page, name="import"),
    path("<number:number>/import/<id:run_id>/", views.import_preview, name="import_preview"),
    path(
        "<number:number>/import/<id:run_id>/niet-ingelezen/",
        views.import_bad_rows,
        name="import_bad_rows",
    ),
]
