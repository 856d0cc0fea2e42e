"""Ready-made selections of the list that ask what was printed here."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.overview import Rows
from accounts.selections import Selection
from schoolloket.institutions.models import Institution

from .models import BatchItem


def _never_printed(rows: Rows, institution: Institution, day: date) -> Rows:
    prints = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    return rows.filter(~Exists(prints), student__account__isnull=False)


def _in_another_class(rows: Rows, institution: Institution, day: date) -> Rows:
    prints = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    last_class = Subquery(prints.order_by("-batch__number").values("class_code")[:1])
    # A class that is unknown, of a print from before it was kept, differs from none.
    return rows.annotate(printed_class=last_class).filter(~Q(printed_class=F("class_code")))


NEVER_PRINTED = Selection("nooit-afgedrukt", "Hier nog nooit afgedrukt", _never_printed)
CLASS_CHANGED = Selection(
    "andere-klas", "Van klas veranderd sinds de laatste afdruk hier", _in_another_class
)
