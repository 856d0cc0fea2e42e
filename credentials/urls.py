from django.urls import path

from .views import batches, bulk, card, preview_rows, single

urlpatterns = [
    path(
        "<number:number>/leerlingen/<id:student_id>/aanmeldgegevens/",
        single.edit,
        name="edit_credentials",
    ),
    path("<number:number>/vernieuwen/", bulk.start, name="start_batch"),
    path("<number:number>/vernieuwen/<uuid:batch_id>/", bulk.preview, name="preview_batch"),
    path(
        "<number:number>/vernieuwen/<uuid:batch_id>/rij/", preview_rows.reroll, name="reroll_item"
    ),
    path(
        "<number:number>/vernieuwen/<uuid:batch_id>/gebruikersnaam/",
        preview_rows.rename,
        name="rename_item",
    ),
    path("<number:number>/vernieuwen/<uuid:batch_id>/voortgang/", bulk.hash_slice, name="slice"),
    path("<number:number>/afdrukken/", batches.batch_list, name="batches"),
    path(
        "<number:number>/afdrukken/testblad/<str:sheet>",
        batches.label_test_page,
        name="label_test_page",
    ),
    path("<number:number>/afdrukken/<uuid:batch_id>/", batches.result, name="batch_result"),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/keuze/",
        batches.choose_printing,
        name="choose_printing",
    ),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/download/<str:document>",
        batches.download,
        name="download",
    ),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/kaart/<id:student_id>/",
        card.card,
        name="card",
    ),
    path(
        "<number:number>/afdrukken/<uuid:batch_id>/vernietigen/",
        batches.destroy,
        name="destroy_batch",
    ),
]
