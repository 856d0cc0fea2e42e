"""What changes a LeerID, except its credentials: those are changed by a batch (`credentials`)."""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from schoolloket.institutions.actors import Actor

from . import history
from .models import Account, AccountEvent, FieldChange, Kind


class NotAdvanced(Exception):
    """Only an advanced account can have an e-mail address (R8)."""


@transaction.atomic
def link_email(*, account_id: int, email: str, by: Actor) -> None:
    """Link an address to the account, whose pupil thereby has chosen an own password (R8).

    Raises NotAdvanced for a basic account.
    """
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.kind != Kind.ADVANCED:
        raise NotAdvanced
    old, account.email = account.email, email
    account.must_change_password = False
    account.credentials_version += 1
    account.save(update_fields=["email", "must_change_password", "credentials_version"])
    change = history.Change(
        FieldChange.Field.EMAIL, history.mask_email(old), history.mask_email(email)
    )
    history.record(
        [history.Entry(account.pk, AccountEvent.Kind.EMAIL_LINKED, (change,))],
        by=by,
        operation_id=uuid4(),
        at=timezone.now(),
    )
