"""Ready-made selections of the list by what was printed in this school."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.overview import Rows
from accounts.selections import Selection
from schoolloket.institutions.models import Institution

from .models import BatchItem


def _never_printed(rows: Rows, institution: Institution, day: date) -> Rows:
    printed = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    return rows.filter(~Exists(printed), student__account__isnull=False)


def _in_another_class(rows: Rows, institution: Institution, day: date) -> Rows:
    printed = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    last_class = Subquery(printed.order_by("-batch__number").values("class_code")[:1])
    # An unknown class, of an item older than that column, counts as the present one.
    return rows.annotate(printed_class=last_class).filter(~Q(printed_class=F("class_code")))


NEVER_PRINTED = Selection("nooit-afgedrukt", "Hier nog nooit afgedrukt", _never_printed)
CLASS_CHANGED = Selection(
    "andere-klas", "Van klas veranderd sinds de laatste afdruk hier", _in_another_class
)
