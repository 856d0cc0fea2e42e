"""The mails about who may enter a school's desk."""

from django.utils import timezone

from schoolloket.institutions.emails import address_of, send
from schoolloket.institutions.models import Institution, Invitation, Manager
from schoolloket.institutions.rights import beheerders_of

from .grants import Grant


def invitation_link(token: str) -> str:
    """Return the link that accepts an invitation."""
    return address_of("invitation_link", token=token)


def send_invitation(invitation_id: int, token: str) -> None:
    """Mail the link to who is invited, and note that the mail server took it."""
    invitation = Invitation.objects.select_related("institution", "invited_by").get(
        pk=invitation_id
    )
    taken = send(
        "access/mail/invitation.txt",
        f"Je bent uitgenodigd in het LeerID Schoolloket van {invitation.institution.name}",
        invitation.email,
        invitation=invitation,
        grant=Grant.of(invitation),
        link=invitation_link(token),
    )
    if taken:
        Invitation.objects.filter(pk=invitation_id).update(mailed_at=timezone.now())


def tell_of_invitation(invitation: Invitation) -> None:
    """Inform every beheerder of the school that somebody was invited."""
    subject = "Iemand is uitgenodigd in jullie LeerID Schoolloket"
    for beheerder in beheerders_of([invitation.institution]):
        send(
            "access/mail/invited.txt",
            subject,
            beheerder.email,
            manager=beheerder,
            invitation=invitation,
            grant=Grant.of(invitation),
        )


def tell_of_acceptance(manager: Manager, institution: Institution) -> None:
    """Inform every other beheerder of the school that somebody accepted an invitation."""
    subject = "Iemand werkt voortaan mee in jullie LeerID Schoolloket"
    for beheerder in beheerders_of([institution]).exclude(pk=manager.pk):
        send(
            "access/mail/accepted.txt",
            subject,
            beheerder.email,
            manager=beheerder,
            newcomer=manager,
            institution=institution,
        )
