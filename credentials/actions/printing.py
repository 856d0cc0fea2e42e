"""The choice of how a school prints."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from credentials.documents import CLASS_LIST, documents_of
from credentials.models import PrintChoices
from credentials.print_setup import PrintSetup, choices_of
from schoolloket.institutions.actors import Actor

from .locks import locked


@transaction.atomic
def choose(
    *,
    by: Actor,
    batch_id: UUID,
    documents: Collection[str],
    page_per_class: bool,
    first_labels: Mapping[str, int],
    right: Decimal,
    down: Decimal,
) -> None:
    """Print this batch so, and the next ones of the school too, save for the first free labels.

    `documents` are names of documents that the batch has; what a school prints of other batches
    stays. What goes by the number of classes goes on doing so until it is chosen otherwise.
    """
    batch = locked(by, batch_id)
    former, shown = choices_of(batch.institution), PrintSetup.of(batch)

    offered = {document.name for document in documents_of(batch)}
    kept = set(former.documents) - offered
    wanted = set(documents) - {CLASS_LIST.name}
    chosen = {
        "documents": sorted(kept | wanted),
        "right": right,
        "down": down,
    }
    class_list = CLASS_LIST.name in documents
    if class_list != (CLASS_LIST in shown.documents):
        chosen["class_list"] = class_list
    if page_per_class != shown.printing.page_per_class:
        chosen["page_per_class"] = page_per_class
    PrintChoices.objects.update_or_create(institution=batch.institution, defaults=chosen)

    batch.first_labels = dict(first_labels)
    batch.save(update_fields=["first_labels"])
