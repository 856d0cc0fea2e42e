"""Ready-made selections of the list by what was printed in this school."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.overview import Rows
from accounts.selections import Selection
from schoolloket.institutions.models import Institution
from students.school_years import SchoolYear

from .models import BatchItem, BatchItemQuerySet


def _never_printed(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    printed = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    return rows.filter(~Exists(printed), student__account__isnull=False)


def _not_printed_this_year(
    rows: Rows, institution: Institution, day: date, year: SchoolYear
) -> Rows:
    """Keep the students who can get a sheet and have none of this school year."""
    return rows.filter(can_be_printed(), ~Exists(printed_in(institution, year)))


def can_be_printed() -> Q:
    """Whether a row's student has a LeerID that a bulk renewal does not leave as it is (R1)."""
    return Q(
        student__account__isnull=False,
        student__account__email="",
        student__account__deactivated_at=None,
    )


def printed_in(institution: Institution, year: SchoolYear) -> BatchItemQuerySet:
    """Return the sheets of the outer row's student in this school year."""
    printed = BatchItem.objects.printed_by(institution)
    return printed.filter(student=OuterRef("student"), batch__school_year=year.begins)


def _in_another_class(rows: Rows, institution: Institution, day: date, year: SchoolYear) -> Rows:
    printed = BatchItem.objects.printed_by(institution).filter(student=OuterRef("student"))
    last_class = Subquery(printed.order_by("-batch__number").values("class_code")[:1])
    # An unknown class, of an item older than that column, counts as the present one.
    return rows.annotate(printed_class=last_class).filter(~Q(printed_class=F("class_code")))


NEVER_PRINTED = Selection("nooit-afgedrukt", "Hier nog nooit afgedrukt", _never_printed)
NOT_PRINTED_THIS_YEAR = Selection(
    "niet-afgedrukt", "Nog niet afgedrukt voor dit schooljaar", _not_printed_this_year
)
CLASS_CHANGED = Selection(
    "andere-klas", "Van klas veranderd sinds de laatste afdruk hier", _in_another_class
)
