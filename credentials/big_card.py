"""The big card: the sign-in data of one pupil on the screen, made to be read at arm's length."""

from dataclasses import dataclass

from django.utils import timezone

from schoolloket.core import clock
from students.models import Enrolment

from .models import Batch, BatchItem
from .results import visible_enrolments


@dataclass(frozen=True)
class BigCard:
    """The card of one pupil of a saved batch, covered: it names the pupil and holds no secret."""

    batch: Batch
    item: BatchItem
    enrolment: Enrolment

    @classmethod
    def of(cls, batch: Batch, student_id: int) -> "BigCard | None":
        """Return the card of this student, or None.

        There is none for a student who got no password in the batch, or of whom the school sees
        nothing any more (R11).
        """
        item = batch.items.done().filter(student=student_id).select_related("account").first()
        if item is None:
            return None
        enrolment = visible_enrolments(batch, [item]).get(student_id)
        if enrolment is None:
            return None
        return cls(batch, item, enrolment)

    @property
    def has_left(self) -> bool:
        """Whether the pupil left the school, which then gives no new password either (R11)."""
        return self.enrolment.ends_on < clock.today()

    @property
    def is_valid(self) -> bool:
        """Whether the password is still the one that the batch gave (R3)."""
        account = self.item.account
        return account is not None and account.credentials_version == self.item.version

    @property
    def refusal(self) -> str:
        """Why the card cannot be shown, or an empty text."""
        if self.has_left:
            return (
                f"{self.enrolment.first_name} is hier niet meer ingeschreven. "
                "De kaart kan niet meer worden getoond."
            )
        if not self.is_valid:
            return "Dit wachtwoord is vervangen: de aanmeldgegevens zijn intussen gewijzigd."
        if not self.batch.is_printable(timezone.now()):
            return (
                "De kaart kan niet meer worden getoond: de tijd daarvoor is om, of de reeks is "
                "vernietigd. Het wachtwoord zelf blijft geldig."
            )
        return ""

    @property
    def warns_of_the_rest(self) -> bool:
        """Whether showing it starts the last hour of other pupils' sheets, not downloaded yet."""
        if self.batch.first_downloaded_at is not None:
            return False
        return self.batch.items.valid().count() > 1
