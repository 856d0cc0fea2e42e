from django.urls import path

from .views import bulk, prints, single

urlpatterns = [
    path(
        "<number:number>/leerlingen/<id:student_id>/aanmeldgegevens/",
        single.edit,
        name="edit_credentials",
    ),
    path("<number:number>/vernieuwen/", bulk.start, name="start_batch"),
    path("<number:number>/vernieuwen/<uuid:batch_id>/", bulk.preview, name="preview_batch"),
    path("<number:number>/vernieuwen/<uuid:batch_id>/rij/", bulk.reroll, name="reroll_item"),
    path("<number:number>/vernieuwen/<uuid:batch_id>/voortgang/", bulk.hash_slice, name="slice"),
    path("<number:number>/afdrukken/", prints.prints, name="prints"),
    path("<number:number>/afdrukken/<uuid:batch_id>/", prints.result, name="print_result"),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/download/<str:document>",
        prints.download,
        name="download",
    ),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/vernietigen/",
        prints.destroy,
        name="destroy_batch",
    ),
]
