"""The batch (reeks): new sign-in data for one student or for thousands, from preview to print.

*draft* (generated and encrypted, nothing valid yet) -> *saved* (valid, printable for a while) ->
*destroyed* (the secrets are gone, the record stays). A draft that was cancelled or expired is
*dropped*.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.functional import cached_property

from accounts.models import Account, Kind, PasswordKind
from schoolloket.core.choices import ScreenChoices
from schoolloket.institutions.actors import Actor
from schoolloket.institutions.models import Institution
from students.models import Student
from students.school_years import SchoolYear

from .scopes import Scope


class BatchQuerySet(models.QuerySet["Batch"]):
    def of(self, institution: Institution) -> Self:
        """Batches of this institution: no other may see or print them (R11)."""
        return self.filter(institution=institution)

    def open_to(self, by: Actor) -> Self:
        """Batches that this manager may see at this desk: saved ones, and the own drafts.

        The passwords of a draft are nobody's yet, so they are nobody else's to see or to change. A
        helper sees the own batches only (R13).
        """
        own = Q(created_by=by.manager)
        if by.is_helper:
            return self.of(by.institution).filter(own)
        return self.of(by.institution).filter(own | Q(state__in=EVER_SAVED))

    def drafts(self) -> Self:
        """Batches that were neither saved nor dropped; the time of some may be over."""
        return self.filter(state=Batch.State.DRAFT)

    def printable(self, now: datetime) -> Self:
        """Saved batches whose secrets may still be served (R4)."""
        return self.filter(state=Batch.State.SAVED, expires_at__gt=now)

    def waiting(self, now: datetime) -> Self:
        """Saved batches with valid passwords that nobody has downloaded yet."""
        valid = BatchItem.objects.valid().filter(batch=OuterRef("pk"))
        return self.printable(now).filter(Exists(valid), first_downloaded_at=None)

    def with_secrets(self) -> Self:
        """Batches that still hold sealed passwords."""
        return self.filter(state__in=[Batch.State.DRAFT, Batch.State.SAVED])

    def expired(self, now: datetime) -> Self:
        """Batches whose secrets must go by now: drafts (R2) and saved ones (R4)."""
        return self.with_secrets().filter(expires_at__lte=now)

    def ever_saved(self) -> Self:
        """Batches that were saved, also those whose secrets are gone by now."""
        return self.filter(state__in=EVER_SAVED)

    def with_counts(self) -> Self:
        """Annotate how many pupils: `done`, `valid` and `signed_in`.

        That are those who got a password, whose password is still the one they got, and who
        signed in since.
        """
        done = Q(items__outcome=BatchItem.Outcome.DONE)
        valid = Q(items__account__credentials_version=F("items__version"))
        since = Q(items__account__last_sign_in_at__gt=F("saved_at"))

        counted = self.annotate(
            done=Count("items", filter=done),
            valid=Count("items", filter=done & valid),
            signed_in=Count("items", filter=done & since),
        )

        # Django drops the model's own order from a query with an aggregate.
        return counted.order_by("-saved_at", "-created_at")


class Batch(models.Model):
    class State(ScreenChoices):
        DRAFT = "draft", "Voorbeeld"
        SAVED = "saved", "Bewaard"
        DESTROYED = "destroyed", "Vernietigd"
        DROPPED = "dropped", "Niet bewaard"

    class Purpose(ScreenChoices):
        """How the batch began: decides what is ticked and where the manager returns to."""

        SINGLE = "single", "Aanmeldgegevens aangepast"
        RENEW = "renew", "Wachtwoorden vernieuwd"
        CREATE = "create", "LeerID's aangemaakt"
        TO_BASIC = "to_basic", "Type gewijzigd naar Basis"
        TO_ADVANCED = "to_adv", "Type gewijzigd naar Gevorderd"

    # Also the `operation_id` in the accounts' history.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="batches")
    purpose = models.CharField(max_length=10, choices=Purpose.on_screen)
    state = models.CharField(max_length=10, choices=State.on_screen, default=State.DRAFT)
    # Numbered per institution at the save; printed small at the foot of a page.
    number = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    # The year in which it begins: the preview and the paper show each pupil's class of this year.
    school_year = models.PositiveSmallIntegerField()
    # A draft: an hour after the manager's last action. Saved: see actions/saves.py and
    # actions/retention.py.
    expires_at = models.DateTimeField(db_index=True)
    saved_at = models.DateTimeField(null=True)
    first_downloaded_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    # Null when it expired.
    destroyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # Name of a sheet of labels -> its first free label, from 1; of the sheets that are half used.
    first_labels = models.JSONField(default=dict)
    # Lease: until then only its holder hashes this draft.
    leased_until = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-created_at"]
        indexes = [models.Index(fields=["institution", "state"])]
        constraints = [
            models.UniqueConstraint(
                name="batch_number_is_unique_per_institution", fields=["institution", "number"]
            ),
            models.CheckConstraint(
                name="saved_batch_has_time_and_number",
                condition=Q(
                    state__in=["saved", "destroyed"], saved_at__isnull=False, number__isnull=False
                )
                | Q(state__in=["draft", "dropped"], saved_at=None, number=None),
            ),
            models.CheckConstraint(
                name="destroyed_batch_has_its_time",
                condition=Q(state="destroyed", destroyed_at__isnull=False)
                | ~Q(state="destroyed") & Q(destroyed_at=None, destroyed_by=None),
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def year(self) -> SchoolYear:
        """The school year that it is for."""
        return SchoolYear(self.school_year)

    @property
    def is_draft(self) -> bool:
        """Whether it was neither saved nor dropped; its time may be over."""
        return self.state == self.State.DRAFT

    @property
    def converts_to(self) -> Kind | None:
        """The type that its LeerIDs get, or None for a batch that changes no type."""
        if self.purpose == self.Purpose.TO_BASIC:
            return Kind.BASIC
        if self.purpose == self.Purpose.TO_ADVANCED:
            return Kind.ADVANCED
        return None

    @property
    def has_workbook(self) -> bool:
        """Whether its ZIP has an Excel file: that of the single edit has none."""
        return self.purpose != self.Purpose.SINGLE

    @property
    def was_saved(self) -> bool:
        """Whether its passwords became valid at some time, also where they are gone by now."""
        return self.state in EVER_SAVED

    @property
    def latest_end(self) -> datetime:
        """Until when a saved batch is printable at most, however often it is downloaded (R4).

        Raises ValueError for a batch that was never saved.
        """
        if self.saved_at is None:
            raise ValueError("a batch that was never saved has no end")
        return self.saved_at + timedelta(hours=settings.PRINTABLE_HOURS)

    @cached_property
    def has_several_classes(self) -> bool:
        """Whether those who were done are of more than one class, as the preview showed them."""
        classes = self.items.done().order_by().values_list("class_code", flat=True).distinct()
        return len(classes[:2]) > 1

    def is_printable(self, now: datetime) -> bool:
        """Whether its secrets may still be served (R4)."""
        return self.state == self.State.SAVED and self.expires_at > now


EVER_SAVED = [Batch.State.SAVED, Batch.State.DESTROYED]


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def with_password(self) -> Self:
        """Items that can be done: the others have an obstacle and no password."""
        return self.filter(obstacle="")

    def in_scope(self, scope: Scope) -> Self:
        """Items that can be done, of a class or of all, renewed or to be created."""
        rows = self.with_password().filter(creates=scope.creates)
        if scope.class_code is None:
            return rows
        return rows.filter(class_code=scope.class_code)

    def unhashed(self) -> Self:
        """Items that still need a hash before they can be saved."""
        return self.with_password().filter(hash="")

    def done(self) -> Self:
        """Items whose password the save made valid."""
        return self.filter(outcome=BatchItem.Outcome.DONE)

    def printed_by(self, institution: Institution) -> Self:
        """Items done in this institution and downloaded there at least once."""
        return self.done().filter(
            batch__institution=institution, batch__first_downloaded_at__isnull=False
        )

    def valid(self) -> Self:
        """Done items with the password that the account still has: only these are printed (R3)."""
        return self.done().filter(account__credentials_version=F("version"))


class BatchItem(models.Model):
    """One student in a batch. An item's password never changes: a reroll is a new item (R2)."""

    class Obstacle(ScreenChoices):
        """Why a student cannot be done, at the preview or at the save (R1, R3)."""

        LINKED = "linked", "Dit LeerID heeft een gekoppeld e-mailadres."
        DEACTIVATED = "inactive", "Dit LeerID is gedeactiveerd."
        NO_ACCOUNT = "none", "Deze leerling heeft nog geen LeerID."
        SAME_KIND = "same", "Dit LeerID is al van dit type."
        LEFT = "left", "Deze leerling is niet meer ingeschreven in deze instelling."
        OTHER_CLASS = "class", "Deze leerling zit niet in een klas van jou."
        NOT_BY_HELPER = "ask", "Vraag het voor deze leerling aan de LeerID-beheerder."
        OTHER_YEAR = (
            "year",
            "Deze leerling is in dit schooljaar niet ingeschreven. Kies boven de lijst het andere "
            "schooljaar.",
        )
        MERGED = (
            "merged",
            "Deze leerling is samengevoegd met een andere inschrijving van dezelfde leerling. "
            "Zoek de leerling opnieuw op in de lijst.",
        )
        HELD = (
            "held",
            "Deze leerling is nog ingeschreven in een andere school, waar de inschrijving eerder "
            "begon. De aanmeldgegevens kun je wijzigen zodra die inschrijving eindigt of die "
            "school de leerling vrijgeeft.",
        )
        HAS_ACCOUNT = "account", "Deze leerling heeft al een LeerID."
        CHANGED = "changed", "De aanmeldgegevens zijn intussen door iemand anders gewijzigd."
        USERNAME_TAKEN = "taken", "De gebruikersnaam is intussen in gebruik genomen."

    class Outcome(ScreenChoices):
        OPEN = "", "Nog niet bewaard"
        DONE = "done", "Bewaard"
        LEFT_OUT = "left_out", "Niet aangevinkt"
        SKIPPED = "skipped", "Overgeslagen"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    # Null for a LeerID that is to be created, until the save.
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    creates = models.BooleanField(default=False)
    # The account's version at the time of the preview; once done, the version that the save made.
    version = models.PositiveIntegerField(null=True)
    username = models.CharField(max_length=64)
    # The pupil's class at the time of the preview; null for items older than this column.
    class_code = models.CharField(max_length=50, null=True)
    # Also decides the type of the account, so a change of type is an item like any other.
    password_kind = models.CharField(max_length=12, choices=PasswordKind.on_screen)
    removes_email = models.BooleanField(default=False)
    # Only the single edit renews a linked account and keeps its e-mail address (R1).
    keeps_email = models.BooleanField(default=False)
    # Password and printed code, sealed (see sealing.py); empty for an item with an obstacle, and
    # once destroyed.
    sealed = models.TextField(blank=True)
    hash = models.CharField(max_length=200, blank=True)
    # For `Account.code_hash`; both hashes are removed at the save.
    code_hash = models.CharField(max_length=64, blank=True, default="")
    included = models.BooleanField(default=True)
    obstacle = models.CharField(max_length=10, choices=Obstacle.on_screen, blank=True)
    outcome = models.CharField(
        max_length=10, choices=Outcome.on_screen, blank=True, default=Outcome.OPEN
    )

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="one_item_per_position", fields=["batch", "position"]),
            models.UniqueConstraint(name="one_item_per_student", fields=["batch", "student"]),
            models.CheckConstraint(
                name="an_item_with_an_obstacle_keeps_no_password",
                condition=Q(obstacle="") | Q(sealed="", hash="") | Q(outcome=""),
            ),
        ]
        # The save looks up each account's item: without this index that is a scan per pupil.
        indexes = [models.Index(fields=["batch", "account"])]

    def __str__(self) -> str:
        return f"rij {self.position} van {self.batch_id}"


class PrintChoices(models.Model):
    """How a school prints, as it was last chosen at its desk; no row: nothing was chosen yet."""

    # In mm: what a sheet of labels bears in its printer, and the steps that an eye can tell.
    MOST_OFFSET = 5
    OFFSET_STEP = Decimal("0.5")

    institution = models.OneToOneField(Institution, models.CASCADE, related_name="print_choices")
    # Names of documents, without the class list.
    documents = models.JSONField(default=list)
    # Null: for more than one class.
    class_list = models.BooleanField(null=True)
    page_per_class = models.BooleanField(null=True)
    # Where the printer has to put everything on a sheet of labels, in mm.
    right = models.DecimalField(max_digits=2, decimal_places=1, default=0)
    down = models.DecimalField(max_digits=2, decimal_places=1, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="print_offset_within_five_mm",
                condition=Q(right__gte=-5, right__lte=5, down__gte=-5, down__lte=5),
            )
        ]

    def __str__(self) -> str:
        return f"print choices of {self.institution_id}"
