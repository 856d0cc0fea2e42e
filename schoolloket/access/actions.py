"""What changes about who may enter a school's desk, with its row in the log and its mails (R13).

Every change locks the institution first and then asks whether its author still has a right there,
so two beheerders who end each other at the same moment do not both succeed.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from schoolloket.core import background, clock, tokens
from schoolloket.core.exceptions import (
    AlreadyHere,
    GivenByProvider,
    InvitationGone,
    NoLongerHere,
    NotYourself,
)
from schoolloket.core.text import mask_email
from schoolloket.institutions import access_log
from schoolloket.institutions.actors import Actor, Author
from schoolloket.institutions.models import (
    AccessEvent,
    Institution,
    Invitation,
    Manager,
    Membership,
)
from schoolloket.institutions.second_factor import actions as factors

from . import emails
from .grants import Grant

Kind = AccessEvent.Kind
INVITATION_LASTS = timedelta(days=7)


# Invitations -----------------------------------------------------------------------------------


@transaction.atomic
def invite(*, by: Actor, email: str, grant: Grant) -> str:
    """Invite somebody by mail; return the token of the link. An earlier invitation is replaced.

    All beheerders of the school are told. Raises AlreadyHere, MoreThanOwn, or NoLongerHere.
    """
    _lock(by)
    grant.refuse_more_than(by.right)
    address = email.strip().lower()
    here = Membership.objects.filter(institution=by.institution, manager__email=address)
    if here.valid_on(clock.today()).exists():
        raise AlreadyHere

    Invitation.objects.filter(institution=by.institution, email=address).delete()
    token = tokens.new()
    now = timezone.now()
    invitation = Invitation.objects.create(
        institution=by.institution,
        email=address,
        invited_at=now,
        invited_by=by.manager,
        token_hash=tokens.digest(token),
        expires_at=now + INVITATION_LASTS,
        **grant.values,
    )

    _record(Kind.INVITED, by, f"{mask_email(address)}: {grant}")
    background.run_after_commit(emails.send_invitation, invitation_id=invitation.pk, token=token)
    background.run_after_commit(emails.tell_of_invitation, invitation=invitation)
    return token


@transaction.atomic
def send_again(*, by: Actor, invitation_id: int) -> str:
    """Mail an invitation again, with a new link that works for seven days; return its token.

    The earlier link is void. Raises InvitationGone or NoLongerHere.
    """
    _lock(by)
    invitation = _invitation(by, invitation_id)
    token = tokens.new()
    invitation.token_hash = tokens.digest(token)
    invitation.expires_at = timezone.now() + INVITATION_LASTS
    invitation.mailed_at = None
    invitation.save()
    background.run_after_commit(emails.send_invitation, invitation_id=invitation.pk, token=token)
    return token


@transaction.atomic
def withdraw(*, by: Actor, invitation_id: int) -> None:
    """Withdraw an invitation: its link opens nothing. Raises InvitationGone or NoLongerHere."""
    _lock(by)
    invitation = _invitation(by, invitation_id)
    invitation.delete()
    _record(Kind.INVITATION_WITHDRAWN, by, mask_email(invitation.email))


@transaction.atomic
def join(*, token: str, name: str, password: str) -> Manager:
    """Accept an invitation as somebody new; return the manager, who can sign in from now on.

    Raises InvitationGone, also where somebody has the e-mail address by now.
    """
    invitation = open_invitation(token, lock=True)
    if Manager.objects.filter(email=invitation.email).exists():
        raise InvitationGone

    manager = Manager.objects.create_user(invitation.email, password, name=name)
    _give(invitation, manager)
    return manager


@transaction.atomic
def accept(*, token: str, manager: Manager) -> Institution:
    """Accept an invitation as the manager whose e-mail address it names; return the school.

    Raises InvitationGone, also where it is somebody else's.
    """
    invitation = open_invitation(token, lock=True)
    if invitation.email != manager.email:
        raise InvitationGone

    _give(invitation, manager)
    return invitation.institution


def open_invitation(token: str, *, lock: bool = False) -> Invitation:
    """Return the invitation of a link that still works. Raises InvitationGone.

    `lock`: inside a transaction, so that a link works once.
    """
    invitations = Invitation.objects.filter(expires_at__gt=timezone.now())
    if lock:
        invitations = invitations.select_for_update(of=("self",))
    found = invitations.select_related("institution").filter(token_hash=tokens.digest(token))
    invitation = found.first()
    if invitation is None:
        raise InvitationGone
    return invitation


def _give(invitation: Invitation, manager: Manager) -> None:
    """Give the right, in place of one that ended, and tell the beheerders of the school."""
    old = Membership.objects.filter(
        manager=manager, institution=invitation.institution, source=Membership.Source.DESK
    )
    old.delete()
    Membership.objects.create(
        manager=manager, institution=invitation.institution, **Grant.of(invitation).values
    )
    invitation.delete()
    background.run_after_commit(
        emails.tell_of_acceptance, manager=manager, institution=invitation.institution
    )


# Rights ----------------------------------------------------------------------------------------


@transaction.atomic
def change(*, by: Actor, right_id: int, grant: Grant) -> Membership:
    """Change what a right opens; it bites on the next request of its manager.

    Raises NoLongerHere, NotYourself, GivenByProvider or MoreThanOwn.
    """
    right = _right(by, right_id)
    if right.is_by_provider:
        raise GivenByProvider
    grant.refuse_more_than(by.right)

    before = Grant.of(right)
    # As if given now, so that one that an idle year had ended goes on.
    anew = {"given_at": timezone.now(), "seen_at": None}
    Membership.objects.filter(pk=right.pk).update(**anew, **grant.values)
    access_log.record(
        Kind.RIGHT_CHANGED,
        manager=right.manager,
        by=by,
        institution=by.institution,
        detail=f"{before} → {grant}"[: access_log.LONGEST_DETAIL],
    )
    return right


@transaction.atomic
def end(*, by: Actor, right_id: int) -> Manager:
    """End every right that a manager has in the school, whoever gave it; return the manager.

    The invitations of this manager end too: nobody comes in later on the word of who had to go.
    Raises NoLongerHere or NotYourself.
    """
    right = _right(by, right_id)
    rights = Membership.objects.filter(manager=right.manager, institution=by.institution)
    # The log's rows follow, from `institutions.receivers`.
    rights.delete()
    for invitation in Invitation.objects.filter(
        institution=by.institution, invited_by=right.manager
    ):
        withdraw(by=by, invitation_id=invitation.pk)
    return right.manager


@transaction.atomic
def reset_factor(*, by: Actor, right_id: int, reason: str) -> Manager:
    """Erase the lost factor of somebody who works in the school today; return the manager (R14).

    Raises NoLongerHere, also for a right that ended: who left is another school's to help, or an
    operator's. Raises NotYourself, OnlyAnOperator or ReasonMissing.
    """
    right = _right(by, right_id)
    if not Membership.objects.filter(pk=right.pk).valid_on(clock.today()).exists():
        raise NoLongerHere
    author = Author(manager=by.manager, ip_address=by.ip_address)
    factors.reset(manager=right.manager, by=author, reason=reason)
    return right.manager


def right_here(by: Actor, right_id: int) -> Membership:
    """Return a right in the school of `by`, of somebody else. Raises NoLongerHere, NotYourself."""
    rights = Membership.objects.filter(institution=by.institution).select_related("manager")
    right = rights.filter(pk=right_id).first()
    if right is None:
        raise NoLongerHere
    if right.manager == by.manager:
        raise NotYourself
    return right


def _right(by: Actor, right_id: int) -> Membership:
    _lock(by)
    return right_here(by, right_id)


def _lock(by: Actor) -> None:
    """Lock the school's rights. Raises NoLongerHere where `by` has none there any more.

    An operator's command acts without one.
    """
    Institution.objects.select_for_update(no_key=True).get(pk=by.institution.pk)
    if by.right is None:
        return
    mine = Membership.objects.filter(pk=by.right.pk, role=Membership.Role.MANAGER)
    if not mine.valid_on(clock.today()).exists():
        raise NoLongerHere


def _invitation(by: Actor, invitation_id: int) -> Invitation:
    found = Invitation.objects.filter(institution=by.institution, pk=invitation_id).first()
    if found is None:
        raise InvitationGone
    return found


def _record(kind: AccessEvent.Kind, by: Actor, detail: str) -> None:
    access_log.record(
        kind,
        manager=None,
        by=by,
        institution=by.institution,
        detail=detail[: access_log.LONGEST_DETAIL],
    )
