"""A new version of the credentials ends the waits, so the desk forgets the failed sign-ins too."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.actions import change_status, link_email
from accounts.models import Account, SignInFailure
from accounts.portal.actions import mailed_links, own_password
from accounts.portal.models import MailToken, PortalSession
from accounts.status import StatusChange
from credentials.actions import drafts, hashing, saves
from credentials.models import Batch
from schoolloket.core import tokens
from schoolloket.institutions.actors import Actor, Pupil
from tests.helpers import NOW

pytestmark = pytest.mark.usefixtures("clock")

EMAIL = "charlie@voorbeeld.test"


@pytest.fixture
def guessed_at(charlie: Account) -> Account:
    """Charlie, after twelve failed sign-ins."""
    failed = {"failed_sign_ins": 12, "last_failed_at": NOW, "last_failure": SignInFailure.WRONG}
    Account.objects.update(**failed)
    charlie.refresh_from_db()
    assert charlie.is_hammered
    return charlie


def assert_cleared(account: Account) -> None:
    version = account.credentials_version
    account.refresh_from_db()
    assert account.credentials_version == version + 1
    assert account.failed_sign_ins == 0
    assert account.last_failed_at is None
    assert account.last_failure == ""


@pytest.mark.parametrize("old", ["", "charlie@elders.test"])
def test_linking_an_email_clears_the_failed_sign_ins(
    guessed_at: Account, alice_actor: Actor, old: str
) -> None:
    """Linked for the first time, or changed."""
    Account.objects.update(email=old, must_change_password=False)
    link_email(account_id=guessed_at.pk, email=EMAIL, by=alice_actor)
    assert_cleared(guessed_at)


def renew_at_the_desk(account: Account, by: Actor) -> None:
    batch = drafts.prepare(by=by, student_ids=[account.student_id], purpose=Batch.Purpose.RENEW)
    hashing.hash_all(batch)
    saves.save(by=by, batch_id=batch.pk)


def deactivate(account: Account, by: Actor) -> None:
    change_status(by=by, change=StatusChange.DEACTIVATE, student_ids=[account.student_id])


def choose_own_password(account: Account, by: Actor) -> None:
    session = PortalSession.objects.create(
        account=account,
        version=account.credentials_version,
        on_known_device=True,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    own_password.choose_password(session=session, password="acht paarse olifanten", by=Pupil())


def mailed_token(account: Account, purpose: MailToken.Purpose) -> str:
    token = tokens.new()
    MailToken.objects.create(
        token_hash=tokens.digest(token),
        purpose=purpose,
        account=account,
        version=account.credentials_version,
        email=EMAIL,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    return token


def confirm_the_link(account: Account, by: Actor) -> None:
    mailed_links.confirm_link(token=mailed_token(account, MailToken.Purpose.LINK), by=Pupil())


def reset_by_mail(account: Account, by: Actor) -> None:
    token = mailed_token(account, MailToken.Purpose.RESET)
    mailed_links.reset_password(token=token, password="acht paarse olifanten", by=Pupil())


@pytest.mark.parametrize(
    "change",
    [renew_at_the_desk, deactivate, choose_own_password, confirm_the_link, reset_by_mail],
)
def test_every_new_version_clears_the_failed_sign_ins(
    guessed_at: Account, alice_actor: Actor, change: Callable[[Account, Actor], None]
) -> None:
    change(guessed_at, alice_actor)
    assert_cleared(guessed_at)
